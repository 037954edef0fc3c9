"""Members as people give them: texts of flags, objects of files, answers to questions."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from application.acts.asking import Prompter, asked
from application.acts.filling import InvalidMember, assigned, expected, taken
from application.acts.recording import COMMANDS, ELSEWHERE, check_subject, members_for, missing
from schemas import ALL_TYPES, EVENT_TYPES
from schemas.members import Shape
from schemas.texts import LANGUAGES
from tests.unit.schemas.making import entry_of


def form(name: str, subject: str = "customer/1") -> Shape:
    return Shape("object", members=members_for(entry_of(name), subject))


def given(name: str, *pairs: str, subject: str = "customer/1") -> Any:
    data: Any = {}
    for pair in pairs:
        path, _, text = pair.partition("=")
        data = assigned(form(name, subject), data, path, text, "en")
    return data


def test_texts_become_what_the_contract_wants() -> None:
    pairs = ("order_ref=O-1", "services=voip, mobile", "services=data", "large_order=ja")
    found = given("order-placed", *pairs)
    assert found == {
        "order_ref": "O-1",
        "services": ["voip", "mobile", "data"],
        "large_order": True,
    }
    assert given("contact-list-uploaded", "count=12") == {"count": 12}
    assert given("personal-data-disclosed", "recipient-kind=politie") == {
        "recipient_kind": "police"
    }
    local = given("consent-given", "valid_until=2026-07-01 12:00:00")
    assert local == {"valid_until": "2026-07-01T10:00:00.000000Z"}


def test_lists_of_texts_keep_their_commas() -> None:
    taken_in = given(
        "breach-assessed", "measures_taken=a, b", "measures_taken=c", subject="breach/B-1"
    )
    assert taken_in == {"measures_taken": ["a, b", "c"]}


def test_parts_are_named_by_dots_maps_by_keys() -> None:
    declared = "processing-activity-declared"
    found = given(
        declared,
        "purposes.0.purpose=x",
        "purposes.0.legal_basis=6-1-f",
        "retention.contact=p7y",
        "retention=identity=p1y, debt=p7y",
        subject="activity/a",
    )
    assert found["purposes"] == [{"purpose": "x", "legal_basis": "6-1-f"}]
    assert found["retention"] == {"contact": "p7y", "identity": "p1y", "debt": "p7y"}


@pytest.mark.parametrize(
    ("name", "pair", "why"),
    [
        ("order-placed", "order=1", "did you mean order_ref"),
        ("order-placed", "large_order=perhaps", "yes or no"),
        ("order-placed", "services.7=canary", "from 0 to 0"),
        ("order-placed", "order_ref.x=1", "no parts"),
        ("order-placed", "order_ref=a b", "a code"),
        ("contact-list-uploaded", "count=-1", "a whole number"),
        ("consent-given", "valid_until=tomorrow", "a time with offset"),
        ("personal-data-disclosed", "recipient_kind=polise", "did you mean police"),
        ("personal-data-disclosed", "period_from=2026-02-30", "a day"),
        ("recipient-registered", 'certifications=[{"framework": "dpf"}]', "missing: valid_from"),
        ("recipient-registered", "certifications=[", "in JSON"),
        ("processing-activity-declared", "retention.canary=p7y", "one of"),
    ],
)
def test_what_does_not_fit_is_told_without_what_was_given(name: str, pair: str, why: str) -> None:
    subject = {"r": "recipient/a", "p": "activity/a"}.get(name[0], "customer/1")
    about = "customer/1" if name == "personal-data-disclosed" else subject
    with pytest.raises(InvalidMember) as error:
        given(name, pair, subject=about)
    assert why in str(error.value)
    value = pair.partition("=")[2]
    assert value not in str(error.value)
    assert "canary" not in str(error.value)


def test_an_object_of_a_file_is_read_alike() -> None:
    shape = form("personal-data-disclosed")
    read = taken(
        shape, {"period_from": date(2026, 1, 2), "method": "Push", "fields": ["name"]}, "en"
    )
    assert read == {"period_from": "2026-01-02", "method": "push", "fields": ["name"]}
    until = taken(
        form("consent-given"), {"valid_until": datetime.fromisoformat("2026-01-02T12:00")}, "en"
    )
    assert until == {"valid_until": "2026-01-02T11:00:00.000000Z"}
    sealed = {"personal": {"name": "A", "latitude": 52.1, "service_ids": ["a"]}}
    assert taken(shape, sealed, "en") == sealed
    with pytest.raises(InvalidMember, match="personal: there is no such member; did you mean name"):
        taken(shape, {"personal": {"nam": "Canary"}}, "en")


def test_who_it_is_about_decides_what_must_be_there() -> None:
    about = entry_of("subjects-notified")
    needed = [
        {one.name for one in members_for(about, who) if one.required}
        for who in ("customer/1", "breach/B-1")
    ]
    assert needed == [{"breach_ref", "activity", "legal_basis"}, {"breach_ref"}]
    assert "personal" not in {one.name for one in members_for(about, "breach/B-1")}
    told = missing(members_for(about, "breach/B-1"), {}, "nl")
    assert told == ["breach_ref ontbreekt: kenmerk van het datalek"]
    with pytest.raises(InvalidMember, match="breach/10023"):
        check_subject(entry_of("breach-detected"), "customer/1", "en")


def talk(name: str, subject: str, *answers: str) -> tuple[Any, list[str], Iterator[str]]:
    left, said = iter(answers), list[str]()
    who = Prompter(lambda _prompt: next(left), said.append, "en")
    return asked(members_for(entry_of(name), subject), {}, who), said, left


def test_questions_are_asked_until_they_fit_and_choices_go_by_number() -> None:
    answers = ("", "1", "e mail", "email", "15", "2", "", "", "", "", "", "")
    found, said, left = talk("privacy-notice-provided", "employee/7", *answers)
    assert found == {"version": "1", "channel": "email", "article": "14"}
    assert "this is required" in said
    assert any("channel: a code" in line for line in said)
    assert any(line.split() == ["2", "14"] for line in said)
    assert list(left) == []


def test_lists_of_objects_are_asked_entry_by_entry() -> None:
    answers = (
        "Acme",
        "1",
        "processor",
        "us",
        "2024-01-01",
        "",
        "",
        "dpf",
        "2024-02-01",
        "",
        "",
        "",
        "",
        "",
        "",
    )
    found, said, _ = talk("recipient-registered", "recipient/acme", *answers)
    assert found["kind"] == "bailiff"
    assert found["certifications"] == [{"framework": "dpf", "valid_from": "2024-02-01"}]
    assert any("entry 2" in line for line in said)


def test_every_kind_has_words_and_every_command_is_one() -> None:
    for language in LANGUAGES:
        for one in EVENT_TYPES.values():
            for member in members_for(one, "customer/1"):
                assert expected(member.shape, language)
    names = {one.name for one in ALL_TYPES.values()}
    assert {*COMMANDS, *ELSEWHERE} <= names
    assert {one.name for one in EVENT_TYPES.values() if one.own} <= set(ELSEWHERE)
    assert not set(COMMANDS) & set(ELSEWHERE)
