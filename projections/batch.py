"""Folding a batch of events into the rows of a view. Pure but for what it asks of a `Store`.

Events evolve rows one by one. Only where an annulment plays a part is a stream folded again from its
beginning, up to the last event of the batch. The caller wraps all of it in one transaction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from ledger.errors import Halt
from ledger.event import RecordedEvent
from projections.annulment import is_annulment, name_of, target_of
from projections.joining import EntryStore, refresh
from projections.timetravel import counting, fold
from projections.view import Key, View

__all__ = ["Broken", "Change", "History", "NamedEvent", "Store", "apply_batch"]

S = TypeVar("S")
NamedEvent = tuple[UUID, str, str]
"""An event that an annulment names: stream, source, id. It may not have arrived yet."""
History = Callable[[Sequence[UUID]], list[RecordedEvent]]
"""All events of some streams, up to the last event of the batch."""

# Streams that are folded again at a time: their events are in memory together.
_REFOLD_STREAMS = 50


class Broken(Halt):
    """A view cannot fold an event."""

    def __init__(self, view: str, event: RecordedEvent, cause: Exception) -> None:
        super().__init__(
            f"view {view} cannot fold position {event.position}, event {event.id} of"
            f" {event.source}: {type(cause).__name__}"
        )
        self.position = event.position


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """A row before and after; None where there is none."""

    before: S | None
    after: S | None


class Store(EntryStore, Protocol):
    """Rows of one view, inside the caller's transaction."""

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that exist."""

    def rows_of(self, streams: Sequence[UUID]) -> dict[Key, bytes]:
        """States of all rows of some streams."""

    def named(self, streams: Sequence[UUID]) -> set[NamedEvent]:
        """Events of some streams that an annulment has named so far."""

    def put(self, changes: dict[Key, Change[Any]], named: Collection[NamedEvent]) -> None:
        """Write the rows after, and events that annulments have newly named."""


def apply_batch(
    view: View[S],
    events: Sequence[RecordedEvent],
    store: Store,
    history: History,
    privacy_office: Collection[str],
) -> None:
    """Fold events, which come next in the order of positions, into the store.

    Raises Broken when the view cannot fold one of them; then the store may be half written.
    """
    view = _guarded(view)
    named = _named_by(events, privacy_office)
    again = _to_fold_again(events, store)
    changes = _evolved(view, [event for event in events if event.stream not in again], store)
    streams = sorted(again)
    for start in range(0, len(streams), _REFOLD_STREAMS):
        block = streams[start : start + _REFOLD_STREAMS]
        changes |= _folded_again(view, block, store, history, privacy_office)
    changes = {key: change for key, change in changes.items() if change.before != change.after}
    store.put(changes, named)
    if view.joined and changes:
        refresh({key: (change.before, change.after) for key, change in changes.items()}, store)


def _named_by(events: Sequence[RecordedEvent], privacy_office: Collection[str]) -> set[NamedEvent]:
    targets = (
        (event.stream, target_of(event, privacy_office)) for event in events if is_annulment(event)
    )
    return {(stream, *target) for stream, target in targets if target}


def _to_fold_again(events: Sequence[RecordedEvent], store: Store) -> set[UUID]:
    """Streams of the batch where an annulment arrived, or an event that one was waiting for."""
    known = store.named(list({event.stream for event in events}))
    return {
        event.stream
        for event in events
        if is_annulment(event) or (event.stream, *name_of(event)) in known
    }


def _evolved(view: View[S], events: Sequence[RecordedEvent], store: Store) -> dict[Key, Change[S]]:
    touched = [(event, (event.stream, key)) for event in events for key in view.keys(event)]
    before = _decoded(view, store.rows(list(dict.fromkeys(key for _, key in touched))))
    after: dict[Key, S | None] = dict(before)
    for event, key in touched:
        after[key] = view.evolve(key[1], after.get(key), event)
    return {key: Change(before.get(key), state) for key, state in after.items()}


def _folded_again(
    view: View[S],
    streams: Sequence[UUID],
    store: Store,
    history: History,
    privacy_office: Collection[str],
) -> dict[Key, Change[S]]:
    before = _decoded(view, store.rows_of(streams))
    by_stream: dict[UUID, list[RecordedEvent]] = {stream: [] for stream in streams}
    for event in history(streams):
        by_stream[event.stream].append(event)
    after = {
        (stream, subkey): state
        for stream, events in by_stream.items()
        for subkey, state in fold(view, counting(events, privacy_office)).items()
    }
    return {key: Change(before.get(key), after.get(key)) for key in before.keys() | after.keys()}


def _decoded(view: View[S], rows: dict[Key, bytes]) -> dict[Key, S]:
    try:
        return {key: view.decode(state) for key, state in rows.items()}
    except msgspec.DecodeError as error:
        raise Halt(f"a row of view {view.name} cannot be read: rebuild it") from error


def _guarded(view: View[S]) -> View[S]:
    """The view, with every failure of its functions pinned to the event that caused it."""

    def keys(event: RecordedEvent) -> tuple[str, ...]:
        try:
            return view.keys(event)
        except Exception as error:
            raise Broken(view.name, event, error) from error

    def evolve(subkey: str, state: S | None, event: RecordedEvent) -> S | None:
        try:
            return view.evolve(subkey, state, event)
        except Exception as error:
            raise Broken(view.name, event, error) from error

    return replace(view, keys=keys, evolve=evolve)
