"""One event with all that it says: who it is about, what took it back, which rules it breaks."""

from msgspec import UNSET, UnsetType

import rulebook
from application.answer import Answer, Name
from application.queries.naming import Naming
from application.queries.persons.history import HistoryLine, lines_of, opened
from application.queries.persons.paging import AnnullableEvent
from application.queries.subjects import seen_in
from application.source import Source
from ledger.errors import EventPruned, UnknownSubject
from ledger.event import RecordedEvent, instant
from ledger.library.reader import LedgerReader
from ledger.reading import events_but_reads, pruned_through
from projections.findings.judging import Finding
from projections.folds.annulment import name_of
from projections.folds.timetravel import NOW, READ, Moment, select
from projections.reading.order_findings import judged_here
from projections.reading.views import findings
from schemas.texts import Language


class BrokenRule(Answer, frozen=True):
    """A rule that an event breaks. `since`: from when on. `resolved_by`: what ends it."""

    rule: str
    severity: str
    citation: str
    since: str
    resolved_by: str


class EventShown(Answer, frozen=True):
    """One event. `subject`: the person or the entry that it is about; gone once the person was erased.

    `origin`: where its message came from; absent for a reader who may not know of every category.
    `findings`: the rules that it breaks now; absent where they were not asked for.
    """

    subject: Name
    event: HistoryLine
    origin: dict[str, str] | UnsetType = UNSET
    findings: list[BrokenRule] | UnsetType = UNSET


def one_event(
    source: Source,
    position: int,
    moment: Moment,
    language: Language,
    *,
    with_findings: bool = False,
) -> EventShown:
    """The event at a position. Raises UnknownSubject where there is none that the reader may know of.

    Raises EventPruned for one that is gone: positions have no gap, so that tells nobody of a person.
    """
    found = LedgerReader(source.session).events_after(position - 1, 1)
    if not found or found[0].position != position:
        if position <= pruned_through(source.session):
            raise EventPruned(position)
        raise UnknownSubject
    event, annulled_by = _as_seen(source, found[0], moment)
    naming = Naming(source, language)
    if event.subject is None:
        subject = source.noted(event.stream, event.sealed)
        (line,) = lines_of(source, [(event, annulled_by)], language, naming)
    else:
        subject = event.subject
        (line,) = opened(source, subject, [(event, annulled_by)], language, naming)
    broken = _broken(source, event) if with_findings and moment == NOW else UNSET
    origin = {name: str(fact) for name, fact in event.origin.items()}
    return EventShown(subject, line, UNSET if source.reads.sight.partial else origin, broken)


def reference_of(source: Source, position: int) -> str | None:
    """The reference of an event about an entry of a register; None of one about a person, or of none."""
    found = LedgerReader(source.session).events_after(position - 1, 1)
    return found[0].subject if found and found[0].position == position else None


def _as_seen(source: Source, event: RecordedEvent, moment: Moment) -> AnnullableEvent:
    """The event as the reader may see it at a moment, with what took it back. Raises UnknownSubject."""
    # What the ledger says of itself cannot be taken back, and its own stream is long; nor can a look.
    alone = event.name == READ or event.subject == source.ledger.reference
    events = [event] if alone else events_but_reads(source.session, [event.stream])
    selected = source.teller.selection(select(events, moment, source.privacy_office))
    for seen, annulled_by in seen_in([selected]):
        if seen.position == event.position:
            return seen, annulled_by
    raise UnknownSubject


def _broken(source: Source, event: RecordedEvent) -> list[BrokenRule]:
    about = findings(source.session, source.now, about=[event.stream])
    rows = judged_here(source.session, about)
    return [_rule(row) for row in rows if (row.source, row.id) == name_of(event)]


def _rule(row: Finding) -> BrokenRule:
    rule = rulebook.rule(row.rule)
    return BrokenRule(
        rule=rule.id,
        severity=rule.severity,
        citation=rule.citation,
        since=instant(row.since),
        resolved_by=rule.resolved_by,
    )
