"""Which acts an order allows: its steps decide, before anything is recorded. Pure.

Steps that come from upstream are recorded whatever the state, because they happened; where they do not fit
they are findings. Each sentence says what to do next.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from ledger.event import instant
from projections.views.order_clocks import is_given_on, is_withdrawn, runs_tap
from projections.views.orders import (
    AUTHENTICATED,
    AUTHORISED,
    EXECUTED,
    WAITING,
    Order,
    OrderStatus,
    Status,
    keeps_data,
    standing,
)
from rulebook.calendar import day_of, last_day
from rulebook.orders import doubtful_from, earliest_delivery, faults

OrderDeed = Literal[
    "authenticate",
    "authorise",
    "decide",
    "object",
    "refuse",
    "execute",
    "preserve",
    "confirm-order",
    "confirm-receipt",
    "confirm-no-ground",
    "withdraw",
]
_DECIDED: frozenset[Status] = frozenset({"validated", "narrowed"})
# An order of another status is refused with the sentence of that status.
_ALLOWED: Mapping[OrderDeed, frozenset[Status]] = {
    "authenticate": frozenset({"received", "objected"}),
    "authorise": frozenset({"received", "authenticated", "objected"}),
    "decide": frozenset({"authenticated", "objected"}),
    "object": WAITING - {"objected"},
    "refuse": WAITING | {"lapsed"},
    "execute": _DECIDED,
    "preserve": _DECIDED,
    "confirm-order": WAITING | {"executed", "confirmed"},
    "confirm-receipt": frozenset({"executed"}),
    "confirm-no-ground": WAITING,
    "withdraw": WAITING,
}


def hindrance(deed: OrderDeed, order: Order, time: datetime) -> str | None:
    """Why an act on an order is not allowed at a time, as one sentence; None when it is."""
    last = order.steps[-1].time if order.steps else time
    state = standing(order, max(time, last))
    if state is None:
        return f"order {order.ref} was never received: give `ledger order receive`"
    if time < last:
        return f"this cannot have been done before the last act on order {order.ref}, at {instant(last)}"
    if state.status not in _ALLOWED[deed] and not _is_allowed_later(deed, order, state):
        return _stands(order, state, day_of(last))
    return _deed(deed, order, state) or _carrying_out(deed, order, time)


def _is_allowed_later(deed: OrderDeed, order: Order, state: OrderStatus) -> bool:
    """Whether an act is allowed on an order that was decided, or carried out, before."""
    if state.status in _DECIDED:
        # The word of a judge may come after the desk has narrowed an order: then it is decided anew.
        return deed == "authorise" or (deed == "decide" and is_authorised_since(order))
    if state.status not in {"executed", "confirmed"}:
        return False
    # What is given month after month ends with the word of the authority, like a tap and what is kept.
    return {"execute": went_on, "withdraw": is_given_on}.get(deed, _never)(order)


def _never(_order: Order) -> bool:
    return False


def is_authorised_since(order: Order) -> bool:
    """Whether another authority gave its word after the order was decided."""
    words, decision = order.named(AUTHORISED), order.decision
    return bool(words) and decision is not None and words[-1].order > decision.order


def _deed(deed: OrderDeed, order: Order, state: OrderStatus) -> str | None:
    """Why an act is not allowed on an order whose status allows it."""
    ref, authentic = order.ref, bool(order.named(AUTHENTICATED))
    if deed == "authenticate" and authentic:
        return f"order {ref} was authenticated already"
    if deed == "decide" and not authentic:
        return _not_authentic(ref)
    if deed == "confirm-order":
        return _confirming(order, state)
    waits = state.earliest is not None and not order.confirmation("no-ground")
    if deed == "confirm-no-ground" and not waits:
        return f"order {ref} waits for no authority of another State: there is nothing to confirm"
    return _keeping(deed, order)


def _keeping(deed: OrderDeed, order: Order) -> str | None:
    """Why data is not kept, or given, by this act: another one does it."""
    ref, earlier = order.ref, order.follows
    if deed == "preserve" and earlier:
        return (
            f"order {ref} prolongs what is kept for order {earlier}: give `ledger preservation extend "
            f"{earlier}`, then `ledger order execute {ref}`"
        )
    if deed == "preserve" and order.kind != "preservation":
        return f"order {ref} does not order that data is kept: give `ledger order execute {ref}`"
    if deed == "execute" and order.kind == "preservation" and not earlier:
        return f"order {ref} orders that data is kept: give `ledger preservation impose {ref}`"
    return None


def _carrying_out(deed: OrderDeed, order: Order, time: datetime) -> str | None:
    """Why an order that was decided may not be carried out all the same, such as after an annulment."""
    if deed not in {"execute", "preserve"} or order.facts is None:
        return None
    wrong = faults(order.rule, order.facts) if order.rule else ("no-rule",)
    if wrong:
        return f"order {order.ref} may not be carried out: {', '.join(wrong)}"
    return too_early(order, time) if deed == "execute" else None


def too_early(order: Order, time: datetime) -> str | None:
    """Why nothing may be given for an order yet, or for the time being, as one sentence; else None."""
    facts, rule, ref = order.facts, order.rule, order.ref
    first = earliest_delivery(rule, facts) if facts else None
    if first is not None and time < first:
        return (
            f"nothing may be given for order {ref} before {instant(first)}: the authority of another State "
            f"was notified of it, and if it raises no ground: `ledger order confirm {ref} --what no-ground "
            "--document FILE`"
        )
    doubtful = doubtful_from(rule, facts) if facts else None
    if doubtful is not None and doubtful <= time and not order.confirmation("written-order"):
        return (
            f"order {ref} was given orally, and by {last_day(doubtful)} not confirmed in writing: nothing is "
            f"given until that comes, and `ledger order confirm {ref} --what written-order` records it"
        )
    return None


def went_on(order: Order) -> bool:
    """Whether the period of an order was not over when it was executed last, so more can be given."""
    last, executed = order.last_day, order.named(EXECUTED)
    if last is None or not executed or is_withdrawn(order) or order.kind == "interception":
        return False
    return day_of(executed[-1].time) <= last


def _confirming(order: Order, state: OrderStatus) -> str | None:
    if order.facts is None or not order.facts.oral:
        return f"order {order.ref} was given in writing: there is nothing to confirm"
    if order.confirmation("written-order"):
        return f"order {order.ref} was confirmed in writing already"
    # What was executed all the same is confirmed late, because it happened.
    return _lapsed(order, state) if state.lapsed and order.execution is None else None


def _stands(order: Order, state: OrderStatus, day: date) -> str:
    """How an order stands, and what to do next. `day`: of the last act on it."""
    ref, status = order.ref, state.status
    if status == "received":
        return _not_authentic(ref)
    if status == "authenticated":
        return f"order {ref} was not compared with its provision yet: give `ledger order validate {ref}`"
    if status == "objected":
        return (
            f"order {ref} waits for the authority since {day}: then give `ledger order validate {ref}` or "
            f"`ledger order refuse {ref} --ground G`"
        )
    if status in _DECIDED:
        return f"order {ref} was decided on {day}: give `ledger order execute {ref}`"
    return _ended(order, state, day)


def _ended(order: Order, state: OrderStatus, day: date) -> str:
    ref, status = order.ref, state.status
    if status == "lapsed":
        return _lapsed(order, state)
    if status in {"executed", "confirmed"} and (ends := _going_on(order)):
        return f"order {ref} was executed on {day} and goes on: `ledger {ends} {ref}` ends it"
    if status == "executed":
        return (
            f"order {ref} was executed on {day}: only its receipt is left, with "
            f"`ledger order confirm {ref} --what receipt`"
        )
    if status == "confirmed":
        return (
            f"order {ref} was executed, and its receipt confirmed on {day}: nothing is left to do"
        )
    if status == "withdrawn":
        return f"the authority withdrew order {ref} on {day}: nothing more can be done on it"
    return f"order {ref} was refused on {day}: nothing more can be done on it"


def _going_on(order: Order) -> str | None:
    """The command that ends what goes on for an order that was carried out; None where nothing does."""
    if runs_tap(order):
        return "order end"
    if order.kind == "preservation" and keeps_data(order):
        return "preservation release"
    return "order withdraw" if is_given_on(order) else None


def _not_authentic(ref: str) -> str:
    return (
        f"order {ref} is not authenticated yet: find out whether it comes from whom it says, and give "
        f"`ledger order authenticate {ref} --method M`"
    )


def _lapsed(order: Order, state: OrderStatus) -> str:
    [due] = [clock.due for clock in state.clocks if clock.name == "written-order"]
    return (
        f"order {order.ref} was given orally and not confirmed in writing by {last_day(due)}, so it lapsed: "
        f"close it with `ledger order refuse {order.ref} --ground not-confirmed`"
    )
