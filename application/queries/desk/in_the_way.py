"""What stands in the way of telling a person: measures that run, and other orders that are secret."""

from collections.abc import Iterator
from datetime import date, datetime

from application.queries.desk.found_orders import known_orders
from application.queries.desk.found_secrets import FoundSecret
from application.queries.subjects import streams_of
from application.source import Source
from projections.reading.order_steps import went_on
from projections.views.orders import (
    ENDED,
    WAITING,
    Order,
    OrderStatus,
    is_withdrawn,
    runs_tap,
    standing,
)
from rulebook.calendar import day_of


def in_the_way(source: Source, secret: FoundSecret, time: datetime) -> dict[str, list[str]]:
    """Reference of each order of the person that still runs or is secret -> why, as sentences.

    The order of the secret itself is among them while it runs.
    """
    streams = {secret.stream, *streams_of(source, secret.person)}
    known = [order for _, order in known_orders(source, streams=sorted(streams))]
    found: dict[str, list[str]] = {}
    for order in known:
        state = standing(order, time, followers=known)
        if state is None:
            continue
        why = list(_runs(order, state, time))
        if order.ref != secret.order_ref:
            # What another order does shows only if the person may not know of it.
            why = [*_secret(order, state), *why] if state.secrecy == "in-force" else []
        if why:
            found.setdefault(order.ref, []).extend(why)
    return dict(sorted(found.items()))


def _secret(order: Order, state: OrderStatus) -> Iterator[str]:
    if state.status not in ENDED or order.execution:
        yield f"order {order.ref} is secret"


def _runs(order: Order, state: OrderStatus, time: datetime) -> Iterator[str]:
    """Why an order is not over: each measure that runs, and what was not given yet."""
    today = day_of(time)
    if runs_tap(order.until(time)):
        yield f"the tap of order {order.ref} runs"
    yield from _waits(order.until(time), state, today)
    kept = state.preserved_until
    keeps = any(clock.name == "preservation" and not clock.done_at for clock in state.clocks)
    if keeps and kept is not None and today <= kept:
        yield f"data is kept for order {order.ref} until {kept}"


def _waits(order: Order, state: OrderStatus, today: date) -> Iterator[str]:
    """Why more is still to be given for an order."""
    ref, last = order.ref, order.last_day
    if state.status in WAITING:
        yield f"order {ref} waits for an answer"
    elif state.status in ENDED:
        return
    elif last is not None and today <= last and not is_withdrawn(order):
        yield f"the period of order {ref} goes on until {last}"
    elif went_on(order):
        yield f"what came since the last execution of order {ref} was not given"
