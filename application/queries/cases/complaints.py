"""`ledger complaint`: what persons complained of, until when it is answered, and the outcome."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from application.answer import Answer, Name
from application.queries.case_parts import case_part, counted
from application.queries.cases.clocks import CaseAct, CaseClock, case_act, case_clock
from application.queries.cases.found_requests import NoSuchCase, NotAllowed
from application.queries.parts import Part
from application.queries.period import ALWAYS, Period
from application.queries.subjects import known_streams, note_read
from application.source import Source, each_known, unless_erased
from ledger.event import instant
from projections.findings.judging import Finding
from projections.folds.timetravel import NOW, Moment
from projections.reading.cases import ALL, OPEN, CaseFilter
from projections.reading.known import NOBODY
from projections.reading.past import past_findings_about
from projections.reading.views import complaints
from projections.reading.views import findings as present_findings
from projections.views.complaints import VIEW, Complaint
from schemas import texts

Rows = Sequence[tuple[UUID, Complaint]]
_Broken = Mapping[tuple[str, str], Sequence[str]]


class ComplaintRow(Answer, frozen=True):
    """How a complaint stands. `subject`: null once the person was erased. `findings`: broken rules."""

    complaint_ref: str
    subject: Name | None
    received_at: str
    via: str
    due: str
    clock: CaseClock
    open: bool
    overdue: bool
    answered_at: str | None
    answered_via: str | None
    outcome: str | None
    findings: list[str]


class ComplaintList(Answer, frozen=True):
    """Complaints, the most urgent first. `open` and `overdue` count all of them, whatever the limit."""

    complaints: list[ComplaintRow]
    open: int
    overdue: int


class ComplaintPage(Answer, frozen=True):
    """Some complaints: the most urgent first, then those that are answered.

    `open`, `overdue`: how many there are in all; null where that is not counted: of a period, of the past.
    `next`: the key of the part that follows.
    """

    complaints: list[ComplaintRow]
    open: int | None
    overdue: int | None
    next: str | None


class ComplaintFile(ComplaintRow, frozen=True):
    """One complaint with every act on it."""

    steps: list[CaseAct]


class FoundComplaint(Struct, frozen=True):
    """One complaint and whose it is. `reference`: as it is shown; that of an erased person is gone."""

    stream: UUID
    reference: Name
    complaint: Complaint

    @property
    def person(self) -> str:
        """The reference of the person. Raises NotAllowed when it is gone."""
        if isinstance(self.reference, str):
            return self.reference
        raise NotAllowed(
            f"the person of complaint {self.complaint.ref} was erased: name them", field="subject"
        )


def known_complaints(
    source: Source, moment: Moment = NOW, refs: Sequence[str] | None = None
) -> Rows:
    """Complaints as they were known at a moment; of some references, or all. `until` gives their past."""
    if moment.known == NOW:
        return complaints(source.session, refs=refs)
    return each_known(source, VIEW, moment.known, refs)


def complaint_list(
    source: Source,
    moment: Moment,
    *,
    everything: bool,
    period: Period = ALWAYS,
    limit: int | None = None,
) -> ComplaintList:
    """Complaints as of a moment: those that wait for an answer, or all that had been received.

    Only those received in a period. `limit`: at most so many are shown, the most urgent; all are counted.
    """
    time = moment.as_of or source.now
    received = list(_received(known_complaints(source, moment), time, everything, period))
    source.reads.note_many(())
    names = source.names(stream for stream, _ in received)
    broken = _broken(source, [stream for stream, _ in received], moment, time)
    rows = [_row(names[stream], complaint, time, broken) for stream, complaint in received]
    return ComplaintList(
        complaints=sorted(rows, key=_urgency)[:limit],
        open=sum(row.open for row in rows),
        overdue=sum(row.overdue for row in rows),
    )


def complaint_page(
    source: Source, moment: Moment, part: Part, *, everything: bool, period: Period = ALWAYS
) -> ComplaintPage:
    """The complaints of a part of the same list, by key. Raises Misconfigured."""
    time = moment.as_of or source.now

    def fitting(complaint: Complaint) -> Complaint | None:
        return next(
            (one for _, one in _received([(NOBODY, complaint)], time, everything, period)), None
        )

    wanted = CaseFilter(stages=OPEN if moment == NOW and not everything else ALL)
    found, following = case_part(source, VIEW, wanted, part, moment, fitting)
    source.reads.note_many(())
    streams = [place.stream for place, _ in found]
    names, broken = source.names(streams), _broken(source, streams, moment, time)
    rows = [_row(names[place.stream], one, time, broken) for place, one in found]
    if moment != NOW or period != ALWAYS:
        return ComplaintPage(rows, None, None, following)
    return ComplaintPage(rows, *counted(source, VIEW), following)


def _received(
    rows: Iterable[tuple[UUID, Complaint]], time: datetime, everything: bool, period: Period
) -> Iterator[tuple[UUID, Complaint]]:
    """Complaints as they were at a time, of those that had been received in a period."""
    for stream, complaint in rows:
        state = complaint.until(time)
        if (
            state.receipt
            and (everything or state.is_open)
            and period.holds(state.receipt.order.time)
        ):
            yield stream, state


def _urgency(row: ComplaintRow) -> tuple[bool, str, str, str]:
    """Those that wait first, by when they are due; then by reference."""
    return not row.open, row.due, row.complaint_ref, str(row.subject)


def complaint(
    source: Source, ref: str, subject: str | None, moment: Moment, language: texts.Language
) -> ComplaintFile:
    """One complaint with every act on it. Raises NotAllowed when there is none, or several."""
    time = moment.as_of or source.now
    found = find_complaint(source, ref, subject, moment)
    state = found.complaint.until(time)
    broken = _broken(source, [found.stream], moment, time)
    steps = [case_act(step, language, complaint_ref=ref) for step in state.steps]
    return ComplaintFile(**asdict(_row(found.reference, state, time, broken)), steps=steps)


def find_complaint(
    source: Source, ref: str, subject: str | None = None, moment: Moment = NOW
) -> FoundComplaint:
    """The complaint of a reference, received by then. Raises NotAllowed when there is none, or several."""
    time = moment.as_of or source.now
    rows = [row for row in known_complaints(source, moment, [ref]) if row[1].until(time).receipt]
    stream, complaint = _single(source, rows, ref, subject)
    if subject is not None:
        note_read(source, subject)
    return FoundComplaint(stream, subject or source.noted(stream), complaint)


def _single(
    source: Source, rows: list[tuple[UUID, Complaint]], ref: str, subject: str | None
) -> tuple[UUID, Complaint]:
    """The one complaint of a reference, of a person if one is named. Raises NotAllowed."""
    if subject is not None:
        streams = known_streams(source, subject)
        rows = [row for row in rows if row[0] in streams]
    if not rows:
        raise NoSuchCase(f"there is no complaint {ref}")
    if len(rows) > 1:
        raise NotAllowed(f"{len(rows)} persons have a complaint {ref}: name one", field="subject")
    return rows[0]


def _broken(source: Source, streams: Sequence[UUID], moment: Moment, time: datetime) -> _Broken:
    """Source and id of an event -> the rules that it breaks, of some persons."""
    if not streams:
        return {}
    session, office = source.session, source.privacy_office
    about = list(dict.fromkeys(streams))
    findings: Iterable[Finding]
    if moment == NOW:
        findings = present_findings(session, time, about=about)
    else:
        findings = past_findings_about(session, source.ledger, about, moment, time, office)
    rules: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        rules.setdefault((finding.source, finding.id), []).append(finding.rule)
    return rules


def _row(reference: Name, complaint: Complaint, time: datetime, broken: _Broken) -> ComplaintRow:
    receipt, answer, clock = complaint.receipt, complaint.answer, complaint.clock
    assert receipt
    assert clock
    return ComplaintRow(
        complaint_ref=complaint.ref,
        subject=unless_erased(reference),
        received_at=instant(receipt.order.time),
        via=receipt.facts["via"],
        due=instant(clock.due),
        clock=case_clock(clock, time),
        open=complaint.is_open,
        overdue=clock.state(time) == "overdue",
        answered_at=instant(answer.order.time) if answer else None,
        answered_via=answer.facts["via"] if answer else None,
        outcome=complaint.outcome,
        findings=sorted(_rules_of(complaint, broken)),
    )


def _rules_of(complaint: Complaint, broken: _Broken) -> Iterable[str]:
    return {
        rule
        for step in complaint.steps
        for rule in broken.get((step.order.source, step.order.id), ())
    }
