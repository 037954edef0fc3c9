"""From a reference to the events of its data subjects, as of a moment.

Nobody gets more of them here than the reader may know of, so every fold over them is of that.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

import msgspec

from application.source import Source
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
    """The data subject of a moment, and its events.

    `selected`: what the reader may know of. `whole`: everything; of that only what took effect may be told:
    whether the account is erased, and what may only be stored.
    """

    subject: UUID
    selected: SelectedEvents
    whole: SelectedEvents


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
    return seen_in(person.selected for person in selections(source, reference, moment, reads=True))


def seen_in(selections: Iterable[SelectedEvents]) -> list[tuple[RecordedEvent, str | None]]:
    """The events of a person, each with what took it back, by position."""
    pairs = (
        (event, selected.annulled.get(name_of(event)))
        for selected in selections
        for event in selected.shown
    )
    return sorted(pairs, key=lambda pair: pair[0].position)


def selections(
    source: Source, reference: str, moment: Moment, *, reads: bool = False
) -> list[SubjectEvents]:
    """Every data subject of a reference with its events, in the order of time. Raises UnknownSubject.

    `reads`: whether looks at them are among the events, for an answer that shows looks.
    """
    return _selected(source, streams_of(source, reference), moment, reads=reads)


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
    everyone = _selected(source, [period.subject for period in periods], moment, reads=reads)
    for index, person in reversed(list(enumerate(everyone))):
        # The first period has no start: events can have occurred before the ledger knew the person.
        begun = index == 0 or moment.as_of is None or periods[index].valid_from <= moment.as_of
        if begun and _is_told(person):
            return person, everyone
    raise UnknownSubject("The ledger holds nothing about this subject at that moment.")


def _selected(
    source: Source, streams: Sequence[UUID], moment: Moment, *, reads: bool
) -> list[SubjectEvents]:
    """What counts of each stream at a moment; of several, as of one position.

    Raises UnknownSubject where nobody of the reference is known, or the reader may know of nothing; Pruned.
    """
    check_told(source.session, moment, streams)
    if len(streams) > 1 and moment.at_position is None:
        moment = msgspec.structs.replace(moment, at_position=head_position(source.session))
    choose = partial(select, moment=moment, privacy_office=source.privacy_office)
    reader = LedgerReader(source.session, reads=reads)
    by_stream = {stream: reader.folded(stream, choose) for stream in streams}
    if not any(by_stream.values()):
        raise UnknownSubject
    told = [_told(source, stream, one or choose(())) for stream, one in by_stream.items()]
    if source.reads.sight.partial and not any(map(_is_told, told)):
        raise UnknownSubject
    return told


def _is_told(person: SubjectEvents) -> bool:
    """Whether the reader is told of the person at all: that somebody looked is not of the person."""
    return any(event.name != READ for event in person.selected.shown)


def _told(source: Source, stream: UUID, whole: SelectedEvents) -> SubjectEvents:
    return SubjectEvents(stream, source.teller.selection(whole), whole)
