"""The write transaction: the head lock, positions, COPY, batches. Every write of events goes through it.

Only inside a transaction: lock the head, decide, append. The head row is the lock, since a role with
SELECT and INSERT on events may not lock the table, and positions and recorded times come from it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from ledger.errors import Halt
from ledger.postgres import Session

__all__ = ["Head", "NewEvent", "Span", "Written", "append", "latest_versions", "lock_head"]

# A uuid goes as its bytes and an instant as PostgreSQL's own number, which is what they are in the format:
# psycopg's own way with them runs in Python, for each row.
_EVENT_COLUMNS = ("bytea", "int8", "text", "bytea", "int8", "int8")
_ID_COLUMNS = ("text", "text", "int8", "bytea", "int4")
_ERA = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Head(msgspec.Struct, frozen=True):
    """The locked head row."""

    position: int
    batch: int
    erasures: int


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event that is about to get its position.

    `name`: source, id, fingerprint, and the generation of the fingerprint's key.
    """

    stream: UUID
    version: int
    type: str
    state: bytes
    name: tuple[str, str, bytes, int] | None = None


class Span(msgspec.Struct, frozen=True):
    """Where a batch came from: [start, end) of a partition, of a file's lines, or of a command."""

    topic: str
    partition: int = 0
    start: int = 0
    end: int = 0


class Written(msgspec.Struct, frozen=True):
    """What a write got: positions `first` to `last` (empty when last < first), one recorded time."""

    first: int
    last: int
    recorded_at: datetime


def lock_head(session: Session) -> Head:
    """Take the head lock until the end of the transaction."""
    row = session.row("lock_head")
    if row is None:
        raise Halt("the head row is missing")
    return Head(*row)


def latest_versions(session: Session, streams: Sequence[UUID]) -> dict[UUID, int]:
    """Highest version of each stream; streams without events are left out. Needs the head lock."""
    return dict(session.rows("latest_versions", streams=list(streams)))


def append(
    session: Session,
    events: Sequence[NewEvent],
    span: Span,
    *,
    duplicates: int = 0,
    dead_letters: int = 0,
    erasures: int = 0,
    recorded_at: datetime | None = None,
    channel: str,
) -> Written:
    """Append events and the batch's row under the head lock, and announce the new position.

    `recorded_at`: of events that come back after a restore; None for new ones.
    """
    row = session.row("move_head", count=len(events), erasures=erasures, recorded_at=recorded_at)
    if row is None:
        raise Halt("the head row is missing")
    last, batch, at = row
    if recorded_at and at != recorded_at:
        raise Halt(f"events that were recorded at {recorded_at} cannot follow the last one")
    first = last - len(events) + 1
    if events:
        _copy(session, events, first, at)
    session.run(
        "add_batch",
        batch=batch,
        topic=span.topic,
        partition=span.partition,
        start=span.start,
        end=span.end,
        first=first,
        last=last,
        duplicates=duplicates,
        dead_letters=dead_letters,
        recorded_at=at,
    )
    session.rows("announce", channel=channel, position=str(last))
    return Written(first, last, at)


def _copy(session: Session, events: Sequence[NewEvent], first: int, recorded_at: datetime) -> None:
    """Names first: where one is taken, nothing larger was written in vain."""
    instant = (recorded_at - _ERA) // _MICROSECOND
    session.copy(
        "copy_event_ids",
        _ID_COLUMNS,
        (
            (source, id, position, fingerprint, generation)
            for position, event in enumerate(events, first)
            if event.name
            for source, id, fingerprint, generation in (event.name,)
        ),
    )
    session.copy(
        "copy_events",
        _EVENT_COLUMNS,
        (
            (event.stream.bytes, event.version, event.type, event.state, position, instant)
            for position, event in enumerate(events, first)
        ),
    )
