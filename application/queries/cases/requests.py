"""`ledger request list`, `show`: what persons asked for, until when it must be answered, the outcome."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import convert, field
from msgspec.structs import asdict

from application.answer import Answer, InBothLanguages, Name
from application.queries.cases.clocks import CaseAct, case_act
from application.queries.cases.found_requests import FoundRequest
from application.queries.naming import Naming
from application.queries.period import ALWAYS, Period
from application.register_words import RegisterWords
from application.said_to_all import SaidToAll, said_to_all
from application.source import instant_or_none, unless_erased
from application.times import day_in_words
from ledger.event import RecordedEvent
from ledger.keys.opening import Opener
from ledger.reading import events_but_reads
from ledger.storage.postgres import Session
from projections.folds.timetravel import NOW, Moment, select
from projections.views.requests import Identity, Request, RequestStatus, Status, standing
from rulebook import REFUSALS, extension_notice, refusal_notice
from rulebook.requests import Pause
from schemas import names, texts
from schemas.encoding import JsonValue

_DECIDED = names.ERASURE_DECIDED


class PeriodPause(Answer, frozen=True):
    """The period stood still from a day until identity was shown; `until` null: it still does."""

    from_: str = field(name="from")
    until: str | None
    days: int


class RequestRow(Answer, frozen=True):
    """How a request stands. `subject`: null once the person was erased.

    `requester`: `subject`, or as what somebody asked for the person. `identity`: asked, while more was asked
    for and not shown. `due_on`: the last day for the answer, and `due` the instant from which it is too late;
    null while the period stands still.
    """

    request_ref: str
    subject: Name | None
    data_subject: str
    right: str
    channel: str
    requester: str
    received_on: str
    status: Status
    identity: Identity
    extended: bool
    due_on: str | None
    due: str | None
    pauses: list[PeriodPause]
    overdue: bool
    ended_at: str | None
    outcome: str | None


class RequestList(Answer, frozen=True):
    """Requests, the most urgent first. `open` and `overdue` count all of them, whatever the limit."""

    requests: list[RequestRow]
    open: int
    overdue: int


class Ground(Answer, frozen=True):
    """Why data of a category was erased or is kept. `ref`: of the hold or the request that keeps it."""

    ground: str
    rule: str | None
    ref: str | None
    until: str | None


class CategoryDecision(Ground, frozen=True):
    """What was decided for a request of one category. `besides`: other grounds that keep it as well."""

    category: str
    decision: Literal["erase", "retain", "restrict"]
    besides: list[Ground]


class PersonNotice(InBothLanguages, frozen=True):
    """What the person must be told: of a refusal why, and whom they can ask; of an extension until when."""


class RequestFile(RequestRow, frozen=True):
    """One request with every act on it. `decisions`: what was erased for it, and what is kept and why."""

    decisions: list[CategoryDecision]
    steps: list[CaseAct]
    notice: PersonNotice | None
    said_to_all: SaidToAll


def listed(
    requests: Iterable[FoundRequest],
    time: datetime,
    *,
    ended: bool,
    overdue_only: bool,
    period: Period = ALWAYS,
    limit: int | None = None,
) -> RequestList:
    """Requests as of a time, in the order given; those that had not been received by then are left out.

    `ended`: also those that were answered, refused or closed. What is overdue is open still. `period`: of
    which the receipt was recorded. `limit`: at most so many are shown, the most urgent; all are counted.
    """
    rows = []
    for case in requests:
        state = standing(case.request, time)
        if state is None or not _received_in(period, case.request):
            continue
        if _matches(state, ended, overdue_only):
            rows.append(_row(case, case.request.until(time), state))
    return RequestList(
        requests=rows[:limit],
        open=sum(row.ended_at is None for row in rows),
        overdue=sum(row.overdue and row.ended_at is None for row in rows),
    )


def is_listed(
    request: Request, time: datetime, *, ended: bool, overdue_only: bool, period: Period = ALWAYS
) -> bool:
    """Whether a request is in a list as of a time; the rest as for `listed`."""
    state = standing(request, time)
    return (
        state is not None and _received_in(period, request) and _matches(state, ended, overdue_only)
    )


def _matches(state: RequestStatus, ended: bool, overdue_only: bool) -> bool:
    return (ended or state.ended_at is None) and (state.overdue or not overdue_only)


def _received_in(period: Period, request: Request) -> bool:
    return request.receipt is not None and period.holds(request.receipt.order.time)


def decisions_on(
    session: Session,
    opener: Opener,
    case: FoundRequest,
    moment: Moment = NOW,
    privacy_office: Collection[str] = (),
) -> list[CategoryDecision]:
    """What was decided for a request of each category, the latest decision, by category."""
    # A reference can have named several data subjects: each has decisions in its own stream.
    streams = {case.stream}
    if isinstance(case.reference, str):
        streams |= {period.subject for period in opener.periods(case.reference)}
    events = events_but_reads(session, sorted(streams))
    latest: dict[str, CategoryDecision] = {}
    for event in sorted(
        select(events, moment, privacy_office).counted,
        key=lambda event: (event.time, event.position),
    ):
        if event.ours and event.name == _DECIDED:
            latest |= _decisions_in(event, case.request.ref)
    return [latest[category] for category in sorted(latest)]


def _decisions_in(event: RecordedEvent, ref: str) -> dict[str, CategoryDecision]:
    if event.facts.get("request_ref") != ref:
        return {}
    return {
        category: convert(
            {
                **_full_ground(ground),
                "category": category,
                "besides": [_full_ground(other) for other in ground.get("besides", ())],
            },
            CategoryDecision,
        )
        for category, ground in event.facts["decisions"].items()
    }


def _full_ground(ground: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A ground as it was recorded, which leaves out what it does not have."""
    return {"rule": None, "ref": None, "until": None, **ground}


