"""The allowance of an order under the rulebook, and the grounds on which it may be refused. Pure.

The rulebook judges the order as it was received; this module puts the judgement into sentences that say how
to go on. No flag of a command gives an order more.
"""

from collections.abc import Collection, Iterator
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
    replaced_by,
    rule_of,
)

NO_RULE = "no-rule"
"""The rulebook has no rule for orders under the provision that was named."""
SUPERSEDED = "superseded"
"""The provision that was named held until another one replaced it, before the order came in."""
NOT_CONFIRMED = "not-confirmed"
"""An oral order was not confirmed in writing in time."""
_ALWAYS = ("not-authentic", "incomplete", "contradictory")
"""Grounds on which any order can be refused, or objected to."""
_COMPUTED: tuple[Fault | Ground, ...] = (
    "not-a-duty",
    "wrong-authority",
    "wrong-kind",
    "oral-not-allowed",
    "faulty-form",
    "not-authorised",
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
            SUPERSEDED,
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
            return frozenset({*_ALWAYS, self.usual_ground})
        computed = self.allowance.grounds if self.allowance and self.is_barren else ()
        return frozenset({*_ALWAYS, *self.faults, *self.rule.refusals, *computed})

    @property
    def usual_ground(self) -> str:
        """The first ground on which this order is to be refused; `incomplete` where the rulebook has none."""
        if self.rule is None:
            return SUPERSEDED if replaced_by(self.facts.provision, self.facts.day) else NO_RULE
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


def lacking(order: Order) -> tuple[str, ...]:
    """The faults of an order that the authority can mend, and its missing parts; as grounds."""
    judged = judgement_of(order)
    if judged is None:
        return ()
    if judged.rule is None:
        return (judged.usual_ground,)
    needs = judged.allowance.grounds if judged.allowance else ()
    return (*judged.faults, *(ground for ground in needs if ground == "needs-judge"))


def objection(
    ref: str,
    judged: Judgement,
    deed: Literal["validate", "narrow"],
    found: Collection[str] = (),
) -> str | None:
    """Why an order may not be validated, or narrowed, as one sentence; None when it may.

    `found`: conditions of its rule that the desk found fulfilled.
    """
    return next(_objections(ref, judged, deed, found), None)


def _objections(ref: str, judged: Judgement, deed: str, found: Collection[str]) -> Iterator[str]:
    law, facts, answer, rule = judged.facts.provision, judged.facts, judged.allowance, judged.rule
    if answer is None or rule is None:
        yield _without_rule(ref, judged)
        return
    for fault in judged.faults:
        if fault == "faulty-form":
            # What the authority can mend is told to it first; an objection answers the order.
            yield (
                "the form of the order is faulty, as its receipt says: tell the authority with "
                f"`ledger order object {ref} --ground faulty-form`, or refuse it with "
                f"`ledger order refuse {ref} --ground faulty-form`"
            )
            continue
        yield (
            _fault(fault, facts, rule)
            + f"; refuse it with `ledger order refuse {ref} --ground {fault}`"
        )
    if judged.is_barren:
        yield _barren(ref, judged, answer)
    if deed == "validate" and answer.is_narrower:
        yield (
            f"order {ref} asks for more than {law} allows: give `ledger order narrow {ref}`, which answers "
            "it with exactly what is allowed"
        )
    if deed == "narrow" and not answer.is_narrower:
        yield f"order {ref} asks for no more than {law} allows: give `ledger order validate {ref}`"
    yield from _of_conditions(ref, law, rule, deed, found)


def _barren(ref: str, judged: Judgement, answer: Allowance) -> str:
    if "needs-judge" in answer.grounds:
        return (
            f"what order {ref} asks for needs the word of an examining judge or a court: when it comes, give "
            f"`ledger order authorise {ref} --by B --document FILE`, or refuse it with `ledger order refuse "
            f"{ref} --ground needs-judge`"
        )
    return (
        f"nothing of what order {ref} asks for is allowed under {judged.facts.provision}: refuse it with "
        f"`ledger order refuse {ref} --ground {judged.usual_ground}`"
    )


def _of_conditions(
    ref: str, law: str, rule: OrderRule, deed: str, found: Collection[str]
) -> Iterator[str]:
    missing = [condition for condition in rule.conditions if condition not in found]
    if missing:
        flags = " ".join(f"--found {condition}" for condition in rule.conditions)
        yield (
            f"under {law} nothing is given unless {', '.join(missing)}: give `ledger order {deed} {ref} "
            f"{flags}` when all of that is so, or refuse it"
        )
    surplus = [condition for condition in found if condition not in rule.conditions]
    if surplus:
        yield f"{', '.join(surplus)} is no condition of {law}"


def _without_rule(ref: str, judged: Judgement) -> str:
    facts = judged.facts
    old = replaced_by(facts.provision, facts.day)
    if old is not None:
        rule, now = old
        return (
            f"{facts.provision} held until {rule.valid_to}, and since then {now} holds, which is another "
            f"article: refuse it with `ledger order refuse {ref} --ground {SUPERSEDED}`"
        )
    return (
        f"the rulebook has no rule for orders under {facts.provision}: refuse it with "
        f"`ledger order refuse {ref} --ground {NO_RULE}`"
    )


def _fault(fault: Fault, facts: OrderFacts, rule: OrderRule) -> str:
    if fault == "not-authorised" and rule.authorised:
        return (
            f"an order under {facts.provision} needs the word of {' or '.join(rule.authorised.by)}, which is "
            "recorded with `ledger order authorise`"
        )
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
