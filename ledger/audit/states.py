"""The stored form of each event: a state that can be read, under its name; gaps that explain themselves.

One pass over events and names together, in the order of the ledger. The pass also finds the batch that each
event belongs to: its recorded time, its place in Kafka, and the hashes of its rows, which the chain of
batches needs.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.audit.findings import ExplainedGap, Findings
from ledger.audit.rows import BatchRow
from ledger.crypto.groups import check_group
from ledger.erasure.events import erasure_ended
from ledger.errors import Halt
from ledger.event import RecordedEvent
from ledger.storage.copy_format import ERA
from ledger.stored import decode_row
from ledger.writing.chain import CopiedRows
from ledger.writing.rows import name_of
from schemas.catalogue import GAP

# A label of a batch that no Kafka topic can have: a file, a command, or the library's own recorder.
_APPLICATION = "application"
_LENGTH = struct.Struct("!i")
_LONG = struct.Struct("!q")
_COUNT_BYTES = 2
_NAME_COLUMNS = struct.pack("!h", 5)
# How many columns of `audit_states` belong to the event.
_OF_EVENT = 6
_EVENT_COLUMNS = struct.pack("!h", _OF_EVENT)
_NO_STREAM = UUID(int=0)
_ERA_MICROSECONDS = 946_684_800_000_000  # from 1970 to 2000


class StoredStates(NamedTuple):
    """Gaps by position, and of each batch the hashes of its rows as they were copied."""

    gaps: dict[int, ExplainedGap]
    copied: list[CopiedRows]


class _Row(NamedTuple):
    """An event and its name; None where either is missing.

    `event`, `name`: their rows as they were copied.
    """

    position: int | None
    recorded: int | None
    type: bytes | None
    state: bytes | None
    event: bytes
    named: bytes | None
    erasure: bytes | None
    name_position: int | None
    name: bytes


def check_states(
    rows: Iterable[bytes], batches: Sequence[BatchRow], findings: Findings
) -> StoredStates:
    """Check rows of the statement `audit_states` and what their batches say of them."""
    gaps: dict[int, ExplainedGap] = {}
    names, events = ([sha256() for _ in batches] for _ in range(2))
    of = _batch_finder(batches)
    for row in map(_row, rows):
        position = row.position if row.position is not None else row.name_position
        if position is None:
            findings.note(None, "event-id", "a name without a position")
            continue
        index = of(position)
        batch = batches[index] if index is not None else None
        if index is not None:
            names[index].update(row.name)
            events[index].update(row.event)
        if row.position is None:
            findings.note(position, "event-id", "a name without an event")
            continue
        _check_event(row, position, batch, gaps, findings)
    copied = [CopiedRows(a.digest(), b.digest()) for a, b in zip(names, events, strict=True)]
    return StoredStates(gaps, copied)


def _batch_finder(batches: Sequence[BatchRow]) -> Any:
    """Finds the index of the batch of a position. Positions come in order."""
    index = 0

    def find(position: int) -> int | None:
        nonlocal index
        while index < len(batches) and batches[index].last < position:
            index += 1
        return index if index < len(batches) and batches[index].first <= position else None

    return find


def _check_event(
    row: _Row,
    position: int,
    batch: BatchRow | None,
    gaps: dict[int, ExplainedGap],
    findings: Findings,
) -> None:
    if batch and _was_recorded_apart(row, batch):
        detail = f"recorded at another time than batch {batch.batch}"
        findings.note(position, "recorded-at", detail)
    if batch and batch.topic == _APPLICATION:
        return  # of the library's own recorder: such events never had a name
    event = _decoded(row, position)
    if event is None:
        findings.note(position, "state", "the stored state cannot be read")
        return
    _check_name(row, event, position, findings)
    if batch and not _came_with(event.origin, batch):
        detail = f"the event came from elsewhere than batch {batch.batch} says"
        findings.note(position, "batch", detail)
    _check_formats(event, findings)
    if event.type == GAP and event.ours:
        _take_gap(event, gaps, findings)


def _check_formats(event: RecordedEvent, findings: Findings) -> None:
    """Each group is sealed in a format that this program knows; of an event the first that is not."""
    for category, sealed in event.sealed.items():
        try:
            check_group(sealed.fields, sealed.blob)
        except Halt as error:
            findings.note(event.position, "value-format", f"category {category}: {error}")
            return
    for group in event.resealed:
        try:
            check_group(group.fields, group.blob)
        except Halt as error:
            findings.note(event.position, "value-format", f"category {group.category}: {error}")
            return


def _check_name(row: _Row, event: RecordedEvent, position: int, findings: Findings) -> None:
    erasure = erasure_ended(event.source, event.id)
    expected = name_of(event.source, event.id), erasure.bytes if erasure else None
    if (row.named, row.erasure) != expected:
        detail = "the event's name is missing or is that of another event"
        findings.note(position, "event-id", detail)


def _was_recorded_apart(row: _Row, batch: BatchRow) -> bool:
    """Whether an event says another time than its batch; PostgreSQL counts from 2000, the row from 1970."""
    return row.recorded is not None and str(row.recorded + _ERA_MICROSECONDS) != batch.recorded


def _decoded(row: _Row, position: int) -> RecordedEvent | None:
    try:
        if row.type is None or row.state is None:
            return None
        return decode_row(_NO_STREAM, 0, row.type.decode(), row.state, position, ERA)
    except (Halt, ValueError, RecursionError):
        return None


def _came_with(origin: dict[str, Any], batch: BatchRow) -> bool:
    """Whether a record of Kafka lies in the span of a batch that was read from there."""
    if ":" in batch.topic or "offset" not in origin:
        return True  # no topic has a colon in its name: a file, a command, a letter that was tried again
    offset = origin["offset"]
    place = (origin.get("topic"), origin.get("partition"))
    in_span = isinstance(offset, int) and batch.start <= offset < batch.end
    return in_span and place == (batch.topic, batch.partition)


def _take_gap(event: RecordedEvent, gaps: dict[int, ExplainedGap], findings: Findings) -> None:
    try:
        gap = msgspec.convert({**event.facts, "position": event.position}, ExplainedGap)
    except msgspec.ValidationError:
        findings.note(event.position, "gap", "the gap does not say what it is")
    else:
        gaps[event.position] = gap


def _row(raw: bytes) -> _Row:
    cells = list(_cells(raw))
    _, type, state, _, position, recorded, named, _, _, erasure, named_position = (
        value for value, _ in cells
    )
    start = cells[_OF_EVENT][1]
    return _Row(
        position=_long(position),
        recorded=_long(recorded),
        type=type,
        state=state,
        event=b"" if position is None else _EVENT_COLUMNS + raw[_COUNT_BYTES:start],
        named=named,
        erasure=erasure,
        name_position=_long(named_position),
        name=b"" if named is None else _NAME_COLUMNS + raw[start:],
    )


def _cells(raw: bytes) -> Iterator[tuple[bytes | None, int]]:
    """Each column's bytes, None for NULL, and where it starts."""
    at = _COUNT_BYTES
    while at < len(raw):
        (length,) = _LENGTH.unpack_from(raw, at)
        start, at = at, at + _LENGTH.size + max(0, length)
        yield (None if length < 0 else raw[start + _LENGTH.size : at]), start


def _long(value: bytes | None) -> int | None:
    """A number of eight bytes; None when the column was given another type."""
    return None if value is None or len(value) != _LONG.size else int(_LONG.unpack(value)[0])
