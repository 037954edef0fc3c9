"""`ledger incident`: breaches and suspected misuse, their clocks, and whom they concern."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from application.queries.found_incidents import Case, known_incidents
from application.queries.period import ALWAYS, Period
from application.source import ERASED, Source, instant_or_none
from ledger.errors import UnknownSubject
from ledger.event import instant
from ledger.reading import events_of
from projections.dossier.dossier import Dossier, noted
from projections.findings.judging import is_registered
from projections.folds.timetravel import Moment, counting
from projections.reading.affected import Exposure, Scope, affected
from projections.views.incidents import Incident, Step
from rulebook import DEADLINES
from rulebook.incidents import Clock
from schemas import texts

_BLOCK_ROWS = 1_000


def incident_list(
    source: Source,
    moment: Moment,
    *,
    everything: bool,
    period: Period = ALWAYS,
    limit: int | None = None,
) -> dict[str, Any]:
    """Incidents as of a moment: those in which something is to be done, or all that had begun.

    Only those that began in a period. `limit`: at most so many are shown, the most urgent; all are counted.
    """
    time = moment.as_of or source.now
    known = [
        (stream, one.until(time))
        for stream, one in known_incidents(source, moment)
        if one.kind != "told"
    ]
    begun = [
        (stream, one)
        for stream, one in known
        if one.begin and (everything or one.is_open) and period.holds(one.begin.order.time)
    ]
    persons = [stream for stream, one in begun if one.kind == "misuse"]
    if persons:
        source.reads.note_many(())
    names = source.names(persons)
    rows = [
        _row(f"breach/{one.ref}" if one.kind == "breach" else names[stream], one, time)
        for stream, one in begun
    ]
    return {
        "incidents": sorted(rows, key=_urgency)[:limit],
        "open": sum(row["open"] for row in rows),
        "overdue": sum(row["overdue"] for row in rows),
    }


def _urgency(row: dict[str, Any]) -> tuple[str, str, str]:
    """Those with a running or passed clock first, by when it ends; then by kind and reference."""
    waiting = [clock["due"] for clock in row["clocks"] if clock["done_at"] is None]
    return min(waiting, default="9999"), row["kind"], row["ref"]


def incident(case: Case, time: datetime, language: texts.Language) -> dict[str, Any]:
    """One case with every act on it, as of a time at which it had begun."""
    one = case.incident.until(time)
    told = sum(first <= time for first in case.told.values()) if one.kind == "breach" else None
    steps = [step_row(step, language) for step in one.steps]
    return {**_row(case.reference, one, time), "persons_told": told, "steps": steps}


def _row(reference: Any, one: Incident, time: datetime) -> dict[str, Any]:
    begin, clocks = one.begin, one.clocks
    assert begin
    return {
        "kind": one.kind,
        "ref": one.ref,
        "subject": None if reference == ERASED else reference,
        "since": instant(begin.order.time),
        "risk": one.risk,
        "persons_must_be_told": one.must_tell,
        "clocks": [clock_row(clock, time) for clock in clocks],
        "open": one.is_open,
        "ended_at": instant_or_none(one.ended_at),
        "overdue": any(clock.state(time) == "overdue" for clock in clocks),
    }


def clock_row(clock: Clock, time: datetime) -> dict[str, Any]:
    """A clock as answers have it, at a time."""
    entry = DEADLINES[clock.duty]
    return {
        "duty": clock.duty,
        "title": entry.title,
        "title_nl": entry.title_nl,
        "citation": entry.citation,
        "due": instant(clock.due),
        "done_at": instant_or_none(clock.done_at),
        "state": clock.state(time),
    }


def step_row(step: Step, language: texts.Language, **more: Any) -> dict[str, Any]:
    """An act on a case as answers have it. `more`: facts that the case has instead of each act."""
    return {
        "type": step.name,
        "occurred_at": instant(step.order.time),
        "source": step.order.source,
        "id": step.order.id,
        "facts": step.facts,
        "text": texts.text_of(step.name, {**more, **step.facts}, language),
    }


def sources_of(source: Source, system: str) -> Any:
    """Whether a source of events is that of a registered system, as a function. Raises UnknownSubject."""
    reference = f"system/{system}"
    events = events_of(source.session, [source.ledger.registry_stream(reference)])
    dossier = Dossier(reference)
    for event in counting(list(events), source.privacy_office):
        if noted(event):
            dossier = dossier.with_event(event)
    if not dossier.all("sources"):
        raise UnknownSubject("The ledger holds nothing about this system.")
    return lambda name: is_registered(name, {reference: dossier})


def affected_persons(
    source: Source, scope: Scope, told: Mapping[UUID, datetime]
) -> Iterator[dict[str, Any]]:
    """Persons whom a scope reaches, in the order of streams, in flat memory: one answer about many."""
    source.reads.note_many(())
    found = affected(source.session, scope, source.privacy_office)
    while block := list(islice(found, _BLOCK_ROWS)):
        names = source.names(stream for stream, _ in block)
        yield from _persons(block, names, told)


def _persons(
    block: Sequence[tuple[UUID, Exposure]],
    names: dict[UUID, Any],
    told: Mapping[UUID, datetime],
) -> Iterable[dict[str, Any]]:
    for stream, exposure in block:
        reference = names[stream]
        yield {
            "subject": None if reference == ERASED else reference,
            "data_subject": str(stream),
            "categories": sorted(exposure.categories),
            "events": exposure.events,
            "first": instant(exposure.first),
            "last": instant(exposure.last),
            "told_at": instant_or_none(told.get(stream)),
        }
