"""Batches and bookmarks: every write is accounted for, each offset of a partition is read or explained."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ledger.audit.findings import ExplainedGap, Findings
from ledger.audit.rows import BatchRow
from ledger.errors import UnknownFormat
from ledger.recording.gaps import gap_span

_SHOWN = 12

Batches = Sequence[BatchRow]
Gaps = Mapping[int, ExplainedGap]
NO_BATCH = BatchRow(0, "", 0, 0, 0, 0, 0, 0, 0, recorded="0", erasures=0)
"""What the head says before the first batch."""
_Interval = tuple[int, int, int]
"""Start, end and first position."""


def check_head(
    rows: Sequence[Sequence[Any]], last: int, latest: BatchRow, findings: Findings
) -> None:
    """Check that the head row names the last event and the last batch."""
    if len(rows) != 1:
        detail = "the head row is missing" if not rows else "there is more than one head row"
        findings.note(None, "head", detail)
        return
    position, batch, recorded, erasures = rows[0]
    if position != last:
        findings.note(last or None, "head", f"head says {position}, the last event is {last}")
    if batch != latest.batch:
        findings.note(None, "batch", f"head says {batch} batches")
    if recorded != latest.recorded:
        findings.note(None, "head", "head says another time than the last batch")
    if latest.erasures is not None and erasures != latest.erasures:
        detail = f"head counts {erasures} erasures, the last batch {latest.erasures}"
        findings.note(None, "head", detail)


def check_batches(
    batches: Batches, last: int, findings: Findings, before: BatchRow = NO_BATCH
) -> None:
    """Batches are numbered without a gap, and their positions join. `before`: the batch before them."""
    last_number, last_position = before.batch, before.last
    for batch in batches:
        if batch.batch != last_number + 1:
            detail = f"expected batch {last_number + 1}, found {batch.batch}"
            findings.note(batch.first, "batch", detail)
        if batch.first != last_position + 1 or batch.last < batch.first - 1:
            detail = f"batch {batch.batch} begins after position {batch.first - 1}"
            findings.note(batch.first, "batch", detail)
        last_number, last_position = batch.batch, batch.last
    if last_position != last:
        findings.note(last or None, "batch", f"the batches end at position {last_position}")


def check_letters(balance: Sequence[Any] | None, findings: Findings) -> None:
    """Check that each refused message is kept as a dead letter, or was removed in a known way."""
    refused, kept, removed = balance or (0, 0, 0)
    if refused != kept + removed:
        detail = f"{refused} were refused, {kept} are kept and {removed} were removed"
        findings.note(None, "dead-letter", detail)


def check_letter_formats(rows: Iterable[tuple[bytes, int]], findings: Findings) -> None:
    """Each letter is sealed in a format that this program knows. `rows`: name and format of the others."""
    for letter, number in rows:
        detail = f"letter {bytes(letter).hex()[:_SHOWN]}: {UnknownFormat(number)}"
        findings.note(None, "letter-format", detail)


def check_bookmarks(
    bookmarks: Sequence[Sequence[Any]], batches: Batches, gaps: Gaps, findings: Findings
) -> None:
    """Check for each Kafka partition that its intervals join, and that the bookmark is at their end."""
    spans = _intervals(batches, gaps, findings)
    offsets = {(topic, partition): offset for topic, partition, offset in bookmarks}
    read = {place for place in spans if _is_of_kafka(place, spans[place])}
    for place in sorted(read | offsets.keys(), key=repr):
        topic, partition = place
        intervals = spans.get(place, [])
        _check_joined(f"{topic}/{partition}", intervals, findings)
        if place not in offsets:
            findings.note(None, "bookmark", f"{topic}/{partition}: the bookmark is missing")
        elif intervals and offsets[place] != intervals[-1][1]:
            detail = (
                f"{topic}/{partition}: bookmark {offsets[place]}, batches end at {intervals[-1][1]}"
            )
            findings.note(None, "bookmark", detail)


def _check_joined(place: str, intervals: Sequence[_Interval], findings: Findings) -> None:
    """Each batch of a partition begins where the one before it ended."""
    for (_, end, _), (start, _, first) in pairwise(intervals):
        if start != end:
            findings.note(first, "bookmark", f"{place}: {end} to {start} is missing")


def _is_of_kafka(place: tuple[str, int], intervals: Sequence[_Interval]) -> bool:
    """Whether batches are of a topic; files and commands have a colon in their label, which no topic has.

    The ledger's own reads have none, and span nothing.
    """
    return ":" not in place[0] and any(end > start for start, end, _ in intervals)


def _intervals(
    batches: Batches, gaps: Gaps, findings: Findings
) -> dict[tuple[str, int], list[_Interval]]:
    """The batches of each source; of a gap, what its event says."""
    spans: dict[tuple[str, int], list[_Interval]] = {}
    explained: set[int] = set()
    for batch in batches:
        gap = gaps.get(batch.first) if batch.first == batch.last else None
        if gap and _is_batch_of(gap, batch):
            # Reading may have gone back, which the row of a batch cannot say.
            interval = (gap.from_offset, gap.to_offset, batch.first)
            explained.add(batch.first)
        else:
            interval = (batch.start, batch.end, batch.first)
        spans.setdefault((batch.topic, batch.partition), []).append(interval)
    for position in gaps.keys() - explained:
        findings.note(position, "gap", "its batch is not that of the gap")
    return spans


def _is_batch_of(gap: ExplainedGap, batch: BatchRow) -> bool:
    span = gap_span(gap.topic, gap.partition, gap.from_offset, gap.to_offset)
    expected = (span.topic, span.partition, span.start, span.end)
    return (batch.topic, batch.partition, batch.start, batch.end) == expected
