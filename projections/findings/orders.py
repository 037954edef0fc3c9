"""What about orders and secrecy breaks a rule, at a time: findings of a confidential ledger. Pure.

They have no rows of their own: each is asked of the views `orders` and `secrecy` with a clock, so that a
finding closes when an event resolves it. What is a breach is data (`order_findings.toml` of law and house).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import rulebook
from projections.findings.judging import Finding
from projections.views.order_acts import SECRECY, OrderAct
from projections.views.orders import (
    AUTHENTICATED,
    DECISIONS,
    EXECUTED,
    Order,
    OrderClockStatus,
    has_lapsed,
    order_clocks,
    standing,
)
from projections.views.secrecy import (
    Preservation,
    SecretDisclosure,
    Secrets,
    concerns,
    disclosures,
    preservations,
    restrictions,
)
from rulebook.calendar import day_of, start_of
from rulebook.orders import (
    OrderRule,
    faults,
    latest_day,
    longest_preservation,
    order_rule,
    review_on,
)
from rulebook.periods import ORDER_PERIODS
from rulebook.rules import Situation, breaches
from schemas import names

_DAY = timedelta(days=1)
_PRESERVES = "preservation"
_NO_SECRETS = Secrets()
# Clocks that an order is judged by, and the facts that they are in a situation.
_JUDGED = {"answer": "answered", "written-order": "written"}


class _About:
    """Finds what situations of one person break, and says which act shows it."""

    def __init__(self, stream: UUID) -> None:
        self._stream = stream

    def breaks(
        self,
        kind: str,
        situation: Situation,
        act: OrderAct,
        *,
        due: datetime | None = None,
        detail: str | None = None,
    ) -> Iterator[Finding]:
        """A finding of each rule that a situation breaks. `due`: since when, if it is a matter of time."""
        for rule in breaches(kind, situation, day_of(due or act.time)):
            yield Finding(
                rule=rule.id,
                about=self._stream,
                position=act.position,
                occurred_at=act.time,
                source=act.order.source,
                id=act.order.id,
                name=act.name,
                due=due,
                detail=detail,
            )


def order_findings(
    stream: UUID, orders: Iterable[Order], secrets: Secrets | None, time: datetime
) -> list[Finding]:
    """What the orders and the secrecy of one person break at a time, by (occurred_at, source, id, rule)."""
    about = _About(stream)
    known = {order.ref: past for order in orders if (past := order.until(time)).steps}
    found = [finding for order in known.values() for finding in _of_order(about, order, time)]
    found += _of_secrets(about, secrets or _NO_SECRETS, known, time)
    return sorted(found, key=lambda one: (one.occurred_at, one.source, one.id, one.rule))


def _of_order(about: _About, order: Order, time: datetime) -> Iterator[Finding]:
    receipt = order.receipt
    if receipt is None:
        for step in order.steps[:1]:
            yield from about.breaks("order-step", {"received": False}, step, detail=order.ref)
        return
    for clock in order_clocks(order):
        fact = _JUDGED.get(clock.name)
        if fact is not None:
            situation = {fact: clock.state(time)}
            yield from about.breaks("order", situation, receipt, due=clock.due, detail=order.ref)
        elif clock.name == "review":
            yield from _review(about, order.named(*SECRECY), receipt, clock, time)
    for execution in order.named(EXECUTED):
        yield from _of_execution(about, order, execution)


def _review(
    about: _About,
    acts: Sequence[OrderAct],
    begin: OrderAct,
    clock: OrderClockStatus,
    time: datetime,
) -> Iterator[Finding]:
    """Whether secrecy is looked at again in time. `begin`: the act with which it began."""
    reviews = [act for act in acts if act.name == names.SECRECY_REVIEWED]
    overdue = "overdue" if reviews else "never"
    state = overdue if clock.due <= time else "running"
    last = [act for act in acts if act.name != names.SECRECY_LIFTED]
    yield from about.breaks("secrecy", {"review": state}, (last or [begin])[-1], due=clock.due)


def _of_execution(about: _About, order: Order, execution: OrderAct) -> Iterator[Finding]:
    """What the carrying out of an order breaks, by how the order stood just before."""
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
    rule, facts = order.rule, order.facts
    if rule is not None and facts is not None:
        wrong = faults(rule, facts)
        beyond = _beyond(before, execution)
        fields = "unsaid" if "fields" not in execution.facts else "beyond" if beyond else "within"
        within = _is_within(before, rule, execution)
        situation |= {
            "sound": not wrong,
            "fields": fields,
            "period": "within" if within else "beyond",
        }
        details |= {"sound": ",".join(wrong), "fields": ",".join(beyond)}
    for name, fact in situation.items():
        yield from about.breaks(
            "order-execution", {name: fact}, execution, detail=details.get(name) or order.ref
        )


def _stood(before: Order, execution: OrderAct) -> str:
    """Whether an order could be carried out when it was."""
    if has_lapsed(order_clocks(before), execution.time):
        return "lapsed"
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


def _of_secrets(
    about: _About, secrets: Secrets, orders: Mapping[str, Order], time: datetime
) -> Iterator[Finding]:
    for disclosure in disclosures(secrets, time):
        yield from _of_disclosure(about, secrets, disclosure, orders, time)
    for preservation in preservations(secrets, time):
        yield from _of_preservation(about, preservation, orders, time)
    for act in restrictions(secrets, time):
        day = act.day("review_on")
        assert day
        due = start_of(day + _DAY)
        state = "overdue" if due <= time else "running"
        yield from about.breaks("restriction", {"review": state}, act, due=due)


def _of_disclosure(
    about: _About,
    secrets: Secrets,
    disclosure: SecretDisclosure,
    orders: Mapping[str, Order],
    time: datetime,
) -> Iterator[Finding]:
    act = disclosure.act
    if disclosure.lifted_at is not None:
        due = disclosure.lifted_at + ORDER_PERIODS["handover"].period
        handed = "running" if time < due else "overdue"
        situation = {"handed_over": handed if disclosure.waits else "done"}
        yield from about.breaks("handover", situation, act, due=due)
    order = orders.get(disclosure.order_ref or "")
    if disclosure.secrecy == "in-force" and (order is None or order.receipt is None):
        ref, id = disclosure.order_ref, act.order.id
        acts = [one for one in secrets.until(time).named(*SECRECY) if concerns(one, id, ref)]
        clock = _review_clock(acts, act)
        if clock is not None:
            yield from _review(about, acts, act, clock, time)


def _review_clock(acts: Sequence[OrderAct], disclosed: OrderAct) -> OrderClockStatus | None:
    """Until when the secrecy of a disclosure without an order is looked at again."""
    said = [act for act in acts if act.name != names.SECRECY_LIFTED]
    begin = said[-1] if said else disclosed
    rule = order_rule(disclosed.provision or "", day_of(disclosed.time))
    day = begin.day("review_on")
    if day is None and rule is not None and rule.review_months:
        day = review_on(rule, day_of(begin.time))
    if day is None:
        return None
    return OrderClockStatus("review", start_of(day + _DAY), rule.id if rule else "", "")


def _of_preservation(
    about: _About, preservation: Preservation, orders: Mapping[str, Order], time: datetime
) -> Iterator[Finding]:
    imposed, last = preservation.imposed, preservation.until
    assert last
    day = day_of(imposed.time)
    rule = order_rule(imposed.provision or "", day, _PRESERVES)
    for_production = (
        rule is not None and rule.until_production and _is_wanted(preservation, orders, time)
    )
    released = preservation.released_at is not None
    past = start_of(last + _DAY)
    kept = "released" if released else "within" if time < past else "past-end"
    if kept == "past-end" and for_production:
        kept = "for-production"
    yield from about.breaks("preservation", {"kept": kept}, imposed, due=past)
    longest = (
        None if rule is None else longest_preservation(rule, day, prolonged=preservation.extensions)
    )
    beyond = longest is not None and last > longest and not for_production and not released
    length = "unknown" if longest is None else "beyond" if beyond else "within"
    yield from about.breaks("preservation", {"length": length}, imposed)


def _is_wanted(preservation: Preservation, orders: Mapping[str, Order], time: datetime) -> bool:
    """Whether an order for the data that is kept waits to be executed."""
    for order in orders.values():
        receipt, status = order.receipt, standing(order, time)
        if (
            receipt is None
            or status is None
            or receipt.facts.get("extends") != preservation.order_ref
        ):
            continue
        if order.ref != preservation.order_ref and status.is_open:
            return True
    return False


def findings_on(rules: Sequence[str] | None, found: Iterable[Finding]) -> Iterator[Finding]:
    """Those under some rules; None: all."""
    return (one for one in found if rules is None or one.rule in rules)


RULE_IDS: frozenset[str] = frozenset(rule.id for rule in rulebook.ORDER_FINDINGS)
