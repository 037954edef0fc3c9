"""Types of orders under secrecy: the confidential ledger records them, an open one withholds all of them."""

import json
from typing import Any

import pytest

from schemas import AdmissionRules
from schemas.asyncapi import document
from schemas.catalogue import CONFIDENTIAL_TYPES, EVENT_TYPES, ORDER_TYPES
from schemas.library import examples_of
from schemas.secret_types import is_secret_type
from tests.fixtures.cases import each
from tests.unit.schemas.making import CONFIDENTIAL, GONE, accepted, changed, example, refused

REQUIRED = {
    "order-received": {"order_ref", "authority", "requested_fields", "oral"},
    "order-authenticated": {"order_ref", "method"},
    "authorisation-recorded": {"order_ref", "by", "document_sha256"},
    "order-validated": {"order_ref"},
    "order-narrowed": {"order_ref"},
    "order-objected": {"order_ref", "ground"},
    "order-rejected": {"order_ref"},
    "order-executed": {"order_ref"},
    "order-confirmed": {"order_ref", "what"},
    "order-withdrawn": {"order_ref"},
    "order-handed-over": {"order_ref", "to_employee"},
    "secrecy-imposed": {"by", "evidence"},
    "secrecy-reviewed": {"by", "evidence"},
    "secrecy-lifted": {"by", "evidence"},
    "preservation-imposed": {"categories", "until"},
    "preservation-extended": {"until"},
    "preservation-released": {"categories", "until"},
    "preservation-snapshot-taken": {
        "order_ref",
        "position",
        "persons",
        "records",
        "added",
        "missing",
    },
    "data-preserved": {"order_ref", "about", "position", "entry_source", "entry_id", "leaf"},
    "restriction-applied": {"ground", "considerations", "review_on"},
    "interception-provided": set(),
    "interception-ended": set(),
    "disclosure-handed-over": {"disclosure_id", "sha256"},
    "secret-codes-declared": {"codes"},
}
NAMES = sorted(REQUIRED)
EXAMPLES = [(name, label) for name in NAMES for label in examples_of(name)]


def test_the_types_and_what_they_must_tell() -> None:
    told = {entry.name: set(entry.required_facts) for entry in ORDER_TYPES.values()}
    assert told == REQUIRED
    assert set(ORDER_TYPES) == CONFIDENTIAL_TYPES
    assert CONFIDENTIAL_TYPES.isdisjoint(EVENT_TYPES)


@each("name, label", EXAMPLES)
def test_the_confidential_ledger_records_them(name: str, label: str) -> None:
    sent = example(name, label)
    event = accepted(sent, CONFIDENTIAL)
    assert event.type == sent["type"]
    assert json.loads(event.canonical)["data"].keys() == sent["data"].keys()
    assert accepted(event.canonical, CONFIDENTIAL).canonical == event.canonical


@each("name, label", EXAMPLES)
def test_an_open_ledger_withholds_them_with_rules_and_without(name: str, label: str) -> None:
    sent = example(name, label)
    assert is_secret_type(sent["type"])
    for rules in (AdmissionRules(), AdmissionRules(secrecy=CONFIDENTIAL.secrecy)):
        assert refused(sent, rules) == ("withheld", "")
        assert refused(changed(sent, data__surprise=1), rules) == ("withheld", "")
        assert refused(changed(sent, time="2027-01-01T00:00:00Z"), rules) == ("withheld", "")


@each("name, fact", [(name, fact) for name in NAMES for fact in sorted(REQUIRED[name])])
def test_a_required_fact(name: str, fact: str) -> None:
    sent = changed(example(name), **{f"data__{fact}": GONE})
    assert refused(sent, CONFIDENTIAL) == ("schema", f"/data/{fact}")


@pytest.mark.parametrize("letter", "abcdefgh")
def test_a_restriction_that_leaves_out_a_consideration_is_refused(letter: str) -> None:
    applied = changed(example("restriction-applied"), **{f"data__considerations__{letter}": GONE})
    assert refused(applied, CONFIDENTIAL) == ("schema", f"/data/considerations/{letter}")


@pytest.mark.parametrize(
    ("member", "value", "rejection"),
    [
        ("data__ground", "k", ("schema", "/data/ground")),
        ("data__considerations__i", "more", ("unknown-field", "/data/considerations")),
        ("data__considerations", {}, ("schema", "/data/considerations/a")),
        ("data__considerations", ["a"], ("schema", "/data/considerations")),
    ],
)
def test_a_restriction_names_a_ground_and_exactly_what_was_considered(
    member: str, value: Any, rejection: tuple[str, str]
) -> None:
    applied = changed(example("restriction-applied"), **{member: value})
    assert refused(applied, CONFIDENTIAL) == rejection


def test_an_order_is_about_a_person() -> None:
    for subject in ("recipient/police", "activity/orders"):
        moved = changed(example("order-received"), subject=subject)
        assert refused(moved, CONFIDENTIAL) == ("schema", "/subject")
    unknown = changed(example("order-received"), subject="visitor/O-2026-0001")
    assert accepted(unknown, CONFIDENTIAL).subject == "visitor/O-2026-0001"


def test_a_number_is_told_in_personal_and_nowhere_else() -> None:
    sent = changed(example("order-received"), data__case_ref="0612345678")
    assert refused(sent, CONFIDENTIAL) == ("personal-data-in-facts", "/data/case_ref")


def test_the_contract_lists_them_on_the_confidential_topic_alone() -> None:
    channels = document()["channels"]
    messages = {f"{name}.v1" for name in NAMES}
    assert messages <= channels["confidential"]["messages"].keys()
    for topic in ("events", "register"):
        assert messages.isdisjoint(channels[topic]["messages"])
