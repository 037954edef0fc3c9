"""Erasure decisions by data category: erase, retain or restrict, with ground and statute.

A reason to keep data is a *keeping*: a hold, a dispute, a claim, a case, a request, a restriction, a running
contract, an open portal account. A duty of retention is one too, and so is each unfinished period where only
periods are judged. An entry of `erasure_rules.toml` gives the outcome of a keeping, by category and by cause.

The keeping that lasts longest decides; the person is told of all of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from rulebook.layers import LayeredRule
from rulebook.loading import load_both
from rulebook.retention import Anchor, RetentionDue, retention_rule
from rulebook.validity import in_force

Cause = Literal["request", "retention", "consent-withdrawn", "unlawful", "objection", "removed"]
Kept = Literal[
    "hold",
    "undisclosed",
    "dispute",
    "debt",
    "case",
    "portal",
    "request-open",
    "request-ended",
    "restriction",
    "contract",
    "duty",
    "period",
    "waiting",
]
Outcome = Literal["erase", "retain", "restrict"]
_FOREVER = date.max
_PERIODS = 4_096


class ErasureTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A category, what asks for its erasure, and whether the rule has a say in it."""

    category: str
    cause: Cause
    applies: bool


class ErasureRule(LayeredRule, frozen=True, forbid_unknown_fields=True):
    """The outcome of a keeping, or of a cause without any keeping against it.

    `when`: the keeping, or the cause. `ground`: the code that events carry. `categories`: empty for all.
    `says`: the reason for the person, with `{ref}` and `{until}`.
    """

    when: Kept | Cause
    decision: Outcome
    ground: str
    causes: tuple[Cause, ...]
    says: str
    says_nl: str
    tests: Annotated[tuple[ErasureTest, ...], Meta(min_length=1)]
    categories: tuple[str, ...] = ()

    def stands_against(self, cause: Cause, category: str, day: date) -> bool:
        """Whether the rule has a say in the erasure of a category for a cause on a day."""
        return (
            in_force(self, day)
            and cause in self.causes
            and (category in self.categories or not self.categories)
        )


class Keeping(Struct, frozen=True):
    """Something that keeps data. `categories`: None for all that the rule names. `until`: None while open.

    `rule`, `statute`: of a period or a duty, and its citation. `waits_for`: what lets a period begin.
    """

    kind: Kept
    ref: str | None = None
    categories: frozenset[str] | None = None
    until: date | None = None
    rule: str | None = None
    statute: str | None = None
    waits_for: Anchor | None = None


class ErasureFacts(Struct, frozen=True):
    """The facts about a person on the day of the decision.

    `categories`: those with data. `periods`: for each category, the period that ends last.
    """

    cause: Cause
    categories: Collection[str]
    periods: Mapping[str, Sequence[RetentionDue]]
    keepings: Sequence[Keeping]


class Reason(Struct, frozen=True):
    """Why a category is not erased, or why it is.

    `until`: the first day on which it is over, if known. `waits_for`: what lets a period begin.
    """

    decision: Outcome
    ground: str
    rule: str
    statute: str
    says: str
    says_nl: str
    ref: str | None = None
    until: date | None = None
    waits_for: Anchor | None = None


class ErasureDecision(Struct, frozen=True):
    """The decision about a category. The first reason decides; the person is told of the others as well."""

    category: str
    reasons: tuple[Reason, ...]

    @property
    def first(self) -> Reason:
        """The reason that decides."""
        return self.reasons[0]

    @property
    def decision(self) -> Outcome:
        """Erase, retain, or restrict: only store."""
        return self.first.decision


ERASURE_RULES = load_both("erasure_rule", ErasureRule)
_BY_KEEPING = {
    kind: tuple(entry for entry in ERASURE_RULES if entry.when == kind) for kind in get_args(Kept)
}


def erasure_decisions(facts: ErasureFacts, day: date) -> dict[str, ErasureDecision]:
    """Category -> what becomes of it if its erasure is asked for on a day, sorted by category."""
    return {
        category: ErasureDecision(
            category, kept(facts, category, day) or (_reason_to_erase(facts.cause, category, day),)
        )
        for category in sorted(facts.categories)
    }


