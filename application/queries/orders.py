"""`ledger order list`, `show`: what authorities ordered, by what is due next, and what came of it."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import asdict

from application.answer import Answer, Name
from application.queries.cases import CaseAct, CaseClock, case_act
from application.queries.found_orders import FoundOrder
from application.queries.tasks import command, reference_of
from application.source import instant_or_none, unless_erased
from ledger.event import instant
from projections.views.orders import OrderStatus, standing
from schemas import texts


class OrderRow(Answer, frozen=True):
    """How an order stands. `subject`: null once the person was erased.

    `due`: by when the next thing is to be done, and `next` what that is; null where nothing is left.
    `secret`: whether the person may not be told. `allowed_fields`, `refused_fields`: once it was decided.
    """

    order_ref: str
    subject: Name | None
    status: str
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
    secret: bool
    next: str | None
    due: str | None
    overdue: bool
    command: str | None


class OrderList(Answer, frozen=True):
    """Orders, what is overdue first, then by what is due next. All are counted, whatever the limit."""

    orders: list[OrderRow]
    open: int
    overdue: int


class OrderFile(OrderRow, frozen=True):
    """One order with its clocks and every act on it."""

    clocks: list[CaseClock]
    steps: list[CaseAct]
