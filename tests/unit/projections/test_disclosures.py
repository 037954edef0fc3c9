"""Rows of disclosures: one an event, gone when it is annulled."""

from typing import Any

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold_at
from projections.folds.view import place_of
from projections.views.disclosures import VIEW, sorted_disclosures
from tests.unit.projections.making import ANNA, CRM, PORTAL, annulment, at, event


def disclosed(minutes: float, recipient: str = "police-ams", **more: Any) -> RecordedEvent:
    facts: dict[str, Any] = {"recipient": recipient, "recipient_kind": "police", "fields": ["name"]}
    return event("personal-data-disclosed", minutes, legal_basis="6-1-c", **facts, **more)


def test_a_row_is_known_by_its_position_and_says_what_the_event_says() -> None:
    one, other = disclosed(1, position=3), disclosed(2, "cjib", position=12)
    rows = fold_at(VIEW, [one, other, event("consent-given", purpose="newsletter")])
    assert list(rows) == [place_of(3), place_of(12)]
    row = rows[place_of(3)]
    assert (row.position, row.stream, row.occurred_at, row.legal_basis) == (3, ANNA, at(1), "6-1-c")
    assert (row.recipient, row.recipient_kind, row.facts["fields"]) == (
        "police-ams",
        "police",
        ["name"],
    )


def test_an_annulled_disclosure_has_no_row() -> None:
    wrong = disclosed(1)
    assert list(fold_at(VIEW, [wrong, annulment(2, wrong)])) == []


def test_rows_are_shown_by_occurred_time_then_source_then_id() -> None:
    events = [
        disclosed(2, source=PORTAL, id="a"),
        disclosed(2, source=CRM, id="b"),
        disclosed(2, source=CRM, id="a"),
        disclosed(1, source=PORTAL, id="z"),
    ]
    shown = sorted_disclosures(fold_at(VIEW, events).values())
    assert [(row.source, row.id) for row in shown] == [
        (PORTAL, "z"),
        (CRM, "a"),
        (CRM, "b"),
        (PORTAL, "a"),
    ]
