"""Findings about orders and secrecy in a confidential ledger, at a time. Pure.

These findings have no rows. They are worked out from the views `orders` and `secrecy` with a clock, so that a
finding closes when an event resolves it. The rules are data (`order_findings.toml` of law and house).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from projections.findings.breaking import About, review
from projections.findings.judging import Finding
from projections.findings.secrets import of_secrets
from projections.views.order_acts import SECRECY, OrderAct
from projections.views.orders import (
    AUTHENTICATED,
    DECISIONS,
    EXECUTED,
    Order,
    has_lapsed,
    order_clocks,
)
from projections.views.secrecy import Secrets
from rulebook.orders import OrderRule, earliest_delivery, faults, latest_day
from schemas import names

_NO_SECRETS = Secrets()
# Clocks that an order is judged by, and the facts that they are in a situation.
_JUDGED = {"answer": "answered", "written-order": "written"}


def order_findings(
    stream: UUID, orders: Iterable[Order], secrets: Secrets | None, time: datetime
) -> list[Finding]:
    """The findings about one person's orders and secrecy at a time, by (occurred_at, source, id, rule)."""
    about = About(stream)
    known = {order.ref: past for order in orders if (past := order.until(time)).steps}
    found = [finding for order in known.values() for finding in _of_order(about, order, time)]
    found += of_secrets(about, secrets or _NO_SECRETS, known, time)
    return sorted(found, key=lambda one: (one.occurred_at, one.source, one.id, one.rule))


def _of_order(about: About, order: Order, time: datetime) -> Iterator[Finding]:
    receipt = order.receipt
    if receipt is None:
        for step in order.steps[:1]:
            yield from about.breaks("order-step", {"received": False}, step, detail=order.ref)
        return
    for clock in order_clocks(order):
        fact = _JUDGED.get(clock.name)
        if fact is not None:
            closed = clock.name == "written-order" and _is_closed_unexecuted(order)
            situation = {fact: "none" if closed else clock.state(time)}
            yield from about.breaks("order", situation, receipt, due=clock.due, detail=order.ref)
        elif clock.name == "review":
            yield from review(about, order.named(*SECRECY), receipt, clock, time)
    for execution in order.named(EXECUTED):
        yield from _of_execution(about, order, execution)


def _is_closed_unexecuted(order: Order) -> bool:
    """Whether an order ended before anything was given: that it was not confirmed breaks nothing then."""
    ended = order.named(names.ORDER_REJECTED, names.ORDER_WITHDRAWN)
    return bool(ended) and order.execution is None


def _of_execution(about: About, order: Order, execution: OrderAct) -> Iterator[Finding]:
    """The findings about the execution of an order, judged by the state of the order just before it."""
    before = order.until(execution.time)
    receipt = order.receipt
    assert receipt
    situation: dict[str, str | bool] = {
        "authenticated": bool(before.named(AUTHENTICATED)),
        "decided": bool(before.named(*DECISIONS)),
        "stood": _stood(before, execution),
        "recipient": _recipient(receipt, execution),
        "provision": "known" if order.rule else "unknown",
    }
    details = {"stood": str(situation["stood"])}
    rule = order.rule
    if rule is not None and (facts := before.facts or order.facts):
        wrong = faults(rule, facts)
        beyond = _beyond(before, execution)
        within = _is_within(before, rule, execution)
        situation |= {
            "sound": not wrong,
            "fields": _fields(execution, beyond),
            "period": "within" if within else "beyond",
        }
        details |= {"sound": ",".join(wrong), "fields": ",".join(beyond)}
    for name, fact in situation.items():
        yield from about.breaks(
            "order-execution", {name: fact}, execution, detail=details.get(name) or order.ref
        )


def _fields(execution: OrderAct, beyond: list[str]) -> str:
    if "fields" not in execution.facts:
        return "unsaid"
    return "beyond" if beyond else "within"


def _stood(before: Order, execution: OrderAct) -> str:
    """Whether an order could be carried out when it was."""
    if has_lapsed(order_clocks(before), execution.time):
        return "lapsed"
    facts = before.facts
    first = earliest_delivery(before.rule, facts) if facts else None
    if first is not None and execution.time < first:
        return "early"
    ends = {names.ORDER_WITHDRAWN: "withdrawn", names.ORDER_REJECTED: "rejected"}
    ended = [step for step in before.named(*ends) if step.time < execution.time]
    return ends[ended[-1].name] if ended else "open"


def _recipient(receipt: OrderAct, execution: OrderAct) -> str:
    recipient = execution.facts.get("recipient")
    if recipient is None:
        return "unsaid"
    return "authority" if recipient == receipt.facts["authority"] else "another"


def _beyond(order: Order, execution: OrderAct) -> list[str]:
    """The fields that were given beyond what the rule allows, and the desk decided."""
    allowance, decision = order.allowance, order.decision
    allowed = set(allowance.fields) if allowance else set()
    if decision is not None and "allowed_fields" in decision.facts:
        allowed &= set(decision.facts["allowed_fields"])
    return [field for field in execution.facts.get("fields", ()) if field not in allowed]


def _is_within(order: Order, rule: OrderRule, execution: OrderAct) -> bool:
    """Whether the days for which data was given lie within those that the rule and the order allow."""
    allowance, facts = order.allowance, order.facts
    assert allowance
    assert facts
    first, last = allowance.period_from, allowance.period_to or latest_day(rule, facts.day)
    given_from, given_to = execution.day("period_from"), execution.day("period_to")
    return not (_is_before(given_from, first) or _is_before(last, given_to))


def _is_before(day: date | None, other: date | None) -> bool:
    return day is not None and other is not None and day < other
