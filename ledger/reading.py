"""Reading recorded events of several streams, each as the newest version of its type.

Needs SELECT on events only. By position, and of one stream alone, they are read with the library
(`ledger.library`). The audit reads the stored events instead.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from ledger.storage.postgres import Session
from ledger.stored import decode_row
from schemas.upcasting import UPCASTERS, upcast

# Greater than any position: "up to now".
LAST = 2**63 - 1


def decoded(rows: Iterable[Sequence[Any]]) -> list[RecordedEvent]:
    """Events from rows of the table's columns, in their order."""
    return [newest(decode_row(*row)) for row in rows]


def newest(event: RecordedEvent) -> RecordedEvent:
    """The event in the newest version of its type. The stored event never changes."""
    if not UPCASTERS:
        return event
    type, facts = upcast(event.type, event.facts, UPCASTERS)
    if type == event.type:
        return event
    return msgspec.structs.replace(event, type=type, facts=facts)


def may_take(session: Session, role: str) -> bool:
    """Whether the login of a session may work as a role of the database."""
    return bool(session.of("ledger").rows("roles_to_take", roles=[role]))


def head_position(session: Session) -> int:
    """Position of the last recorded event; 0 for an empty ledger."""
    row = session.of("ledger").row("head")
    return int(row[0]) if row else 0


def pruned_through(session: Session) -> int:
    """The last position of the prefix that was pruned; 0 where nothing was."""
    ((through,),) = session.of("ledger").rows("pruned_through")
    return int(through)


def halted_topics(session: Session) -> list[str]:
    """Kafka topics that are halted, sorted. Needs SELECT on intake windows."""
    return [topic for (topic,) in session.of("ledger").rows("halted_topics")]


def event_of(session: Session, source: str, id: str) -> RecordedEvent | None:
    """The event of a name, if it is recorded. Needs SELECT on the names of events."""
    ledger = session.of("ledger")
    row = ledger.row("event_named", source=source, id=id)
    if row is None:
        return None
    [event] = decoded(ledger.rows("events_after", position=row[0] - 1, upto=row[0], count=1))
    return event


def events_of(session: Session, streams: Sequence[UUID], upto: int = LAST) -> list[RecordedEvent]:
    """All events of the given streams up to a position, in order of position."""
    rows = session.of("ledger").rows("events_of_streams", streams=list(streams), upto=upto)
    return decoded(rows)


def events_but_reads(
    session: Session, streams: Sequence[UUID], upto: int = LAST
) -> list[RecordedEvent]:
    """The events of some streams up to a position, without reads.

    Each look at a person is an event: a question that is not about looks need not pay for them.
    """
    rows = session.of("ledger").rows("events_but_reads", streams=list(streams), upto=upto)
    return decoded(rows)


def reseals_of(session: Session, streams: Sequence[UUID]) -> list[RecordedEvent]:
    """The events of the given streams that hold values sealed anew, in order of position."""
    return decoded(session.of("ledger").rows("resealed_of_streams", streams=list(streams)))


def reads_of(
    session: Session, streams: Sequence[UUID], upto: int = LAST, after: int = 0
) -> list[RecordedEvent]:
    """Reads of the given streams with a position in (`after`, `upto`], in order. Nothing annuls a read."""
    named = {"streams": list(streams), "after": after, "upto": upto}
    return decoded(session.of("ledger").rows("reads_of_streams", **named))


def last_events_of(
    session: Session, streams: Sequence[UUID], before: int, count: int
) -> list[RecordedEvent]:
    """The last events of the given streams before a position, at most `count`, the latest first."""
    named = {"streams": list(streams), "before": before, "count": count}
    return decoded(session.of("ledger").rows("last_of_streams", **named))


def count_of(session: Session, streams: Sequence[UUID], upto: int = LAST) -> int:
    """How many events the given streams have up to a position."""
    row = session.of("ledger").row("count_of_streams", streams=list(streams), upto=upto)
    return int(row[0]) if row else 0
