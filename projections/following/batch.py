"""Folds a batch of events into the rows of views. Pure, except for questions to stores.

Events evolve rows one by one. A stream is folded again from its beginning, up to the last event of the batch,
only if an annulment or an act on another source's event plays a part. The parts that all views share are
worked out once (`EventBatch`); the caller wraps each view's part in a transaction of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.errors import Halt
from ledger.event import RecordedEvent
from projections.folds.annulment import ANNULMENT, is_annulment, name_of, target_of
from projections.folds.dispatch import Dispatch, StreamEvents
from projections.folds.powers import all_have_power, may_change_others
from projections.folds.timetravel import counting
from projections.folds.view import AnyView, BatchStart, Changes, Key, RowChange, View
from projections.following.joins import JoinStore, join_of
from rulebook.powers import CLAIMING

S = TypeVar("S")
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
_Changes = dict[UUID, dict[str, RowChange[S]]]
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


class Store(JoinStore, Protocol):
    """Rows of one view, inside the caller's transaction."""

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that exist."""

    def rows_of(self, streams: Sequence[UUID]) -> dict[Key, bytes]:
        """States of all rows of some streams."""

    def put(self, changes: Changes[object]) -> None:
        """Write the rows after."""


class EventBatch:
    """Events that come next in the order of positions, shared out among views that are at their start.

    `before`: what was there before them. `named`: what annulments among them name. `awaited`: those of the
    events that an earlier annulment has named already, and maybe others. Reads `history` only for streams
    that are folded again.
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
        begun = {stream for stream, its_events in streams if its_events[0].version == 1}
        self.before = BatchStart(events[0].position - 1, begun)
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
    changes = _evolved(view, batch, store)
    for streams in batch.again(view):
        changes |= _folded_again(view, list(streams), streams.items(), store)  # of other streams
    if changed := _changed(changes):
        store.put(changed)
        if join := join_of(view.join):
            join.refresh(changed, store, batch.before)


def apply_again(
    view: View[S], streams: Sequence[UUID], events: Iterable[StreamEvents], store: Store
) -> None:
    """Make the rows of some streams what their events that count say, and no others.

    Whoever has done so with all streams calls `settle`: before that, entries of a join may say too much.
    """
    if changed := _changed(_folded_again(view, streams, events, store)):
        store.put(changed)
        if join := join_of(view.join):
            join.reduce(changed, store)


def settle(view: AnyView, store: Store) -> None:
    """Make the entries of a join what all rows say, after `apply_again`. Reads rows of all streams once."""
    if join := join_of(view.join):
        join.settle(store)


def _changed(changes: _Changes[S]) -> _Changes[S]:
    """The rows that differ, of streams that have some."""
    return {
        stream: differing
        for stream, rows in changes.items()
        if (differing := {key: row for key, row in rows.items() if row.before != row.after})
    }


def by_stream(events: Iterable[RecordedEvent]) -> dict[UUID, list[RecordedEvent]]:
    """The events of each stream, in the order given."""
    # By number: a UUID is hashed and compared by Python.
    streams = defaultdict[int, list[RecordedEvent]](list)
    for event in events:
        streams[event.stream.int].append(event)
    return {its_events[0].stream: its_events for its_events in streams.values()}


def named_by(events: Iterable[RecordedEvent], privacy_office: Collection[str]) -> set[NamedEvent]:
    """The names of the events that some annulments annul."""
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
    again = {event.stream for event in events if is_annulment(event)} | _waited_for(events, awaited)
    claiming = {event.stream for event in events if may_change_others(event, privacy_office)}
    return again | _with_powerless(
        claiming - again, events[0].position - 1, history, privacy_office
    )


def _waited_for(events: Iterable[RecordedEvent], awaited: Collection[NamedEvent]) -> set[UUID]:
    """Streams of the events that an annulment was waiting for."""
    names = {(source, id) for _, source, id in awaited}
    # By name first: a UUID is hashed by Python.
    named = (event for event in events if name_of(event) in names) if names else ()
    return {event.stream for event in named if (event.stream, *name_of(event)) in awaited}


def _with_powerless(
    streams: Collection[UUID], start: int, history: History, privacy_office: Collection[str]
) -> set[UUID]:
    """The streams with an annulment, or with an act that lacked power up to a position."""
    if not streams:
        return set()
    deciding = by_stream(history(sorted(streams), _DECIDING))
    return {
        stream
        for stream, events in deciding.items()
        if any(map(is_annulment, events)) or not all_have_power(events, start, privacy_office)
    }


def _evolved(view: View[S], batch: EventBatch, store: Store) -> _Changes[S]:
    touched = _touched(view, batch.of(view))
    # A row that is made by one event alone cannot be there before it.
    older = (
        () if view.single else [stream for stream in touched if stream not in batch.before.begun]
    )
    states = store.rows([(stream, key) for stream in older for key in touched[stream]])
    before = _decoded(view, states)
    changes: _Changes[S] = {}
    for stream, rows in touched.items():
        old = before.get(stream, {})
        changes[stream] = {
            key: RowChange(state := old.get(key), _evolve(view, key, state, events))
            for key, events in rows.items()
        }
    return changes


def _folded_again(
    view: View[S], streams: Sequence[UUID], events: Iterable[StreamEvents], store: Store
) -> _Changes[S]:
    before = _decoded(view, store.rows_of(streams))
    touched = _touched(view, events)
    changes: _Changes[S] = {}
    for stream in streams:
        old, new = before.get(stream, {}), touched.get(stream, {})
        changes[stream] = {
            key: RowChange(old.get(key), _evolve(view, key, None, new.get(key, ())))
            for key in old.keys() | new.keys()
        }
    return changes


def _decoded(view: View[S], states: Mapping[Key, bytes]) -> dict[UUID, dict[str, S]]:
    """Stored rows, by stream and subkey."""
    rows: dict[UUID, dict[str, S]] = {}
    for (stream, subkey), state in states.items():
        rows.setdefault(stream, {})[subkey] = view.decode(state)
    return rows


def _touched(
    view: View[S], streams: Iterable[StreamEvents]
) -> dict[UUID, dict[str, list[RecordedEvent]]]:
    """The events of each row that they touch, by stream and subkey."""
    touched = ((stream, _by_subkey(view, events)) for stream, events in streams)
    return {stream: rows for stream, rows in touched if rows}


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
