"""The tally of retention: whom it counts, what it joins, and that no order of persons matters."""

from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.findings import view as findings
from projections.findings.judging import Finding
from projections.folds.timetravel import fold
from projections.reading.adherence import Adherence, AdherenceTally
from projections.views import processing_register
from tests.unit.projections.making import ANNA, BERT, OURS, at, event, values

USED: dict[str, Any] = {"activity": "billing", "categories": ["contact", "payment"]}
PASSED = {"law.a": 5.0, "law.b": 3.0}  # rule -> minutes after noon since when


def passed(rule: str) -> Finding:
    """A finding that the period of contact data has passed."""
    return Finding(
        rule="law.retention.passed",
        about=ANNA,
        position=1,
        occurred_at=at(0),
        source="crm",
        id="e1",
        name="personal-data-collected",
        due=at(PASSED[rule]),
        detail=f"contact, {rule}",
    )


def person(key: str, *more: RecordedEvent, stream: Any = ANNA) -> list[RecordedEvent]:
    """Somebody whose contact data was collected, and whose payment data was only used."""
    sealed = values(key, email=key)
    return [
        event("personal-data-collected", 1, stream=stream, id=key, sealed=sealed, **USED),
        *more,
    ]


def tallied(*streams: tuple[list[RecordedEvent], str | None]) -> dict[str, Any]:
    tally = AdherenceTally()
    for events, rule in streams:
        late = {"contact": passed(rule)} if rule else {}
        observed = fold(processing_register.VIEW, events)
        tally.add(observed, fold(findings.VIEW, events), late)
    return tally.found()


def test_people_are_counted_by_what_the_activity_used_and_what_is_held() -> None:
    assert tallied((person("k1"), None), (person("k2", stream=BERT), "law.a")) == {
        "billing": {
            "contact": Adherence(2, held=2, overdue=1, since=at(5), rules=("law.a",)),
            "payment": Adherence(2),
        }
    }


def test_the_earliest_start_and_every_rule_are_kept_in_any_order() -> None:
    streams: list[tuple[list[RecordedEvent], str | None]] = [
        (person("k1"), "law.a"),
        (person("k2", stream=BERT), "law.b"),
        (person("k3"), None),
    ]
    found = [tallied(*order) for order in permutations(streams)]
    assert found[0]["billing"]["contact"] == Adherence(
        3, held=3, overdue=2, since=at(3), rules=("law.a", "law.b")
    )
    assert all(one == found[0] for one in found)


def test_what_was_erased_is_not_held() -> None:
    gone = event(
        "personal-data-erased", 2, source=OURS, categories=["contact"], keys_destroyed=["k1"]
    )
    assert tallied((person("k1", gone), None))["billing"]["contact"] == Adherence(1)


def test_what_a_hold_keeps_is_suspended_where_it_is_held() -> None:
    hold: dict[str, Any] = {
        "hold_ref": "H-1",
        "ground": "claim",
        "review_on": "2030-01-01",
        "categories": ["contact", "payment"],
    }
    found = tallied((person("k1", event("legal-hold-placed", 2, **hold)), None))
    assert found["billing"] == {
        "contact": Adherence(1, held=1, suspended=1),
        "payment": Adherence(1),
    }


@pytest.mark.parametrize("subject", ["recipient/acme", "activity/billing"])
def test_who_is_no_person_is_not_counted(subject: str) -> None:
    told = [event("bulk-feed-delivered", 1, subject=subject, **USED)]
    assert tallied((told, None)) == {}