def kept(facts: ErasureFacts, category: str, day: date) -> tuple[Reason, ...]:
    """Why a category stays for now, the longest-lasting reason first; empty when nothing keeps it.

    A reason that is not disclosed is given only where there is no other one: beside those it would tell.
    """
    reasons = [
        (keeping.kind, _reason(entry, keeping))
        for keeping, entry in _standing(facts, category, day)
        if keeping.until is None or day < keeping.until
    ]
    disclosed = [reason for kind, reason in reasons if kind != "undisclosed"]
    return tuple(sorted(disclosed or (reason for _, reason in reasons), key=_lasting))


def over_from(facts: ErasureFacts, category: str) -> date | None:
    """The first day on which nothing keeps a category; None while a keeping has no known end.

    A category without any period is never over.
    """
    periods = facts.periods.get(category)
    if not periods:
        return None
    ends = [
        keeping.until
        for keeping in facts.keepings
        if (keeping.categories is None or category in keeping.categories)
        and _counts(keeping.kind, facts.cause, category)
    ]
    ends += [due.until for due in periods if _counts(_kind_of(due), facts.cause, category)]
    return None if None in ends else max(filter(None, ends), default=None)


@cache
def _counts(kind: Kept, cause: Cause, category: str) -> bool:
    """Whether what keeps data has any say in the erasure of a category for a cause, as rules stand last."""
    return any(
        entry.stands_against(cause, category, _FOREVER) for entry in _BY_KEEPING.get(kind, ())
    )


def recorded_reason(
    ground: str, rule: str | None, ref: str | None, until: date | None
) -> Reason | None:
    """A ground as a decision has it, with what it says; None for a ground that no rule has.

    `rule`: of the erasure, or of the period that keeps the data.
    """
    period = retention_rule(rule or "")
    if period is not None:
        keeping = _period(RetentionDue("", until, period.id))
        return _reason(_BY_KEEPING[keeping.kind][0], keeping)
    entries = [entry for entry in ERASURE_RULES if entry.id == rule]
    entries += [entry for entry in ERASURE_RULES if entry.ground == ground]
    return _reason(entries[0], Keeping("period", ref=ref, until=until)) if entries else None


def _standing(
    facts: ErasureFacts, category: str, day: date
) -> Iterator[tuple[Keeping, ErasureRule]]:
    """The keepings of a category against the cause, past and present, by the rules in force on a day."""
    for keeping in (*facts.keepings, *_periods(tuple(facts.periods.get(category, ())))):
        if keeping.categories is None or category in keeping.categories:
            for entry in _BY_KEEPING.get(keeping.kind, ()):
                if entry.stands_against(facts.cause, category, day):
                    yield keeping, entry


@lru_cache(_PERIODS)
def _periods(periods: tuple[RetentionDue, ...]) -> tuple[Keeping, ...]:
    """Periods as keepings. Cached: persons share them, and findings ask often."""
    return tuple(_period(due) for due in periods)


def _period(due: RetentionDue) -> Keeping:
    rule = retention_rule(due.rule or "")
    return Keeping(
        kind=_kind_of(due),
        until=due.until,
        rule=due.rule,
        statute=rule.citation if rule else None,
        waits_for=due.waits_for,
    )


def _kind_of(due: RetentionDue) -> Kept:
    if due.until is None:
        return "waiting"
    rule = retention_rule(due.rule or "")
    return "duty" if rule and rule.kind == "duty" else "period"


def _lasting(reason: Reason) -> tuple[int, str, str]:
    return -(reason.until or _FOREVER).toordinal(), reason.rule, reason.ref or ""


def _reason(entry: ErasureRule, keeping: Keeping) -> Reason:
    words = {"ref": keeping.ref, "until": keeping.until}
    return Reason(
        decision=entry.decision,
        ground=entry.ground,
        rule=keeping.rule or entry.id,
        statute=f"{entry.citation}; {keeping.statute}" if keeping.statute else entry.citation,
        says=entry.says.format_map(words),
        says_nl=entry.says_nl.format_map(words),
        ref=keeping.ref,
        until=keeping.until,
        waits_for=keeping.waits_for,
    )


@lru_cache(_PERIODS)
def _reason_to_erase(cause: Cause, category: str, day: date) -> Reason:
    """Why a category goes when nothing keeps it: the ground on which its erasure is asked for."""
    entry = next(
        entry
        for entry in ERASURE_RULES
        if entry.when == cause and entry.stands_against(cause, category, day)
    )
    return Reason(entry.decision, entry.ground, entry.id, entry.citation, entry.says, entry.says_nl)
