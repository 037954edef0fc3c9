"""Whether a step is the last that a day makes due, against asking again once it is carried out."""

from datetime import date, timedelta
from itertools import chain, combinations
from typing import Any

from ledger.event import RecordedEvent
from projections.keeping.erasing import PlannedErasure, is_last, steps
from projections.keeping.person import Person, person_of
from tests.unit.projections.making import ANNA, NOON, OFFICE, OURS, erasure, event, values

MONTH = 30 * 24 * 60
DAYS = [NOON.date() + timedelta(days=days) for days in (0, 100, 250, 400, 1_200, 4_000)]


def held(key: str, category: str, minutes: float = 0) -> RecordedEvent:
    sealed = values(key, category, field=key)
    return event("personal-data-collected", minutes, sealed=sealed, categories=[category])


def ended(**facts: Any) -> RecordedEvent:
    return event("contract-ended", 5, contract_ref="C-1", **facts)


PARTS = [
    held("i", "identity"),
    held("c", "contact"),
    held("t1", "traffic"),
    held("t2", "traffic", 6 * MONTH),
    held("b", "behaviour"),
    event("contract-concluded", 1, contract_ref="C-1"),
    ended(),
]


def person(events: list[RecordedEvent]) -> Person:
    return person_of(ANNA, events, (OFFICE,))


def carried_out(found: Person, step: PlannedErasure) -> list[RecordedEvent]:
    """What the ledger records of a step."""
    gone = {
        id
        for category in step.erased
        for id, key in found.traces.held.get(category, {}).items()
        for time in (found.traces.sealing[key.at].time,)
        if step.month is None or 12 * time.year + time.month - 1 <= step.month
    }
    told: dict[str, Any] = {"cause": step.cause, "decisions": step.facts()}
    return [
        event("erasure-decided", 7 * MONTH, source=OURS, **told),
        erasure(7 * MONTH, step.erased, sorted(gone)),
    ]


def left(events: list[RecordedEvent], day: date) -> tuple[bool, list[PlannedErasure]] | None:
    """Whether the first step of a day says that it is the last, and what is due after it."""
    before = person(events)
    found = steps(before, day)
    if not found:
        return None
    after = person([*events, *carried_out(before, found[0])])
    return is_last(before, found), steps(after, day)


def test_after_a_step_that_says_so_nothing_is_due() -> None:
    lives = chain.from_iterable(combinations(PARTS, count) for count in range(1, len(PARTS) + 1))
    asked = [left(list(life), day) for life in lives for day in DAYS]
    told = [one for one in asked if one is not None]
    assert [after for last, after in told if last and after] == []
    assert {last for last, _ in told} == {True, False}
    assert any(after for _, after in told)
