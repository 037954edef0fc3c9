"""The join of `processing_register`: entries, evaluated again for exactly the activities that changed.

Sums and spans are kept from the differences of rows. Only where a row that bounded a span shrank, all rows
are read for the span over them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol

import msgspec

from projections.folds.view import Changes, encode
from projections.views.processing_register import (
    OBSERVED,
    VIEW,
    DeclaredActivity,
    Entry,
    Observation,
    ObservationTotals,
    ObservedStream,
    Row,
    Totals,
    activity_of,
    entry,
)

Span = tuple[datetime | None, datetime | None]
"""First and last occurred time; None without events."""
EntryRow = tuple[bytes, bytes]
"""Of an activity: the totals and the entry, both encoded."""
_Pair = tuple[Observation | None, Observation | None]
"""What was observed of one activity before and after; None where it was nothing."""
_NEVER: Span = None, None
_Spans = dict[str, tuple[datetime, datetime]]


class EntryStore(Protocol):
    """Entries of a joined view, and what they are made of, inside the caller's transaction."""

    def declared(self, activities: Sequence[str]) -> dict[str, bytes]:
        """The rows of declarations of those activities that have one."""

    def entries(self, activities: Sequence[str]) -> dict[str, EntryRow]:
        """The entries of those activities that have one."""

    def all_entries(self) -> dict[str, EntryRow]:
        """Every entry."""

    def observed(self) -> Iterator[bytes]:
        """The observations of every stream, as written so far, in flat memory."""

    def put_entries(self, entries: Mapping[str, EntryRow | None]) -> None:
        """Write or, for None, remove the entries of activities."""


def refresh(changes: Changes[Row], store: EntryStore) -> None:
    """Bring the entries up to date with rows that were just changed."""
    by_activity = _by_activity(changes)
    activities = sorted(by_activity)
    totals, spans = _totals_and_spans(store.entries(activities))
    shrunk = [name for name in activities if _shrank(spans.get(name), by_activity[name])]
    spans |= {name: _widened(spans.get(name), by_activity[name]) for name in activities}
    seen = _spans(store) if shrunk else {}
    spans |= {name: seen.get(name, _NEVER) for name in shrunk}
    _put(activities, _sums(totals, by_activity), spans, store)


def reduce(changes: Changes[Row], store: EntryStore) -> None:
    """Update the entries of rows that lose events: a span stays too wide until `settle`."""
    by_activity = _by_activity(changes)
    activities = sorted(by_activity)
    totals, spans = _totals_and_spans(store.entries(activities))
    sums = _sums(totals, by_activity)
    spans = {
        name: _widened(spans.get(name), by_activity[name]) if sums[name].events else _NEVER
        for name in activities
    }
    _put(activities, sums, spans, store)


def settle(store: EntryStore) -> None:
    """Make the spans of all entries what the rows say. Reads all observations."""
    seen = _spans(store)
    totals, spans = _totals_and_spans(store.all_entries())
    wide = sorted(name for name in spans if spans[name] != seen.get(name, _NEVER))
    _put(wide, totals, {name: seen.get(name, _NEVER) for name in wide}, store)


def _put(
    activities: Sequence[str],
    sums: Mapping[str, Totals],
    spans: Mapping[str, Span],
    store: EntryStore,
) -> None:
    """Write the entries of some activities."""
    declared = _declared(store, activities)
    store.put_entries(
        {name: _row(name, declared.get(name), sums[name], spans[name]) for name in activities}
    )


def _sums(
    totals: Mapping[str, Totals], by_activity: Mapping[str, list[_Pair]]
) -> dict[str, Totals]:
    return {name: _moved(totals.get(name), pairs) for name, pairs in by_activity.items()}


def _by_activity(changes: Changes[Row]) -> dict[str, list[_Pair]]:
    """Activities that have changed, with what was observed of them before and after."""
    pairs: dict[str, list[_Pair]] = {}
    for subkey, change in chain.from_iterable(rows.items() for rows in changes.values()):
        if subkey == OBSERVED:
            old, new = _activities(change.before), _activities(change.after)
            for activity in old.keys() | new.keys():
                if old.get(activity) != new.get(activity):
                    pair = old.get(activity), new.get(activity)
                    pairs.setdefault(activity, []).append(pair)
        else:
            pairs.setdefault(activity_of(subkey), [])
    return pairs


def _activities(row: Row | None) -> Mapping[str, Observation]:
    return row.activities if isinstance(row, ObservedStream) else {}


