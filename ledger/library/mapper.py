"""Between stored rows and recorded events, in the library's classes. Resolves no Python paths."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from ledger.errors import Misconfigured
from ledger.event import RecordedEvent, encode_state, instant, present, resealed_members
from ledger.reading import newest
from ledger.stored import decode_row, state_at

Row = tuple[UUID, int, str, bytes, int, datetime]
"""Columns of the table `events`: stream, version, type, frame of the state, position, time of recording."""


class RecordedRow(Notification):
    """A stored event with its position (`id`) and the time when it was recorded.

    Keeps the row as it was read: the library's own way, a member at a time, takes longer than to decode it.
    """

    __slots__ = ("row",)
    row: Row

    def __init__(self, row: Row) -> None:
        # The library's class is frozen.
        object.__setattr__(self, "row", row)

    @property
    def originator_id(self) -> UUID:
        """The stream."""
        return self.row[0]

    @property
    def originator_version(self) -> int:
        """The place in the stream."""
        return self.row[1]

    @property
    def topic(self) -> str:
        """The event type."""
        return self.row[2]

    @property
    def state(self) -> bytes:
        """The stored state of the event, as it is in its entry."""
        return state_at(self.id, self.row[3])

    @property
    def id(self) -> int:
        """The position."""
        return self.row[4]

    @property
    def recorded_at(self) -> datetime:
        """When it was recorded."""
        return self.row[5]


class EventMapper(Mapper[UUID]):
    """Gives each event as the newest version of its type has it, as every reader of the product does."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_domain_event(self, stored_event: StoredEvent) -> RecordedEvent:
        """The recorded event of a row. Raises Halt when its bytes cannot be read."""
        if not isinstance(stored_event, RecordedRow):
            raise Misconfigured("only rows of this ledger's recorder can be read")
        return newest(decode_row(*stored_event.row))

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The row of a recorded event; in the newest version of its type, byte for byte the row that was
        read.
        """
        event: RecordedEvent = domain_event
        members = {
            "id": event.id,
            "source": event.source,
            "time": instant(event.time),
            "categories": list(event.categories),
            "facts": event.facts,
            "origin": event.origin,
            **present(
                sealed={
                    category: msgspec.structs.asdict(sealed)
                    for category, sealed in event.sealed.items()
                }
                or None,
                resealed=resealed_members(event.resealed) or None,
                subject=event.subject,
                sequence=event.sequence,
                activity=event.activity,
                legal_basis=event.legal_basis,
                provision=event.provision,
            ),
            **event.trace,
        }
        return StoredEvent(event.stream, event.version, event.type, encode_state(members))
