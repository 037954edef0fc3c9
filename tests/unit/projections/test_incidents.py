"""Incidents: since when they run whatever the order of arrival, and which acts their state allows."""

from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.reading.incident_acts import ProposedAct, hindrance
from projections.views.incidents import VIEW, Incident
from rulebook.incidents import regimes_in
from tests.fixtures.cases import each
from tests.unit.projections.making import at, event

HOUR = 60
DETECTED_AT = at(-5 * HOUR).isoformat()


def breach(name: str, hours: float, **facts: Any) -> RecordedEvent:
    return event(name, hours * HOUR, subject="breach/B-1", breach_ref="B-1", **facts)


def case(name: str, hours: float, **facts: Any) -> RecordedEvent:
    return event(name, hours * HOUR, case_ref="M-1", **facts)


def incident(*events: RecordedEvent) -> Incident:
    """The one incident, the same whatever the order of the events."""
    rows = [fold(VIEW, order) for order in permutations(events)]
    assert all(row == rows[0] for row in rows)
    (found,) = rows[0].values()
    assert isinstance(found, Incident)
    return found


DETECTED = breach("breach-detected", 0, detected_at=DETECTED_AT, regime="telecom")
BOTH = breach("breach-detected", 0, detected_at=DETECTED_AT, regime="telecom/gdpr")
HIGH = breach("breach-assessed", 1, risk="high")
LOW = breach("breach-assessed", 1, risk="low")
FIRST = breach("authority-notified", 2, regime="telecom", phase="initial")
WHOLE = breach("authority-notified", 2, regime="tw/avg", phase="full")
TOLD = breach("subjects-notified", 3, channel="website")
CLOSED = breach("breach-closed", 4)
SUSPECTED = case("misuse-suspected", 0, data_kinds=["login"])
WARNED = case("customer-warned", 1, channel="phone")
RESOLVED = case("misuse-resolved", 2, outcome="unfounded")


def test_an_incident_runs_since_it_was_detected_not_since_it_was_entered() -> None:
    assert incident(DETECTED, HIGH).begun_at == at(-5 * HOUR)
    assert incident(SUSPECTED, WARNED).begun_at == at(0)
    assert incident(HIGH).begun_at is None


def why(one: Incident, name: str, hours: float, told: int = 0, **facts: Any) -> str:
    return hindrance(one, ProposedAct(name, at(hours * HOUR), facts, told)) or ""


@each(
    "events, name, facts, expected",
    [
        ([HIGH], "breach-assessed", {"risk": "low"}, "never began"),
        ([DETECTED], "breach-assessed", {"risk": "low"}, ""),
        ([DETECTED, HIGH], "breach-assessed", {"risk": "high"}, "as high already"),
        ([DETECTED, HIGH], "breach-assessed", {"risk": "low"}, ""),
        ([DETECTED, CLOSED], "breach-assessed", {"risk": "low"}, "closed since 2026-03-01"),
        ([DETECTED], "authority-notified", {"regime": "gdpr", "phase": "full"}, "under telecom:"),
        (
            [DETECTED],
            "authority-notified",
            {"regime": "telecom/gdpr", "phase": "full"},
            "under telecom:",
        ),
        ([DETECTED, FIRST], "authority-notified", {"regime": "tw", "phase": "initial"}, "already"),
        ([DETECTED, FIRST], "authority-notified", {"regime": "tw", "phase": "full"}, ""),
        ([BOTH, FIRST], "authority-notified", {"regime": "tw/gdpr", "phase": "initial"}, ""),
        ([BOTH, WHOLE], "authority-notified", {"regime": "gdpr", "phase": "initial"}, "already"),
        ([BOTH, WHOLE], "authority-notified", {"regime": "telecom", "phase": "full"}, "already"),
        ([BOTH, CLOSED], "authority-notified", {"regime": "gdpr", "phase": "full"}, ""),
        ([DETECTED, TOLD], "subjects-notified", {"channel": "website"}, "by website already"),
        ([DETECTED, TOLD], "subjects-notified", {"channel": "email"}, ""),
        ([DETECTED, TOLD], "subjects-notified", {}, ""),
        ([DETECTED, WHOLE], "breach-closed", {}, "never assessed"),
        ([DETECTED, LOW], "breach-closed", {}, "First notification of a breach"),
        ([DETECTED, LOW, FIRST], "breach-closed", {}, "Full notification of a breach"),
        ([DETECTED, LOW, WHOLE], "breach-closed", {}, ""),
        ([DETECTED, HIGH, WHOLE], "breach-closed", {}, "persons were not told"),
        ([DETECTED, HIGH, WHOLE, TOLD], "breach-closed", {}, ""),
        ([DETECTED, LOW, WHOLE, CLOSED], "breach-closed", {}, "closed since"),
        ([SUSPECTED, WARNED], "customer-warned", {"channel": "phone"}, "by phone already"),
        ([SUSPECTED, WARNED, RESOLVED], "customer-warned", {"channel": "post"}, ""),
        ([SUSPECTED], "misuse-resolved", {}, "Warning to a customer"),
        ([SUSPECTED, WARNED], "misuse-resolved", {}, ""),
        ([SUSPECTED, WARNED, RESOLVED], "misuse-resolved", {}, "closed since"),
    ],
)
def test_which_acts_an_incident_allows(
    events: list[RecordedEvent], name: str, facts: dict[str, Any], expected: str
) -> None:
    found = why(incident(*events), name, 9, **facts)
    assert expected in found
    assert bool(expected) == bool(found)


def test_whoever_was_told_one_by_one_was_told() -> None:
    assert why(incident(DETECTED, HIGH, WHOLE), "breach-closed", 9, told=1) == ""


def test_nothing_is_done_before_the_beginning_and_nothing_ends_before_its_acts() -> None:
    one = incident(DETECTED, LOW, WHOLE)
    early = why(one, "subjects-notified", -6, channel="email")
    assert "before breach B-1 was detected, at 2026-03-01T07:00:00" in early
    assert why(one, "subjects-notified", -4, channel="email") == ""
    assert "before the last act on it" in why(one, "breach-closed", 1)
    assert "was suspected" in why(incident(SUSPECTED), "customer-warned", -1, channel="post")


@pytest.mark.parametrize(
    ("regime", "expected"),
    [
        ("telecom/gdpr", {"telecom", "gdpr"}),
        ("611-2013", {"telecom"}),
        ("tw/avg", {"telecom", "gdpr"}),
        ("avg", {"gdpr"}),
        ("unheard-of", {"gdpr"}),
    ],
)
def test_a_regime_names_one_law_or_both(regime: str, expected: set[str]) -> None:
    assert regimes_in(regime) == expected
