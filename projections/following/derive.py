"""Derives views from the events alone, stream by stream, in flat memory.

A rebuild writes the result, an audit compares with it, and answers of the past read it. All views are derived
in one pass: each event is read and decoded once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import NamedTuple, TypeVar
from uuid import UUID

from ledger.errors import Pruned
from ledger.event import RecordedEvent, erases_all
from ledger.pruning.events import SOURCE, pruning_id
from ledger.reading import LAST, events_but_reads, newest, pruned_through
from ledger.storage.postgres import Session
from ledger.stored import decode_row
from projections.folds.annulment import ANNULMENT
from projections.folds.digest import EVERYTHING, Digest, Share, Sums, bounds
from projections.folds.dispatch import Dispatch, StreamEvents
from projections.folds.timetravel import NOW, Moment, SelectedEvents, counting, fold, select
from projections.folds.view import AnyRows, AnyView, StoredRow, View
from projections.following.batch import NamedEvent, named_by
from projections.following.joins import join_of
from rulebook.powers import related

S = TypeVar("S")
Goal = tuple[AnyView, int]
"""A view and the position up to which it is derived."""
Seen = tuple[Sums, object]
"""What a view has come to in a share: its digests, and what its entries still wait with."""


StreamRows = tuple[UUID, AnyRows]
"""A stream with its rows of a view, sorted by subkey."""
# Streams are worked on together, view by view, so that the code and the tables of one view stay in the
# processor's cache: as many as have so many events, and at least one.
_BLOCK_EVENTS = 300


class DerivedBlock(NamedTuple):
    """The results of some streams, in the order of keys.

    `rows`: for each goal, the streams that have rows. `named`: the names in their annulments.
    """

    rows: list[list[StreamRows]]
    named: set[NamedEvent]


def streams_to(
    session: Session, goals: Sequence[Goal], share: Share = EVERYTHING
) -> Iterator[StreamEvents]:
    """The streams of a share in the order of keys, each with its events up to the last goal."""
    return _streams(session, max(upto for _, upto in goals), share=share)


def derive(
    streams: Iterable[StreamEvents], goals: Sequence[Goal], privacy_office: Collection[str]
) -> Iterator[DerivedBlock]:
    """The results of streams in the order of keys, block by block."""
    dispatch = Dispatch([view for view, _ in goals])
    ends = {upto for _, upto in goals}
    for block in _together(streams):
        shares = {upto: _shared_out(block, upto, dispatch, privacy_office) for upto in ends}
        rows = [_folded(view, shares[upto][view.name]) for view, upto in goals]
        named = named_by(chain.from_iterable(events for _, events in block), privacy_office)
        yield DerivedBlock(rows, named)


def _together(streams: Iterable[StreamEvents]) -> Iterator[list[StreamEvents]]:
    """Streams in blocks."""
    block: list[StreamEvents] = []
    events = 0
    for stream in streams:
        block.append(stream)
        events += len(stream[1])
        if events >= _BLOCK_EVENTS:
            yield block
            block, events = [], 0
    if block:
        yield block


def _shared_out(
    streams: Iterable[StreamEvents],
    upto: int,
    dispatch: Dispatch,
    privacy_office: Collection[str],
) -> dict[str, list[StreamEvents]]:
    """By view the events up to a position that count."""
    return dispatch.share_streams(
        (stream, counting(_until(events, upto), privacy_office)) for stream, events in streams
    )


def _folded(view: AnyView, streams: Iterable[StreamEvents]) -> list[StreamRows]:
    return [(stream, _sorted(rows)) for stream, events in streams if (rows := fold(view, events))]


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
    events = (newest(decode_row(*row)) for row in stored)
    for stream, members in groupby(events, key=lambda event: event.stream):
        yield stream, list(members)


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
        (rows,) = _folded_at((view,), select(events, moment, privacy_office), names)
        if rows:
            yield stream, rows


def contents_of(
    session: Session, goals: Sequence[Goal], privacy_office: Collection[str]
) -> list["Content"]:
    """The gatherers of the rows of each goal. First reads the rows on which others depend."""
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

    def add(self, streams: Sequence[StreamRows]) -> tuple[list[StoredRow], list[object]]:
        """Take in all rows of some streams; return them as stored, and the entries that are complete."""
        row = self.view.row
        rows = [row((stream, key), state) for stream, its in streams for key, state in its.items()]
        self._digest.rows(rows)
        return rows, self._digested(list(self._gathered(streams)))

    def _gathered(self, streams: Iterable[StreamRows]) -> Iterator[object]:
        if self._gathering:
            for stream, rows in streams:
                yield from self._gathering.add(stream, rows)

    def seen(self) -> Seen:
        """The rows gathered so far, for a gatherer that continues with other streams (`take`)."""
        return self._digest.sums(), self._gathering.seen() if self._gathering else None

    def take(self, state: Seen) -> None:
        """Go on with what another object has taken in, as its `seen` gives it."""
        sums, waiting = state
        self._digest.take(sums)
        if self._gathering:
            self._gathering.take(waiting)

    def rest(self) -> list[object]:
        """The entries that are complete only now. Asked once, after the last stream."""
        return self._digested(list(self._gathering.rest()) if self._gathering else [])

    def digest(self) -> str:
        """Digest of the rows and entries. Asked after `rest`."""
        return self._digest.hex()

    def _digested(self, entries: list[object]) -> list[object]:
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
    """Rows of a view at a moment, stream by stream; from the events of some types alone, when named.

    Raises Pruned for a moment of which too little is left, as the functions below do.
    """
    derived = views_at(session, (view,), moment, privacy_office, names)
    return ((stream, rows) for stream, (rows,) in derived if rows)


def views_at(
    session: Session,
    views: Sequence[AnyView],
    moment: Moment,
    privacy_office: Collection[str],
    names: Collection[str] | None = None,
) -> Iterator[tuple[UUID, list[AnyRows]]]:
    """Several views at a moment, in one pass over the events; also where a view has no rows."""
    selected_streams = selected_at(session, moment, privacy_office, names)
    return ((stream, _folded_at(views, one, names)) for stream, one in selected_streams)


def _folded_at(
    views: Sequence[AnyView], selected: SelectedEvents, names: Collection[str] | None
) -> list[AnyRows]:
    """The rows of views from the events of a moment; of some types alone, when named."""
    events = [event for event in selected.counted if names is None or event.name in names]
    return [fold(view, events, selected.erasures) for view in views]


def selected_at(
    session: Session,
    moment: Moment,
    privacy_office: Collection[str],
    names: Collection[str] | None = None,
) -> Iterator[tuple[UUID, SelectedEvents]]:
    """The events of a moment, stream by stream; of some types, and annulments, when they are named."""
    check_told(session, moment)
    upto = LAST if moment.at_position is None else moment.at_position
    streams = _streams(session, upto, names)
    return ((stream, select(events, moment, privacy_office)) for stream, events in streams)


def check_told(session: Session, moment: Moment, streams: Sequence[UUID] | None = None) -> None:
    """Raise Pruned for a moment before the end of what was pruned: closed files are missing from it.

    `streams`: of persons whom alone the answer is about. Of whole files anything can be told; of a file that
    was pruned, what stood from then on, and only from the erasure on that closed it. An answer about many is
    whole from the event of the pruning on; what is given before that says so, see `missing_through`.
    """
    if moment == NOW or not (through := pruned_through(session)):
        return
    is_before = _position(session, moment) < through
    if streams is None:
        if is_before:
            raise Pruned(_told_at(session, through))
        return
    for stream in _pruned_of(session, streams):
        events = events_but_reads(session, [stream])
        if is_before or not any(map(erases_all, select(events, moment).shown)):
            closing = (event.position for event in events if erases_all(event))
            raise Pruned(max(through, next(closing, through)))


def missing_through(session: Session, moment: Moment) -> int:
    """Up to which position pruned files are missing from an answer about many persons; 0: none is.

    A file may have been closed after that position, and before the event of the pruning: until that event
    more was known than is left.
    """
    if moment == NOW or not (through := pruned_through(session)):
        return 0
    is_whole = moment.as_of is None and _position(session, moment) >= _told_at(session, through)
    return 0 if is_whole else through


def _told_at(session: Session, through: int) -> int:
    """Position of the event that tells of a pruning."""
    row = session.of("ledger").row("event_named", source=SOURCE, id=pruning_id(through))
    return int(row[0]) if row else through


def _position(session: Session, moment: Moment) -> int:
    """The last position that a moment knows of."""
    position = LAST if moment.at_position is None else moment.at_position
    if moment.recorded_by is None:
        return position
    rows = session.of("projections").rows("position_by", time=moment.recorded_by)
    return min(position, rows[0][0] or 0)


def _pruned_of(session: Session, streams: Sequence[UUID]) -> list[UUID]:
    rows = session.of("ledger").rows("pruned_of", streams=list(streams))
    return [stream for (stream,) in rows]
