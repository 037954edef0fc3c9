"""From a reference to the events of its data subjects, as of a moment."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

import msgspec

from application.sighted import is_partial, sighted
from application.source import Source
from application.undisclosed import hidden_in
from ledger.errors import Misconfigured, UnknownSubject
from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from projections.folds.annulment import name_of
from projections.folds.timetravel import READ, Moment, SelectedEvents, select
from projections.following.derive import check_told
from schemas import is_person
from schemas.references import kind_of


class SubjectEvents(NamedTuple):
    """The data subject of a moment, and its events."""

    subject: UUID
    selected: SelectedEvents


def check_reference(reference: str) -> None:
    """Raise Misconfigured for what is no reference to anything."""
    if kind_of(reference) is None:
        raise Misconfigured("a subject looks like customer/10023 or customer/10023/contact/1")


def check_person(reference: str) -> None:
    """Raise Misconfigured for what is no reference to a person."""
    check_reference(reference)
    if not is_person(reference):
        raise Misconfigured("this command is about persons, such as customer/10023 or employee/7")


def customer_of(reference: str) -> str | None:
    """The customer of a contact person, None for everybody else."""
    return "/".join(reference.split("/")[:2]) if kind_of(reference) == "contact" else None


def streams_of(source: Source, reference: str) -> list[UUID]:
    """Every stream that a reference has named, in the order of time."""
    if not is_person(reference):
        return [source.ledger.registry_stream(reference)]
    return [period.subject for period in source.opener.periods(reference)]


def known_streams(source: Source, reference: str) -> list[UUID]:
    """Like `streams_of`, for a reference that has named a person. Raises UnknownSubject."""
    streams = streams_of(source, reference)
    if not streams:
        raise UnknownSubject
    return streams


def is_erased(source: Source, reference: str) -> bool:
    """Whether a reference has named a person all of whose data is erased."""
    return bool(streams_of(source, reference)) and not source.opener.live_subjects(reference)


def note_read(source: Source, reference: str | None) -> None:
    """Note an answer that opens no values but references: about one subject, or about many."""
    if reference is None:
        source.reads.note_many(())
    else:
        source.reads.note([reference], ())


def history_of(
    source: Source, reference: str, moment: Moment
) -> list[tuple[RecordedEvent, str | None]]:
    """Events of all data subjects of a reference, each with the annulment that took it back.

    In the order of positions. What a moment leaves out is left out, and what the reader may not know of.
    Raises UnknownSubject.
    """
    by_stream = _selected(source, streams_of(source, reference), moment, reads=True)
    history = seen_in(source, by_stream.values())
    if not history and is_partial(source.reads.sight):
        raise UnknownSubject
    return history


def seen_in(
    source: Source, selections: Iterable[SelectedEvents]
) -> list[tuple[RecordedEvent, str | None]]:
    """What the reader may know of a person's events, each with what took it back, by position.

    A reader who may not know of every category may not know either of what the person may not be told.
    """
    every, sight = list(selections), source.reads.sight
    pairs = [
        (event, selected.annulled.get(name_of(event)))
        for selected in every
        for event in selected.shown
    ]
    if is_partial(sight):
        hidden = hidden_in(every)
        seen = sighted((pair for pair in pairs if not hidden(pair[0])), _event_of, sight)
        pairs = [(event, annulled_by) for (_, annulled_by), event in seen]
    return sorted(pairs, key=lambda pair: pair[0].position)


def _event_of(pair: tuple[RecordedEvent, str | None]) -> RecordedEvent:
    return pair[0]


def last_position(source: Source, selected: SelectedEvents) -> int:
    """The position of the last event that counts, reads aside, of those that the reader may know of."""
    if not is_partial(source.reads.sight):
        return selected.position
    return last_of(seen_in(source, [selected]))


def last_of(seen: Iterable[tuple[RecordedEvent, str | None]]) -> int:
    """The position of the last of some events that counts, reads aside; 0 without one."""
    positions = (
        event.position for event, annulled_by in seen if annulled_by is None and event.name != READ
    )
    return max(positions, default=0)


def selections(
    source: Source, reference: str, moment: Moment, *, reads: bool = False
) -> list[SubjectEvents]:
    """Every data subject of a reference with its events, in the order of time. Raises UnknownSubject.

    `reads`: whether looks at them are among the events, for an answer that shows looks.
    """
    by_stream = _selected(source, streams_of(source, reference), moment, reads=reads)
    return [SubjectEvents(stream, selected) for stream, selected in by_stream.items()]


def chosen(source: Source, reference: str, moment: Moment) -> SubjectEvents:
    """The latest data subject of a reference that is known at a moment, without reads. Raises UnknownSubject.

    Its period has begun by then, and there is an event of it that the moment shows.
    """
    return chosen_and_all(source, reference, moment)[0]


def chosen_and_all(
    source: Source, reference: str, moment: Moment, *, reads: bool = False
) -> tuple[SubjectEvents, list[SubjectEvents]]:
    """The same, and beside it every data subject of the reference, in the order of time.

    `reads`: as for `selections`.
    """
    periods = source.opener.periods(reference)
    by_stream = _selected(source, [period.subject for period in periods], moment, reads=reads)
    everyone = [SubjectEvents(stream, selected) for stream, selected in by_stream.items()]
    for index, period in reversed(list(enumerate(periods))):
        # The first period has no start: events can have occurred before the ledger knew the person.
        begun = index == 0 or moment.as_of is None or period.valid_from <= moment.as_of
        if begun and by_stream[period.subject].shown:
            return SubjectEvents(period.subject, by_stream[period.subject]), everyone
    raise UnknownSubject("The ledger holds nothing about this subject at that moment.")


def _selected(
    source: Source, streams: Sequence[UUID], moment: Moment, *, reads: bool
) -> dict[UUID, SelectedEvents]:
    """What counts of each stream at a moment; of several, as of one position.

    Raises UnknownSubject, Pruned.
    """
    check_told(source.session, moment, streams)
    if len(streams) > 1 and moment.at_position is None:
        moment = msgspec.structs.replace(moment, at_position=head_position(source.session))
    choose = partial(select, moment=moment, privacy_office=source.privacy_office)
    reader = LedgerReader(source.session, reads=reads)
    by_stream = {stream: reader.folded(stream, choose) for stream in streams}
    if not any(by_stream.values()):
        raise UnknownSubject
    return {stream: selected or choose(()) for stream, selected in by_stream.items()}
