"""Folding a batch of events into the rows of views. Pure but for what it asks of stores.

Events evolve rows one by one. Only where an annulment plays a part, or an act on what others said, is a
stream folded again from its beginning, up to the last event of the batch. What all views need of a batch
is worked out once (`EventBatch`); the caller wraps each view's part in a transaction of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from ledger.errors import Halt
from ledger.event import RecordedEvent
from projections.folds.annulment import ANNULMENT, is_annulment, name_of, target_of
from projections.folds.dispatch import Dispatch, StreamEvents
from projections.folds.powers import all_have_power, may_change_others
from projections.folds.timetravel import counting
from projections.folds.view import AnyView, Key, View
from projections.following.joins import JoinStore, join_of
from rulebook.powers import CLAIMING

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)
NamedEvent = tuple[UUID, str, str]
"""An event that an annulment names: stream, source, id. It may not have arrived yet."""


class History(Protocol):
    """Events of some streams, up to the last event of the batch."""

    def __call__(
        self, streams: Sequence[UUID], names: Collection[str] | None
    ) -> list[RecordedEvent]:
        """All of them, or at least those of types with some short names."""


# Streams that are folded again at a time: their events are in memory together.
_REFOLD_STREAMS = 50
# Blocks of such streams are kept for the views that come after, as long as they hold no more events.
_KEPT_EVENTS = 20_000
# Types of events that decide whether others count.
_DECIDING = frozenset({ANNULMENT, *CLAIMING})
_AgainBlock = dict[UUID, dict[str, list[RecordedEvent]]]
"""Stream -> the events that count, by view."""


class BrokenFold(Halt):
    """A view cannot fold an event."""

    def __init__(self, view: str, event: RecordedEvent, cause: Exception) -> None:
        super().__init__(
            f"view {view} cannot fold position {event.position}, event {event.id} of"
            f" {event.source}: {type(cause).__name__}"
        )
        self.position = event.position


class RowChange(msgspec.Struct, Generic[S_co], frozen=True, gc=False):
    """A row before and after; None where there is none."""

    before: S_co | None
    after: S_co | None


class Store(JoinStore, Protocol):
    """Rows of one view, inside the caller's transaction."""

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that exist."""

    def rows_of(self, streams: Sequence[UUID]) -> dict[Key, bytes]:
        """States of all rows of some streams."""

    def put(self, changes: Mapping[Key, RowChange[object]]) -> None:
        """Write the rows after."""


class EventBatch:
    """Events that come next in the order of positions, shared out among views that are at their start.

    `named`: what annulments among them name. `awaited`: those of the events that an earlier annulment
    has named already, and maybe others. Reads `history` only for streams that are folded again.
    """

    def __init__(
        self,
        events: Sequence[RecordedEvent],
        dispatch: Dispatch,
        awaited: Collection[NamedEvent],
        history: History,
        privacy_office: Collection[str],
    ) -> None:
        self.events = events
        self.end = events[-1].position
        self.named = named_by(events, privacy_office)
        again = _to_fold_again(events, awaited, history, privacy_office)
        streams = by_stream(events).items()
        self._again = sorted(again)
        self._shares = dispatch.share_streams(one for one in streams if one[0] not in again)
        self._dispatch = dispatch
        self._history = history
        self._privacy_office = privacy_office
        self._blocks: dict[int, _AgainBlock] = {}
        self._room = _KEPT_EVENTS

    def of(self, view: AnyView) -> Sequence[StreamEvents]:
        """The events that may touch rows of a view, where no annulment plays a part; stream by stream."""
        return self._shares[view.name]

    def touches(self, view: AnyView) -> bool:
        """Whether there may be something to fold into a view."""
        return bool(self._shares[view.name] or self._again)

    def again(self, view: View[S]) -> Iterable[dict[UUID, list[RecordedEvent]]]:
        """Block by block the streams to fold again, each with its events that count for a view."""
        for start in range(0, len(self._again), _REFOLD_STREAMS):
            block = self._blocks.get(start) or self._counting(start)
            yield {stream: shares[view.name] for stream, shares in block.items()}

    def _counting(self, start: int) -> _AgainBlock:
        """A block of streams, read; it is kept where there is room."""
        streams = self._again[start : start + _REFOLD_STREAMS]
        events = self._history(streams, None)
        block = {
            stream: self._dispatch.share(counting(its_events, self._privacy_office))
            for stream, its_events in by_stream(events).items()
        }
        if len(events) <= self._room:
            self._room -= len(events)
            self._blocks[start] = block
        return block


def apply_batch(view: View[S], batch: EventBatch, store: Store) -> None:
    """Fold a batch into the rows of one view.

    Raises Broken when the view cannot fold one of the events; then the store may be half written.
    """
    changes = _evolved(view, batch.of(view), store)
    for streams in batch.again(view):
        changes |= _folded_again(view, list(streams), streams.items(), store)
    _put(view, changes, store)


def apply_again(
    view: View[S], streams: Sequence[UUID], events: Iterable[StreamEvents], store: Store
) -> None:
    """Make the rows of some streams what their events that count say, and no others.

    Whoever has done so with all streams calls `settle`: before that, entries of a join may say too much.
    """
    changes = _changed(_folded_again(view, streams, events, store))
    if changes:
        store.put(changes)
    if changes and (join := join_of(view.join)):
        join.reduce(_pairs(changes), store)


def settle(view: AnyView, store: Store) -> None:
    """Make the entries of a join what all rows say, after `apply_again`. Reads rows of all streams once."""
    if join := join_of(view.join):
        join.settle(store)


def _put(view: View[S], changes: Mapping[Key, RowChange[S]], store: Store) -> None:
    changes = _changed(changes)
    if changes:
        store.put(changes)
    if changes and (join := join_of(view.join)):
        join.refresh(_pairs(changes), store)


def _changed(changes: Mapping[Key, RowChange[S]]) -> dict[Key, RowChange[S]]:
    return {key: change for key, change in changes.items() if change.before != change.after}


def _pairs(changes: Mapping[Key, RowChange[S]]) -> dict[Key, tuple[S | None, S | None]]:
    return {key: (change.before, change.after) for key, change in changes.items()}


def by_stream(events: Iterable[RecordedEvent]) -> dict[UUID, list[RecordedEvent]]:
    """The events of each stream, in the order given."""
    streams: dict[UUID, list[RecordedEvent]] = {}
    for event in events:
        stream = event.stream
        if stream in streams:
            streams[stream].append(event)
        else:
            streams[stream] = [event]
    return streams


def named_by(events: Iterable[RecordedEvent], privacy_office: Collection[str]) -> set[NamedEvent]:
    """What the annulments among some events name."""
    targets = (
        (event.stream, target_of(event, privacy_office)) for event in events if is_annulment(event)
    )
    return {(stream, *target) for stream, target in targets if target}


def _to_fold_again(
    events: Sequence[RecordedEvent],
    awaited: Collection[NamedEvent],
    history: History,
    privacy_office: Collection[str],
) -> set[UUID]:
    """Streams of the batch where an annulment arrived, or an event that one was waiting for, or what decides
    that an act has not the power that it claims, or has it after all."""
    again = {event.stream for event in events if is_annulment(event)}
    if awaited:
        again |= {event.stream for event in events if (event.stream, *name_of(event)) in awaited}
    claiming = {event.stream for event in events if may_change_others(event, privacy_office)}
    return again | _with_powerless(
        claiming - again, events[0].position - 1, history, privacy_office
    )


def _with_powerless(
    streams: Collection[UUID], start: int, history: History, privacy_office: Collection[str]
) -> set[UUID]:
    """Those of some streams in which anything was annulled, or lacks power or did so up to a position."""
    if not streams:
        return set()
    deciding = by_stream(history(sorted(streams), _DECIDING))
    return {
        stream
        for stream, events in deciding.items()
        if any(map(is_annulment, events)) or not all_have_power(events, start, privacy_office)
    }


def _evolved(
    view: View[S], streams: Iterable[StreamEvents], store: Store
) -> dict[Key, RowChange[S]]:
    touched = _touched(view, streams)
    # A row that is made by one event alone cannot be there before it.
    states = {} if view.single else store.rows(list(touched))
    changes: dict[Key, RowChange[S]] = {}
    for key, key_events in touched.items():
        state = states.get(key)
        before = view.decode(state) if state is not None else None
        changes[key] = RowChange(before, _evolve(view, key[1], before, key_events))
    return changes


def _folded_again(
    view: View[S], streams: Sequence[UUID], events: Iterable[StreamEvents], store: Store
) -> dict[Key, RowChange[S]]:
    states = store.rows_of(streams)
    touched = _touched(view, events)
    changes: dict[Key, RowChange[S]] = {}
    for key in states.keys() | touched.keys():
        before = view.decode(states[key]) if key in states else None
        changes[key] = RowChange(before, _evolve(view, key[1], None, touched.get(key, [])))
    return changes


def _touched(view: View[S], streams: Iterable[StreamEvents]) -> dict[Key, Sequence[RecordedEvent]]:
    """The events of each row that they touch."""
    touched: dict[Key, Sequence[RecordedEvent]] = {}
    for stream, events in streams:
        for subkey, its_events in _by_subkey(view, events).items():
            touched[stream, subkey] = its_events
    return touched


def _by_subkey(view: View[S], events: Sequence[RecordedEvent]) -> dict[str, list[RecordedEvent]]:
    event = None
    try:
        rows: dict[str, list[RecordedEvent]] = {}
        for event in events:
            for subkey in view.keys(event):
                if subkey in rows:
                    rows[subkey].append(event)
                else:
                    rows[subkey] = [event]
    except Exception as error:
        assert event is not None
        raise BrokenFold(view.name, event, error) from error
    return rows


def _evolve(
    view: View[S], subkey: str, state: S | None, events: Sequence[RecordedEvent]
) -> S | None:
    try:
        return view.evolved(subkey, state, events)
    except Exception as error:
        raise BrokenFold(view.name, _broken_by(view, subkey, state, events), error) from error


def _broken_by(
    view: View[S], subkey: str, state: S | None, events: Sequence[RecordedEvent]
) -> RecordedEvent:
    """The first of some events that a view cannot fold."""
    for event in events:
        try:
            state = view.evolve(subkey, state, event)
        except Exception:
            return event
    return events[-1]
