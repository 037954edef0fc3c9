"""The write transaction: the head lock, positions, COPY, batches. Every write of events goes through it.

Only inside a transaction: lock the head, decide, append. The head row is the lock, since a role with
SELECT and INSERT on events may not lock the table, and positions and recorded times come from it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.errors import Halt, NewerDatabase
from ledger.event import check_entry_size
from ledger.storage.install import migrations
from ledger.storage.postgres import Session
from ledger.writing.chain import (
    NO_SUMS,
    Cell,
    ChainLink,
    CopiedRows,
    SideState,
    microseconds,
    rows_hash,
)
from ledger.writing.rows import event_rows, event_start, name_rows, name_start


class Head(msgspec.Struct, frozen=True):
    """The locked head row."""

    position: int
    batch: int
    erasures: int


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event that is about to get its position, as the starts of its rows (`ledger.writing.rows`).

    `name`: by which it is known again; empty for an event without a name.
    """

    version: int
    row: bytes
    name: bytes = b""


class Span(msgspec.Struct, frozen=True):
    """Where a batch came from: [start, end) of a partition, of a file's lines, or of a command."""

    topic: str
    partition: int = 0
    start: int = 0
    end: int = 0


class WriteResult(msgspec.Struct, frozen=True):
    """The result of a write: positions `first` to `last` (empty when last < first), one recorded time."""

    first: int
    last: int
    recorded_at: datetime


def new_event(
    stream: UUID,
    version: int,
    type: str,
    state: bytes,
    name: tuple[str, str, bytes, int] | tuple[str, str, bytes, int, UUID | None] | None = None,
) -> NewEvent:
    """An event to be recorded. `name`: what `name_start` takes.

    Raises TooLarge for an entry that the transparency log could never publish.
    """
    check_entry_size(type, state)
    return NewEvent(version, event_start(stream, type, state), name_start(*name) if name else b"")


def lock_head(session: Session) -> Head:
    """Take the head lock until the end of the transaction. Raises NewerDatabase, which nothing writes to."""
    row = session.row("lock_head")
    if row is None:
        raise Halt("the head row is missing")
    *head, applied = row
    if applied > len(migrations()):
        raise NewerDatabase
    return Head(*head)


def latest_versions(session: Session, streams: Sequence[UUID]) -> dict[UUID, int]:
    """Highest version of each stream; streams without events are left out. Needs the head lock."""
    return dict(session.rows("latest_versions", streams=list(streams)))


class BatchNotes(msgspec.Struct, frozen=True):
    """The facts in the row of a batch besides its events.

    `recorded_at`: of events that come back after a restore; None for new ones.
    """

    duplicates: int = 0
    dead_letters: int = 0
    erasures: int = 0
    recorded_at: datetime | None = None


NO_NOTES = BatchNotes()


class _MovedHead(msgspec.Struct, frozen=True):
    """The head after it moved over a batch, and the data of the batch before."""

    last: int
    batch: int
    at: datetime
    counted: int
    mac: bytes | None
    sums: bytes | None
    promised: int


def append(
    session: Session,
    events: Sequence[NewEvent],
    span: Span,
    link: ChainLink,
    *,
    notes: BatchNotes = NO_NOTES,
    channel: str,
) -> WriteResult:
    """Append events and the batch's row under the head lock, and announce the new position.

    `link`: knows what else the batch has changed. Raises Halt when the batch before this one has no hash.
    """
    head = _move_head(session, len(events), notes)
    first = head.last - len(events) + 1
    # Rows before the batch's own row: its hash covers them.
    # Names first: where one is taken, nothing larger was written in vain.
    names = name_rows([event.name for event in events], first)
    rows = event_rows([(event.row, event.version) for event in events], first, head.at)
    if events:
        session.copy_rows("copy_event_ids", names)
        session.copy_rows("copy_events", rows)
    copied = CopiedRows(rows_hash(names), rows_hash(rows))
    before, sums = _before(head)
    columns: dict[str, Cell] = {
        "batch": head.batch,
        "topic": span.topic,
        "partition": span.partition,
        "start": span.start,
        "end": span.end,
        "first": first,
        "last": head.last,
        "duplicates": notes.duplicates,
        "dead_letters": notes.dead_letters,
    }
    cells: list[Cell] = [*columns.values(), microseconds(head.at)]
    side = SideState(head.counted, head.promised, link.sums(sums))
    mac = link.hash(before, cells, copied, side)
    hashes = copied._asdict() | side._asdict()
    # Listeners hear of it when the transaction commits, never of a position that was rolled back.
    session.run("add_batch", **columns, recorded_at=head.at, mac=mac, channel=channel, **hashes)
    return WriteResult(first, head.last, head.at)


def _move_head(session: Session, count: int, notes: BatchNotes) -> _MovedHead:
    """Give events their positions. Raises Halt where the head is missing, or events would go back in time."""
    recorded_at = notes.recorded_at
    row = session.row("move_head", count=count, erasures=notes.erasures, recorded_at=recorded_at)
    if row is None:
        raise Halt("the head row is missing")
    head = _MovedHead(*row)
    # The statement never lets time go back: it takes the time of the last event instead.
    if recorded_at and head.at != recorded_at:
        raise Halt(f"events that were recorded at {recorded_at} cannot follow the last one")
    return head


def _before(head: _MovedHead) -> tuple[bytes, bytes]:
    """Hash and sums of the batch before. Raises Halt where there should be some."""
    if head.mac is not None and head.sums is not None:
        return bytes(head.mac), bytes(head.sums)
    if head.batch > 1:
        raise Halt(f"batch {head.batch - 1} has no hash: run `ledger audit`")
    return b"", NO_SUMS
