"""Findings: what facts come to, judged by the rulebook. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

import rulebook
from ledger.errors import Halt
from ledger.event import RecordedEvent
from projections.dossier.dossier import NO_DOSSIER, Dossier, dossier_name, noted
from projections.dossier.fact import DISCLOSURE, Fact, fact_of
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.said import Speaking
from projections.dossier.traces import Trace
from projections.findings.situation import seen
from rulebook.calendar import day_of

SourceFault = Literal["unregistered", "type-of-another"]
"""What may be wrong with a source: no system has it, or the house does not list a type for it."""


class Finding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A rule that an event breaks.

    `about`: the stream of the event. `name`: its type. `subject`: the reference of a subject that is not a
    person. `due`: the instant from which the finding counts; None: at once. `detail`: codes that explain it.
    """

    rule: str
    about: UUID
    position: int
    occurred_at: datetime
    source: str
    id: str
    name: str
    subject: str | None = None
    due: datetime | None = None
    detail: str | None = None

    @property
    def since(self) -> datetime:
        """Since when the rule is broken."""
        return self.due or self.occurred_at

    def is_open(self, clock: datetime) -> bool:
        """Whether it counts for a reader at a time."""
        return self.due is None or self.due <= clock


_FINDING = msgspec.json.Decoder(Finding)
_ENTRIES = "findings_entries"


def finding_of(state: bytes) -> Finding:
    """A finding as it was encoded. Raises Halt for bytes of another version, and for damaged ones."""
    try:
        return _FINDING.decode(state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Halt(f"a row of view {_ENTRIES} cannot be read: rebuild it") from error


def findings_of(kind: str, fact: Fact, look: FactContext) -> dict[str, Finding]:
    """Rule -> the finding that a fact is: of the rules in force on the day since which it counts."""
    findings: dict[str, Finding] = {}
    for situation in seen(kind, fact, look):
        broken = rulebook.ever_broken(situation.kind or kind, situation.situation)
        if broken:
            # A breach that waits for a deadline is judged by the rules of the day of that deadline.
            since = day_of(situation.due or fact.occurred_at)
            for rule in broken:
                if rulebook.in_force(rule, since):
                    findings.setdefault(rule.id, _finding(rule.id, fact, look.stream, situation))
    return findings


def disclosure_findings(
    event: RecordedEvent, registers: Iterable[RecordedEvent]
) -> tuple[Finding, ...]:
    """The rules that a disclosure breaks, those with a deadline too.

    `registers`: events around it that count, in any order: of recipients, and of the person concerned.
    """
    dossiers: dict[UUID, Dossier] = {}
    for register_event in registers:
        if noted(register_event):
            stream = register_event.stream
            dossier = dossiers.get(stream, Dossier(register_event.subject))
            dossiers[stream] = dossier.with_event(register_event)
    by_name = {dossier_name(stream, dossier): dossier for stream, dossier in dossiers.items()}
    look = FactContext(event.stream, dossiers.get(event.stream, NO_DOSSIER), by_name.get)
    return tuple(findings_of(DISCLOSURE, fact_of(DISCLOSURE, event), look).values())


def _finding(rule: str, fact: Fact, stream: UUID, situation: SeenSituation) -> Finding:
    return Finding(
        rule=rule,
        about=stream,
        position=fact.position,
        occurred_at=fact.occurred_at,
        source=fact.source,
        id=fact.id,
        name=fact.name,
        subject=fact.subject,
        due=situation.due,
        detail=situation.detail or None,
    )


def owns(source: str, type: str, systems: Mapping[str, Dossier]) -> bool:
    """Whether what was registered of a source last, with its types, has a type, or any."""
    marks = [mark for system in systems.values() for mark in system.saying("speaks", Speaking)]
    matching = [mark for mark in marks if source in mark.says.sources]
    latest = max(matching, key=lambda mark: mark.order, default=None)
    return latest is not None and (not latest.says.types or type in latest.says.types)


def is_registered(source: str, systems: Mapping[str, Dossier]) -> bool:
    """Whether a system lists a source; a system that lists none has those that end with its id."""
    return any(_has(source, name, dossier) for name, dossier in systems.items())


def listed(system: Dossier) -> set[str]:
    """The sources that a system lists."""
    return {code for mark in system.all("sources") for code in mark.codes}


def _has(source: str, system: str, dossier: Dossier) -> bool:
    sources = listed(dossier)
    if sources or not dossier.all("sources"):
        return source in sources
    id = system.removeprefix("system/")
    return source == id or source.endswith((f":{id}", f"/{id}"))


def source_rules(trace: Trace, fault: SourceFault) -> Sequence[rulebook.Rule]:
    """The rules that a source breaks which no system has, or whose type is another's, at an event of it."""
    return rulebook.breaches("source", {"source": fault}, day_of(trace.time))


def source_finding(
    trace: Trace, fault: SourceFault, about: UUID, subject: str | None
) -> Iterable[tuple[str, Finding]]:
    """Rule -> finding of a source, at the earliest event that shows it."""
    for rule in source_rules(trace, fault):
        yield (
            rule.id,
            Finding(
                rule=rule.id,
                about=about,
                position=trace.position,
                occurred_at=trace.time,
                source=trace.source,
                id=trace.id,
                name=trace.name,
                subject=subject,
                detail=trace.source if fault == "unregistered" else f"{trace.source}, {trace.name}",
            ),
        )
