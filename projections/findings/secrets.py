"""Findings about the secrecy, preservation and restrictions of one person, at a time. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from projections.findings.breaking import About, review
from projections.findings.judging import Finding
from projections.views.order_acts import SECRECY, OrderAct
from projections.views.order_clocks import OrderClockStatus
from projections.views.orders import Order, is_wanted, next_review
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
from rulebook.orders import OrderRule, longest_preservation, order_rule
from rulebook.periods import ORDER_PERIODS

_DAY = timedelta(days=1)
_PRESERVES = "preservation"


def of_secrets(
    about: About, secrets: Secrets, orders: Mapping[str, Order], time: datetime
) -> Iterator[Finding]:
    """The findings about a person's secrets. `orders`: by reference, as they were at the time."""
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
    about: About,
    secrets: Secrets,
    disclosure: SecretDisclosure,
    orders: Mapping[str, Order],
    time: datetime,
) -> Iterator[Finding]:
    if disclosure.lifted_at is not None:
        due = disclosure.lifted_at + ORDER_PERIODS["handover"].period
        handed = "running" if time < due else "overdue"
        situation = {"handed_over": handed if disclosure.waits else "done"}
        yield from about.breaks("handover", situation, disclosure.act, due=due)
    if disclosure.secrecy == "in-force" and not _is_known(disclosure.order_ref, orders):
        yield from _of_review(about, secrets.until(time), disclosure, time)


def _is_known(ref: str | None, orders: Mapping[str, Order]) -> bool:
    """Whether an order was received: then its own clock asks for the review."""
    order = orders.get(ref or "")
    return order is not None and order.receipt is not None


def _of_review(
    about: About, secrets: Secrets, disclosure: SecretDisclosure, time: datetime
) -> Iterator[Finding]:
    act = disclosure.act
    said = secrets.named(*SECRECY)
    acts = [one for one in said if concerns(one, act, disclosure.order_ref)]
    clock = _review_clock(acts, act)
    if clock is not None:
        yield from review(about, acts, act, clock, time)


def _review_clock(acts: Sequence[OrderAct], disclosed: OrderAct) -> OrderClockStatus | None:
    """Until when the secrecy of a disclosure without an order is looked at again."""
    rule = order_rule(disclosed.provision or "", day_of(disclosed.time))
    day = next_review(disclosed, acts, rule)
    if day is None:
        return None
    return OrderClockStatus("review", start_of(day + _DAY), rule.id if rule else "", "")


def _of_preservation(
    about: About, preservation: Preservation, orders: Mapping[str, Order], time: datetime
) -> Iterator[Finding]:
    imposed, last = preservation.imposed, preservation.until
    assert last
    rule = order_rule(imposed.provision or "", day_of(imposed.time), _PRESERVES)
    ref = preservation.order_ref
    wanted = rule is not None and rule.until_production and is_wanted(ref, orders.values(), time)
    past = start_of(last + _DAY)
    kept = _kept(preservation, past, time, wanted=wanted)
    yield from about.breaks("preservation", {"kept": kept}, imposed, due=past)
    if kept != "released" and not wanted:
        length = _length(preservation, rule, last)
        yield from about.breaks("preservation", {"length": length}, imposed)


def _kept(preservation: Preservation, past: datetime, time: datetime, *, wanted: bool) -> str:
    """How data is kept at a time. `past`: from when its last day is over."""
    if preservation.released_at is not None:
        return "released"
    if time < past:
        return "within"
    return "for-production" if wanted else "past-end"


def _length(preservation: Preservation, rule: OrderRule | None, last: date) -> str:
    """Whether data is to be kept longer than the law allows."""
    if rule is None:
        return "unknown"
    day, times = day_of(preservation.imposed.time), preservation.extensions
    return "beyond" if last > longest_preservation(rule, day, prolonged=times) else "within"
