"""Orders that come in as documents: what is read, what is refused, and that every fault is told at once."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest

import documents
from documents.order_forms import FORMS, blank, form_page, form_text, own_xml, received
from documents.order_forms.catalogue import CATEGORIES
from documents.order_forms.page import WORDS
from documents.order_forms.problems import TEXTS, FormRefused, Problem
from documents.order_forms.receiving import filled_in
from rulebook import provision
from rulebook.orders import OrderFacts, allowed, rule_of
from schemas import PERSONAL_FIELDS
from schemas.events.orders import IssuedBy, OrderKind, OrderReceived
from schemas.texts import LANGUAGES, Language
from tests.unit.documents import making
from tests.unit.documents.making import (
    ALL,
    CONFIRMATION,
    EPOC,
    EPOC_PR,
    EXTENSION,
    NATIONAL,
    OBJECTION,
    REMOVED,
    Table,
    changed,
    codes,
    refused,
    written,
)

VALIDATOR = {"validator_kind": "judge", "validator": "Amtsgericht", "validated_on": "2026-11-20"}


def test_a_production_order_is_read() -> None:
    (order,) = received(written(EPOC)).orders
    assert order.provision == "eu.2023.1543"
    assert provision(order.provision)
    assert (order.kind, order.form, order.country) == ("production", "fields", "DE")
    assert (order.authority, order.issued_by) == (
        "sta-beispielstadt",
        "court",
    )
    assert order.personal == {"assigned_numbers": "+31201234567"}
    assert set(order.requested_fields) >= {"name", "street", "city"}
    assert order.case_ref == "345-Js-12/26"
    assert order.urgent is False
    assert not order.oral


def test_a_period_that_ends_at_midnight_asks_no_day_more() -> None:
    (order,) = received(written(EPOC)).orders
    assert (order.period_from, order.period_to) == (date(2026, 10, 1), date(2026, 10, 31))


def test_each_person_or_number_is_an_order_of_its_own() -> None:
    second = {"ip_address": ["192.0.2.7"], "category": ["ip-connection"]}
    one, other = received(written(changed(EPOC, EF=[*EPOC["EF"], second]))).orders
    assert one.personal == {"assigned_numbers": "+31201234567"}
    assert other.personal == {"ip_address": "192.0.2.7"}
    assert tuple(other.requested_fields) == ("ip_address",)
    assert (one.case_ref, one.sha256) == (other.case_ref, other.sha256)


def test_an_order_to_preserve_has_no_deadline() -> None:
    (order,) = received(written(EPOC_PR)).orders
    assert (order.kind, order.urgent, order.respond_by) == ("preservation", None, None)


@pytest.mark.parametrize("table", [EXTENSION, CONFIRMATION])
def test_what_prolongs_an_order_names_it(table: Table) -> None:
    (order,) = received(written(table)).orders
    assert (order.kind, order.extends) == ("preservation", "order-7")


def test_an_extension_says_until_when() -> None:
    read = received(written(EXTENSION))
    assert read.preserve_until == date(2027, 1, 30)
    assert read.orders[0].period_to is None


def test_what_no_field_of_the_ledger_can_hold_is_sealed_and_told() -> None:
    read = received(written(changed(EPOC, EF__0__other_identifier=["IMSI 204"])))
    assert read.orders[0].personal["remark"] == "IMSI 204"
    assert [one.code for one in read.more] == ["other-identifier"]


def test_a_file_number_that_may_be_about_a_person_is_left_out_and_told() -> None:
    read = received(written(changed(EPOC, A__file_number="+31 20 1234567")))
    assert read.orders[0].case_ref is None
    assert [(one.section, one.code) for one in read.more] == [("A", "case-left-out")]


def test_a_national_order_is_typed_from_its_letter() -> None:
    (order,) = received(written(NATIONAL)).orders
    assert (order.provision, order.issued_by) == ("nl.sv.126na", "investigating-officer")
    assert (order.subject, order.urgent) == ("customer/10023", True)
    assert order.respond_by == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_a_person_stands_in_one_section() -> None:
    twice = [{"subject": "customer/1", "category": ["calls"]}] * 2
    assert codes(NATIONAL, B=twice) == {("B", "subject", "subject-repeated")}
    both = [twice[0], {"subject": "customer/2", "category": ["calls"]}]
    assert len(received(written(changed(NATIONAL, B=both))).orders) == 2


def test_the_command_may_say_which_authority_it_is() -> None:
    unnamed = written(changed(EPOC, A__recipient=REMOVED))
    (order,) = received(unnamed, "sta-beispielstadt").orders
    assert order.authority == "sta-beispielstadt"
    error = refused(lambda: received(written(EPOC), "politie"))
    assert [one.code for one in error.problems] == ["authority-differs"]
    error = refused(lambda: received(unnamed))
    assert [one.code for one in error.problems] == ["authority-unknown"]


OTHER_ISSUER = {"I__issuer_kind": "other-competent-authority"}


@pytest.mark.parametrize(
    ("changes", "who", "word"),
    [
        ({}, "court", None),
        ({"A__issuing_state": "NL"}, "court", None),
        ({"I__issuer_kind": "public-prosecutor"}, "public-prosecutor", None),
        (
            {"I__issuer_kind": "public-prosecutor", "J": {**VALIDATOR}},
            "public-prosecutor",
            "court",
        ),
        ({**OTHER_ISSUER, "J": {**VALIDATOR}}, "court", None),
        (
            {**OTHER_ISSUER, "J": {**VALIDATOR, "validator_kind": "public-prosecutor"}},
            "public-prosecutor",
            None,
        ),
        (
            {
                **OTHER_ISSUER,
                "I__without_validation": True,
                "C__deadline": ["eight-hours-life"],
            },
            None,
            None,
        ),
    ],
)
def test_who_ordered_it_and_who_validated_it(
    changes: dict[str, object], who: str | None, word: str | None
) -> None:
    (order,) = received(written(changed(EPOC, **changes))).orders
    assert (order.issued_by, order.authorised_by) == (who, word)
    assert {who, word} <= {*get_args(IssuedBy), None}
    assert (order.authorisation_sha256 is None) == (word is None)


@pytest.mark.parametrize("judge", ["issuer", "validator", None])
def test_traffic_data_goes_on_a_judges_word_alone(judge: str | None) -> None:
    """Art. 4(2): the form says it, so that the desk need not record it once more."""
    traffic = {"EF__0__category": ["calls"], "G__offence_basis": ["three-years"]}
    kind = {} if judge == "issuer" else {"I__issuer_kind": "public-prosecutor"}
    validated = {"J": {**VALIDATOR}} if judge == "validator" else {}
    (order,) = received(written(changed(EPOC, **traffic, **kind, **validated))).orders
    facts = OrderFacts(
        provision=order.provision,
        received_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
        requested_fields=("name", "called_number"),
        kind=order.kind,
        issued_by=order.issued_by,
        authorised_by=(order.authorised_by,) if order.authorised_by else (),
    )
    rule = rule_of(facts)
    assert rule is not None
    assert ("called_number" in allowed(rule, facts).fields) == (judge is not None)


def test_a_category_that_the_ledger_does_not_hold_is_told() -> None:
    read = received(written(changed(EPOC, EF__0__category=["puk", "user-information"])))
    assert read.unheld == ("puk",)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert codes(
        EPOC,
        A__issuing_state="Germany",
        A__issuing_authority=REMOVED,
        C__deadline=["ten-days", "eight-hours-life"],
        EF__0__from="2026-12-01T00:00:00+01:00",
        EF__0__category=["everything"],
        I__issuer_kind="other-competent-authority",
    ) == {
        ("A", "issuing_state", "not-country"),
        ("A", "issuing_authority", "missing"),
        ("C", "deadline", "deadlines-contradict"),
        ("EF", "to", "period-reversed"),
        ("EF", "category", "unknown-category"),
        ("J", "validator", "validation-missing"),
    }


TRAFFIC = {"EF__0__category": ["calls"], "G__offence_basis": ["three-years"]}
FAULTS: list[tuple[str, Table, dict[str, object], str]] = [
    ("no section", EPOC, {"C": REMOVED}, "C//section-missing"),
    ("section twice", EPOC, {"B": [EPOC["B"], EPOC["B"]]}, "B//section-repeated"),
    ("strange section", EPOC, {"Z": {"a": "b"}}, "//unknown-section"),
    ("strange field", EPOC, {"B__colour": "red"}, "B//unknown-field"),
    ("two addressees", EPOC, {"B__addressee": ["a", "b"]}, "B/addressee/repeated"),
    (
        "two receivers",
        EPOC,
        {"L__transfer_to": ["issuing-authority", "validating-authority"]},
        "L/transfer_to/repeated",
    ),
    ("empty", EPOC, {"B__addressee": " "}, "B/addressee/empty"),
    ("long", EPOC, {"G__offence": "x" * 4001}, "G/offence/too-long"),
    ("control", EPOC, {"G__offence": "a\x1b[2J"}, "G/offence/unprintable"),
    ("no such day", EPOC, {"I__signed_on": "2026-02-30"}, "I/signed_on/not-day"),
    (
        "no zone",
        EPOC,
        {"C__other_deadline": "2026-12-01T12:00:00"},
        "C/other_deadline/not-instant",
    ),
    (
        "no time",
        EPOC,
        {"EF__0__to": "2026-11-01"},
        "EF/to/not-instant",
    ),
    ("no box", EPOC, {"H__delay_informing": "maybe"}, "H/delay_informing/not-yes"),
    ("no code", EXTENSION, {"B__addressee_file_number": "a b"}, "B/addressee_file_number/not-code"),
    (
        "deadline before",
        EPOC,
        {"C__other_deadline": "2026-11-19T23:00:00+01:00"},
        "C/other_deadline/deadline-before-signature",
    ),
    (
        "ten days twice",
        EPOC,
        {"C__deadline": ["ten-days", "ten-days-after-notification"]},
        "C/deadline/deadlines-contradict",
    ),
    (
        "waits for none",
        EPOC,
        {"C__deadline": ["ten-days-after-notification"]},
        "K/enforcing_authority/notification-missing",
    ),
    ("does not wait", EPOC, {"K__enforcing_authority": "OM"}, "C/deadline/notification-unexpected"),
    (
        "not validated",
        EPOC,
        {"I__issuer_kind": "other-competent-authority"},
        "J/validator/validation-missing",
    ),
    (
        "named, not there",
        EPOC,
        {"A__validating_authority": "Amtsgericht"},
        "J/validator/validation-unnamed",
    ),
    (
        "validated or not",
        EPOC,
        {"J": VALIDATOR, "C__deadline": ["eight-hours-life"], "I__without_validation": True},
        "I/without_validation/validation-contradicts",
    ),
    (
        "no emergency",
        EPOC,
        {"I__issuer_kind": "other-competent-authority", "I__without_validation": True},
        "I/without_validation/no-emergency",
    ),
    (
        "no judge",
        EPOC,
        TRAFFIC | {"I__issuer_kind": "public-prosecutor"},
        "I/issuer_kind/judge-needed",
    ),
    ("no offence", EPOC, {"EF__0__category": ["content"]}, "G/offence_basis/offence-basis-missing"),
    ("half a period", EPOC, {"EF__0__to": REMOVED}, "EF/to/period-half"),
    ("nobody", EPOC, {"EF__0__phone": REMOVED}, "EF//identifier-missing"),
    ("no id", EPOC, {"A__recipient": "om/rotterdam"}, "A/recipient/not-id"),
    ("number", EPOC, {"EF__0__phone": "0201234567"}, "EF/phone/number-format"),
    ("e-mail", EPOC, {"EF__0__email": "jan"}, "EF/email/email-format"),
    ("address", EPOC, {"EF__0__ip_address": "192.0.2.700"}, "EF/ip_address/ip-format"),
    ("staff", EPOC, {"EF__0__subject": "employee/7"}, "EF/subject/subject-format"),
    (
        "other receiver",
        EPOC,
        {"L__transfer_to": "other-competent-authority"},
        "L/transfer_authority/receiver-missing",
    ),
    (
        "validating receiver",
        EPOC,
        {"L__transfer_to": "validating-authority"},
        "L/transfer_to/receiver-missing",
    ),
    (
        "to preserve, not validated",
        EPOC_PR,
        {"F__issuer_kind": "other-competent-authority"},
        "G/validator/validation-missing",
    ),
    (
        "extension before",
        EXTENSION,
        {"D__extended_until": "2026-12-01"},
        "D/extended_until/extension-reversed",
    ),
    ("signed before", EXTENSION, {"E__signed_on": "2026-10-01"}, "E/signed_on/signed-before-issue"),
    (
        "other form",
        NATIONAL,
        {"A__provision": "eu.2023.1543"},
        "A/provision/provision-not-for-form",
    ),
]


@pytest.mark.parametrize(("_name", "table", "changes", "found"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_fault_is_told_by_section_and_field(
    _name: str, table: Table, changes: dict[str, object], found: str
) -> None:
    assert {"/".join(one) for one in codes(table, **changes)} == {found}


@pytest.mark.parametrize(
    "changes",
    [
        {"J": VALIDATOR, "I__issuer_kind": "other-competent-authority"},
        TRAFFIC | {"J": VALIDATOR, "I__issuer_kind": "public-prosecutor"},
        {"C__deadline": ["eight-hours-life", "eight-hours-infrastructure"]},
        {"C__deadline": ["ten-days-after-notification"], "K__enforcing_authority": "OM"},
        {
            "C__deadline": ["eight-hours-life"],
            "I__issuer_kind": "other-competent-authority",
            "I__without_validation": True,
        },
        {"L__transfer_to": "other-competent-authority", "L__transfer_authority": "LKA"},
        {"EF__0__phone": "0031 20 1234567"},
    ],
)
def test_what_goes_together_is_accepted(changes: dict[str, object]) -> None:
    assert received(written(changed(EPOC, **changes))).orders


def test_no_message_shows_a_value() -> None:
    secret = "Geheimsma"
    changes = {
        f"{letter}__{field}": f"{secret}\x07{field}"
        for letter, fields in EPOC.items()
        if isinstance(fields, dict)
        for field in fields
    }
    strange = {f"A__{secret}": "x", secret: {"a": "b"}, "EF__0__phone": secret}
    document = written(changed(EPOC, **changes, **strange))
    error = FormRefused(making.wrong(document))
    assert len(error.problems) > 10
    said = [str(error), repr(error), *error.lines("en"), *error.lines("nl")]
    assert not any(secret in text for text in said)


def test_an_answer_is_no_order() -> None:
    error = refused(lambda: received(written(OBJECTION)))
    assert [one.code for one in error.problems] == ["not-an-order"]


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b"hello", b"[1]", b"{", b"a = ", b"\xff\xfe", b"form = 1", b'form = "letter"'),
        *(b"{" * 60_000, b"a = " + b"[" * 60_000, b'{"a":' * 10_000, b"x" * 70_000),
        *(
            b'form = "epoc"\nA = 1',
            b'form = "epoc"\n[A]\nissuing_state = {a = 1}',
            b"a.b = 1\na = 2",
            b'form = "epoc"\n[A]\nfile_number = 0x' + b"F" * 8_000,
        ),
        *(
            b'{"form":"epoc","form":"epoc-pr"}',
            b'{"form":"epoc","A":{"file_number":"1","file_number":"2"}}',
        ),
        *(b"<a/>", b"<OrderForm/>", b'<OrderForm xmlns="urn:nl:voipzeker:ledger:order-form:1"/>'),
    ],
)
def test_what_is_no_form_is_refused(document: bytes) -> None:
    error = refused(lambda: received(document))
    assert error.problems


@pytest.mark.parametrize("code", ALL)
def test_a_form_as_xml_is_read_back(code: str) -> None:
    filled, carrier = filled_in(written(ALL[code]))
    again, kind = filled_in(own_xml(filled))
    assert carrier == "fields"
    assert kind == code
    assert again == filled


@pytest.mark.parametrize("code", sorted(ALL.keys() - {"objection"}))
def test_an_order_says_what_it_came_as_in_words_of_the_event(code: str) -> None:
    filled, _ = filled_in(written(ALL[code]))
    known = set(get_args(get_args(OrderReceived.__annotations__["form"])[0]))
    for document in (written(ALL[code]), own_xml(filled)):
        assert {one.form for one in received(document).orders} <= known


def test_the_same_order_comes_out_of_xml_and_of_fields() -> None:
    filled, _ = filled_in(written(EPOC))
    (typed,), (sent,) = received(written(EPOC)).orders, received(own_xml(filled)).orders
    assert sent.form == "epoc"
    assert typed.sha256 != sent.sha256
    assert (typed.personal, typed.requested_fields) == (sent.personal, sent.requested_fields)


@pytest.mark.parametrize(
    "inside",
    [
        '<Section of="A">text</Section>',
        '<Section of="A" to="B"/>',
        "<Part/>",
        '<Section of="A"><Value of="file_number"><b>1</b></Value></Section>',
        '<Section of="A"><Other of="file_number">1</Other></Section>',
    ],
)
def test_our_own_xml_holds_nothing_else(inside: str) -> None:
    document = (
        f'<OrderForm xmlns="urn:nl:voipzeker:ledger:order-form:1" form="epoc">{inside}</OrderForm>'
    )
    assert {one.code for one in making.wrong(document.encode())} <= {
        *("stray-text", "unknown-section", "unknown-field")
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ALL)
def test_a_form_is_read_by_people_without_codes(code: str, language: Language) -> None:
    filled, _ = filled_in(written(ALL[code]))
    text = form_text(filled, language).decode()
    assert FORMS[code].title(language) in text
    chosen = {value for f in FORMS[code].sections for one in f.fields for value in one.values}
    assert not [value for value in chosen if "-" in value and value in text]
    assert form_page(filled, language).startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("code", FORMS)
def test_every_field_can_be_typed(code: str) -> None:
    """A blank form is one of its form in which nothing is filled in; its comments name every field."""
    for language in LANGUAGES:
        text = blank(code, language)
        assert filled_in(text.encode())[0].code == code
        assert all(f"# {f.name} =" in text for s in FORMS[code].sections for f in s.fields)


def test_the_words_of_a_national_order_are_those_of_the_ledger() -> None:
    (order, _) = FORMS["national"].sections
    kind, who = order.field("kind"), order.field("issued_by")
    assert kind
    assert who
    assert (kind.values, who.values) == (get_args(OrderKind), get_args(IssuedBy))


def test_the_data_of_the_forms_is_whole() -> None:
    fields = [field for form in FORMS.values() for s in form.sections for field in s.fields]
    assert all(field.values for field in fields if field.kind == "choice")
    assert not {value for field in fields for value in field.values} - WORDS.keys()
    named = {field for many in CATEGORIES.values() for one in many for field in one.fields}
    assert not named - PERSONAL_FIELDS.keys()
    assert all(
        len({f.name for f in s.fields}) == len(s.fields) for x in FORMS.values() for s in x.sections
    )


def test_every_problem_has_words_in_both_languages() -> None:
    for code, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES)
        assert all("{" not in text for text in texts.values())
        assert Problem(code).say("nl") == texts["nl"]
    assert FormRefused([Problem("missing")] * 3).lines("en") == [TEXTS["missing"]["en"]]


def test_the_example_of_the_documentation_is_an_order() -> None:
    page = Path(documents.__file__).parents[1] / "docs" / "reference" / "order-forms.md"
    example = page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (order,) = received(example.encode()).orders
    assert (order.kind, order.issued_by) == ("preservation", "public-prosecutor")
    assert "called_number" in order.requested_fields
