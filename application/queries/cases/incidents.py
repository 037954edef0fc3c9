"""`ledger incident`: breaches and suspected misuse, their clocks, and whom they concern."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from application.answer import Answer, Name
from application.queries.case_parts import case_part, counted
from application.queries.cases.clocks import CaseAct, CaseClock, case_act, case_clock
from application.queries.cases.found_incidents import FoundIncident, known_incidents
from application.queries.parts import Part
from application.queries.period import ALWAYS, Period
from application.source import Source, instant_or_none, unless_erased
from ledger.errors import UnknownSubject
from ledger.event import instant
from ledger.reading import events_but_reads
from projections.dossier.dossier import Dossier, noted
from projections.findings.judging import is_registered
from projections.folds.timetravel import NOW, Moment, counting
from projections.reading.affected import Exposure, Scope, affected
from projections.reading.cases import ALL, OPEN, CaseFilter
from projections.reading.known import NOBODY
from projections.views.incidents import VIEW, Incident, Kind, subkey_of_told
from schemas import texts

_BLOCK_ROWS = 1_000


class IncidentRow(Answer, frozen=True):
    """How a breach or a case of suspected misuse stands.

    `subject`: the breach, or the person; null once the person was erased. `risk`: null until the
    office assessed it. `open`: something is to be done, also when the case has ended.
    """

    kind: Kind
    ref: str
    subject: Name | None
    since: str
    risk: str | None
    persons_must_be_told: bool
    clocks: list[CaseClock]
    open: bool
    ended_at: str | None
    overdue: bool


class IncidentList(Answer, frozen=True):
    """Incidents, the most urgent first. `open` and `overdue` count all of them, whatever the limit."""

    incidents: list[IncidentRow]
    open: int
    overdue: int


class IncidentPage(Answer, frozen=True):
    """Some incidents: the most urgent first, then open ones without a running clock, then the others.

    `open`, `overdue`: how many there are in all; null where that is not counted: of a period, of the past.
    `next`: the key of the part that follows.
    """

    incidents: list[IncidentRow]
    open: int | None
    overdue: int | None
    next: str | None


class IncidentFile(IncidentRow, frozen=True):
    """One incident with every act on it.

    `persons_told`: of a breach, how many persons were told of it one by one. `told_now`, `told_before`: how
    many of the named persons `ledger incident tell` told, and how many had been told already.
    """

    persons_told: int | None
    steps: list[CaseAct]
    told_now: int | UnsetType = UNSET
    told_before: int | UnsetType = UNSET


class AffectedPerson(Answer, frozen=True):
    """A person whom an incident concerns, and what data it reached. `subject`: null once erased."""

    subject: Name | None
    data_subject: str
    categories: list[str]
    events: int
    first: str
    last: str
    told_at: str | None


class AffectedPersons(Answer, frozen=True):
    """Everyone whom an incident concerns."""

    persons: list[AffectedPerson]
    count: int


def incident_list(
    source: Source,
    moment: Moment,
    *,
    everything: bool,
    period: Period = ALWAYS,
    limit: int | None = None,
) -> IncidentList:
    """Incidents as of a moment: those in which something is to be done, or all that had begun.

    Only those that began in a period. `limit`: at most so many are shown, the most urgent; all are counted.
    """
    time = moment.as_of or source.now
    begun = list(_begun(known_incidents(source, moment), time, everything, period))
    rows = _rows(source, begun, time)
    return IncidentList(
        incidents=sorted(rows, key=_urgency)[:limit],
        open=sum(row.open for row in rows),
        overdue=sum(row.overdue for row in rows),
    )


def incident_page(
    source: Source, moment: Moment, part: Part, *, everything: bool, period: Period = ALWAYS
) -> IncidentPage:
    """The incidents of a part of the same list, by key. Raises Misconfigured."""
    time = moment.as_of or source.now

    def fitting(incident: Incident) -> Incident | None:
        return next(
            (one for _, one in _begun([(NOBODY, incident)], time, everything, period)), None
        )

    stages = OPEN if moment == NOW and not everything else ALL
    # Rows of persons who were told of a breach are no cases; they come last by reference.
    wanted = CaseFilter(stages=stages, below=subkey_of_told(""))
    found, following = case_part(source, VIEW, wanted, part, moment, fitting)
    rows = _rows(source, [(place.stream, one) for place, one in found], time)
    if moment != NOW or period != ALWAYS:
        return IncidentPage(rows, None, None, following)
    return IncidentPage(rows, *counted(source, VIEW), following)


def _rows(
    source: Source, begun: Sequence[tuple[UUID, Incident]], time: datetime
) -> list[IncidentRow]:
    """Incidents as they are shown, noted as one answer about many."""
    persons = [stream for stream, incident in begun if incident.kind == "misuse"]
    # A breach is about no single person: a list of breaches alone is no read of personal data.
    if persons:
        source.reads.note_many(())
    names = source.names(persons)
    return [
        _row(
            f"breach/{incident.ref}" if incident.kind == "breach" else names[stream], incident, time
        )
        for stream, incident in begun
    ]


def _begun(
    rows: Iterable[tuple[UUID, Incident]], time: datetime, everything: bool, period: Period
) -> Iterator[tuple[UUID, Incident]]:
    """Incidents as they were at a time, of those that had begun in a period."""
    for stream, incident in rows:
        state = incident.until(time)
        if state.kind == "told" or not state.begin:
            continue
        if (everything or state.is_open) and period.holds(state.begin.order.time):
            yield stream, state


def _urgency(row: IncidentRow) -> tuple[str, str, str]:
    """Those with a running or passed clock first, by when it ends; then by kind and reference."""
    waiting = [clock.due for clock in row.clocks if clock.done_at is None]
    return min(waiting, default="9999"), row.kind, row.ref


def incident(
    case: FoundIncident,
    time: datetime,
    language: texts.Language,
    told_counts: tuple[int, int] | None = None,
) -> IncidentFile:
    """One case with every act on it, as of a time at which it had begun.

    `told_counts`: how many of some persons were told of it now, and how many before.
    """
    state = case.incident.until(time)
    is_breach = state.kind == "breach"
    told_now, told_before = told_counts or (UNSET, UNSET)
    return IncidentFile(
        **asdict(_row(case.reference, state, time)),
        persons_told=sum(first <= time for first in case.told.values()) if is_breach else None,
        steps=[case_act(step, language) for step in state.steps],
        told_now=told_now,
        told_before=told_before,
    )


def _row(reference: Name, incident: Incident, time: datetime) -> IncidentRow:
    begin, clocks = incident.begin, incident.clocks
    assert begin
    assert incident.kind != "told"
    return IncidentRow(
        kind=incident.kind,
        ref=incident.ref,
        subject=unless_erased(reference),
        since=instant(begin.order.time),
        risk=incident.risk,
        persons_must_be_told=incident.must_tell,
        clocks=[case_clock(clock, time) for clock in clocks],
        open=incident.is_open,
        ended_at=instant_or_none(incident.ended_at),
        overdue=any(clock.state(time) == "overdue" for clock in clocks),
    )


def sources_of(source: Source, system: str) -> Callable[[str], bool]:
    """Whether a source of events is that of a registered system, as a function. Raises UnknownSubject."""
    reference = f"system/{system}"
    events = events_but_reads(source.session, [source.ledger.registry_stream(reference)])
    dossier = Dossier(reference)
    for event in counting(list(events), source.privacy_office):
        if noted(event):
            dossier = dossier.with_event(event)
    if not dossier.all("sources"):
        raise UnknownSubject("The ledger holds nothing about this system.")
    return lambda name: is_registered(name, {reference: dossier})


def affected_persons(
    source: Source, scope: Scope, told_at: Mapping[UUID, datetime]
) -> Iterator[AffectedPerson]:
    """Persons whom a scope reaches, in the order of streams, in flat memory: one answer about many."""
    source.reads.note_many(())
    exposures = affected(source.session, scope, source.privacy_office)
    while block := list(islice(exposures, _BLOCK_ROWS)):
        names = source.names(stream for stream, _ in block)
        yield from _persons(block, names, told_at)


def _persons(
    block: Sequence[tuple[UUID, Exposure]],
    names: Mapping[UUID, Name],
    told_at: Mapping[UUID, datetime],
) -> Iterable[AffectedPerson]:
    for stream, exposure in block:
        yield AffectedPerson(
            subject=unless_erased(names[stream]),
            data_subject=str(stream),
            categories=sorted(exposure.categories),
            events=exposure.events,
            first=instant(exposure.first),
            last=instant(exposure.last),
            told_at=instant_or_none(told_at.get(stream)),
        )
