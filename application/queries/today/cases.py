"""What is to be done next about a request, complaint, inquiry, incident, source or topic. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from application.command_line import UNNAMED, command
from application.queries.cases.clocks import CaseClock
from application.queries.cases.complaints import ComplaintRow
from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.incidents import IncidentRow
from application.queries.intake.sources import SourceRow
from application.queries.today.task import Task, reference_of, state_of
from ledger.event import instant
from projections.reading.request_acts import NOTHING_HELD, hindrance
from projections.views.inquiries import Inquiry
from projections.views.requests import Identity, Request, standing
from rulebook.calendar import day_of, last_day
from rulebook.incidents import FULL
from schemas import names
from schemas.formats import instant_of

# What an answer must be given besides its outcome, as `ledger request answer --help` names it.
_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "restriction": {"category": "C", "ground": "G"},
    "human-review": {"review": "O"},
}
_ISSUES = {"access": "access", "portability": "portability"}
_DUTIES: Mapping[str, Mapping[str, str]] = {
    "breach.telecom.initial": {"regime": "telecom", "phase": "initial"},
    FULL: {"regime": "telecom", "phase": "full"},
    "breach.gdpr": {"regime": "gdpr", "phase": "P"},
}


def tasks_of_request(case: FoundRequest, now: datetime) -> Iterator[Task]:
    """What an open request waits for. An ended request, or one without a receipt, waits for nothing."""
    request, state = case.request.until(now), standing(case.request, now)
    receipt = request.receipt
    if state is None or receipt is None or state.ended_at is not None:
        return
    subject = reference_of(case.reference)
    task, commands = _next_step(request, state.identity, subject, now)
    by_day = state_of(state.period.due_on, day_of(now))
    extend = command("request", "extend", request.ref, reason="R", subject=subject or UNNAMED)
    yield Task(
        task=task,
        # What was handed over in time is not late: it only is to be answered.
        state="overdue" if state.overdue else "due" if by_day == "overdue" else by_day,
        day=state.period.due_on,
        since=instant(receipt.order.time),
        subject=subject,
        ref=request.ref,
        detail=case.right,
        commands=commands,
        instead=extend if hindrance("extend", request, now) is None else None,
    )


def _next_step(
    request: Request, identity: Identity, subject: str | None, now: datetime
) -> tuple[str, tuple[str, ...]]:
    ref, right, whose = request.ref, request.right or "", subject or UNNAMED
    if identity != "verified" and hindrance("answer", request, now, NOTHING_HELD) is not None:
        verify = command("request", "verify-identity", ref, method="M", subject=whose)
        return "check-identity", (verify,)
    answer = command("request", "answer", ref, subject=whose, **_ANSWERS.get(right, {}))
    if hindrance("answer", request, now) is None:
        return "answer-request", (answer,)
    if right in _ISSUES:
        return "issue-answer", (command("report", _ISSUES[right], subject, request=ref), answer)
    return "correct-data", (answer,)


def tasks_of_incident(row: IncidentRow, *, told: bool, now: datetime) -> Iterator[Task]:
    """What an open incident asks for, from its row of `ledger incident list`.

    `told`: whether persons were told of a breach of which they must be.
    """
    open_clocks = [clock for clock in row.clocks if clock.done_at is None]
    for clock in open_clocks:
        yield _task_of_clock(row, clock, now)
    if row.ended_at is None:
        waiting_tasks = _tasks_of_breach(row, told) if row.kind == "breach" else ()
        yield from waiting_tasks
        if not open_clocks and not waiting_tasks:
            yield _closing_task(row)


def _task_of_clock(row: IncidentRow, clock: CaseClock, now: datetime) -> Task:
    due = instant_of(clock.due)
    assert due
    breach = row.kind == "breach"
    words = ("notify", row.ref) if breach else ("warn", row.ref)
    options = _DUTIES[clock.duty] if breach else {"channel": "C", **_subject_option(row)}
    state = state_of(day_of(due), day_of(now))
    return Task(
        task="notify-authority" if breach else "warn-person",
        state="overdue" if clock.state == "overdue" else state,
        day=day_of(due),
        time=due,
        detail=clock.duty,
        commands=(command("incident", *words, **options),),
        since=row.since,
        ref=row.ref,
        subject=_person_of(row),
    )


def _tasks_of_breach(row: IncidentRow, told: bool) -> tuple[Task, ...]:
    tasks = []
    if row.risk is None:
        assess = command("incident", "assess", row.ref, risk="R")
        tasks.append(_waiting_task("assess-breach", row, assess))
    if row.persons_must_be_told and not told:
        tell = command("incident", "tell", row.ref, channel="C")
        # Without undue delay: it has no day, and waits for none (GDPR Art. 34(1)).
        tasks.append(replace(_waiting_task("tell-persons", row, tell), state="due"))
    return tuple(tasks)


def _closing_task(row: IncidentRow) -> Task:
    if row.kind == "breach":
        return _waiting_task("close-breach", row, command("incident", "close", row.ref))
    resolve = command("incident", "resolve", row.ref, outcome="O", **_subject_option(row))
    return _waiting_task("resolve-misuse", row, resolve)


def _waiting_task(task: str, row: IncidentRow, done_by: str) -> Task:
    return Task(
        task=task,
        state="waits",
        commands=(done_by,),
        since=row.since,
        ref=row.ref,
        subject=_person_of(row),
    )


def _subject_option(row: IncidentRow) -> dict[str, str]:
    return {"subject": reference_of(row.subject) or UNNAMED}


def _person_of(row: IncidentRow) -> str | None:
    """The person of a case of misuse; None for a breach, whose subject only repeats its reference."""
    return None if row.kind == "breach" else reference_of(row.subject)


def task_of_complaint(row: ComplaintRow, now: datetime) -> Task:
    """What a complaint that waits asks for, from its row of `ledger complaint list`."""
    due = instant_of(row.due)
    assert due
    day = last_day(due)
    subject = reference_of(row.subject)
    about = command(
        "complaint",
        "answer",
        row.complaint_ref,
        subject=subject or UNNAMED,
        via="W",
        outcome="O",
    )
    return Task(
        task="answer-complaint",
        state="overdue" if row.overdue else state_of(day, day_of(now)),
        day=day,
        since=row.received_at,
        subject=subject,
        ref=row.complaint_ref,
        commands=(about,),
    )


def task_of_inquiry(
    ref: str, subject: str | None, inquiry: Inquiry, now: datetime
) -> Iterator[Task]:
    """The answer to an inquiry of the supervisory authority that waits for one."""
    clock = inquiry.clock
    if clock is None or clock.done_at is not None:
        return
    assert inquiry.receipt
    said = {
        "inquiry_ref": ref,
        "activity": inquiry.activity,
        "legal_basis": inquiry.legal_basis,
        "provision": inquiry.provision,
    }
    facts = [f"{name}={value}" for name, value in said.items() if value]
    answer = names.SUPERVISORY_INQUIRY_ANSWERED
    day = last_day(clock.due)
    yield Task(
        task="answer-inquiry",
        state="overdue" if clock.state(now) == "overdue" else state_of(day, day_of(now)),
        day=day,
        time=clock.due if inquiry.respond_by else None,
        since=instant(inquiry.receipt.time),
        subject=subject,
        ref=ref,
        commands=(command("record", answer, subject=subject or UNNAMED, set=facts, yes=True),),
    )


def tasks_of_intake(rows: Iterable[SourceRow], halted: Collection[str]) -> Iterator[Task]:
    """Topics and sources that are not read, from the rows of `ledger kafka sources`.

    What they send waits, or is kept as dead letters.
    """
    for topic in halted:
        look, resume = command("kafka", "sources", topic=topic), command("consume", "--resume")
        yield Task(task="resume-topic", state="due", detail=topic, commands=(look, resume))
    for row in rows:
        if row.state == "quarantined" and row.resume:
            yield Task(
                task="resume-source",
                state="due",
                since=row.since,
                ref=row.source,
                detail=row.topic,
                commands=(row.resume,),
            )
