"""Answers to orders: what a person typed, completed with what is known, and refused while it is not whole."""

import pytest

from documents.order_forms import FORMS, answered, form_page, form_text, known_of, own_xml
from documents.order_forms.page import form_document
from documents.order_forms.problems import TEXTS, Problem, reason_of
from documents.order_forms.receiving import filled_in
from tests.unit.documents.making import (
    EPOC,
    EXTENSION,
    OBJECTION,
    REMOVED,
    Table,
    changed,
    refused,
    written,
)

_TEXTS = {
    "issuing_authority": "Staatsanwaltschaft Beispielstadt",
    "file_number": "345 Js 12/26",
    "issued_on": "2026-11-20",
    "received_on": "2026-11-21",
    "addressee": "VoipZeker",
    "addressee_file_number": "order-7",
    "certificate": "epoc",
}
KNOWN = {name: (text,) for name, text in _TEXTS.items()}
TYPED = {name: OBJECTION[name] for name in ("form", "D", "G", "H")}


def wrong(table: Table) -> set[tuple[str, str, str]]:
    """What is wrong with an objection."""
    problems = refused(lambda: answered("objection", written(table), {})).problems
    return {(one.section, one.field, one.code) for one in problems}


def test_an_objection_is_completed_with_what_is_known() -> None:
    filled = answered("objection", written(TYPED), KNOWN)
    assert [part.letter for part in filled.parts] == list("ABCDGH")
    assert filled == filled_in(written(OBJECTION))[0]


def test_what_a_person_typed_goes_before_what_is_known() -> None:
    filled = answered("objection", written(OBJECTION), {"file_number": ("other",)})
    assert filled.one("file_number") == "345 Js 12/26"


def test_a_section_that_a_form_may_do_without_is_not_added() -> None:
    filled = answered("objection", written(TYPED), {**KNOWN, "foreign_law": ("a law",)})
    assert not filled.block("conflict")


def test_an_objection_that_is_not_whole_is_refused() -> None:
    assert wrong(TYPED) >= {("A", "", "section-missing"), ("B", "", "section-missing")}
    assert wrong(OBJECTION | {"D": {"reason": ["incomplete"]}}) == {("D", "explanation", "missing")}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"D__reason": ["third-country-law"]}, ("E", "", "conflict-unexplained")),
        ({"G__kept": "not-preserved"}, ("G", "not_kept_reason", "not-kept-unexplained")),
        ({"H__signed_on": "2026-11-19"}, ("H", "signed_on", "signed-before-issue")),
        ({"B__received_on": "2026-11-19"}, ("B", "received_on", "received-before-issue")),
        ({"D__reason": ["no time"]}, ("D", "reason", "unknown-choice")),
        ({"H": [OBJECTION["H"], OBJECTION["H"]]}, ("H", "", "section-repeated")),
        ({"X": {"a": "b"}}, ("", "", "unknown-section")),
    ],
)
def test_an_objection_that_contradicts_itself_is_refused(
    changes: dict[str, object], found: tuple[str, str, str]
) -> None:
    assert wrong(changed(OBJECTION, **changes)) == {found}


CONFLICT = {
    "foreign_law": "a",
    "foreign_provision": "b",
    "conflict_nature": ["national-security"],
    "why_applies": "c",
    "why_conflict": "d",
    "provider_link": "e",
    "consequences": "f",
}


def test_a_conflict_is_explained_where_it_is_the_reason() -> None:
    assert answered(
        "objection", written(changed(OBJECTION, D__reason=["third-country-law"], E=CONFLICT)), {}
    )
    assert wrong(changed(OBJECTION, E=CONFLICT)) == {("D", "reason", "conflict-unexpected")}


def test_another_form_is_no_answer() -> None:
    error = refused(lambda: answered("extension", written(OBJECTION), {}))
    assert [one.code for one in error.problems] == ["unknown-form"]


def test_a_draft_for_the_authority_says_that_it_is_one() -> None:
    typed = changed(EXTENSION, B=REMOVED)
    filled = answered("extension", written(typed), KNOWN)
    assert form_document(filled, "en").intro[0].startswith("Draft")
    assert form_document(filled, "nl").intro[0].startswith("Concept")
    assert not form_document(answered("objection", written(OBJECTION), {}), "en").intro


def test_an_answer_cannot_be_markup() -> None:
    text = "<script>alert(1)</script> & \"quotes\" 'too' \u2026"
    filled = answered("objection", written(changed(OBJECTION, D__explanation=text)), {})
    assert b"<script>" not in form_page(filled, "en")
    assert text in form_text(filled, "en").decode()
    assert filled_in(own_xml(filled))[0].one("explanation") == text


def test_an_answer_of_several_lines_is_kept() -> None:
    text = "first\r\nsecond\n\tthird"
    filled = answered("objection", written(changed(OBJECTION, D__explanation=text)), {})
    assert filled_in(own_xml(filled))[0].one("explanation") == text


def test_an_objection_takes_its_reasons_from_the_document() -> None:
    document = changed(
        EPOC,
        C__deadline=["ten-days", "eight-hours-life"],
        EF__0__phone=REMOVED,
        G=REMOVED,
        I__issuer_kind="other-competent-authority",
    )
    known = known_of(written(document), "nl")
    typed = {"form": "objection", "G": OBJECTION["G"], "H": OBJECTION["H"]}
    filled = answered("objection", written(typed), {**KNOWN, **known})
    assert set(filled.all("reason")) == {
        *("manifest-errors", "insufficient-information", "incomplete", "not-valid-authority")
    }
    explained = filled.one("explanation") or ""
    assert "deze termijnen sluiten elkaar uit" in explained
    assert len(explained.split("\n")) == 4
    assert (filled.one("file_number"), filled.one("issued_on")) == ("345 Js 12/26", "2026-11-20")
    assert filled_in(own_xml(filled))[0] == filled


def test_an_objection_copies_no_field_that_is_wrong() -> None:
    known = known_of(written(changed(EPOC, A__file_number=["1", "2"], I__signed_on="x")), "en")
    assert not known.keys() & {"file_number", "issued_on"}
    assert not known_of(written(EPOC), "en").keys() & {"reason", "explanation"}


@pytest.mark.parametrize("code", TEXTS)
def test_every_problem_has_a_reason_of_the_form(code: str) -> None:
    reasons = FORMS["objection"].by_letter["D"].field("reason")
    assert reasons
    assert reason_of(Problem(code)) in reasons.values
