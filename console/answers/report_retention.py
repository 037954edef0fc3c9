"""Until when each category of a person's data is kept, and what keeps it (GDPR Art. 15(1)(d))."""

from typing import Any
from uuid import UUID

import rulebook
from console.answers.report_person import Subject
from console.answers.source import Source
from ledger.event import RecordedEvent
from ledger.reading import events_of
from projections.findings_dossier import Dossier
from projections.keepings import keepings_of
from projections.person import Person, dossier_of, person_of
from projections.restricting import restricted
from projections.retention import anchors_of, oldest, period_of
from rulebook import Keeping

__all__ = ["retention_of"]

_DECIDED = "erasure-decided"


def retention_of(source: Source, subject: Subject) -> list[dict[str, Any]]:
    """Of each category that is held: the period that decides, and what stops it. Sorted by category."""
    rows = []
    for stream in subject.streams:
        events = [
            event
            for event in (*(act.event for act in subject.acts), *subject.undisclosed)
            if event.stream == stream
        ]
        person = person_of(
            stream, events, source.privacy_office, lambda name: _other(source, name, subject)
        )
        rows += [_row(person, category, events) for category in person.held]
    return sorted(rows, key=lambda row: str(row["category"]))


def _other(source: Source, stream: str, subject: Subject) -> Dossier:
    events = events_of(source.session, [UUID(stream)], subject.position)
    return dossier_of(events, source.privacy_office)


def _row(person: Person, category: str, events: list[RecordedEvent]) -> dict[str, Any]:
    first = oldest(person.traces, category)
    due = period_of(category, first.time, anchors_of(person.look))
    rule = rulebook.retention_rule(due.rule) if due.rule else None
    decided = [e for e in events if e.name == _DECIDED and category in e.facts["decisions"]]
    return {
        "category": category,
        "until": due.until.isoformat() if due.until else None,
        "waits_for": due.waits_for,
        "rule": due.rule,
        "period": rule.period if rule else None,
        "title": {"en": rule.title, "nl": rule.title_nl} if rule else None,
        "citation": rule.citation if rule else None,
        "kept_by": sorted(
            {one.kind for one in keepings_of(person.dossier) if _shows(one, category)}
        ),
        "restricted": category in restricted(person.dossier),
        "decision": decided[-1].facts["decisions"][category] if decided else None,
        "positions": sorted({first.position, *(event.position for event in decided[-1:])}),
    }


def _shows(keeping: Keeping, category: str) -> bool:
    if keeping.kind == "undisclosed":
        return False
    return keeping.categories is None or category in keeping.categories
