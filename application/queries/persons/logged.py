"""Acts of processing as the read interfaces of the Dutch standards ask: of a person, or of the ledger.

What a person reads of themselves is what the access report tells: nothing of a hold whose ground is not told.
"""

from collections.abc import Callable, Collection, Iterator
from uuid import UUID

import msgspec

from application.processing_acts import Act, Log
from application.queries.subjects import SubjectEvents, note_read, seen_in, selections
from application.source import Source
from application.undisclosed import hidden_in
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.reading import events_of, head_position
from projections.folds.annulment import Name, name_of
from projections.folds.timetravel import Moment, select
from projections.following.derive import annulled_streams

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
    subjects = selections(source, reference, Moment(at_position=head_position(source.session)))
    if own:
        return _own_acts(log, subjects)
    seen = seen_in(subject.selected for subject in subjects)
    note_read(source, reference)
    shown = source.teller.shown
    return [Act(log, shown(event), annulled_by is not None) for event, annulled_by in seen]


def _own_acts(log: Log, subjects: Collection[SubjectEvents]) -> list[Act]:
    hidden = hidden_in(subject.selected for subject in subjects)
    acts = [
        Act(log, event, name_of(event) in subject.selected.annulled)
        for subject in subjects
        for event in subject.selected.shown
        if not hidden(event)
    ]
    return sorted(acts, key=lambda act: act.event.position)


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


def event_at(source: Source, position: int) -> RecordedEvent | None:
    """The event at a position. The caller judges who may know of it."""
    found = LedgerReader(source.session).events_after(position - 1, 1, position)
    return found[0] if found else None


def every_event(source: Source) -> Iterator[RecordedEvent]:
    """The events of the whole ledger, in order. The caller judges who may know of one."""
    return LedgerReader(source.session).replay()


def reference_of(source: Source, subject: UUID) -> str:
    """The reference of a data subject. Raises UnknownSubject for one that is not known, or not any more."""
    reference = source.opener.references([subject]).get(subject)
    if reference is None:
        raise UnknownSubject
    return reference


def _annulled_among(source: Source, events: Collection[RecordedEvent], head: int) -> set[Name]:
    streams = {event.stream for event in events}
    moment, names = Moment(at_position=head), set[Name]()
    for stream in annulled_streams(source.session, head):
        if stream in streams:
            acts = events_of(source.session, [stream], head)
            names |= select(acts, moment, source.privacy_office).annulled.keys()
    return names
