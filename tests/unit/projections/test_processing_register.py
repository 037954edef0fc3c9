"""Semantics 6 of the contract: the register counts facts, and shows how they drift from declarations."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold_at
from projections.folds.view import encode
from projections.views.processing_register import VIEW, Entry, ObservationTotals, Totals, observe
from projections.views.register_join import RegisterGathering
from tests.unit.projections.making import ANNA, BERT, annulment, at, event


def declared(minutes: float = 0, act: str = "declared", **more: Any) -> RecordedEvent:
    facts: dict[str, Any] = {
        "name": "Billing",
        "purposes": [{"purpose": "invoicing", "legal_basis": "6-1-b"}],
        "data_categories": ["contact"],
        "recipient_kinds": ["processor"],
        "countries": ["NL"],
    }
    name = f"processing-activity-{act}"
    return event(name, minutes, subject="activity/billing", **(facts | more))


def retired(minutes: float) -> RecordedEvent:
    name = "processing-activity-retired"
    return event(name, minutes, subject="activity/billing", reason="outsourced")


def used(minutes: float = 0, **more: Any) -> RecordedEvent:
    defaults: dict[str, Any] = {
        "activity": "billing",
        "legal_basis": "6-1-b",
        "categories": ["contact"],
    }
    return event("personal-data-collected", minutes, **(defaults | more))


def disclosed(minutes: float = 0, **more: Any) -> RecordedEvent:
    facts: dict[str, Any] = {"recipient": "acme", "recipient_kind": "processor", "country": "NL"}
    defaults: dict[str, Any] = {
        "activity": "billing",
        "legal_basis": "6-1-b",
        "categories": ["contact"],
    }
    return event("personal-data-disclosed", minutes, **(defaults | facts | more))


def register(events: Iterable[RecordedEvent]) -> dict[str, Entry]:
    gathering = RegisterGathering()
    events = list(events)
    for stream in {one.stream for one in events}:
        mine = [one for one in events if one.stream == stream]
        for subkey, row in fold_at(VIEW, mine).items():
            gathering.add(subkey, row)
    return {entry.activity: entry for entry in gathering.entries()}


def entry_of(*events: RecordedEvent) -> Entry:
    """The entry of billing, the same whatever the order of the events."""
    assert len({encode(register(order)) for order in permutations(events)}) == 1
    return register(events)["billing"]


def drift(entry: Entry) -> list[tuple[str, str]]:
    return [(one.kind, one.detail) for one in entry.drift]


def test_what_is_declared_and_used_as_declared_does_not_drift() -> None:
    entry = entry_of(declared(), used(2), used(1, stream=BERT), disclosed(3))
    assert (entry.version, entry.name, drift(entry)) == (1, "Billing", [])
    observed = entry.observed
    assert (observed.events, observed.data_subjects) == (3, 2)
    assert (observed.first, observed.last) == (at(1), at(3))
    assert (observed.legal_bases, observed.categories) == (["6-1-b"], ["contact"])
    assert (observed.recipients, observed.recipient_kinds) == (["acme"], ["processor"])
    assert observed.countries == ["NL"]


def test_registry_events_that_name_the_activity_count_but_are_no_data_subjects() -> None:
    registry = event(
        "recipient-registered",
        subject="recipient/acme",
        activity="billing",
        country="US",
        kind="processor",
    )
    entry = entry_of(declared(), used(), registry)
    assert (entry.observed.events, entry.observed.data_subjects) == (2, 1)
    # Where a recipient is established is not a country that data went to.
    assert entry.observed.countries == []


def test_everything_undeclared_drifts_sorted() -> None:
    entry = entry_of(
        declared(),
        used(legal_basis="6-1-a", categories=["location", "contact", "device"]),
        disclosed(recipient_kind="police", country="US"),
    )
    assert drift(entry) == [
        ("undeclared-category", "device"),
        ("undeclared-category", "location"),
        ("undeclared-country", "US"),
        ("undeclared-legal-basis", "6-1-a"),
        ("undeclared-recipient-kind", "police"),
    ]


def test_an_undeclared_activity_has_that_drift_only() -> None:
    entry = entry_of(used(legal_basis="6-1-a"), disclosed(country="US"))
    assert (entry.version, entry.name, entry.declared) == (0, None, None)
    assert drift(entry) == [("undeclared-activity", "billing")]


def test_a_declared_activity_without_events_is_unused() -> None:
    entry = entry_of(declared())
    assert drift(entry) == [("unused", "billing")]
    assert (entry.observed.first, entry.observed.last) == (None, None)


def test_the_latest_declaration_holds_and_the_version_counts_them() -> None:
    entry = entry_of(declared(1), declared(3, "changed", name="New"), declared(2, name="Old"))
    assert (entry.version, entry.name) == (3, "New")
    assert entry.declared
    assert entry.declared["name"] == "New"


@pytest.mark.parametrize(("again", "gone"), [(2, True), (6, False)])
def test_a_retired_activity_keeps_its_declaration_and_is_not_unused(
    again: float, gone: bool
) -> None:
    entry = entry_of(declared(1), retired(5), declared(again, "changed"))
    assert (entry.retired is not None) is gone
    assert drift(entry) == ([] if gone else [("unused", "billing")])
    assert entry.version == 2


def test_every_declaration_is_a_version_that_can_be_asked_for_by_time() -> None:
    entry = entry_of(declared(1, name="One"), declared(5, "changed", name="Two"), retired(9))
    assert [(v.order.time, v.facts["name"]) for v in entry.versions] == [
        (at(1), "One"),
        (at(5), "Two"),
    ]
    assert [entry.version_at(at(minutes)) for minutes in (0, 1, 4, 5, 9)] == [0, 1, 1, 2, 2]
    names = [entry.declared_at(at(minutes)) for minutes in (0, 1, 5)]
    assert [facts and facts["name"] for facts in names] == ["One", "One", "Two"]


def test_an_impact_assessment_belongs_to_the_entry_and_declares_nothing() -> None:
    def assessed(minutes: float, reference: str) -> RecordedEvent:
        return event("dpia-linked", minutes, subject="activity/billing", dpia_ref=reference)

    entry = entry_of(declared(1), assessed(4, "second"), assessed(2, "first"))
    assert [one.facts["dpia_ref"] for one in entry.assessments] == ["first", "second"]
    assert entry.version == 1
    assert register([assessed(1, "alone")]) == {}


def test_annulled_events_and_declarations_are_not_counted() -> None:
    wrong, mistake = used(9, stream=BERT), declared(4, "changed", name="Wrong")
    events = [declared(), mistake, annulment(5, mistake), used(1), wrong, annulment(10, wrong)]
    entry = register(events)["billing"]
    assert (entry.version, entry.name) == (1, "Billing")
    assert (entry.observed.events, entry.observed.data_subjects) == (1, 1)
    assert entry.observed.last == at(1)


def test_an_activity_nobody_names_any_more_has_no_entry() -> None:
    wrong = used(1)
    assert register([wrong, annulment(2, wrong)]) == {}


def test_totals_are_what_was_added_less_what_was_taken_back() -> None:
    rows = [observe(None, [used(stream=ANNA)]), observe(None, [disclosed(stream=BERT)])]
    totals = register([used(stream=ANNA)])["billing"].observed
    tally = ObservationTotals()
    for row in rows:
        tally.add(row)
    both = ObservationTotals(tally.totals())
    assert tally.totals().data_subjects == 2
    both.subtract(rows[1])
    left = both.totals()
    assert (left.events, left.data_subjects, left.recipients) == (1, 1, {})
    assert sorted(left.categories) == totals.categories
    both.subtract(rows[0])
    assert both.totals() == Totals()
