"""View `orders`: orders of authorities about persons, and every act on them. One row an order and person.

It belongs to the confidential ledger only. An order is known by its reference. Nothing is overwritten and
nothing depends on a clock: the state of an order at a time is worked out from its acts (`standing`), with the
rules of the rulebook. A step out of order counts where its time puts it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Key, View
from projections.views.order_acts import (
    PRESERVATION,
    SECRECY,
    OrderAct,
    Secrecy,
    named,
    secrecy_of,
    until,
    with_act,
)
from projections.views.order_clocks import (
    OrderClockStatus,
    delivery,
    is_running,
    measure,
)
from rulebook.calendar import day_of, start_of
from rulebook.digest import digest
from rulebook.orders import (
    ORDER_RULES,
    Allowance,
    ClockName,
    OrderClock,
    OrderFacts,
    OrderRule,
    allowed,
    clocks,
    earliest_delivery,
    facts_of,
    longest_preservation,
    review_on,
    rule_of,
)
from schemas import names

RECEIVED, EXECUTED = names.ORDER_RECEIVED, names.ORDER_EXECUTED
AUTHENTICATED, CONFIRMED = names.ORDER_AUTHENTICATED, names.ORDER_CONFIRMED
AUTHORISED = names.AUTHORISATION_RECORDED
HANDED_OVER = names.ORDER_HANDED_OVER
_DECIDED = {
    names.ORDER_VALIDATED: "validated",
    names.ORDER_NARROWED: "narrowed",
    names.ORDER_OBJECTED: "objected",
    names.ORDER_REJECTED: "rejected",
    names.ORDER_EXECUTED: "executed",
    names.ORDER_WITHDRAWN: "withdrawn",
}
DECISIONS = (names.ORDER_VALIDATED, names.ORDER_NARROWED)
"""Types that say what an order may have."""
_ANSWERS = (
    names.ORDER_EXECUTED,
    names.ORDER_REJECTED,
    names.ORDER_OBJECTED,
    names.ORDER_WITHDRAWN,
)
_NAMES = frozenset(
    {
        RECEIVED,
        AUTHENTICATED,
        AUTHORISED,
        CONFIRMED,
        HANDED_OVER,
        *_DECIDED,
        *SECRECY,
        *PRESERVATION,
        names.RESTRICTION_APPLIED,
        names.INTERCEPTION_PROVIDED,
        names.INTERCEPTION_ENDED,
        names.DISCLOSURE_HANDED_OVER,
    }
)
_REF = "order_ref"
_ANNOUNCING = "epoc-pr-confirmation"
_FOLLOWING = (_ANNOUNCING, "epoc-pr-extension")
OPEN = "order"
"""What an order that waits for something counts as."""

Status: TypeAlias = Literal[
    "received",
    "authenticated",
    "validated",
    "narrowed",
    "objected",
    "rejected",
    "executed",
    "confirmed",
    "withdrawn",
    "lapsed",
]
WAITING: frozenset[Status] = frozenset(
    {"received", "authenticated", "validated", "narrowed", "objected"}
)
"""Statuses of an order that is not answered for good."""
ENDED: frozenset[Status] = frozenset({"rejected", "withdrawn", "lapsed"})
"""Statuses of an order that nobody carries out."""


_TRUST = {"command": 0, "file": 1, "outside": 2}


class Order(msgspec.Struct, frozen=True):
    """Every act on one order, by order."""

    ref: str
    steps: tuple[OrderAct, ...] = ()

    @property
    def receipt(self) -> OrderAct | None:
        """How it began; None when there are acts on it alone.

        Of several, the first that a command of the desk recorded, else a file, else what came from outside.
        """
        return min(self.named(RECEIVED), key=lambda act: _TRUST[act.came], default=None)

    @property
    def facts(self) -> OrderFacts | None:
        """The order as it was received, with the words of other authorities on it.

        Of these counts what the desk recorded, or a file of its people: nobody outside opens an order.
        """
        receipt = self.receipt
        if receipt is None:
            return None
        cleared = self.confirmation("no-ground")
        return msgspec.structs.replace(
            facts_of(receipt.time, receipt.provision, receipt.facts),
            authorised_by=tuple(
                a.facts["by"] for a in self.named(AUTHORISED) if a.came != "outside"
            ),
            cleared_at=cleared.time if cleared and cleared.came != "outside" else None,
        )

    @property
    def rule(self) -> OrderRule | None:
        """The rule of its provision, as of its receipt."""
        facts = self.facts
        return rule_of(facts) if facts else None

    @property
    def allowance(self) -> Allowance | None:
        """Exactly what it may have; None without a receipt, or a rule."""
        facts, rule = self.facts, self.rule
        return allowed(rule, facts) if facts and rule else None

    @property
    def decision(self) -> OrderAct | None:
        """The latest act that says what it may have."""
        return next(reversed(self.named(*DECISIONS)), None)

    @property
    def kind(self) -> str | None:
        """The kind of measure: as stated, or the only kind of its rule."""
        facts, rule = self.facts, self.rule
        stated = facts.kind if facts else None
        return stated or (rule.kinds[0] if rule and len(rule.kinds) == 1 else None)

    @property
    def follows(self) -> str | None:
        """The order whose preservation it prolongs (annexes V, VI); None: it keeps or wants data itself.

        However it came in: an order that follows another one begins no days of its own.
        """
        prolongs = self.fact("form") in _FOLLOWING or self.kind == "preservation"
        return self.fact("extends") if prolongs else None

    @property
    def announces(self) -> bool:
        """Whether it says that the order for the data was issued (annex V)."""
        return bool(self.fact("form") == _ANNOUNCING)

    def fact(self, name: str) -> Any:
        """A fact of its receipt; None if the receipt does not state it, or there is no receipt."""
        return self.receipt.facts.get(name) if self.receipt else None

    @property
    def form_faults(self) -> list[str]:
        """The faults of the form that it came in, as codes."""
        return list(self.fact("form_faults") or ())

    @property
    def may_have(self) -> tuple[str, ...]:
        """The fields that may be given: as it was decided, never beyond its rule; until then, none."""
        decision, allowance = self.decision, self.allowance
        if decision is None or allowance is None:
            return ()
        decided = decision.facts.get("allowed_fields", allowance.fields)
        return tuple(field for field in decided if field in allowance.fields)

    @property
    def execution(self) -> OrderAct | None:
        """How it was carried out: the first time."""
        return next(iter(self.named(EXECUTED)), None)

    @property
    def owners(self) -> tuple[UUID, ...]:
        """The employees in whose hands it was, by order: the last one owns it. The first one received it.

        Of a hand-over counts what the ledger knows of itself, or a file of its people.
        """
        given = [
            act.facts["to_employee"] for act in self.named(HANDED_OVER) if act.came != "outside"
        ]
        return tuple(UUID(named) for named in (self.fact("employee"), *given) if named)

    @property
    def last_day(self) -> date | None:
        """The last day of which data may be given, as it was decided; None where its period has no end."""
        decided, allowance = self.decision, self.allowance
        last = decided.day("period_to") if decided else None
        return last or (allowance.period_to if allowance else None)

    def named(self, *names: str) -> tuple[OrderAct, ...]:
        """Its acts of some types."""
        return named(self.steps, *names)

    def confirmation(self, what: str) -> OrderAct | None:
        """The first confirmation of a kind, such as `written-order`."""
        return next((a for a in self.named(CONFIRMED) if a.facts["what"] == what), None)

    def until(self, time: datetime) -> "Order":
        """As it was at a time, inclusive."""
        return Order(self.ref, until(self.steps, time))


class OrderStatus(msgspec.Struct, frozen=True):
    """The state of an order at a time. `next_due`: of the clock that ends first; None: no clock runs.

    `lapsed`: an oral order that was not confirmed in writing in time, whatever came of it. `runs`: it was
    executed, and a tap has not ended, or the rest of its period is still to be given. `preserved_until`: the
    last day of the preservation for it. `allowance`: exactly the data that its rule allows. `earliest`: the
    instant before which nothing may be given; None: at once.
    """

    status: Status
    secrecy: Secrecy
    clocks: tuple[OrderClockStatus, ...]
    next: ClockName | None
    next_due: datetime | None
    overdue: bool
    lapsed: bool
    runs: bool
    rule: str | None
    allowance: Allowance | None
    preserved_until: date | None
    earliest: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer, or its measure runs."""
        return self.status in WAITING or self.runs


