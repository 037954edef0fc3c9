"""`ledger history`: every event of a person, opened, in the order of the ledger."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.answer import Answer, Gone, Name
from application.queries.naming import Naming
from application.queries.period import ALWAYS, Period, latest
from application.queries.persons.evidence import Evidence, evidence_of
from application.queries.persons.paging import AnnullableEvent, Place, part_of
from application.queries.subjects import history_of
from application.source import Shown, Source, shown
from ledger.event import RecordedEvent, instant
from projections.folds.timetravel import Moment
from schemas import ALL_TYPES, is_person
from schemas.encoding import JsonValue
from schemas.texts import Language, text_of

Fact = JsonValue | Gone


class HistoryRange(msgspec.Struct, frozen=True):
    """Which of the events: those of a period, and of these at most so many, the latest."""

    period: Period = ALWAYS
    limit: int | None = None

    def of(self, events: Iterable[AnnullableEvent]) -> list[AnnullableEvent]:
        """The events that are wanted, in the order of positions."""
        within = [entry for entry in events if self.period.holds(entry[0].time)]
        # The latest by when they occurred: a late message can have a high position and an old time.
        newest = latest(sorted(within, key=_time_order), self.limit)
        return sorted(newest, key=lambda entry: entry[0].position)


class HistoryLine(Answer, frozen=True, kw_only=True):
    """An event of a person, opened. `version`: place in the stream, from 1. `text`: what happened, in words.

    `facts`: as they were recorded, with persons by reference. `annulled_by`: what took the event back.
    `text` is null for a type of a later version. `evidence`, `trace`: absent where there is none.

    For a reader who sees a part `version` is absent, `annulled_by` says `annulled`, and of an event whose
    words are not told `source` is empty and `id` the position.
    """

    position: int
    version: int | UnsetType = UNSET
    data_subject: str
    type: str
    id: str
    source: str
    occurred_at: str
    recorded_at: str
    activity: str | None
    legal_basis: str | None
    provision: str | None
    categories: list[str]
    facts: dict[str, Fact]
    personal: dict[str, Shown]
    annulled_by: str | None
    text: str | None
    evidence: Evidence | UnsetType = UNSET
    trace: dict[str, str] | UnsetType = UNSET


EVERYTHING = HistoryRange()


def _time_order(entry: AnnullableEvent) -> tuple[datetime, str, str]:
    event, _ = entry
    return event.time, event.source, event.id


def history(
    source: Source,
    reference: str,
    moment: Moment,
    language: Language = "en",
    part: HistoryRange = EVERYTHING,
) -> Iterator[HistoryLine]:
    """One line an event, by position. Raises UnknownSubject, before the first line."""
    return opened(source, reference, part.of(history_of(source, reference, moment)), language)


class HistoryPage(Answer, frozen=True):
    """A part of the events of a person, the latest recorded first.

    `count`: of all. `next`: events before this position are on the next page; null on the last one.
    """

    subject: str
    events: list[HistoryLine]
    count: int
    next: int | None


def history_page(
    source: Source,
    reference: str,
    moment: Moment,
    language: Language,
    place: Place,
) -> HistoryPage:
    """The events before a position, at most so many, opened.

    Raises UnknownSubject where the reader may know of no event at that moment.
    """
    part = part_of(source, reference, moment, place)
    return HistoryPage(
        subject=reference,
        events=[*opened(source, reference, part.events, language, Naming(source, language))],
        count=part.total,
        next=part.following,
    )


def opened(
    source: Source,
    reference: str,
    events: Sequence[AnnullableEvent],
    language: Language,
    naming: Naming | None = None,
) -> Iterator[HistoryLine]:
    """Events of one subject, opened; the read of them is noted before the first line."""
    _note(source, reference, [event for event, _ in events])
    return lines_of(source, events, language, naming)


def lines_of(
    source: Source,
    events: Sequence[AnnullableEvent],
    language: Language,
    naming: Naming | None = None,
) -> Iterator[HistoryLine]:
    """Events of which the read is noted, opened. `naming`: for sentences with names in place of ids."""
    subjects = {UUID(text) for event, _ in events for text in _references(event).values()}
    names = source.names(subjects)
    telling = _Telling(source, language, naming)
    return (_line(telling, entry, names) for entry in events)


def _note(source: Source, reference: str, events: Sequence[RecordedEvent]) -> None:
    """A registry entry is no personal data, unless its events hold values or name a person."""
    sealed = {category for event in events for category in event.sealed}
    if is_person(reference) or sealed or any(_references(event) for event in events):
        source.reads.note([reference], sealed)


def _references(event: RecordedEvent) -> dict[str, str]:
    """Facts that name a person -> UUID of the data subject."""
    event_type = ALL_TYPES.get(event.type)
    names = event_type.references if event_type else ()
    return {name: event.facts[name] for name in names if name in event.facts}


class _Telling(NamedTuple):
    """To whom events are told, and in which words."""

    source: Source
    language: Language
    naming: Naming | None


def _line(telling: _Telling, entry: AnnullableEvent, names: dict[UUID, Name]) -> HistoryLine:
    source, (told, annulled_by) = telling.source, entry
    event = source.teller.shown(told)
    people = {name: names[UUID(text)] for name, text in _references(event).items()}
    return HistoryLine(
        position=event.position,
        version=UNSET if source.reads.sight.partial else event.version,
        data_subject=str(event.stream),
        type=event.type,
        id=event.id,
        source=event.source,
        occurred_at=instant(event.time),
        recorded_at=instant(event.recorded_at),
        activity=event.activity,
        legal_basis=event.legal_basis,
        provision=event.provision,
        categories=list(event.categories),
        facts=event.facts | people,
        personal={field: shown(value) for field, value in source.personal(told).items()},
        annulled_by=annulled_by,
        text=text_shown(event, telling.language, telling.naming),
        evidence=evidence_of(event.facts) or UNSET,
        trace=event.trace or UNSET,
    )


def text_shown(
    event: RecordedEvent, language: Language, naming: Naming | None = None
) -> str | None:
    """What happened, as one sentence without values; None for a type of a later version.

    `naming`: for names in place of ids.
    """
    event_type = ALL_TYPES.get(event.type)
    if event_type is None:
        return None
    named = naming.named(event.facts, event.time) if naming else {}
    facts = event.facts | {"categories": event.categories} | named
    return text_of(event_type.name, facts, language)
