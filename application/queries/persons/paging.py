"""A part of a person's events, the latest first, read without the rest of them where that says the same.

A reader who may know of everything needs the events of the page, how many there are, and the annulments of
the person, of which there are few. What else hides an event, or orders it otherwise, rests on all of them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from application.queries.subjects import history_of, streams_of
from application.source import Source
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent
from ledger.reading import count_of, head_position, last_events_of
from projections.folds.annulment import effects, name_of
from projections.folds.timetravel import Moment
from projections.following.derive import check_told
from projections.reading.known import annulments_of

AnnullableEvent = tuple[RecordedEvent, str | None]
"""An event, and the annulment that took it back."""


class Place(msgspec.Struct, frozen=True):
    """A place in a list of events, the latest position first. `before`: a position; None: the beginning."""

    before: int | None = None
    limit: int = 100

    def of(self, events: Iterable[AnnullableEvent]) -> tuple[list[AnnullableEvent], int | None]:
        """The events of this page, and where the next one goes on; None: there is no next page."""
        left = [entry for entry in events if self.before is None or entry[0].position < self.before]
        ordered = sorted(left, key=lambda entry: -entry[0].position)
        page = ordered[: self.limit]
        return page, page[-1][0].position if len(ordered) > len(page) else None


class EventsPart(NamedTuple):
    """Events of a page, where the next one goes on, and how many events there are at the moment."""

    events: list[AnnullableEvent]
    following: int | None
    total: int


def part_of(source: Source, reference: str, moment: Moment, place: Place) -> EventsPart:
    """The events of a person before a position, at most so many. Raises UnknownSubject, Pruned."""
    by_position = moment.as_of is None and moment.recorded_by is None
    if by_position and not source.reads.sight.partial:
        streams = streams_of(source, reference)
        check_told(source.session, moment, streams)
        return _read(source, streams, moment.at_position, place)
    events = history_of(source, reference, moment)
    if not events:
        raise UnknownSubject
    return EventsPart(*place.of(events), len(events))


def _read(
    source: Source, streams: Sequence[UUID], at_position: int | None, place: Place
) -> EventsPart:
    """The same, of which nothing is read but the page and the annulments. All as of one position."""
    session = source.session
    upto = head_position(session) if at_position is None else at_position
    count = count_of(session, streams, upto)
    if not count:
        raise UnknownSubject
    before = upto + 1 if place.before is None else min(place.before, upto + 1)
    events = last_events_of(session, streams, before, place.limit + 1)
    annulments = annulments_of(session, streams, upto)
    annulled = effects(_each_once([*events, *annulments]), source.privacy_office).annulled
    page, following = place.of((event, annulled.get(name_of(event))) for event in events)
    return EventsPart(page, following, count)


def _each_once(events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
    return list({event.position: event for event in events}.values())
