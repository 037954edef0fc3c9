"""Until when each category of a person's data is kept, and what keeps it (GDPR Art. 15(1)(d))."""

from datetime import date
from uuid import UUID

import rulebook
from application.answer import InBothLanguages
from application.queries.keeping.deciding import RecordedDecision, recorded_decisions
from application.queries.keeping.periods import Retained, retained
from application.queries.persons.person import Subject
from application.source import Source
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from projections.dossier.dossier import Dossier
from projections.keeping.erasing import lasting_for
from projections.keeping.person import Person, dossier_of, person_of
from projections.keeping.retention import oldest
from projections.reading.persons import takeovers_told_by_others
from projections.use.restricting import restricted
from schemas import names

_DECIDED = names.ERASURE_DECIDED


class RetentionOfCategory(Retained, frozen=True):
    """How long a category is kept, by which rule, and what was last decided about it.

    `restricted`: it may only be stored. `positions`: of the oldest value and of the decision.
    """

    period: str | None
    title: InBothLanguages | None
    citation: str | None
    restricted: bool
    decision: RecordedDecision | None
    positions: list[int]


def retention_of(source: Source, subject: Subject, day: date) -> list[RetentionOfCategory]:
    """Of each category that is held: its period, what keeps it on a day, and what is overdue by then.

    Sorted by category.
    """
    rows = []
    for stream in subject.streams:
        events = [
            event
            for event in (*(act.event for act in subject.acts), *subject.undisclosed)
            if event.stream == stream
        ]
        person = person_of(
            stream,
            events,
            source.privacy_office,
            lambda name: _other_dossier(source, name, subject),
            lambda one: takeovers_told_by_others(source.session, [one])[one],
        )
        rows += [_row(person, category, events, day) for category in person.held]
    return sorted(rows, key=lambda row: row.category)


def _other_dossier(source: Source, stream: str, subject: Subject) -> Dossier:
    events = events_but_reads(source.session, [UUID(stream)], subject.position)
    return dossier_of(events, source.privacy_office)


def _row(
    person: Person, category: str, events: list[RecordedEvent], day: date
) -> RetentionOfCategory:
    end = lasting_for(person, category).told()
    rule = rulebook.retention_rule(end.period.rule) if end.period.rule else None
    decided = [
        event for event in events if event.name == _DECIDED and category in event.facts["decisions"]
    ]
    first, retention = oldest(person.traces, category), retained(end, day)
    decisions = recorded_decisions(decided[-1].facts["decisions"]) if decided else {}
    return RetentionOfCategory(
        category=retention.category,
        until=retention.until,
        rule=retention.rule,
        waits_for=retention.waits_for,
        grounds=retention.grounds,
        overdue_since=retention.overdue_since,
        period=rule.period if rule else None,
        title=InBothLanguages(en=rule.title, nl=rule.title_nl) if rule else None,
        citation=rule.citation if rule else None,
        restricted=category in restricted(person.dossier),
        decision=decisions.get(category),
        positions=sorted({first.position, *(event.position for event in decided[-1:])}),
    )
