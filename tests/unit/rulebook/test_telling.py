"""What a role is told of an event where something is hidden: the table is complete, and fails closed."""

from itertools import chain

import msgspec
import pytest

from projections.views.requests import CLOSINGS
from rulebook.recipients import RECIPIENT_KINDS
from rulebook.sources import SENDERS
from rulebook.telling import (
    ALL,
    IMPLIED,
    MATTERS,
    PLAIN,
    TELLINGS,
    of_activity,
    of_kinds,
    of_provision,
    of_purpose,
    of_source,
    telling_of,
)
from schemas import ALL_TYPES, CATEGORIES
from schemas.facts import COMMON_MEMBERS
from schemas.texts import optional_facts, placeholders, texts

FACTS = {
    entry.name: {field.name for field in msgspec.structs.fields(entry.data)} - COMMON_MEMBERS
    for entry in ALL_TYPES.values()
}
EFFECTS = {
    *("account-deactivated", "account-reactivated", "processing-restricted", "restriction-lifted"),
    *(name for name in FACTS if name.startswith("service-") and name != "service-message-sent"),
}
HIDDEN_MATTERS = {
    *("payment-default-recorded", "collection-notice-sent", "collection-closed"),
    *("credit-check-requested", "credit-check-result-received", "automated-decision-made"),
    *("human-review-completed", "misuse-suspected", "customer-warned", "misuse-resolved"),
    *("fraud-signal-recorded", "dispute-opened", "dispute-closed", "legal-hold-placed"),
    *("legal-hold-reviewed", "legal-hold-released", "court-petition-received"),
    *("supervisory-inquiry-received", "supervisory-inquiry-answered"),
}


def test_every_type_stands_in_the_table_once() -> None:
    listed = [*chain.from_iterable(entry.types for entry in TELLINGS)]
    assert sorted(listed) == sorted(FACTS)


def test_every_category_has_its_cell() -> None:
    assert set(CATEGORIES) == PLAIN | MATTERS
    cells = {telling_of(name).cell(category) for name in FACTS for category in CATEGORIES}
    assert cells == {"whole", "reduced", "none"}


def test_what_the_table_does_not_list_is_told_to_nobody() -> None:
    entry = telling_of("debt-sold")
    assert {entry.cell(category) for category in CATEGORIES} == {"none"}
    assert {
        telling_of("invoice-sent").cell(category) for category in ("debt", "not-yet-known")
    } == {
        "none",
        "whole",
    }


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_what_took_effect_is_told_whatever_is_hidden_and_why_is_not(name: str) -> None:
    entry = telling_of(name)
    assert entry.stays
    assert "none" not in {entry.cell(category) for category in CATEGORIES}
    assert {entry.cell(category) for category in MATTERS} == {"reduced"}
    assert not entry.words
    assert not {*entry.keeps} & {"reason", "ground"}


@pytest.mark.parametrize("name", sorted(HIDDEN_MATTERS))
def test_a_hidden_matter_is_not_told_by_any_event_of_its_types(name: str) -> None:
    entry = telling_of(name)
    assert entry.closed or entry.about & {"credit", "debt", "fraud"}


@pytest.mark.parametrize("entry", TELLINGS, ids=lambda entry: entry.types[0])
def test_an_entry_names_what_is_there(entry: object) -> None:
    telling = telling_of(entry.types[0])  # type: ignore[attr-defined]
    facts = set[str]().union(*(FACTS[name] for name in telling.types))
    assert {*telling.keeps, *telling.only} - {ALL} <= facts
    assert telling.about | telling.none <= set(CATEGORIES)
    assert not telling.after or all(telling.after in FACTS[name] for name in telling.types), (
        "a case is named by a fact"
    )
    assert set(telling.begins) <= set(FACTS)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_sentence_can_do_without_what_is_not_told(name: str) -> None:
    entry = telling_of(name)
    if entry.closed:
        return
    for sentence in texts()[name].values():
        named = {fact for fact, _ in placeholders(sentence)} - {"categories"}
        untold = {fact for fact in named if not entry.keeps_fact(fact, "some code")}
        assert untold <= optional_facts(sentence)


def test_no_reason_ground_or_outcome_is_told() -> None:
    """They are free codes: whoever wants to say that somebody owes money says it there."""
    free = {"reason", "ground", "outcome", "necessity_reason", "case_ref", "role", "query", "owner"}
    for entry in TELLINGS:
        if not entry.closed and not entry.about and entry.types[0].split("-")[0] != "recipient":
            told = {*chain.from_iterable(FACTS[name] for name in entry.types)} & free
            told = {fact for fact in told if entry.keeps_fact(fact, "unpaid")}
            assert not told - {"ground"}, entry.types
            assert "ground" not in told or entry.types == ("personal-data-erased",)


def test_only_how_a_request_ended_without_an_answer_is_told_of_its_outcome() -> None:
    assert telling_of("rights-request-answered").only == {"outcome": frozenset(CLOSINGS)}


def test_words_that_imply_are_known_words() -> None:
    for entry in IMPLIED:
        assert entry.category in MATTERS
        assert entry.recipient_kinds <= RECIPIENT_KINDS.keys()
        assert entry.sources <= SENDERS.keys()
        assert all(of_provision(provision) for provision in entry.provisions)


def test_an_activity_tells_of_what_all_its_purposes_tell_of() -> None:
    assert of_activity("incasso", ["collection"]) == frozenset({"debt"})
    assert of_activity("incasso", ["collection", "misuse-detection"]) == frozenset(
        {"debt", "fraud"}
    )
    assert of_activity("billing", ["invoicing", "collection"]) == frozenset()
    assert of_activity("incasso", ["collection", "a-purpose-of-ours"]) == frozenset({"debt"})
    assert of_activity("debt-collection", []) == frozenset({"debt"})
    assert of_activity("debt-collection", ["invoicing"]) == frozenset({"debt"})
    assert of_activity("incasso", []) is None
    assert of_activity("incasso", ["a-purpose-of-ours"]) is None


def test_what_nobody_knows_is_known_as_that() -> None:
    assert of_purpose("a-purpose-of-ours") is None
    assert of_purpose("newsletter") == frozenset()
    assert of_kinds([]) is None
    assert of_kinds(["a-kind-of-ours"]) is None
    assert of_kinds(["carrier", "bailiff"]) == frozenset({"debt"})
    assert of_provision("nl.none.1") is None
    assert of_source("urn:elders:crm") is None
    assert of_source("urn:voipzeker:crm") == frozenset()
    assert of_source("urn:voipzeker:collections") == frozenset({"debt"})
