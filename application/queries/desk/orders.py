"""`ledger order list`: what authorities ordered, by what is due next."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from application.answer import Answer, Name
from application.command_line import command
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.order_tasks import next_command
from application.source import instant_or_none, unless_erased
from ledger.event import instant
from projections.views.order_acts import Secrecy
from projections.views.order_clocks import OrderClockStatus
from projections.views.orders import OrderStatus, Status


class OrderRow(Answer, frozen=True):
    """How an order stands. `subject`: null once the person was erased.

    `due`: by when the next thing is to be done, and `next` what that is; null where nothing is left.
    `secrecy`: whether the person may be told. `allowed_fields`, `refused_fields`: once it was decided.
    `persons`: how many it is about; of several the row says how the most urgent one stands, and `subject` is
    null. `statuses`: how many of them stand how. `owner`: the employee in whose hands it is.
    """

    order_ref: str
    subject: Name | None
    owner: Name | None
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
    persons: int
    statuses: dict[str, int]


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


def listed(
    orders: Iterable[FoundOrder],
    time: datetime,
    *,
    ended: bool,
    overdue_only: bool,
    limit: int | None = None,
) -> OrderList:
    """Orders as of a time, the most urgent first; those that had not been received by then are left out.

    An order about several persons is one row. `ended`: also those of which nothing is due any more.
    `limit`: at most so many; all are counted.
    """
    by_ref: dict[str, list[OrderRow]] = {}
    for case in orders:
        state = case.standing(time)
        if state is not None and _matches(state, ended, overdue_only):
            by_ref.setdefault(case.order.ref, []).append(order_row(case, state, time))
    return _list(map(_together, by_ref.values()), limit)


def persons_of(orders: Iterable[FoundOrder], time: datetime) -> OrderList:
    """One order about several persons: a row for each of them, the most urgent first."""
    states = ((case, case.standing(time)) for case in orders)
    return _list(order_row(case, state, time) for case, state in states if state is not None)


def _list(rows: Iterable[OrderRow], limit: int | None = None) -> OrderList:
    ordered = sorted(rows, key=_urgency)
    return OrderList(
        orders=ordered[:limit],
        open=sum(row.open for row in ordered),
        overdue=sum(row.overdue for row in ordered),
    )


def _together(rows: list[OrderRow]) -> OrderRow:
    """The persons of an order as one row: that of the most urgent, for all of them."""
    if len(rows) == 1:
        return rows[0]
    urgent = min(rows, key=_urgency)
    return replace(
        urgent,
        subject=None,
        open=any(row.open for row in rows),
        command=command("order", "show", urgent.order_ref),
        persons=len(rows),
        statuses=dict(sorted(Counter(row.status for row in rows).items())),
    )


def _matches(state: OrderStatus, ended: bool, overdue_only: bool) -> bool:
    waits = state.is_open or state.next is not None or state.status == "executed"
    return (ended or waits) and (state.overdue or not overdue_only)


def _urgency(row: OrderRow) -> tuple[bool, bool, str, str, str]:
    """What is overdue first; then by what is due next; what has no clock comes last."""
    return not row.overdue, row.due is None, row.due or "", row.order_ref, str(row.subject)


def clock_row(clock: OrderClockStatus, time: datetime) -> OrderClockRow:
    """A clock as it stands at a time."""
    return OrderClockRow(
        name=clock.name,
        due=instant(clock.due),
        rule=clock.rule,
        citation=clock.citation,
        done_at=instant_or_none(clock.done_at),
        state=clock.state(time),
    )


def order_row(case: FoundOrder, state: OrderStatus, time: datetime) -> OrderRow:
    """How an order stands at a time."""
    past = case.order.until(time)
    receipt, decision = case.received, past.decision
    facts, decided = receipt.facts, decision.facts if decision else {}
    return OrderRow(
        order_ref=past.ref,
        subject=unless_erased(case.reference),
        owner=case.owner(time),
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
        persons=1,
        statuses={state.status: 1},
    )
