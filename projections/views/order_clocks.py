"""Running measures of an executed order, a tap or the parts of a period, with their clocks. Pure.

Worked out from the acts on the order alone, as `orders` keeps them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Literal

import msgspec

from projections.views.order_acts import OrderAct
from rulebook.calendar import day_of, months_after, start_of
from rulebook.orders import ClockName
from schemas import names

if TYPE_CHECKING:  # the order has its clocks, and not the other way round
    from projections.views.orders import Order

_EXECUTED = names.ORDER_EXECUTED
_GIVES_NOTHING = ("interception", "preservation")
_DECISIONS = (names.ORDER_VALIDATED, names.ORDER_NARROWED)


class OrderClockStatus(msgspec.Struct, frozen=True):
    """A deadline, and the time when it was met. `due`: the first instant too late, in UTC."""

    name: ClockName
    due: datetime
    rule: str
    citation: str
    done_at: datetime | None = None

    def state(self, time: datetime) -> Literal["running", "met", "late", "overdue"]:
        """How it stands at a time: late is what was done too late, overdue what was not done at all."""
        if self.done_at is not None:
            return "met" if self.done_at < self.due else "late"
        return "overdue" if self.due <= time else "running"


def is_running(order: "Order") -> bool:
    """Whether an order that was executed goes on: a tap that has not ended, or a period still to be given."""
    return runs_tap(order) or is_given_on(order)


def is_given_on(order: "Order") -> bool:
    """Whether it was executed, and the rest of its period is still to be given."""
    return bool(order.named(_EXECUTED)) and any(clock.done_at is None for clock in delivery(order))


def is_withdrawn(order: "Order") -> bool:
    """Whether the authority took it back after it was executed last."""
    taken, given = order.named(names.ORDER_WITHDRAWN), order.named(_EXECUTED)
    return bool(taken) and (not given or taken[-1].order > given[-1].order)


def runs_tap(order: "Order") -> bool:
    """Whether an authority can tap for it, and that was not ended."""
    tap = order.named(names.INTERCEPTION_PROVIDED)
    return bool(tap) and not _ended(order, tap[-1])


def _ended(order: "Order", tap: OrderAct) -> list[datetime]:
    """When a tap ended."""
    return [act.time for act in order.named(names.INTERCEPTION_ENDED) if act.order > tap.order]


def measure(order: "Order") -> Iterator[OrderClockStatus]:
    """Until when a tap runs: it ends with its last day. None where no last day is known."""
    tap, rule = order.named(names.INTERCEPTION_PROVIDED), order.rule
    last = tap[-1].day("until") or order.last_day if tap else None
    if last is not None:
        done = min(_ended(order, tap[-1]), default=None)
        about = (rule.id, rule.citation) if rule else ("", "")
        yield OrderClockStatus("measure", start_of(last + timedelta(days=1)), *about, done)


def delivery(order: "Order") -> Iterator[OrderClockStatus]:
    """Until when each part of a period is given that was not over at its beginning: the day after its last.

    The parts that were given, and the next one. One part where the order does not say how often it is given.
    """
    last, rule = order.last_day, order.rule
    begin = order.named(_EXECUTED) or (order.named(*_DECISIONS) if order.fact("deliver") else ())
    if last is None or not begin or order.kind in _GIVES_NOTHING or day_of(begin[0].time) >= last:
        return
    about = (rule.id, rule.citation) if rule else ("", "")
    for day in _parts(order, last):
        done = _given_at(order, day)
        yield OrderClockStatus("delivery", start_of(day + timedelta(days=2)), *about, done)
        if done is None:
            return


def _given_at(order: "Order", day: date) -> datetime | None:
    """When a part of a period up to a day was given, or the order ended without it."""
    given = [act.time for act in order.named(_EXECUTED) if day_of(act.time) >= day]
    over = [act.time for act in order.named(names.ORDER_REJECTED, names.ORDER_WITHDRAWN)]
    return min(given + over, default=None)


def _parts(order: "Order", last: date) -> Iterator[date]:
    """The last day of each part of a period, as often as the order says that it is given."""
    every, receipt, decision = order.fact("deliver"), order.receipt, order.decision
    if every and receipt and decision:
        first = max(day_of(receipt.time), decision.day("period_from") or date.min)
        for number in count(1):
            day = _EVERY[every](first, number) - timedelta(days=1)
            if day >= last:
                break
            yield day
    yield last


_EVERY: Mapping[str, Callable[[date, int], date]] = {
    "daily": lambda first, number: first + timedelta(days=number),
    "weekly": lambda first, number: first + timedelta(weeks=number),
    "monthly": months_after,
}
"""When the part of a number is over, by how often an order is given."""
