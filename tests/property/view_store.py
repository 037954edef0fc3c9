"""An in-memory store of one view, with transactions and a place to die in each of them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec.structs import replace

from ledger.errors import Fenced
from ledger.event import RecordedEvent
from projections.dossier.dossier import Dossier, dossier_name
from projections.findings.view import DOSSIER, TRACES, hash_of, kind_of
from projections.folds.dispatch import Dispatch
from projections.folds.view import NOWHERE, Changes, Key, View, encode, place_of
from projections.following.batch import EventBatch, NamedEvent, apply_batch
from projections.views.processing_register import OBSERVED, activity_of

Death = Literal["before the rows", "after the rows", "before the commit", "after the commit"]


class Died(Exception):
    """The process ended here."""


class MemoryStore:
    """Rows, entries and the bookmark of one view; what is not committed is lost."""

    def __init__(self, view: View[Any]) -> None:
        self.view = view
        self.position = 0
        self.states: dict[Key, bytes] = {}
        self.awaited: set[NamedEvent] = set()
        self.joined: dict[Any, Any] = {}
        self.gone: set[int] = set()
        """Positions of events that were pruned."""
        self._death: Death | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before = deepcopy((self.position, self.states, self.awaited, self.joined))
        try:
            yield
        except BaseException:
            self.position, self.states, self.awaited, self.joined = before
            raise

    def advance(
        self,
        ledger: Sequence[RecordedEvent],
        size: int,
        office: Collection[str],
        death: Death | None = None,
    ) -> None:
        """Fold the next batch as the runner does, and die on the way when told to."""
        start = self.position
        events = _versioned(ledger)[start : start + size]
        if not events:
            return
        end = events[-1].position

        def history(streams: Sequence[UUID], names: Collection[str] | None) -> list[RecordedEvent]:
            left = [event for event in ledger[:end] if event.position not in self.gone]
            told = [event for event in left if event.stream in streams]
            return told if names is None else [event for event in told if event.name in names]

        self._death = death
        batch = EventBatch(events, Dispatch([self.view]), self.awaited, history, office)
        try:
            with self.transaction():
                self.move(start, end)
                self.awaited |= batch.named
                apply_batch(self.view, batch, self)
                self._die("before the commit")
            self._die("after the commit")
        except Died:
            pass
        finally:
            self._death = None

    def _die(self, place: Death) -> None:
        if self._death == place:
            raise Died

    def move(self, start: int, end: int) -> None:
        if self.position != start:
            raise Fenced
        self.position = end

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        return {key: self.states[key] for key in keys if key in self.states}

    def rows_of(self, streams: Sequence[UUID]) -> dict[Key, bytes]:
        return {key: state for key, state in self.states.items() if key[0] in streams}

    def put(self, changes: Changes[Any]) -> None:
        self._die("before the rows")
        each = [((stream, key), row) for stream in changes for key, row in changes[stream].items()]
        for key, change in each:
            assert (key in self.states) is (change.before is not None)
            self.states.pop(key, None)
            if change.after is not None:
                self.states[key] = encode(change.after)
        self._die("after the rows")

    def declared(self, activities: Sequence[str]) -> dict[str, bytes]:
        return {
            activity_of(subkey): state
            for (_, subkey), state in self.states.items()
            if subkey.startswith("declared/") and activity_of(subkey) in activities
        }

    def entries(self, activities: Sequence[str]) -> dict[str, Any]:
        return {activity: row for activity, row in self.joined.items() if activity in activities}

    def all_entries(self) -> dict[str, Any]:
        return dict(self.joined)

    def observed(self) -> Iterator[bytes]:
        return (state for (_, subkey), state in self.states.items() if subkey == OBSERVED)

    def put_entries(self, entries: Mapping[str, Any]) -> None:
        for activity, row in entries.items():
            self.joined.pop(activity, None)
            if row:
                self.joined[activity] = row

    # What the join of findings asks

    def facts_of(self, wanted: Mapping[tuple[UUID, str], datetime], upto: int) -> dict[Key, bytes]:
        asked = (
            (key, wanted.get((key[0], kind_of(key[1]))))
            for key in self.states
            if _is_upto(key, upto)
        )
        found = {key: since for key, since in asked if since is not None}
        return {
            key: self.states[key] for key, since in found.items() if self._cells(key)[3] >= since
        }

    def dependents(self, names: Mapping[str, datetime], upto: int) -> Iterator[dict[Key, bytes]]:
        """One row a block: whatever the blocks are, the findings are the same."""
        hashes = {hash_of(name): since for name, since in names.items()}
        for key, state in sorted(self.states.items()):
            _, first, second, occurred_at = self._cells(key)
            if _is_upto(key, upto) and any(
                on in hashes and occurred_at >= hashes[on] for on in (first, second)
            ):
                yield {key: state}

    def _cells(self, key: Key) -> tuple[Any, ...]:
        return self.view.cells(key, self.view.decode(self.states[key]))

    def _dossiers(self) -> Iterator[tuple[str, bytes]]:
        for key, state in self.states.items():
            if key[1] == DOSSIER:
                dossier = self.view.decode(state)
                assert isinstance(dossier, Dossier)
                yield dossier_name(key[0], dossier), state

    def dossiers(self, names: Sequence[str]) -> dict[str, bytes]:
        return {name: state for name, state in self._dossiers() if name in names}

    def systems(self) -> dict[str, bytes]:
        return {name: state for name, state in self._dossiers() if name.startswith("system/")}

    def traces(self) -> Iterator[tuple[UUID, bytes]]:
        for (stream, subkey), state in self.states.items():
            if subkey == TRACES:
                yield stream, state

    def findings_at(self, keys: Sequence[Key] | None) -> dict[tuple[Key, str], bytes]:
        return {
            place: finding
            for place, finding in self.joined.items()
            if (place[0][0] == NOWHERE if keys is None else place[0] in keys)
        }

    def put_findings(
        self, gone: Sequence[tuple[Key, str]], made: Sequence[tuple[Key, str, Any]]
    ) -> None:
        for place in gone:
            del self.joined[place]
        for key, rule, finding in made:
            assert (key, rule) not in self.joined
            self.joined[key, rule] = encode(finding)


def _versioned(ledger: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """Events with their places in their streams, as the recorder counts them."""
    versions: Counter[UUID] = Counter()
    counted = []
    for event in ledger:
        versions[event.stream] += 1
        counted.append(replace(event, version=versions[event.stream]))
    return counted


def _is_upto(key: Key, position: int) -> bool:
    """Whether a row is a fact up to a position, or none."""
    return key[1] in (DOSSIER, TRACES) or key[1][1:] <= place_of(position)
