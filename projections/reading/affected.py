"""The persons affected by an incident: their events fit its scope. Found in the ledger itself.

Streams are read one by one, in flat memory. Annulled events do not count.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from ledger.storage.postgres import Session
from projections.folds.timetravel import Moment
from projections.folds.view import View
from projections.following.derive import rows_at
from schemas import PERSONAL_FIELDS


class Scope(msgspec.Struct, frozen=True):
    """The reach of an incident; None, or an empty member, is not a bound. Bounds of time are inclusive.

    `sources`: whether an event's source is the system. `recipient`, `activity`: bare ids.
    """

    categories: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    sources: Callable[[str], bool] | None = None
    recipient: str | None = None
    activity: str | None = None

    def within(self, sources: Callable[[str], bool]) -> "Scope":
        """The scope within one system."""
        return msgspec.structs.replace(self, sources=sources)

    def holds(self, event: RecordedEvent) -> bool:
        """Whether an event about a person fits."""
        return (
            event.subject is None
            and not event.ours
            and self._is_in_time(event.time)
            and (self.sources is None or self.sources(event.source))
            and self.recipient in {None, event.facts.get("recipient")}
            and self.activity in {None, event.activity}
            and (not self.categories or bool(self.categories & touched(event)))
        )

    def _is_in_time(self, time: datetime) -> bool:
        is_late_enough = self.since is None or time >= self.since
        return is_late_enough and (self.until is None or time <= self.until)


class Exposure(msgspec.Struct, frozen=True):
    """The part of a person's data that an incident reached: number of events, times and categories."""

    events: int
    first: datetime
    last: datetime
    categories: frozenset[str]


def touched(event: RecordedEvent) -> frozenset[str]:
    """Categories that an event names, by themselves, by its fields or by its values."""
    fields = event.facts.get("fields", ())
    by_fields = {PERSONAL_FIELDS[field] for field in fields if field in PERSONAL_FIELDS}
    return frozenset({*event.categories, *by_fields, *event.sealed})


def affected(
    session: Session, scope: Scope, privacy_office: Collection[str]
) -> Iterator[tuple[UUID, Exposure]]:
    """Every person whom a scope reaches, in the order of streams. Reads all events."""
    view: View[Exposure] = View(
        name="affected",
        version="1",
        type=Exposure,
        keys=lambda event: ("",) if scope.holds(event) else (),
        evolve=lambda _subkey, state, event: _exposed(scope, state, event),
    )
    for stream, rows in rows_at(session, view, Moment(), privacy_office):
        yield stream, rows[""]


def _exposed(scope: Scope, state: Exposure | None, event: RecordedEvent) -> Exposure:
    """The exposure of a person with one more event."""
    categories = touched(event)
    categories = categories & scope.categories if scope.categories else categories
    if state is None:
        return Exposure(1, event.time, event.time, categories)
    first, last = min(state.first, event.time), max(state.last, event.time)
    return Exposure(state.events + 1, first, last, state.categories | categories)