def _spans(store: EntryStore) -> dict[str, Span]:
    """The span over the observations of each activity that has some. Reads all of them."""
    spans: _Spans = {}
    for state in store.observed():
        for activity, observation in _activities(VIEW.decode(state)).items():
            _widen(spans, activity, observation.first, observation.last)
    return dict(spans)


def _widen(spans: _Spans, activity: str, first: datetime, last: datetime) -> None:
    span = spans.get(activity)
    if span is None:
        spans[activity] = first, last
    elif first < span[0] or span[1] < last:
        spans[activity] = min(span[0], first), max(span[1], last)


def _declared(store: EntryStore, activities: Sequence[str]) -> dict[str, DeclaredActivity]:
    rows = store.declared(activities)
    return {name: msgspec.json.decode(row, type=DeclaredActivity) for name, row in rows.items()}


def _totals_and_spans(rows: Mapping[str, EntryRow]) -> tuple[dict[str, Totals], dict[str, Span]]:
    totals, spans = {}, {}
    for activity, (summed, made) in rows.items():
        observed = msgspec.json.decode(made, type=Entry).observed
        totals[activity] = msgspec.json.decode(summed, type=Totals)
        spans[activity] = observed.first, observed.last
    return totals, spans


def _moved(totals: Totals | None, pairs: Iterable[_Pair]) -> Totals:
    tally = ObservationTotals(totals)
    for before, after in pairs:
        if before:
            tally.subtract(before)
        if after:
            tally.add(after)
    return tally.totals()


def _shrank(span: Span | None, pairs: Iterable[_Pair]) -> bool:
    """Whether a row that reached a bound of the span no longer does."""
    if span is None:
        return False
    first, last = span
    return any(
        # A row between the bounds may shrink: the span stays as it is.
        (before.first == first and not (after and after.first <= first))
        or (before.last == last and not (after and after.last >= last))
        for before, after in pairs
        if before
    )


def _widened(span: Span | None, pairs: Iterable[_Pair]) -> Span:
    observations = [after for _, after in pairs if after]
    first, last = span or (None, None)
    firsts = [row.first for row in observations] + ([first] if first else [])
    lasts = [row.last for row in observations] + ([last] if last else [])
    return min(firsts, default=None), max(lasts, default=None)


def _row(
    activity: str, declared: DeclaredActivity | None, totals: Totals, span: Span
) -> EntryRow | None:
    made_entry = entry(activity, declared, totals, *span)
    return (encode(totals), encode(made_entry)) if made_entry else None


class RegisterGathering:
    """Entries gathered from all rows in one pass, in memory that grows with the activities only."""

    def __init__(self) -> None:
        self._declared: dict[str, DeclaredActivity] = {}
        self._tallies: dict[str, ObservationTotals] = {}
        self._spans: _Spans = {}

    def add(self, subkey: str, row: Row) -> None:
        """Take one row into account."""
        if isinstance(row, DeclaredActivity):
            self._declared[activity_of(subkey)] = row
        for activity, observation in _activities(row).items():
            _widen(self._spans, activity, observation.first, observation.last)
            self._tally(activity).add(observation)

    def take(self, other: "RegisterGathering") -> None:
        """Take into account what another one has gathered from other rows."""
        self._declared |= other._declared
        for activity, (first, last) in other._spans.items():
            _widen(self._spans, activity, first, last)
            self._tally(activity).join(other._tallies[activity])

    def _tally(self, activity: str) -> ObservationTotals:
        tally = self._tallies.get(activity)
        if tally is None:
            tally = self._tallies[activity] = ObservationTotals()
        return tally

    def rows(self) -> dict[str, EntryRow]:
        """Activity -> its encoded entry, sorted by activity."""
        return {
            made_entry.activity: (encode(totals), encode(made_entry))
            for totals, made_entry in self._evaluated()
        }

    def entries(self) -> list[Entry]:
        """The entries, sorted by activity."""
        return [made_entry for _, made_entry in self._evaluated()]

    def _evaluated(self) -> Iterable[tuple[Totals, Entry]]:
        for activity in sorted(self._declared.keys() | self._tallies.keys()):
            tally = self._tallies.get(activity)
            totals = tally.totals() if tally else Totals()
            span = self._spans.get(activity, (None, None))
            made_entry = entry(activity, self._declared.get(activity), totals, *span)
            if made_entry:
                yield totals, made_entry
