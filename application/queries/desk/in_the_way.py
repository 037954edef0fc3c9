"""What stands in the way of telling a person: measures that run, and other orders that are secret."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain

from application.orders_in import is_nobody_known
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, known_orders, named_orders
from application.queries.desk.found_secrets import FoundSecret
from application.queries.desk.holders import EVER, ever_had, held_by_number
from application.queries.desk.prepared import whom_of
from application.queries.subjects import streams_of
from application.source import Source
from ledger.reading import head_position
from projections.reading.order_steps import went_on
from projections.views.order_clocks import is_withdrawn, runs_tap
from projections.views.orders import ENDED, WAITING, Order, OrderStatus, standing
from rulebook.calendar import day_of
from schemas.personal import Value


def in_the_way(
    source: Source, secret: FoundSecret, time: datetime, there: Source | None = None
) -> dict[str, list[str]]:
    """Reference of each order of the person that still runs or is secret -> why, as sentences.

    The order of the secret itself is among them while it runs. `there`: the open ledger, which says who ever
    had the number or address by which an order names somebody; without it only orders about a known person
    are seen.
    """
    known = _of_person(source, secret, there)
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


def _of_person(source: Source, secret: FoundSecret, there: Source | None) -> list[Order]:
    """The orders about the person of a secret, those by number included where that can be known."""
    streams = {secret.stream, *streams_of(source, secret.person)}
    if there is None:
        return [order for _, order in known_orders(source, streams=sorted(streams))]
    rows = named_orders(source, known_orders(source))
    unnamed = [case for case in rows if _is_unnamed(case)]
    whom = _meant(source, there, secret, unnamed)
    streams.update(chain.from_iterable(streams_of(source, who) for who in whom))
    streams.update(case.stream for case in unnamed if _means(source, there, case, whom))
    return [case.order for case in rows if case.stream in streams]


def _is_unnamed(case: FoundOrder) -> bool:
    """Whether an order of the desk names nobody, so that its values say whom it means."""
    if case.order.receipt is None or not isinstance(case.reference, str):
        return False
    return is_nobody_known(case.order.ref, case.reference)


def _meant(
    source: Source, there: Source, secret: FoundSecret, unnamed: Iterable[FoundOrder]
) -> list[str]:
    """Whom a secret is about: the person, or everybody whom the values of its order find."""
    own = [case for case in unnamed if case.stream == secret.stream]
    position = head_position(there.session)
    return sorted(
        {
            who
            for case in own
            for field, value in _found_by(source, case)
            for who in held_by_number(there, field, value, EVER, position)
        }
    ) or [secret.person]


def _means(source: Source, there: Source, case: FoundOrder, whom: Iterable[str]) -> bool:
    """Whether somebody ever had a value by which an order names whom it means."""
    try:
        named = whom_of(source, case)
    except NotAllowed:
        return False
    return any(
        any(ever_had(there, who, *value) for value in named.found_by)
        and all(ever_had(there, who, *value) for value in named.described)
        for who in whom
    )


def _found_by(source: Source, case: FoundOrder) -> Sequence[tuple[str, Value]]:
    """The values by which an order finds somebody; none of one that names nothing."""
    try:
        return whom_of(source, case).found_by
    except NotAllowed:
        return ()


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
    elif order.kind == "interception":
        return  # It is its tap that runs, or does not.
    elif last is not None and today <= last and not is_withdrawn(order):
        yield f"the period of order {ref} goes on until {last}"
    elif went_on(order):
        yield f"what came since the last execution of order {ref} was not given"
