"""Rows of a view as they were known at a moment, from the events of those alone who have rows, or had some.

For views whose rows only an annulment takes away: of a person who was not known to the view, and of whom
nothing was annulled, there never was a row. As `projections.reading.views`.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from ledger.event import RecordedEvent
from ledger.reading import LAST, decoded, events_but_reads
from ledger.storage.postgres import Session
from projections.folds.annulment import ANNULMENT
from projections.folds.timetravel import Moment, fold_at
from projections.folds.view import AnyView, Key, View
from projections.reading.views import bookmark_of

S = TypeVar("S")
NOBODY = UUID(int=0)
"""Comes before every stream, and is none."""
_STREAMS = 200
_BY_STREAM = attrgetter("stream")


def position_of(session: Session, moment: Moment) -> int:
    """The last position that was known at a moment; 0 before the first."""
    upto = LAST if moment.at_position is None else moment.at_position
    if moment.recorded_by is None:
        return upto
    row = session.of("projections").row("position_by", time=moment.recorded_by)
    return min(upto, int(row[0]) if row and row[0] else 0)


def annulled_in(session: Session, view: AnyView, upto: int = LAST) -> list[UUID]:
    """The streams in which an annulment names an event of a view that was recorded by a position, sorted."""
    rows = session.of("projections").rows(
        "annulled_streams", names=sorted(view.names or ()), upto=upto
    )
    return [stream for (stream,) in rows]


def annulments_of(
    session: Session, streams: Sequence[UUID], upto: int = LAST
) -> list[RecordedEvent]:
    """The annulments in some streams up to a position."""
    named = {"streams": list(streams), "names": [ANNULMENT], "upto": upto}
    return decoded(session.of("projections").rows("deciding_events", **named))


def known_rows(
    session: Session,
    view: View[S],
    moment: Moment,
    privacy_office: Collection[str],
    after: UUID = NOBODY,
) -> Iterator[tuple[Key, S]]:
    """Rows of a view as of a moment, of streams after one, in their order; some are read at a time."""
    bookmark_of(session, view)
    annulled = annulled_in(session, view)
    while True:
        page = session.of("projections").named(
            "streams_after", {"table": view.name}, stream=after, count=_STREAMS
        )
        last = page[-1][0] if len(page) == _STREAMS else None
        also = (one for one in annulled if one > after and (last is None or one <= last))
        yield from rows_told(
            session, view, sorted({*(stream for (stream,) in page), *also}), moment, privacy_office
        )
        if last is None:
            return
        after = last


def rows_told(
    session: Session,
    view: View[S],
    streams: Sequence[UUID],
    moment: Moment,
    privacy_office: Collection[str],
) -> Iterator[tuple[Key, S]]:
    """Rows of some streams as of a moment, from their events."""
    for begin in range(0, len(streams), _STREAMS):
        events = sorted(
            events_but_reads(session, streams[begin : begin + _STREAMS]), key=_BY_STREAM
        )
        for stream, own in groupby(events, key=_BY_STREAM):
            for subkey, state in sorted(fold_at(view, own, moment, privacy_office).items()):
                yield (stream, subkey), state
