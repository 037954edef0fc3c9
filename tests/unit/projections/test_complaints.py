"""Complaints: how they stand at a time, whatever order their acts came in."""

from itertools import permutations
from typing import Any

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.views.complaints import OPEN, VIEW, Complaint
from tests.unit.projections.making import ANNA, at, event

DAY = 24 * 60


def received(day: float = 0) -> RecordedEvent:
    return event("complaint-received", day * DAY, id="r", complaint_ref="KL-1", via="email")


def answered(day: float, id: str = "a", **facts: Any) -> RecordedEvent:
    return event("complaint-answered", day * DAY, id=id, complaint_ref="KL-1", via="post", **facts)


def folded(*events: RecordedEvent) -> Complaint:
    return fold(VIEW, list(events))["KL-1"]


def test_its_clock_runs_a_month_and_stops_with_the_first_answer_after_it() -> None:
    told = [
        received(),
        answered(-1, "early"),
        answered(40, "late", outcome="upheld"),
        answered(5, "in-time", outcome="unfounded"),
    ]
    for order in permutations(told):
        one = folded(*order)
        assert one.clock
        assert (one.clock.state(at(0)), one.is_open) == ("met", False)
        assert one.answer
        assert one.answer.order.id == "in-time"
        assert one.outcome == "upheld"
        before = one.until(at(4 * DAY))
        assert before.clock
        assert (before.is_open, before.clock.state(at(60 * DAY)), before.outcome) == (
            True,
            "overdue",
            None,
        )


def test_an_answer_alone_is_no_complaint() -> None:
    one = folded(answered(1))
    assert (one.receipt, one.answer, one.clock, one.is_open) == (None, None, None, False)
    assert VIEW.cells((ANNA, "KL-1"), one) == (None, None)


def test_only_one_that_waits_is_counted() -> None:
    one = folded(received())
    assert one.clock
    assert VIEW.cells((ANNA, "KL-1"), one) == (OPEN, one.clock.due)
    assert VIEW.cells((ANNA, "KL-1"), folded(received(), answered(1))) == (None, None)
