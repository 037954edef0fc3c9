"""`ledger request list`, `show`: what persons asked for, until when they must be answered, what was done."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from console.answers.period import ALWAYS, Period
from console.answers.source import ERASED, instant_or_none
from console.rights.requesting import Found
from ledger.event import instant
from projections.requests import Request, Standing, Step, standing
from rulebook import REFUSALS, refusal_notice
from rulebook.requests import Pause
from schemas import texts

__all__ = ["listed", "shown"]


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


def shown(found: Found, time: datetime, language: texts.Language) -> dict[str, Any] | None:
    """One request as of a time, with every act on it; None when it had not been received by then.

    `notice`: what the person must be told about a refusal, in both languages.
    """
    state = standing(found.request, time)
    if state is None:
        return None
    known = found.request.until(time)
    return {
        **_row(found, known, state),
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
