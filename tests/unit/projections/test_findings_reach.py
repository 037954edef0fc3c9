"""How far back a change reaches: not at all, to a time or a day, or to the beginning."""

from datetime import datetime
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.dossier.dossier import Dossier
from projections.findings.reach import EVER, reach
from tests.unit.projections.making import HR, at, event


def marks(*events: RecordedEvent) -> dict[str, Any]:
    dossier = Dossier()
    for one in events:
        dossier = dossier.with_event(one)
    return dossier.marks


def recipient(valid_from: str, minutes: float = 0, **more: Any) -> RecordedEvent:
    name = more.pop("name", "recipient-registered")
    facts = {"subject": "recipient/acme", "valid_from": valid_from, "kind": "processor"}
    return event(name, minutes, **(facts | more))


def ended(valid_to: str, minutes: float = 1) -> RecordedEvent:
    return event("recipient-ended", minutes, subject="recipient/acme", valid_to=valid_to)


def midnight(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T00:00:00+01:00")


KNOWN = recipient("2024-01-01", -9)
GRANT = event("role-granted", 0, role="desk", source=HR)


@pytest.mark.parametrize(
    ("before", "more", "since"),
    [
        ((), event("role-granted", 5, role="desk"), at(5)),
        ((GRANT,), event("role-revoked", 7, role="desk"), at(7)),
        ((GRANT,), event("role-granted", -7, role="desk"), at(-7)),
        ((), event("vog-presented", 3, issued_on="2026-01-01"), at(3)),
        ((), event("consent-given", 3, purpose="newsletter"), EVER),
    ],
)
def test_what_held_at_a_time_reaches_back_to_the_mark(
    before: tuple[RecordedEvent, ...], more: RecordedEvent, since: datetime
) -> None:
    assert set(reach(marks(*before), marks(*before, more)).values()) == {since}


@pytest.mark.parametrize(
    ("more", "since"),
    [
        (ended("2025-02-01"), midnight("2025-02-01")),
        (recipient("2025-02-01", kind="carrier", name="recipient-changed"), midnight("2025-02-01")),
        (recipient("2023-02-01", 1), midnight("2023-02-01")),
        (recipient("2023-02-01", 1, kind="carrier"), EVER),
    ],
)
def test_a_recipient_reaches_back_to_the_day_on_which_something_is_different(
    more: RecordedEvent, since: datetime
) -> None:
    before, after = marks(KNOWN), marks(KNOWN, more)
    assert reach(before, after) == reach(after, before) == {"recipient": since}


def test_a_recipient_that_only_has_another_name_reaches_nothing() -> None:
    renamed = recipient("2025-02-01", 1, name="recipient-changed")
    assert reach(marks(KNOWN), marks(KNOWN, renamed)) == {}


def test_what_does_not_differ_reaches_nothing() -> None:
    assert reach(marks(KNOWN, GRANT), marks(GRANT, KNOWN)) == {}


def test_of_several_cases_of_a_topic_the_earliest_counts() -> None:
    other = event("role-granted", -3, role="other", source=HR)
    assert reach(marks(), marks(GRANT, other)) == {"role": at(-3), "reading": at(-3)}