def standing(
    order: Order, time: datetime, *, followers: Iterable[Order] = ()
) -> OrderStatus | None:
    """The state of an order at a time; None if it had not been received by then.

    `followers`: other orders of the person. While one of them waits for the data that this order keeps, its
    preservation has no end, if the law says so.
    """
    past = order.until(time)
    receipt = past.receipt
    if receipt is None:
        return None
    running = _running(past, followers, time)
    waiting = [clock for clock in running if clock.done_at is None]
    lapsed = has_lapsed(running, time)
    coming = waiting[0] if waiting else None
    return OrderStatus(
        status=_status(past, lapsed),
        secrecy=secrecy_of(past.steps, receipt, receipt.provision),
        clocks=running,
        next=coming.name if coming else None,
        next_due=coming.due if coming else None,
        overdue=any(clock.state(time) == "overdue" for clock in waiting),
        lapsed=lapsed,
        runs=is_running(past),
        rule=past.rule.id if past.rule else None,
        allowance=past.allowance,
        preserved_until=preserved_until(past),
        earliest=earliest_delivery(past.rule, past.facts) if past.facts else None,
    )


def _running(
    order: Order, followers: Iterable[Order], time: datetime
) -> tuple[OrderClockStatus, ...]:
    """The clocks of an order: not that of a preservation whose data another order waits for."""
    running = order_clocks(order)
    if order.rule is None or not order.rule.until_production:
        return running
    if not is_wanted(order.ref, followers, time):
        return running
    # Past the days of the law there is only the day that the desk set itself: that one it is told of.
    law = longest_preservation(order.rule, day_of(order.receipt.time)) if order.receipt else None
    last = preserved_until(order)
    if law and last and last > law:
        return running
    return tuple(clock for clock in running if clock.name != "preservation")


