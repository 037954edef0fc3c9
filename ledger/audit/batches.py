"""Batches and bookmarks: every write is accounted for, each offset of a partition is read or explained."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ledger.audit.findings import ExplainedGap, Findings
from ledger.gaps import gap_span

__all__ = ["check_batches", "check_bookmarks", "check_head", "check_letters"]

Batches = Sequence[Sequence[Any]]
Gaps = Mapping[int, ExplainedGap]
_Interval = tuple[int, int, int]
"""Start, end and first position."""


def check_head(row: Sequence[Any] | None, last: int, batches: Batches, findings: Findings) -> None:
    """The head row says what the last event and the last batch are."""
    if row is None:
        findings.note(None, "head", "the head row is missing")
        return
    position, batch = row
    if position != last:
        findings.note(last, "head", f"head says {position}, the last event is {last}")
    if batch != (batches[-1][0] if batches else 0):
        findings.note(None, "batch", f"head says {batch} batches")


def check_batches(batches: Batches, last: int, findings: Findings) -> None:
    """Batches are numbered without a gap, and their positions join."""
    last_number = last_position = 0
    for number, _, _, _, _, first, end, *_ in batches:
        if number != last_number + 1:
            findings.note(first, "batch", f"expected batch {last_number + 1}, found {number}")
        if first != last_position + 1:
            findings.note(first, "batch", f"batch {number} begins after position {first - 1}")
        last_number, last_position = number, end
    if last_position != last:
        findings.note(last, "batch", f"the batches end at position {last_position}")


def check_letters(balance: Sequence[Any] | None, findings: Findings) -> None:
    """What the batches say was refused is kept as a dead letter, or was removed in a way that is known."""
    refused, kept, removed = balance or (0, 0, 0)
    if refused != kept + removed:
        detail = f"{refused} were refused, {kept} are kept and {removed} were removed"
        findings.note(None, "dead-letter", detail)


def check_bookmarks(
    bookmarks: Sequence[Sequence[Any]], batches: Batches, gaps: Gaps, findings: Findings
) -> None:
    """Of each Kafka partition: the intervals join, and the bookmark is where they end."""
    spans = _intervals(batches, gaps, findings)
    for topic, partition, offset in bookmarks:
        intervals = spans.get((topic, partition), [])
        for (_, end, _), (start, _, first) in pairwise(intervals):
            if start != end:
                detail = f"{topic}/{partition}: {end} to {start} is missing"
                findings.note(first, "bookmark", detail)
        if intervals and offset != intervals[-1][1]:
            detail = f"{topic}/{partition}: bookmark {offset}, batches end at {intervals[-1][1]}"
            findings.note(None, "bookmark", detail)


def _intervals(
    batches: Batches, gaps: Gaps, findings: Findings
) -> dict[tuple[str, int], list[_Interval]]:
    """The batches of each source; of a gap, what its event says."""
    spans: dict[tuple[str, int], list[_Interval]] = {}
    explained: set[int] = set()
    for _, topic, partition, start, end, first, last, *_ in batches:
        gap = gaps.get(first) if first == last else None
        if gap and _is_batch_of(gap, topic, partition, start, end):
            # Reading may have gone back, which the row of a batch cannot say.
            interval = (gap.from_offset, gap.to_offset, first)
            explained.add(first)
        else:
            interval = (start, end, first)
        spans.setdefault((topic, partition), []).append(interval)
    for position in gaps.keys() - explained:
        findings.note(position, "gap", "its batch is not that of the gap")
    return spans


def _is_batch_of(gap: ExplainedGap, topic: str, partition: int, start: int, end: int) -> bool:
    span = gap_span(gap.topic, gap.partition, gap.from_offset, gap.to_offset)
    return (topic, partition, start, end) == (span.topic, span.partition, span.start, span.end)
