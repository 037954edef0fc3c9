"""`ledger order list`, `show`: what authorities ordered, by what is due next, and what came of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec.structs import asdict

from application.answer import Answer, Name
from application.queries.cases.clocks import CaseAct, case_act
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.order_tasks import next_command
from application.source import instant_or_none, unless_erased
from ledger.event import instant
from projections.views.order_acts import Secrecy
from projections.views.orders import OrderClockStatus, OrderStatus, Status
from schemas import texts


class OrderRow(Answer, frozen=True):
    """How an order stands. `subject`: null once the person was erased.

    `due`: by when the next thing is to be done, and `next` what that is; null where nothing is left.
    `secrecy`: whether the person may be told. `allowed_fields`, `refused_fields`: once it was decided.
    """

    order_ref: str
    subject: Name | None
    status: Status
    open: bool
    provision: str | None
    authority: str
    issued_by: str | None
    kind: str | None
    country: str | None
    case_ref: str | None
    received_at: str
    oral: bool
    urgent: bool
    requested_fields: list[str]
    allowed_fields: list[str] | None
    refused_fields: list[str]
    period_from: str | None
    period_to: str | None
    secrecy: Secrecy
    next: str | None
    due: str | None
    overdue: bool
    command: str | None


class OrderList(Answer, frozen=True):
    """Orders, what is overdue first, then by what is due next. All are counted, whatever the limit."""

    orders: list[OrderRow]
    open: int
    overdue: int


class OrderClockRow(Answer, frozen=True):
    """What must be done by when. `rule`: of the rulebook. `state` late: it was done too late."""

    name: str
    due: str
    rule: str
    citation: str
    done_at: str | None
    state: Literal["running", "met", "late", "overdue"]


class OrderFile(OrderRow, frozen=True):
    """One order with its clocks and every act on it. `preserved_until`: the last day of what it keeps.

    `earliest_delivery`: before which nothing may be given; null: at once. `authorised_by`: offices that
    authorised it. `form_faults`: what is wrong with its form. `known_law`: whether the rulebook has a rule.
    """

    preserved_until: str | None
    earliest_delivery: str | None
    authorised_by: list[str]
    form_faults: list[str]
    known_law: bool
    clocks: list[OrderClockRow]
    steps: list[CaseAct]


def listed(
    orders: Iterable[FoundOrder],
    time: datetime,
    *,
    ended: bool,
    overdue_only: bool,
    limit: int | None = None,
) -> OrderList:
    """Orders as of a time, the most urgent first; those that had not been received by then are left out.

    `ended`: also those of which nothing is due any more. `limit`: at most so many; all are counted.
    """
    rows = []
    for case in orders:
        state = case.standing(time)
        if state is not None and _matches(state, ended, overdue_only):
            rows.append(_row(case, state, time))
    return OrderList(
        orders=sorted(rows, key=_urgency)[:limit],
        open=sum(row.open for row in rows),
        overdue=sum(row.overdue for row in rows),
    )


def _matches(state: OrderStatus, ended: bool, overdue_only: bool) -> bool:
    waits = state.is_open or state.next is not None or state.status == "executed"
    return (ended or waits) and (state.overdue or not overdue_only)


def _urgency(row: OrderRow) -> tuple[bool, bool, str, str, str]:
    """What is overdue first; then by what is due next; what has no clock comes last."""
    return not row.overdue, row.due is None, row.due or "", row.order_ref, str(row.subject)


def shown(case: FoundOrder, time: datetime, language: texts.Language) -> OrderFile | None:
    """One order as of a time, with every act on it; None when it had not been received by then."""
    state = case.standing(time)
    if state is None:
        return None
    past = case.order.until(time)
    return OrderFile(
        **asdict(_row(case, state, time)),
        preserved_until=state.preserved_until.isoformat() if state.preserved_until else None,
        earliest_delivery=instant_or_none(state.earliest),
        authorised_by=list(past.facts.authorised_by) if past.facts else [],
        form_faults=list(case.received.facts.get("form_faults", ())),
        known_law=state.rule is not None,
        clocks=[_clock(clock, time) for clock in state.clocks],
        steps=[case_act(step, language, order_ref=past.ref) for step in past.steps],
    )


def _clock(clock: OrderClockStatus, time: datetime) -> OrderClockRow:
    return OrderClockRow(
        name=clock.name,
        due=instant(clock.due),
        rule=clock.rule,
        citation=clock.citation,
        done_at=instant_or_none(clock.done_at),
        state=clock.state(time),
    )


def _row(case: FoundOrder, state: OrderStatus, time: datetime) -> OrderRow:
    past = case.order.until(time)
    receipt, decision = case.received, past.decision
    facts, decided = receipt.facts, decision.facts if decision else {}
    return OrderRow(
        order_ref=past.ref,
        subject=unless_erased(case.reference),
        status=state.status,
        open=state.is_open,
        provision=receipt.provision,
        authority=facts["authority"],
        issued_by=facts.get("issued_by"),
        kind=facts.get("kind"),
        country=facts.get("country"),
        case_ref=facts.get("case_ref"),
        received_at=instant(receipt.time),
        oral=facts["oral"],
        urgent=facts.get("urgent", False),
        requested_fields=facts["requested_fields"],
        allowed_fields=decided.get("allowed_fields"),
        refused_fields=decided.get("refused_fields", []),
        period_from=decided.get("period_from", facts.get("period_from")),
        period_to=decided.get("period_to", facts.get("period_to")),
        secrecy=state.secrecy,
        next=state.next,
        due=instant_or_none(state.next_due),
        overdue=state.overdue,
        command=next_command(case, state, time),
    )