def is_wanted(ref: str, orders: Iterable[Order], time: datetime) -> bool:
    """Whether the data that an order keeps is waited for at a time.

    By another order for it that is not executed yet, or since the authority confirmed that it ordered it
    (annex V): until that order came, and was executed or ended.
    """
    found = [
        (other.kind, other.fact("form"), status)
        for other in orders
        if other.fact("extends") == ref != other.ref and (status := standing(other, time))
    ]
    wanting = [status for kind, _, status in found if kind != "preservation"]
    if wanting:
        return any(status.is_open for status in wanting)
    ended = {"rejected", "withdrawn"}
    return any(form == _ANNOUNCING and one.status not in ended for _, form, one in found)


def _status(order: Order, lapsed: bool) -> Status:
    """By the latest act that decides; a receipt by the authority ends an execution."""
    decided = order.named(*_DECIDED)
    status: Any = _DECIDED[decided[-1].name] if decided else None
    # What was given stays given: a later withdrawal only ends what would have come.
    if status == "executed" or (status == "withdrawn" and order.execution):
        return "confirmed" if order.confirmation("receipt") else "executed"
    if lapsed and status not in {"rejected", "withdrawn"}:
        return "lapsed"
    return status or ("authenticated" if order.named(AUTHENTICATED) else "received")


def has_lapsed(running: tuple[OrderClockStatus, ...], time: datetime) -> bool:
    """Whether an oral order was not confirmed in writing in time."""
    written = (clock for clock in running if clock.name == "written-order")
    return any(clock.state(time) in {"late", "overdue"} for clock in written)


def order_clocks(order: Order) -> tuple[OrderClockStatus, ...]:
    """Every clock of an order with what stopped it, the earliest first."""
    facts = order.facts
    if facts is None:
        return ()
    found = [_stopped(order, clock) for clock in clocks(facts) if _runs(order, clock.name)]
    found += [*_review(order), *measure(order), *delivery(order)]
    return tuple(sorted(found, key=lambda clock: (clock.due, clock.name)))


