"""The events of a ledger, or of one person, as acts that other standards log; in flat memory.

What annulments took back is found first, stream by stream: only their names are held in memory.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from application.processing_acts import Act, Log
from application.queries.subjects import history_of, note_read
from application.source import Source
from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.reading import LAST, events_but_reads, head_position
from projections.folds.annulment import Name, name_of
from projections.folds.timetravel import Moment, select
from projections.following.derive import annulled_streams

Record = TypeVar("Record")
"""What an act is in a standard."""


class EventFilter(msgspec.Struct, frozen=True):
    """Which events: `after` a position, which is exclusive, and within inclusive bounds; None: any.

    `since`, `until`: of the occurred time. `recorded_by`, `at_position`: what was known by then, also of
    annulments.
    """

    subject: str | None = None
    after: int = 0
    since: datetime | None = None
    until: datetime | None = None
    recorded_by: datetime | None = None
    at_position: int | None = None

    def has(self, event: RecordedEvent) -> bool:
        """Whether an event is wanted, its subject aside."""
        return (
            event.position > self.after
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time <= self.until)
            and (self.recorded_by is None or event.recorded_at <= self.recorded_by)
        )


class Exported(msgspec.Struct):
    """How far an export came: records made, events left out by the standard, last position looked at."""

    records: int = 0
    left_out: int = 0
    position: int = 0


def exported(
    source: Source,
    log: Log,
    criteria: EventFilter,
    record: Callable[[Act], Record | None],
    progress: Exported,
) -> Iterator[Record]:
    """The records of the wanted events in the order of the ledger; `progress` is brought up to date.

    What is recorded while it runs is left for the next export. Raises UnknownSubject, before the first
    record.
    """
    head = head_position(source.session)
    last_position = head if criteria.at_position is None else min(criteria.at_position, head)
    progress.position = last_position
    acts = (
        _of_subject(source, log, criteria, last_position)
        if criteria.subject
        else _of_all(source, log, criteria, last_position)
    )
    return _records(acts, record, progress)


def _records(
    acts: Iterable[Act], record: Callable[[Act], Record | None], progress: Exported
) -> Iterator[Record]:
    for act in acts:
        result = record(act)
        if result is None:
            progress.left_out += 1
        else:
            progress.records += 1
            yield result


def _of_subject(
    source: Source, log: Log, criteria: EventFilter, last_position: int
) -> Iterator[Act]:
    assert criteria.subject
    history = history_of(source, criteria.subject, _moment(criteria, last_position))
    note_read(source, criteria.subject)  # an export without a subject names no person
    return (
        Act(log, event, annulled_by is not None)
        for event, annulled_by in history
        if criteria.has(event)
    )


def _of_all(source: Source, log: Log, criteria: EventFilter, last_position: int) -> Iterator[Act]:
    annulled = _annulled(source, _moment(criteria, last_position), last_position)
    events = LedgerReader(source.session).replay(min(criteria.after, LAST), last_position)
    return (Act(log, event, name_of(event) in annulled) for event in events if criteria.has(event))


def _moment(criteria: EventFilter, last_position: int) -> Moment:
    """Annulments obey what was known, never the occurred time."""
    return Moment(recorded_by=criteria.recorded_by, at_position=last_position)


def _annulled(source: Source, moment: Moment, last_position: int) -> set[Name]:
    """The names of all events that annulments took back, as was known at a moment."""
    names: set[Name] = set()
    streams: list[UUID] = list(annulled_streams(source.session, last_position))
    for stream in streams:
        events = events_but_reads(source.session, [stream], last_position)
        names |= select(events, moment, source.privacy_office).annulled.keys()
    return names
