"""What was polled and not recorded: batches that join, offsets without records included."""

import pytest

from consumers.backlog import GAP_SECONDS, Backlog
from consumers.pipeline import BatchLimits
from consumers.source import Record, record_of

LIMITS = BatchLimits(messages=2, size_bytes=100, wait_s=0.5)


def records(*offsets: int, size: int = 1) -> list[Record]:
    return [record_of(offset, b"x" * size) for offset in offsets]


def test_nothing_polled_is_never_due() -> None:
    backlog = Backlog(7, "id")
    backlog.add([], 7, now=0.0)
    assert backlog.due_in(99.0, LIMITS) is None


def test_a_record_waits_for_company_but_not_longer() -> None:
    backlog = Backlog(7, "id")
    backlog.add(records(7), 8, now=10.0)
    assert backlog.due_in(10.1, LIMITS) == pytest.approx(0.4)
    backlog.add(records(8), 9, now=10.2)
    assert backlog.due_in(10.2, LIMITS) == 0.0


def test_many_bytes_are_due_at_once() -> None:
    backlog = Backlog(0, "id")
    backlog.add(records(0, size=100), 1, now=0.0)
    assert backlog.due_in(0.0, LIMITS) == 0.0


def test_batches_join_over_the_gaps() -> None:
    backlog = Backlog(0, "id")
    backlog.add(records(1, 2, 6), 9, now=0.0)
    parts = [([r.offset for r in part.records], *part[1:]) for part in backlog.take(LIMITS)]
    assert parts == [([1, 2], 0, 6), ([6], 6, 9)]


def test_a_gap_alone_is_recorded_after_a_while() -> None:
    backlog = Backlog(5, "id")
    backlog.add([], 9, now=1.0)
    assert backlog.due_in(1.0, LIMITS) == GAP_SECONDS
    assert backlog.take(LIMITS) == [((), 5, 9)]


def test_an_unknown_position_is_that_after_the_last_record() -> None:
    backlog = Backlog(5, "id")
    backlog.add(records(5, 8), None, now=1.0)
    assert backlog.end == 9


def test_what_was_taken_is_gone_and_the_next_batch_joins() -> None:
    backlog = Backlog(5, "id")
    backlog.add(records(5, 6, 8), 9, now=1.0)
    backlog.take(LIMITS)
    assert (backlog.records, backlog.size, backlog.next_offset) == ([], 0, 9)
    backlog.add([], 9, now=2.0)
    assert backlog.due_in(2.0, LIMITS) is None
    backlog.add(records(10), 11, now=2.0)
    assert [part[1:] for part in backlog.take(LIMITS)] == [(9, 11)]
