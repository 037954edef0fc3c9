"""The audit of a whole ledger: reads every event and reports every finding; changes nothing.

Positions and versions without a gap, readable states, event names, recorded times, batches that join
and cover every position, bookmarks that are where the batches end, gaps that an event explains. Details
never quote a value.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec

from ledger.errors import Halt
from ledger.event import RecordedEvent, decode_event, encode_header
from ledger.gaps import gap_span
from ledger.postgres import Session
from ledger.tlog.merkle import hash_leaf, root_of
from schemas.catalogue import GAP

__all__ = ["Audit", "ExplainedGap", "Finding", "audit"]

_APPLICATION = "application"


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was recorded. `position` is None when it concerns no event."""

    position: int | None
    kind: str
    detail: str


class ExplainedGap(msgspec.Struct, frozen=True):
    """Offsets of a Kafka partition that were not read, as the event at `position` says. No finding."""

    position: int
    topic: str
    partition: int
    from_offset: int
    to_offset: int
    reason: str


class Audit(msgspec.Struct, frozen=True):
    """The result: how many events, their Merkle root in base64, and everything that was found."""

    size: int
    root: str
    findings: tuple[Finding, ...]
    gaps: tuple[ExplainedGap, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


class _Trail:
    """Walks the events in order and notes what is wrong with them."""

    def __init__(self, unnamed: Sequence[tuple[int, int]]) -> None:
        self.findings: list[Finding] = []
        self.gaps: dict[int, ExplainedGap] = {}
        self.last = 0
        self._recorded_at = datetime.min.replace(tzinfo=UTC)
        self._versions: dict[UUID, int] = {}
        self._unnamed = unnamed

    def note(self, position: int | None, kind: str, detail: str) -> None:
        self.findings.append(Finding(position, kind, detail))

    def leaves(self, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
        """Leaf hashes of event rows joined with their names, checked on the way."""
        for stream, version, type, state, position, recorded_at, source, id in rows:
            self._check_place(stream, version, position, recorded_at)
            self._check_state(stream, version, type, state, position, recorded_at, (source, id))
            header = encode_header(
                position=position,
                recorded_at=recorded_at,
                stream=stream,
                type=type,
                version=version,
            )
            yield hash_leaf(header + b"\n" + bytes(state))

    def _check_place(
        self, stream: UUID, version: int, position: int, recorded_at: datetime
    ) -> None:
        if position != self.last + 1:
            self.note(position, "position", f"expected position {self.last + 1}")
        expected = self._versions.get(stream, 0) + 1
        if version != expected and not (expected == 1 and version == 0):
            self.note(position, "version", f"expected version {expected} of its stream")
        if recorded_at < self._recorded_at:
            self.note(position, "recorded-at", "recorded before the event in front of it")
        self.last, self._recorded_at = position, recorded_at
        self._versions[stream] = version

    def _check_state(
        self,
        stream: UUID,
        version: int,
        type: str,
        state: bytes,
        position: int,
        recorded_at: datetime,
        name: tuple[str | None, str | None],
    ) -> None:
        if any(first <= position <= last for first, last in self._unnamed):
            return
        try:
            event = decode_event(stream, version, type, state, position, recorded_at)
        except Halt:
            self.note(position, "state", "the stored state cannot be read")
            return
        if name != (event.source, event.id):
            self.note(
                position, "event-id", "the event's name is missing or is that of another event"
            )
        if type == GAP and event.ours:
            self._take_gap(event)

    def _take_gap(self, event: RecordedEvent) -> None:
        try:
            gap = msgspec.convert({**event.facts, "position": event.position}, ExplainedGap)
        except msgspec.ValidationError:
            self.note(event.position, "gap", "the gap does not say what it is")
        else:
            self.gaps[event.position] = gap


def audit(session: Session) -> Audit:
    """Check everything that was recorded, at one moment. Needs the reader's role."""
    batches = session.rows("batches")
    unnamed = [(row[5], row[6]) for row in batches if row[1] == _APPLICATION]
    trail = _Trail(unnamed)
    size, root = root_of(trail.leaves(session.stream("events_with_names")))
    _check_head(session, trail, batches)
    _check_batches(trail, batches)
    _check_bookmarks(session, trail, batches)
    for (position,) in session.rows("names_without_event"):
        trail.note(position, "event-id", "a name without an event")
    findings = sorted(trail.findings, key=lambda f: (f.position or 0, f.kind, f.detail))
    return Audit(size, b64encode(root).decode(), tuple(findings), tuple(trail.gaps.values()))


def _check_head(session: Session, trail: _Trail, batches: Sequence[Sequence[Any]]) -> None:
    row = session.row("head_row")
    if row is None:
        trail.note(None, "head", "the head row is missing")
        return
    position, batch = row
    if position != trail.last:
        trail.note(trail.last, "head", f"head says {position}, the last event is {trail.last}")
    if batch != (batches[-1][0] if batches else 0):
        trail.note(None, "batch", f"head says {batch} batches")


def _check_batches(trail: _Trail, batches: Sequence[Sequence[Any]]) -> None:
    """Batches are numbered without a gap, and their positions join."""
    last_number = last_position = 0
    for number, _, _, _, _, first, last, *_ in batches:
        if number != last_number + 1:
            trail.note(first, "batch", f"expected batch {last_number + 1}, found {number}")
        if first != last_position + 1:
            trail.note(first, "batch", f"batch {number} begins after position {first - 1}")
        last_number, last_position = number, last
    if last_position != trail.last:
        trail.note(trail.last, "batch", f"the batches end at position {last_position}")


def _check_bookmarks(session: Session, trail: _Trail, batches: Sequence[Sequence[Any]]) -> None:
    """Of each Kafka partition: the intervals join, and the bookmark is where they end."""
    spans = _intervals(trail, batches)
    for topic, partition, offset in session.rows("bookmark_offsets"):
        intervals = spans.get((topic, partition), [])
        for (_, end, _), (start, _, first) in pairwise(intervals):
            if start != end:
                trail.note(first, "bookmark", f"{topic}/{partition}: {end} to {start} is missing")
        if intervals and offset != intervals[-1][1]:
            detail = f"{topic}/{partition}: bookmark {offset}, batches end at {intervals[-1][1]}"
            trail.note(None, "bookmark", detail)


def _intervals(
    trail: _Trail, batches: Sequence[Sequence[Any]]
) -> dict[tuple[str, int], list[tuple[int, int, int]]]:
    """Start, end and first position of the batches of each source; of a gap, what its event says."""
    spans: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
    explained: set[int] = set()
    for _, topic, partition, start, end, first, last, *_ in batches:
        gap = trail.gaps.get(first) if first == last else None
        if gap and _is_batch_of(gap, topic, partition, start, end):
            # Reading may have gone back, which the row of a batch cannot say.
            interval = (gap.from_offset, gap.to_offset, first)
            explained.add(first)
        else:
            interval = (start, end, first)
        spans.setdefault((topic, partition), []).append(interval)
    for position in trail.gaps.keys() - explained:
        trail.note(position, "gap", "its batch is not that of the gap")
    return spans


def _is_batch_of(gap: ExplainedGap, topic: str, partition: int, start: int, end: int) -> bool:
    span = gap_span(gap.topic, gap.partition, gap.from_offset, gap.to_offset)
    return (topic, partition, start, end) == (span.topic, span.partition, span.start, span.end)
