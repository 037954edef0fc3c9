"""The data that a restore cannot bring back: keys that were made after the copy, and so the values under
them.

Neither the log nor a copy of the database holds them. A repeat of the same message is a duplicate, so the
house must hear which persons lack data, and from which messages.
"""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from ledger.keys.opening import Missing, Opener, sealed_group
from ledger.reading import decoded
from ledger.storage.postgres import Session

_BLOCK = 2_000


class LostEvent(msgspec.Struct, frozen=True):
    """An event that came back, by the name that its sender gave it, and categories whose values did not."""

    position: int
    source: str
    id: str
    categories: tuple[str, ...]


class LostPerson(msgspec.Struct, frozen=True):
    """A person who lost data. `findable`: whether the reference still leads to the events."""

    stream: UUID
    findable: bool
    events: tuple[LostEvent, ...]


def lost_after(session: Session, opener: Opener, first: int, last: int) -> list[LostPerson]:
    """Persons who lost values or the reference in events at these positions, by first position."""
    persons: dict[UUID, list[LostEvent]] = {}
    for event in _events(session, first, last):
        if event.subject is None and not event.ours:
            lost = tuple(_lost_categories(opener, event))
            persons.setdefault(event.stream, []).append(
                LostEvent(event.position, event.source, event.id, lost)
            )
    found = []
    streams = list(persons)
    indexed = {subject for subject, *_ in session.rows("indexed_subjects", subjects=streams)}
    for stream, events in persons.items():
        findable = stream in indexed
        told = tuple(event for event in events if event.categories or not findable)
        if told:
            found.append(LostPerson(stream, findable, told))
    return found


def _events(session: Session, first: int, last: int) -> Iterator[RecordedEvent]:
    for start in range(first - 1, last, _BLOCK):
        upto = min(last, start + _BLOCK)
        yield from decoded(session.rows("events_after", position=start, upto=upto, count=_BLOCK))


def _lost_categories(opener: Opener, event: RecordedEvent) -> Iterator[str]:
    for category in event.sealed:
        if opener.group(sealed_group(event, category)) is Missing.LOST:
            yield category