def shown(
    case: FoundRequest,
    time: datetime,
    language: texts.Language,
    decisions: Iterable[CategoryDecision] = (),
    naming: Naming | None = None,
) -> RequestFile | None:
    """One request as of a time, with every act on it; None when it had not been received by then.

    `decisions`: what was erased for it, and what is kept, why and until when (`decisions_on`). `naming`:
    for sentences with names in place of ids.
    """
    state = standing(case.request, time)
    if state is None:
        return None
    request = case.request.until(time)
    # Of a receipt often the day alone is known: it comes before what was done for it, whatever its hour.
    steps = sorted(request.steps, key=lambda step: step.name != names.RIGHTS_REQUEST_RECEIVED)
    return RequestFile(
        **asdict(_row(case, request, state)),
        decisions=list(decisions),
        steps=[case_act(step, language, naming, request_ref=request.ref) for step in steps],
        notice=_notice(request, state),
        said_to_all=said_to_all(),
    )


def _notice(request: Request, state: RequestStatus) -> PersonNotice | None:
    if state.status == "refused" and state.outcome in REFUSALS:
        notice = refusal_notice(state.outcome)
    elif state.ended_at is None and state.period.extended and state.period.due_on:
        reason = request.named(names.RIGHTS_REQUEST_EXTENDED)[-1].facts["reason"]
        last = state.period.due_on
        notice = extension_notice(reason, day_in_words(last, "en"), day_in_words(last, "nl"))
    else:
        return None
    # Citations of the rulebook are in English: a Dutch letter cites the AVG.
    return PersonNotice(en=notice["en"], nl=RegisterWords("nl").cited(notice["nl"]))


def _row(case: FoundRequest, request: Request, state: RequestStatus) -> RequestRow:
    receipt, period = request.receipt, state.period
    assert receipt
    return RequestRow(
        request_ref=request.ref,
        subject=unless_erased(case.reference),
        data_subject=str(case.pseudonym or case.stream),
        right=receipt.facts["right"],
        channel=receipt.facts["channel"],
        requester=receipt.facts.get("requester", "subject"),
        received_on=receipt.facts["received_on"],
        status=state.status,
        identity=state.identity,
        extended=period.extended,
        due_on=period.due_on.isoformat() if period.due_on else None,
        due=instant_or_none(period.due),
        pauses=[_pause(pause) for pause in period.pauses],
        overdue=state.overdue,
        ended_at=instant_or_none(state.ended_at),
        outcome=state.outcome,
    )


def _pause(pause: Pause) -> PeriodPause:
    until = pause.until.isoformat() if pause.until else None
    return PeriodPause(from_=pause.start.isoformat(), until=until, days=pause.days)
