"""Acts of processing as the read interfaces of the Dutch standards ask: of a person, or of the ledger.

What a person reads of themselves is what the access report tells: nothing of a hold whose ground is not told.
"""

from collections.abc import Callable, Collection
from uuid import UUID

import msgspec

from application.processing_acts import Act, Log
from application.queries.subjects import note_read, seen_in, selections
from application.source import Source
from application.undisclosed import hidden_in
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.reading import events_but_reads, head_position
from projections.folds.annulment import Name, name_of
from projections.folds.timetravel import Moment, select
from projections.reading.known import annulments_of

LOOKED_AT = 5000
"""Events that one page of the whole ledger looks at: a fraction of a second, whatever is wanted."""


class LoggedPage(msgspec.Struct, frozen=True):
    """Acts in the order of positions. `following`: the next page has what is after it; None at the end."""

    acts: list[Act]
    following: int | None


def acts_about(source: Source, log: Log, reference: str, *, own: bool) -> list[Act]:
    """Every act about a person, in the order of positions; the read is noted. Raises UnknownSubject.

    `own`: the person asks. What may not be told is not among them, and it is no read by an employee.
    Another reader finds what the reader may know of.
    """
    moment = Moment(at_position=head_position(source.session))
    subjects = selections(source, reference, moment, reads=True)
    if own:
        hidden = hidden_in(subject.selected for subject in subjects)
        acts = [
            Act(log, event, name_of(event) in subject.selected.annulled)
            for subject in subjects
            for event in subject.selected.shown
            if not hidden(event)
        ]
        return sorted(acts, key=lambda act: act.event.position)
    seen = seen_in(subject.selected for subject in subjects)
    note_read(source, reference)
    shown = source.teller.shown
    return [Act(log, shown(event), annulled_by is not None) for event, annulled_by in seen]


def acts_after(
    source: Source, log: Log, after: int, limit: int, wanted: Callable[[Act], bool]
) -> LoggedPage:
    """At most so many wanted acts of the whole ledger after a position. A page may have fewer, or none.

    The caller notes the read, and judges who may make it: an act names categories whatever the reader sees.
    """
    head = head_position(source.session)
    events = LedgerReader(source.session).events_after(after, LOOKED_AT, head)
    annulled = _annulled_among(source, events, head)
    acts: list[Act] = []
    for event in events:
        act = Act(log, event, name_of(event) in annulled)
        if wanted(act):
            acts.append(act)
        if len(acts) == limit:
            break
    looked_to = event.position if events else head
    return LoggedPage(acts, looked_to if looked_to < head else None)


def event_of_object(source: Source, log: Log, object_id: UUID) -> RecordedEvent | None:
    """The event with an object, found by its name or place; None of one that the reader is not told of."""
    names, place = log.names_of_object(object_id), log.place_of_object(object_id)
    named = source.session.of("ledger").rows("positions_named", names=names)
    positions = [place] if place is not None else [position for (position,) in named]
    reader, teller = LedgerReader(source.session), source.teller
    for position in positions:
        for event in reader.events_after(position - 1, 1, position):
            told = teller.event(event)
            if told is not None and Act(log, teller.shown(told)).object_id == object_id:
                return event
    return None


def reference_of(source: Source, subject: UUID) -> str:
    """The reference of a data subject. Raises UnknownSubject for one that is not known, or not any more."""
    reference = source.opener.references([subject]).get(subject)
    if reference is None:
        raise UnknownSubject
    return reference


def _annulled_among(source: Source, events: Collection[RecordedEvent], head: int) -> set[Name]:
    streams = sorted({event.stream for event in events})
    annulments = annulments_of(source.session, streams, head)
    moment, names = Moment(at_position=head), set[Name]()
    for stream in {annulment.stream for annulment in annulments}:
        acts = events_but_reads(source.session, [stream], head)
        names |= select(acts, moment, source.privacy_office).annulled.keys()
    return names
