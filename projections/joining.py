"""The join of `processing_register`: entries, evaluated again for exactly the activities that changed.

Sums are kept from the difference of rows; first and last time come from the store, which has an index.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from projections.processing_register import (
    Declared,
    Entry,
    Observation,
    Totals,
    activity_of,
    add,
    entry,
    subtract,
)
from projections.view import Key, encode

__all__ = ["EntryRow", "EntryStore", "Gathering", "Span", "refresh"]

Span = tuple[datetime | None, datetime | None]
EntryRow = tuple[bytes, bytes]
"""Of an activity: the totals and the entry, both encoded."""


class EntryStore(Protocol):
    """Entries of a joined view, and what they are made of, inside the caller's transaction."""

    def declared(self, activities: Sequence[str]) -> dict[str, bytes]:
        """The rows of declarations of those activities that have one."""

    def totals(self, activities: Sequence[str]) -> dict[str, bytes]:
        """The totals of those activities that have an entry."""

    def spans(self, activities: Sequence[str]) -> dict[str, Span]:
        """First and last occurred time over the observations of activities, as written so far."""

    def put_entries(self, entries: Mapping[str, EntryRow | None]) -> None:
        """Write or, for None, remove the entries of activities."""


def refresh(changes: Mapping[Key, tuple[Any, Any]], store: EntryStore) -> None:
    """Bring the entries up to date with rows that were just changed: (before, after) each."""
    activities = sorted({activity_of(subkey) for _, subkey in changes})
    totals = {
        activity: msgspec.json.decode(row, type=Totals)
        for activity, row in store.totals(activities).items()
    }
    for (_, subkey), (before, after) in changes.items():
        activity = activity_of(subkey)
        total = totals.get(activity, Totals())
        if isinstance(before, Observation):
            total = subtract(total, before)
        if isinstance(after, Observation):
            total = add(total, after)
        totals[activity] = total
    declared = {
        activity: msgspec.json.decode(row, type=Declared)
        for activity, row in store.declared(activities).items()
    }
    spans = store.spans(activities)
    store.put_entries(
        {
            activity: _row(activity, declared.get(activity), totals[activity], spans[activity])
            for activity in activities
        }
    )


def _row(activity: str, declared: Declared | None, totals: Totals, span: Span) -> EntryRow | None:
    made = entry(activity, declared, totals, *span)
    return (encode(totals), encode(made)) if made else None


class Gathering:
    """Entries gathered from all rows in one pass, in memory that grows with the activities only."""

    def __init__(self) -> None:
        self._declared: dict[str, Declared] = {}
        self._totals: dict[str, Totals] = {}
        self._spans: dict[str, tuple[datetime, datetime]] = {}

    def add(self, subkey: str, row: Any) -> None:
        """Take one row into account."""
        activity = activity_of(subkey)
        if isinstance(row, Declared):
            self._declared[activity] = row
        elif isinstance(row, Observation):
            first, last = self._spans.get(activity, (row.first, row.last))
            self._spans[activity] = (min(first, row.first), max(last, row.last))
            self._totals[activity] = add(self._totals.get(activity, Totals()), row)

    def rows(self) -> dict[str, EntryRow]:
        """Activity -> its encoded entry, sorted by activity."""
        made = {entry.activity: entry for entry in self.entries()}
        return {
            activity: (encode(self._totals.get(activity, Totals())), encode(entry))
            for activity, entry in made.items()
        }

    def entries(self) -> list[Entry]:
        """The entries, sorted by activity."""
        activities = sorted(self._declared.keys() | self._totals.keys())
        made = (
            entry(
                activity,
                self._declared.get(activity),
                self._totals.get(activity, Totals()),
                *self._spans.get(activity, (None, None)),
            )
            for activity in activities
        )
        return [one for one in made if one]
