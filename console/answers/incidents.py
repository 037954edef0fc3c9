"""`ledger incident`: breaches and suspected misuse, their clocks, and whom they concern."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from console.answers.source import ERASED, Source, instant_or_none
from ledger.errors import Reject, UnknownSubject
from ledger.event import instant
from ledger.reading import events_of
from projections.affected import Exposure, Scope, affected
from projections.findings_dossier import Dossier, noted
from projections.findings_judging import is_registered
from projections.incidents import (
    Incident,
    Step,
    subkey_of_breach,
    subkey_of_misuse,
    subkey_of_told,
)
from projections.read import incidents
from projections.timetravel import counting
from rulebook import DEADLINES
from rulebook.incidents import Clock
from schemas import texts

__all__ = ["affected_persons", "incident", "incident_list", "sources_of", "told_of"]

_BLOCK_ROWS = 1_000


def incident_list(source: Source, time: datetime, *, everything: bool) -> dict[str, Any]:
    """Incidents as of a time: those in which something is to be done, or all that had begun."""
    known = [
        (stream, one.until(time)) for stream, one in incidents(source.session) if one.kind != "told"
    ]
    begun = [(s, one) for s, one in known if one.begin and (everything or one.is_open)]
    persons = [stream for stream, one in begun if one.kind == "misuse"]
    if persons:
        source.reads.note_many(())
    names = source.names(persons)
    rows = [_row(stream, one, names, time) for stream, one in begun]
    return {
        "incidents": sorted(rows, key=_urgency),
        "open": sum(row["open"] for row in rows),
        "overdue": sum(row["overdue"] for row in rows),
    }


def _urgency(row: dict[str, Any]) -> tuple[str, str, str]:
    """Those with a running or passed clock first, by when it ends; then by kind and reference."""
    waiting = [clock["due"] for clock in row["clocks"] if clock["done_at"] is None]
    return min(waiting, default="9999"), row["kind"], row["ref"]


def incident(source: Source, ref: str, time: datetime, language: texts.Language) -> dict[str, Any]:
    """One case with every act on it, as of a time. Raises Reject when there is none, or several."""
    found = incidents(source.session, subkeys=[subkey_of_breach(ref), subkey_of_misuse(ref)])
    known = [(stream, one.until(time)) for stream, one in found]
    begun = [(stream, one) for stream, one in known if one.begin]
    if len(begun) != 1:
        raise Reject(f"expected one incident {ref}, found {len(begun)}")
    [(stream, one)] = begun
    names = {stream: source.noted(stream)} if one.kind == "misuse" else {}
    steps = [_step(step, language) for step in one.steps]
    told = len(told_of(source, ref)) if one.kind == "breach" else None
    return {**_row(stream, one, names, time), "persons_told": told, "steps": steps}


def _row(stream: UUID, one: Incident, names: dict[UUID, Any], time: datetime) -> dict[str, Any]:
    begin, clocks = one.begin, one.clocks
    assert begin
    reference = f"breach/{one.ref}" if one.kind == "breach" else names[stream]
    return {
        "kind": one.kind,
        "ref": one.ref,
        "subject": None if reference == ERASED else reference,
        "since": instant(begin.order.time),
        "risk": one.risk,
        "persons_must_be_told": one.must_tell,
        "clocks": [_clock(clock, time) for clock in clocks],
        "open": one.is_open,
        "ended_at": instant_or_none(one.ended_at),
        "overdue": any(clock.state(time) == "overdue" for clock in clocks),
    }


def _clock(clock: Clock, time: datetime) -> dict[str, Any]:
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


def _step(step: Step, language: texts.Language) -> dict[str, Any]:
    return {
        "type": step.name,
        "occurred_at": instant(step.order.time),
        "source": step.order.source,
        "id": step.order.id,
        "facts": step.facts,
        "text": texts.text_of(step.name, step.facts, language),
    }


def told_of(source: Source, ref: str) -> dict[UUID, datetime]:
    """Persons who were told of a breach themselves, and when first."""
    rows = incidents(source.session, subkeys=[subkey_of_told(ref)])
    return {stream: one.steps[0].order.time for stream, one in rows}


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
    source: Source, scope: Scope, told: dict[UUID, datetime]
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
    told: dict[UUID, datetime],
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