def _runs(order: Order, name: ClockName) -> bool:
    """Whether a clock matters.

    The clock of a preservation does not, once the order is executed and nothing is kept, or another order
    keeps it.
    """
    if name == "preservation" and order.follows:
        return False
    return name != "preservation" or order.execution is None or preserved_until(order) is not None


def _stopped(order: Order, clock: OrderClock) -> OrderClockStatus:
    last = preserved_until(order) if clock.name == "preservation" else None
    due = clock.due if last is None else start_of(last + timedelta(days=1))
    # When what a clock waits for was done, or the order ended without it.
    ends = {names.ORDER_REJECTED, names.ORDER_WITHDRAWN}
    if clock.name == "written-order":
        written = order.confirmation("written-order")
        times = [act.time for act in order.named(*ends)] + ([written.time] if written else [])
    elif clock.name == "preservation":
        times = _kept_until(order, ends)
    else:
        times = [act.time for act in order.named(*_ANSWERS)]
    done = min(times, default=None)
    return OrderClockStatus(clock.name, due, clock.rule, clock.citation, done)


def _kept_until(order: Order, ends: Collection[str]) -> list[datetime]:
    """When what an order keeps was released; where nothing is kept, when the order ended.

    A withdrawal or refusal lets nothing go that is kept: only a release does, of what was imposed before.
    """
    imposed = order.named(names.PRESERVATION_IMPOSED)
    if not imposed:
        return [act.time for act in order.named(names.PRESERVATION_RELEASED, *ends)]
    released = order.named(names.PRESERVATION_RELEASED)
    return [act.time for act in released if act.order > imposed[-1].order]


def preserved_until(order: Order) -> date | None:
    """The last day up to which data is kept for an order, as it was said last; None where nothing was."""
    said = order.named(names.PRESERVATION_IMPOSED, names.PRESERVATION_EXTENDED)
    return said[-1].day("until") if said else None


def next_review(begin: OrderAct, said: Sequence[OrderAct], rule: OrderRule | None) -> date | None:
    """The day on which secrecy in force is looked at again; None where no day was set.

    `begin`: what is secret; `said`: the acts on its secrecy. The last word that keeps it decides, or else the
    rule of the house.
    """
    kept = named(said, names.SECRECY_IMPOSED, names.SECRECY_REVIEWED)
    last = (kept or (begin,))[-1]
    day = last.day("review_on")
    if day is None and (rule is None or rule.review_months):
        return review_on(rule, day_of(last.time))
    return day


def _review(order: Order) -> Iterator[OrderClockStatus]:
    """Until when the secrecy of an order is looked at again, as long as it is in force."""
    receipt, rule = order.receipt, order.rule
    if receipt is None or secrecy_of(order.steps, receipt, receipt.provision) != "in-force":
        return
    last = next_review(receipt, order.named(*SECRECY), rule)
    if last is not None:
        due = start_of(last + timedelta(days=1))
        about = (rule.id, rule.citation) if rule else ("", "")
        yield OrderClockStatus("review", due, *about)


def keeps_data(order: Order) -> bool:
    """Whether data is kept for it: imposed, and not released."""
    imposed = order.named(names.PRESERVATION_IMPOSED)
    return bool(imposed) and not _kept_until(order, ())


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An act on an order touches the row of its reference."""
    ref = event.facts.get(_REF) if event.name in _NAMES else None
    return (ref,) if ref else ()


def evolve(subkey: str, state: Order | None, event: RecordedEvent) -> Order:
    """Add what the event says."""
    return Order(subkey, with_act(state.steps if state else (), event))


def _cells(_key: Key, order: Order) -> tuple[Any, ...]:
    """For an order that waits or runs: that it does, and the time from which it is late."""
    due = [clock.due for clock in order_clocks(order) if clock.done_at is None]
    is_open = bool(due) or is_running(order)
    return (OPEN, min(due, default=None)) if is_open else (None, None)


VIEW: View[Order] = View(
    name="orders",
    version=f"8+{digest(ORDER_RULES)}",
    type=Order,
    keys=keys,
    names=_NAMES,
    evolve=evolve,
    layout="cases",
    cell_types={"open_kind": "text", "due": "timestamptz"},
    cells=_cells,
)
