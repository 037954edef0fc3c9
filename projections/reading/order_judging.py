"""What an order may have under the rulebook, and on which grounds it may be refused. Pure.

The rulebook answers of the order as it was received; this puts the answer into sentences that say what to do
next. No flag of a command gives an order more.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from projections.views.orders import Order
from rulebook.orders import (
    ORDER_RULES,
    Allowance,
    Fault,
    Ground,
    OrderFacts,
    OrderRule,
    allowed,
    faults,
    rule_of,
)

NO_RULE = "no-rule"
"""The rulebook has no rule for orders under the provision that was named."""
NOT_CONFIRMED = "not-confirmed"
"""An oral order was not confirmed in writing in time."""
_ALWAYS = ("not-authentic", "incomplete", "contradictory")
"""Grounds on which any order can be refused, or objected to."""
_COMPUTED: tuple[Fault | Ground, ...] = (
    "not-a-duty",
    "wrong-authority",
    "wrong-kind",
    "oral-not-allowed",
    "beyond-provision",
    "needs-judge",
    "period-beyond-provision",
)
ORDER_GROUNDS = tuple(
    sorted(
        {
            *_ALWAYS,
            *_COMPUTED,
            NO_RULE,
            NOT_CONFIRMED,
            *(g for rule in ORDER_RULES for g in rule.refusals),
        }
    )
)
"""Every ground on which some order can be refused."""


class Judgement(Struct, frozen=True):
    """An order beside its rule; without a rule nothing is allowed."""

    facts: OrderFacts
    rule: OrderRule | None
    faults: tuple[Fault, ...]
    allowance: Allowance | None

    @property
    def is_barren(self) -> bool:
        """Whether nothing is left of what was asked for."""
        answer = self.allowance
        if answer is None or self.faults:
            return True
        first, last = answer.period_from, answer.period_to
        no_day = first is not None and last is not None and last < first
        return no_day or bool(self.facts.requested_fields and not answer.fields)

    @property
    def grounds(self) -> frozenset[str]:
        """The grounds on which this order may be refused as a whole."""
        if self.rule is None:
            return frozenset({*_ALWAYS, NO_RULE})
        computed = self.allowance.grounds if self.allowance and self.is_barren else ()
        return frozenset({*_ALWAYS, *self.faults, *self.rule.refusals, *computed})

    @property
    def usual_ground(self) -> str:
        """The first ground on which this order is to be refused; `incomplete` where the rulebook has none."""
        if self.rule is None:
            return NO_RULE
        computed = self.allowance.grounds if self.allowance else ()
        return next(iter((*self.faults, *computed)), "incomplete")


def judge(facts: OrderFacts) -> Judgement:
    """An order beside the rule of the day on which it was received."""
    rule = rule_of(facts)
    if rule is None:
        return Judgement(facts, None, (), None)
    return Judgement(facts, rule, faults(rule, facts), allowed(rule, facts))


def judgement_of(order: Order) -> Judgement | None:
    """The judgement of an order; None of an order that was never received."""
    return None if order.facts is None else judge(order.facts)


def objection(ref: str, judged: Judgement, deed: Literal["validate", "narrow"]) -> str | None:
    """Why an order may not be validated, or narrowed, as one sentence; None when it may."""
    return next(_objections(ref, judged, deed), None)


def _objections(ref: str, judged: Judgement, deed: str) -> Iterator[str]:
    law, facts, answer = judged.facts.provision, judged.facts, judged.allowance
    if answer is None:
        yield (
            f"the rulebook has no rule for orders under {law}: refuse it with "
            f"`ledger order refuse {ref} --ground {NO_RULE}`"
        )
        return
    for fault in judged.faults:
        yield (
            _fault(fault, facts) + f"; refuse it with `ledger order refuse {ref} --ground {fault}`"
        )
    if judged.is_barren:
        yield (
            f"nothing of what order {ref} asks for is allowed under {law}: refuse it with "
            f"`ledger order refuse {ref} --ground {judged.usual_ground}`"
        )
    if deed == "validate" and answer.is_narrower:
        yield (
            f"order {ref} asks for more than {law} allows: give `ledger order narrow {ref}`, which answers "
            "it with exactly what is allowed"
        )
    if deed == "narrow" and not answer.is_narrower:
        yield f"order {ref} asks for no more than {law} allows: give `ledger order validate {ref}`"


def _fault(fault: Fault, facts: OrderFacts) -> str:
    if fault == "not-a-duty":
        return f"{facts.provision} is no duty of a telecom provider"
    if fault == "wrong-authority":
        return f"{facts.issued_by} may not order under {facts.provision}"
    if fault == "wrong-kind":
        return f"no order of the kind {facts.kind} exists under {facts.provision}"
    return f"an order under {facts.provision} must be given in writing"


def refusal(ref: str, judged: Judgement, ground: str, *, lapsed: bool) -> str | None:
    """Why an order may not be refused, or objected to, on a ground, as one sentence; None when it may."""
    grounds = judged.grounds | ({NOT_CONFIRMED} if lapsed else frozenset())
    if ground in grounds:
        return None
    return f"{ground} is no ground for order {ref}: expected one of {', '.join(sorted(grounds))}"
