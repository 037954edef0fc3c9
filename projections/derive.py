"""Views from the events and from nothing else, stream by stream, in flat memory.

What a rebuild writes, what an audit compares with, and the register as of a past position. All views
are derived in one pass: an event is read and decoded once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from ledger.event import RecordedEvent, decode_event
from ledger.postgres import Session
from ledger.reading import LAST, newest
from projections import processing_register
from projections.batch import NamedEvent, named_by
from projections.dispatch import Dispatch
from projections.joining import EntryRow, Gathering
from projections.processing_register import Entry
from projections.timetravel import counting, fold
from projections.view import Digest, Key, View, encode

__all__ = ["Content", "Derived", "Goal", "derive", "derive_digests", "derive_entries"]

Goal = tuple[View[Any], int]
"""A view and the position up to which it is derived."""


class Derived(NamedTuple):
    """What one stream comes to: for each goal its rows, sorted by subkey; and what annulments name."""

    stream: UUID
    rows: Sequence[Mapping[str, Any]]
    named: set[NamedEvent]


def derive(
    session: Session, goals: Sequence[Goal], privacy_office: Collection[str]
) -> Iterator[Derived]:
    """One stream after the other, in the order of keys."""
    dispatch = Dispatch([view for view, _ in goals])
    for stream, events in _streams(session, max(upto for _, upto in goals)):
        shares = {
            upto: dispatch.share(counting(_until(events, upto), privacy_office))
            for upto in {upto for _, upto in goals}
        }
        rows = [_sorted(fold(view, shares[upto][view.name])) for view, upto in goals]
        yield Derived(stream, rows, named_by(events, privacy_office))


def _streams(session: Session, upto: int) -> Iterator[tuple[UUID, list[RecordedEvent]]]:
    stored = session.of("projections").stream("events_by_stream", upto=upto)
    events = (newest(decode_event(*row)) for row in stored)
    for stream, members in groupby(events, key=lambda event: event.stream):
        yield stream, list(members)


def _until(events: list[RecordedEvent], upto: int) -> list[RecordedEvent]:
    """The events up to a position; within a stream the order of versions is that of positions."""
    if events[-1].position <= upto:
        return events
    return [event for event in events if event.position <= upto]


def _sorted(states: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(sorted(states.items())) if len(states) > 1 else states


class Content:
    """Takes in the rows of a view in the order of their keys; says what they come to."""

    def __init__(self, view: View[Any]) -> None:
        self._digest = Digest(view)
        self._gathering = Gathering() if view.joined else None

    def add(self, key: Key, state: Any) -> bytes:
        """Take in one row, and return its encoded state."""
        encoded = encode(state)
        self._digest.add([key[0].bytes, key[1].encode(), encoded])
        if self._gathering:
            self._gathering.add(key[1], state)
        return encoded

    def entries(self) -> dict[str, EntryRow]:
        """The encoded entries of a joined view, sorted by activity; of another view none."""
        return self._gathering.rows() if self._gathering else {}

    def digest(self) -> str:
        """Digest of the rows, then of the entries. Asked once, at the end."""
        for activity, (totals, made) in self.entries().items():
            self._digest.add([activity.encode(), totals, made])
        return self._digest.hex()


def derive_digests(
    session: Session, goals: Sequence[Goal], privacy_office: Collection[str]
) -> list[str]:
    """The digest that each view at its position must have."""
    contents = [Content(view) for view, _ in goals]
    for stream, rows, _ in derive(session, goals, privacy_office):
        for content, states in zip(contents, rows, strict=True):
            for subkey, state in states.items():
                content.add((stream, subkey), state)
    return [content.digest() for content in contents]


def derive_entries(
    session: Session, privacy_office: Collection[str], upto: int = LAST
) -> list[Entry]:
    """The register of processing activities as of a position, sorted by activity."""
    gathering = Gathering()
    for _, rows, _ in derive(session, [(processing_register.VIEW, upto)], privacy_office):
        for subkey, state in rows[0].items():
            gathering.add(subkey, state)
    return gathering.entries()
