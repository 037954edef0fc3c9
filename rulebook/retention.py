"""Retention: the period for data of a category, its start, and the rule behind it.

A *duty* says how long data must be kept, a *permission* how long it may be. Data is due at the end of the
latest duty; without a duty, or after it, at the end of the shortest permission. Holds and pending requests
are not rules: `projections.keeping` adds them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.calendar import months_after
from rulebook.layers import LayeredRule
from rulebook.loading import load_both, unchanged_since
from rulebook.validity import in_force

Anchor = Literal[
    "collected",
    "contract-ended",
    "invoice",
    "decision",
    "settled",
    "case-closed",
    "case-cleared",
    "portal-closed",
    "employment-ended",
    "consent-ended",
    "account-closed",
]
ANCHORS: tuple[Anchor, ...] = Anchor.__args__  # type: ignore[attr-defined]
"""Events from which a period runs. `account-closed`: the contract's end, or else the deactivation."""

_MONTHS = 12
# Persons share few of them, but a batch or a rebuild asks for thousands.
_PERIODS = 16_384


class RetentionTest(Struct, frozen=True, forbid_unknown_fields=True):
    """The day of the anchor, and the first day on which the period is over."""

    anchor: date
    until: date


class RetentionRule(LayeredRule, frozen=True, forbid_unknown_fields=True):
    """One period for some categories. `year_end`: it runs from the end of the anchor's year.

    `otherwise`: the anchor from which it runs where its own has not come.
    `months` or `days`, not both. `valid_to`: the first day on which the rule is not in force.
    """

    kind: Literal["duty", "permission"]
    categories: tuple[str, ...]
    anchor: Anchor
    title: str
    title_nl: str
    tests: Annotated[tuple[RetentionTest, ...], Meta(min_length=1)]
    months: int = 0
    days: int = 0
    year_end: bool = False
    otherwise: Anchor | None = None

    @property
    def period(self) -> str:
        """Its length by ISO 8601: whole years where they are, else months or days."""
        if self.days:
            return f"P{self.days}D"
        years, months = divmod(self.months, _MONTHS)
        return f"P{self.months}M" if months or not years else f"P{years}Y"

    def begins(self, anchors: Mapping[Anchor, date]) -> date | None:
        """The day from which it runs, of the anchors that have come; None where neither of its two has."""
        own = anchors.get(self.anchor)
        return anchors.get(self.otherwise) if own is None and self.otherwise else own

    def until(self, anchor: date) -> date:
        """The first day after the period that starts with the anchor."""
        start = date(anchor.year + 1, 1, 1) if self.year_end else anchor
        if self.days:
            return date.fromordinal(start.toordinal() + self.days)
        return months_after(start, self.months)


class RetentionDue(Struct, frozen=True):
    """When a category is due. `until`: None while a period has not begun. `rule`: which decides.

    `waits_for`: the anchor that has not come yet.
    """

    category: str
    until: date | None
    rule: str | None
    waits_for: Anchor | None = None


RETENTION_RULES = load_both("retention_rule", RetentionRule)


_BY_ID = {entry.id: entry for entry in RETENTION_RULES}


def retention_rule(id: str) -> RetentionRule | None:
    """The rule of an id, in force or not; None when the rulebook has none."""
    return _BY_ID.get(id)


def retention_rules(category: str, day: date) -> tuple[RetentionRule, ...]:
    """The rules of a category that are in force on a day."""
    return tuple(entry for entry in _rules_of(category) if in_force(entry, day))


@cache
def _asked(category: str) -> tuple[Anchor, ...]:
    """The anchors that decide when a category is due."""
    rules = _rules_of(category)
    stand_ins = {entry.otherwise for entry in rules if entry.otherwise}
    return tuple(sorted({"account-closed", *stand_ins, *(entry.anchor for entry in rules)}))


@cache
def _rules_of(category: str) -> tuple[RetentionRule, ...]:
    return tuple(entry for entry in RETENTION_RULES if category in entry.categories)


def retention_periods(
    category: str, anchors: Mapping[Anchor, date], day: date
) -> tuple[RetentionDue, ...]:
    """Every period of a category as the rules stand on a day; the last one decides.

    `anchors`: those that have come. Each duty that has begun, the shortest permission that has, and what
    has not begun and makes everything wait. Conservative: that is a duty whose anchor has not come, or
    permissions of which none has, until the account is closed: after that their anchors do not come any more.
    On a day before the first rule of the category that rule answers: it holds for what is older, too.
    """
    # Persons differ in anchors, but not in those that the rules of one category ask for.
    asked = tuple([(name, anchors[name]) for name in _asked(category) if name in anchors])
    return _periods(category, asked, unchanged_since(max(day, _first_day(category))))


@lru_cache(_PERIODS)
def _periods(
    category: str, asked: tuple[tuple[Anchor, date], ...], day: date
) -> tuple[RetentionDue, ...]:
    anchors = dict(asked)
    rules = retention_rules(category, day)
    permissions = _ends(rules, "permission", anchors)
    running = [*_ends(rules, "duty", anchors), *sorted(permissions, key=_until)[:1]]
    ends = [RetentionDue(category, until, entry.id) for until, entry in sorted(running, key=_until)]
    waiting = [entry for entry in rules if entry.begins(anchors) is None]
    if "account-closed" not in anchors and _makes_wait(waiting, bool(permissions)):
        return (*ends, _until_closed(category, rules, anchors))
    if not ends and waiting:
        return (RetentionDue(category, None, waiting[0].id, waiting[0].anchor),)
    return tuple(ends)


def _makes_wait(waiting: Sequence[RetentionRule], is_permitted: bool) -> bool:
    """Whether rules that have not begun keep everything: a duty always, permissions while none has begun."""
    return any(entry.kind == "duty" for entry in waiting) or (bool(waiting) and not is_permitted)


def retention_due(category: str, anchors: Mapping[Anchor, date], day: date) -> RetentionDue:
    """The day when data of a category is due, by the rules of a day: the end of the last of its periods.

    A rule that only makes the data wait does not decide, since it does not apply yet.
    """
    periods = retention_periods(category, anchors, day)
    return periods[-1] if periods else RetentionDue(category, None, None)


def _until(pair: tuple[date, RetentionRule]) -> date:
    return pair[0]


def _until_closed(
    category: str, rules: Sequence[RetentionRule], anchors: Mapping[Anchor, date]
) -> RetentionDue:
    """Data that may still come under a duty waits for its permission to begin, or for the account's end."""
    rule = next((r for r in rules if r.kind == "permission"), None)
    if rule is None or rule.begins(anchors):
        return RetentionDue(category, None, rule.id if rule else None, "account-closed")
    return RetentionDue(category, None, rule.id, rule.anchor)


@cache
def _first_day(category: str) -> date:
    """The first day on which any rule of a category is in force."""
    return min((entry.valid_from for entry in _rules_of(category)), default=date.min)


def _ends(
    rules: Iterable[RetentionRule], kind: str, anchors: Mapping[Anchor, date]
) -> list[tuple[date, RetentionRule]]:
    """First day after the period of each rule of a kind whose anchor has come; none is before its rule."""
    return [
        (max(r.until(begun), r.valid_from), r)
        for r in rules
        if r.kind == kind and (begun := r.begins(anchors))
    ]
