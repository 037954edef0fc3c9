"""Views from the events and from nothing else, stream by stream, in flat memory.

What a rebuild writes, what an audit compares with, and the register as of a past position.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from ledger.event import RecordedEvent, decode_event
from ledger.postgres import Session
from ledger.reading import LAST, newest
from projections import processing_register
from projections.annulment import is_annulment, target_of
from projections.batch import NamedEvent
from projections.joining import Gathering
from projections.processing_register import Entry
from projections.timetravel import counting, fold
from projections.view import Digest, Key, View, encode

__all__ = ["derive_digest", "derive_entries", "derived_streams"]


def derived_streams(
    session: Session, view: View[Any], upto: int, privacy_office: Collection[str]
) -> Iterator[tuple[dict[Key, Any], set[NamedEvent]]]:
    """The rows of one stream after the other, in the order of keys, and what annulments name there."""
    for stream, events in _streams(session, upto):
        states = fold(view, counting(events, privacy_office))
        targets = [target_of(event, privacy_office) for event in events if is_annulment(event)]
        named = {(stream, *target) for target in targets if target}
        yield {(stream, subkey): states[subkey] for subkey in sorted(states)}, named


def _streams(session: Session, upto: int) -> Iterator[tuple[Any, list[RecordedEvent]]]:
    stored = session.of("projections").stream("events_by_stream", upto=upto)
    events = (newest(decode_event(*row)) for row in stored)
    for stream, members in groupby(events, key=lambda event: event.stream):
        yield stream, list(members)


def derive_digest(
    session: Session, view: View[Any], upto: int, privacy_office: Collection[str]
) -> str:
    """The digest that a view at a position must have."""
    digest, gathering = Digest(view), Gathering()
    for rows, _ in derived_streams(session, view, upto, privacy_office):
        for (stream, subkey), state in rows.items():
            digest.add([stream.bytes, subkey.encode(), encode(state)])
            if view.joined:
                gathering.add(subkey, state)
    for activity, (totals, made) in gathering.rows().items():
        digest.add([activity.encode(), totals, made])
    return digest.hex()


def derive_entries(
    session: Session, privacy_office: Collection[str], upto: int = LAST
) -> list[Entry]:
    """The register of processing activities as of a position, sorted by activity."""
    gathering = Gathering()
    for rows, _ in derived_streams(session, processing_register.VIEW, upto, privacy_office):
        for (_, subkey), state in rows.items():
            gathering.add(subkey, state)
    return gathering.entries()
