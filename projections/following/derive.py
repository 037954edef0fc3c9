"""Views from the events and from nothing else, stream by stream, in flat memory.

What a rebuild writes, what an audit compares with, and the rows of views at a moment of the past. All
views are derived in one pass: an event is read and decoded once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar
from uuid import UUID

from ledger.event import RecordedEvent, decode_event
from ledger.reading import LAST, newest
from ledger.storage.postgres import Session
from projections.folds.annulment import ANNULMENT
from projections.folds.digest import EVERYTHING, Digest, Share, Sums, bounds
from projections.folds.dispatch import Dispatch, StreamEvents
from projections.folds.timetravel import Moment, SelectedEvents, counting, fold, select
from projections.folds.view import AnyRows, AnyView, StoredRow, View
from projections.following.batch import NamedEvent, named_by
from projections.following.joins import join_of
from rulebook.powers import related

S = TypeVar("S")
StreamRows = tuple[UUID, AnyRows]
"""A stream with its rows of a view."""
Goal = tuple[AnyView, int]
"""A view and the position up to which it is derived."""
Seen = tuple[Sums, object]
"""What a view has come to in a share: its digests, and what its entries still wait with."""


class DerivedRows(NamedTuple):
    """What one stream comes to: for each goal its rows, sorted by subkey; and what annulments name."""

    stream: UUID
    rows: Sequence[AnyRows]
    named: set[NamedEvent]


def streams_to(
    session: Session, goals: Sequence[Goal], share: Share = EVERYTHING
) -> Iterator[StreamEvents]:
    """The streams of a share in the order of keys, each with its events up to the last goal."""
    return _streams(session, max(upto for _, upto in goals), share=share)


def derive(
    streams: Iterable[StreamEvents], goals: Sequence[Goal], privacy_office: Collection[str]
) -> Iterator[DerivedRows]:
    """What streams in the order of keys come to, one after the other."""
    dispatch = Dispatch([view for view, _ in goals])
    for stream, events in streams:
        shares = {
            upto: dispatch.share(counting(_until(events, upto), privacy_office))
            for upto in {upto for _, upto in goals}
        }
        rows = [_sorted(fold(view, shares[upto][view.name])) for view, upto in goals]
        yield DerivedRows(stream, rows, named_by(events, privacy_office))


def _streams(
    session: Session,
    upto: int,
    names: Collection[str] | None = None,
    share: Share = EVERYTHING,
) -> Iterator[tuple[UUID, list[RecordedEvent]]]:
    """Stream by stream its events up to a position; of some types, and annulments, when they are named."""
    session = session.of("projections")
    first, last = bounds(share)
    stored = (
        session.stream("events_by_stream", upto=upto, first=first, last=last)
        if names is None
        else session.stream("events_of_types", names=sorted(deciding_names(names)), upto=upto)
    )
    events = (newest(decode_event(*row)) for row in stored)
    for stream, members in groupby(events, key=lambda event: event.stream):
        yield stream, list(members)


def streams_saying(
    session: Session, names: Collection[str], upto: int = LAST
) -> Iterator[tuple[UUID, list[RecordedEvent]]]:
    """Stream by stream the events of some types, and all that decides whether they count, in flat memory."""
    return _streams(session, upto, names)


def deciding_names(names: Collection[str]) -> frozenset[str]:
    """Names of types with those that decide whether an event of them counts."""
    return related(frozenset(names)) | {ANNULMENT}


def annulled_streams(session: Session, upto: int = LAST) -> Iterator[UUID]:
    """The streams in which something up to a position annuls something, in order."""
    return (stream for stream, _ in _streams(session, upto, ()))


def _until(events: list[RecordedEvent], upto: int) -> list[RecordedEvent]:
    """The events up to a position; within a stream the order of versions is that of positions."""
    if events[-1].position <= upto:
        return events
    return [event for event in events if event.position <= upto]


def _sorted(states: AnyRows) -> AnyRows:
    return dict(sorted(states.items())) if len(states) > 1 else states


def shared_names(view: AnyView) -> frozenset[str]:
    """Types of events whose rows are asked by rows of other streams."""
    join = join_of(view.join)
    return join.shared if join else frozenset()


def shared_rows(
    streams: Iterable[StreamEvents], goal: Goal, privacy_office: Collection[str]
) -> Iterator[StreamRows]:
    """The rows of a view that others ask for, from streams that hold at least what decides about them."""
    view, upto = goal
    names, moment = shared_names(view), Moment(at_position=upto)
    for stream, events in streams:
        selected = select(events, moment, privacy_office)
        asked = [event for event in selected.counted if event.name in names]
        if rows := fold(view, asked, selected.erasures):
            yield stream, rows


def contents_of(
    session: Session, goals: Sequence[Goal], privacy_office: Collection[str]
) -> list["Content"]:
    """What takes in the rows of each goal; reads first what others ask for."""
    return [
        Content(goal[0], shared_rows(_shared_streams(session, goal), goal, privacy_office))
        for goal in goals
    ]


def _shared_streams(session: Session, goal: Goal) -> Iterator[StreamEvents]:
    view, upto = goal
    names = shared_names(view)
    return _streams(session, upto, names) if names else iter(())


class Content:
    """Takes in the rows of a view in the order of their keys; says what they come to.

    `shared`: what rows of a joined view ask of rows of other streams (`shared_names`), held in memory.
    """

    def __init__(self, view: AnyView, shared: Iterable[StreamRows]) -> None:
        self.view = view
        self._digest = Digest(view)
        self._join = join = join_of(view.join)
        self._gathering = join.gathering(shared) if join else None

    def add(self, stream: UUID, states: AnyRows) -> tuple[list[StoredRow], Sequence[object]]:
        """Take in all rows of a stream; return them as they are stored, and the entries that are complete."""
        rows = [self.view.row((stream, subkey), state) for subkey, state in states.items()]
        if rows:
            # Subkey and state alone: the other columns follow from the state.
            self._digest.rows(stream, [row[1:3] for row in rows])
        return rows, self._digested(self._gathering.add(stream, states) if self._gathering else ())

    def seen(self) -> Seen:
        """What was taken in, for the object that goes on with other streams (`take`)."""
        return self._digest.sums(), self._gathering.seen() if self._gathering else None

    def take(self, state: Seen) -> None:
        """Go on with what another object has taken in, as its `seen` gives it."""
        sums, waiting = state
        self._digest.take(sums)
        if self._gathering:
            self._gathering.take(waiting)

    def rest(self) -> Sequence[object]:
        """The entries that are complete only now. Asked once, after the last stream."""
        return self._digested(self._gathering.rest() if self._gathering else ())

    def digest(self) -> str:
        """Digest of the rows and entries. Asked after `rest`."""
        return self._digest.hex()

    def _digested(self, entries: Sequence[object]) -> Sequence[object]:
        for entry in entries:
            assert self._join
            self._digest.entry(*self._join.parts(entry))
        return entries


def rows_at(
    session: Session,
    view: View[S],
    moment: Moment,
    privacy_office: Collection[str],
    names: Collection[str] | None = None,
) -> Iterator[tuple[UUID, Mapping[str, S]]]:
    """Rows of a view at a moment, stream by stream; from the events of some types alone, when named."""
    for stream, (rows,) in views_at(session, (view,), moment, privacy_office, names):
        if rows:
            yield stream, rows


def views_at(
    session: Session,
    views: Sequence[AnyView],
    moment: Moment,
    privacy_office: Collection[str],
    names: Collection[str] | None = None,
) -> Iterator[tuple[UUID, list[AnyRows]]]:
    """The same of several views, in one pass over the events; also where a view has no rows."""
    for stream, selected in selected_at(session, moment, privacy_office, names):
        events = [event for event in selected.counted if names is None or event.name in names]
        yield stream, [fold(view, events, selected.erasures) for view in views]


def selected_at(
    session: Session,
    moment: Moment,
    privacy_office: Collection[str],
    names: Collection[str] | None = None,
) -> Iterator[tuple[UUID, SelectedEvents]]:
    """The events of a moment, stream by stream; of some types, and annulments, when they are named."""
    upto = LAST if moment.at_position is None else moment.at_position
    for stream, events in _streams(session, upto, names):
        yield stream, select(events, moment, privacy_office)
