"""One step for several orders: each is judged and recorded by itself, and no refusal stops another order."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated

from application.acts import on_orders
from application.acts.given import Ask, Choice, Timed
from application.acts.on_orders import OnOrder
from application.answer import Answer
from application.queries.desk.found_orders import (
    FoundOrder,
    OrderFilter,
    known_orders,
    named_orders,
    orders_like,
)
from application.queries.desk.orders import OrderRow, listed
from application.queries.subjects import streams_of
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured, Reject
from projections.reading.order_judging import ORDER_GROUNDS
from projections.views.orders import Status
from schemas import names

METHODS = ("call-back", "certificate", "platform", "in-person", "known-officer")
"""How the desk finds out that an order comes from whom it says."""
STEPS = (
    *("authenticate", "validate", "narrow", "object", "refuse"),
    *("confirm-receipt", "withdraw"),
)
"""Steps that several orders may take at once: none of them gives data away."""
_NEEDS = {"authenticate": "method", "object": "ground", "refuse": "ground"}


class SeveralOrders(Timed, frozen=True, kw_only=True):
    """One step, and the orders that take it: those that are named, of which a filter leaves some."""

    events = (
        names.ORDER_AUTHENTICATED,
        names.ORDER_OBJECTED,
        names.ORDER_REJECTED,
        names.ORDER_WITHDRAWN,
    )
    step: Annotated[str, Ask("One of {}.", Choice("order-step", STEPS), argument="STEP", fact="")]
    refs: Annotated[tuple[str, ...], Ask("References of orders.", argument="REF...", fact="")] = ()
    method: Annotated[
        str | None, Ask("How an order was found to be authentic: one of {}.", Choice("", METHODS))
    ] = None
    ground: Annotated[
        str | None, Ask("Why orders are objected to or refused.", Choice("", ORDER_GROUNDS))
    ] = None
    reason: Annotated[str | None, Ask("Why the authority took orders back, as a code.")] = None
    authority: Annotated[str | None, Ask("Only those of this authority.", fact="")] = None
    case: Annotated[
        str | None, Ask("Only those with this reference of the authority.", fact="")
    ] = None
    owner: Annotated[str | None, Ask("Only those in the hands of this employee.", fact="")] = None
    status: Annotated[
        str | None, Ask("Only those that stand so, such as authenticated.", fact="")
    ] = None


class OrderDone(Answer, frozen=True):
    """What became of one order. `status`: how it stands now, null of none. `refused`: why not, else null."""

    order_ref: str
    persons: int
    status: Status | None
    refused: str | None


class OrdersDone(Answer, frozen=True):
    """What became of each order. `recorded`: whether anything was, or only looked at what would be."""

    step: str
    recorded: bool
    orders: list[OrderDone]
    done: int
    refused: int


def on_several(
    site: Site, source: Source, given: SeveralOrders, time: datetime, *, dry: bool
) -> OrdersDone:
    """Take a step for each order, for all of its persons. `dry`: only judge it. Raises Misconfigured.

    What stops the ledger itself stops this too; a refusal stops its own order alone.
    """
    needed = _NEEDS.get(given.step)
    if needed and getattr(given, needed) is None:
        raise Misconfigured("this step needs it", field=needed)
    found = {row.order_ref: row for row in _found(source, given, time)}
    # Of names alone each has an answer, also what is no order.
    filtered = any((given.authority, given.case, given.owner, given.status))
    refs = [ref for ref in given.refs if ref in found or not filtered] or [*found]
    rows = [
        _done(site, source, given, OnOrder(ref, None, time, dry), found.get(ref))
        for ref in dict.fromkeys(refs)
    ]
    refused = sum(row.refused is not None for row in rows)
    return OrdersDone(given.step, not dry, rows, len(rows) - refused, refused)


def _found(source: Source, given: SeveralOrders, time: datetime) -> list[OrderRow]:
    """The orders that are meant. Raises Misconfigured where neither a name nor a filter says which."""
    if not any((given.refs, given.authority, given.case, given.owner, given.status)):
        raise Misconfigured("name orders, or what they have in common", field="refs")
    owner = streams_of(source, given.owner) if given.owner else None
    wanted = OrderFilter(given.authority, given.case, owner=owner)
    known = orders_like(source, known_orders(source, refs=given.refs or None), wanted)
    rows = listed(named_orders(source, known), time, ended=True, overdue_only=False).orders
    return [row for row in rows if (given.refs or row.open) and given.status in {None, row.status}]


def _done(
    site: Site, source: Source, given: SeveralOrders, on: OnOrder, row: OrderRow | None
) -> OrderDone:
    """What became of one order. `row`: how it stood, None of one that is not there."""
    status, persons = (row.status, row.persons) if row else (None, 0)
    try:
        cases = _ACTS[given.step](given)(site, source, on)
    except Reject as error:
        return OrderDone(on.ref, persons, status, str(error))
    state = cases[0].standing(on.time)
    return OrderDone(on.ref, len(cases), state.status if state else None, None)


_Step = Callable[[Site, Source, OnOrder], list[FoundOrder]]
_ACTS: Mapping[str, Callable[[SeveralOrders], _Step]] = {
    "authenticate": lambda given: partial(on_orders.authenticate, method=given.method or ""),
    "validate": lambda _: on_orders.validate,
    "narrow": lambda _: on_orders.narrow,
    "object": lambda given: partial(
        on_orders.object_to, ground=given.ground or "", form_sha256=None
    ),
    "refuse": lambda given: partial(on_orders.refuse, ground=given.ground or ""),
    "confirm-receipt": lambda _: partial(on_orders.confirm, what="receipt", sha256=None),
    "withdraw": lambda given: partial(on_orders.withdraw, reason=given.reason),
}
"""The step of a name, for one order."""
