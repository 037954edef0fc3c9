"""`ledger request list`, `show`: what persons asked for, until when it must be answered, what came of it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from application.queries.found_requests import Found
from application.queries.period import ALWAYS, Period
from application.source import ERASED, instant_or_none
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Opener
from ledger.reading import events_of
from ledger.storage.postgres import Session
from projections.folds.timetravel import NOW, Moment, select
from projections.views.requests import Request, Standing, Step, standing
from rulebook import REFUSALS, refusal_notice
from rulebook.requests import Pause
from schemas import texts

_DECIDED = "erasure-decided"


def listed(
    requests: Iterable[Found],
    time: datetime,
    *,
    ended: bool,
    overdue_only: bool,
    period: Period = ALWAYS,
    limit: int | None = None,
) -> dict[str, Any]:
    """Requests as of a time, in the order given; those that had not been received by then are left out.

    `ended`: also those that were answered, refused or closed. What is overdue is open still. `period`: of
    which the receipt was recorded. `limit`: at most so many are shown, the most urgent; all are counted.
    """
    states = [(found, standing(found.request, time)) for found in requests]
    rows = [
        _row(found, found.request.until(time), state)
        for found, state in states
        if state is not None
        and (ended or state.ended_at is None)
        and (state.overdue or not overdue_only)
        and _received_in(period, found.request)
    ]
    return {
        "requests": rows[:limit],
        "open": sum(row["ended_at"] is None for row in rows),
        "overdue": sum(row["overdue"] and row["ended_at"] is None for row in rows),
    }


def _received_in(period: Period, request: Request) -> bool:
    return request.receipt is not None and period.holds(request.receipt.order.time)


def decisions_on(
    session: Session,
    opener: Opener,
    found: Found,
    moment: Moment = NOW,
    privacy_office: Collection[str] = (),
) -> list[dict[str, Any]]:
    """What was decided for a request of each category, the latest decision, by category."""
    streams = {found.stream}
    if found.reference != ERASED:
        streams |= {period.subject for period in opener.periods(found.reference)}
    events = events_of(session, sorted(streams))
    latest: dict[str, dict[str, Any]] = {}
    for event in sorted(
        select(events, moment, privacy_office).counted, key=lambda one: (one.time, one.position)
    ):
        if event.ours and event.name == _DECIDED:
            latest |= _for(event, found.request.ref)
    return [latest[category] for category in sorted(latest)]


def _for(event: RecordedEvent, ref: str) -> dict[str, dict[str, Any]]:
    if event.facts.get("request_ref") != ref:
        return {}
    return {
        category: {
            "category": category,
            "decision": one["decision"],
            **_ground(one),
            "besides": [_ground(other) for other in one.get("besides", ())],
        }
        for category, one in event.facts["decisions"].items()
    }


def _ground(one: dict[str, Any]) -> dict[str, Any]:
    return {"ground": one["ground"], **{name: one.get(name) for name in ("rule", "ref", "until")}}


def shown(
    found: Found,
    time: datetime,
    language: texts.Language,
    decisions: Iterable[dict[str, Any]] = (),
) -> dict[str, Any] | None:
    """One request as of a time, with every act on it; None when it had not been received by then.

    `decisions`: what was erased for it, and what is kept, why and until when (`decisions_on`).
    `notice`: what the person must be told about a refusal, in both languages.
    """
    state = standing(found.request, time)
    if state is None:
        return None
    known = found.request.until(time)
    return {
        **_row(found, known, state),
        "decisions": list(decisions),
        "steps": [_step(step, known.ref, language) for step in known.steps],
        "notice": refusal_notice(state.outcome)
        if state.status == "refused" and state.outcome in REFUSALS
        else None,
    }


def _row(found: Found, request: Request, state: Standing) -> dict[str, Any]:
    receipt, period = request.receipt, state.period
    assert receipt
    return {
        "request_ref": request.ref,
        "subject": None if found.reference == ERASED else found.reference,
        "data_subject": str(found.stream),
        "right": receipt.facts["right"],
        "channel": receipt.facts["channel"],
        "received_on": receipt.facts["received_on"],
        "status": state.status,
        "identity": state.identity,
        "extended": period.extended,
        "due_on": period.due_on.isoformat() if period.due_on else None,
        "due": instant_or_none(period.due),
        "pauses": [_pause(pause) for pause in period.pauses],
        "overdue": state.overdue,
        "ended_at": instant_or_none(state.ended_at),
        "outcome": state.outcome,
    }


def _pause(pause: Pause) -> dict[str, Any]:
    until = pause.until.isoformat() if pause.until else None
    return {"from": pause.start.isoformat(), "until": until, "days": pause.days}


def _step(step: Step, ref: str, language: texts.Language) -> dict[str, Any]:
    return {
        "type": step.name,
        "occurred_at": instant(step.order.time),
        "source": step.order.source,
        "id": step.order.id,
        "facts": step.facts,
        "text": texts.text_of(step.name, {"request_ref": ref, **step.facts}, language),
    }
