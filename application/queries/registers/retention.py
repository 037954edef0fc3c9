"""The part of the register on retention: what is declared, what the rules say, and whether it is kept.

Yes, no or unknown, always with why. It is measured by what the ledger itself still holds: it sees nothing
of what other systems keep.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

import rulebook
from application.answer import Answer
from application.queries.registers.declaration import Declaration
from application.source import instant_or_none
from projections.reading.adherence import Adherence
from rulebook import RetentionRule

_NOBODY = Adherence()
Kept = bool | None
Fit = Literal["none", "unknown", "known", "other-category"]
Why = Literal["overdue", "not-observed", "no-period", "within-period", "nothing-held"]


class RuleInForce(Answer, frozen=True):
    """A rule of the rulebook that judges. `year_end`: its `period` runs from the end of the anchor's year.

    `otherwise`: from what it runs where the anchor does not come.
    """

    rule: str
    kind: str
    period: str
    anchor: str
    otherwise: str | None
    year_end: bool
    title: str
    title_nl: str
    citation: str
    layer: str
    confidence: str


class CategoryRetention(Answer, frozen=True):
    """A category that was declared or observed: whether its data is kept as the rules say, and why.

    `declared`: the rule that the activity names; `declared_rule`: how it relates to the `rules` that judge.
    Of so many `data_subjects` the ledger holds values of `held`; of these a hold or the like stops the
    periods of `suspended`; of `overdue` a period has passed, the first `since`, `decided_by` these rules.
    """

    category: str
    declared: str | None
    declared_rule: Fit
    rules: list[RuleInForce]
    kept: Kept
    why: Why
    data_subjects: int
    held: int
    suspended: int
    overdue: int
    since: str | None
    decided_by: list[str]


class Retention(Answer, frozen=True):
    """Whether the data of an activity is kept as the rules say: yes, no, or None where that is unknown."""

    kept: Kept
    categories: list[CategoryRetention]


def retention(
    declared: Declaration | None,
    observed: Iterable[str],
    adherence: Mapping[str, Adherence],
    day: date,
) -> Retention:
    """Of an activity: for each category that was declared or observed, and of them together.

    `day`: by which periods have passed, and of which the rules are those in force.
    """
    rules = declared.retention if declared else {}
    names = {*(declared.data_categories if declared else ()), *observed, *rules, *adherence}
    categories = [
        _category(name, rules.get(name), adherence.get(name, _NOBODY), day)
        for name in sorted(names)
    ]
    return Retention(_kept_of_all([category.kept for category in categories]), categories)


def _kept_of_all(answers: list[Kept]) -> Kept:
    """One no is no; one yes among unknowns is yes."""
    if False in answers:
        return False
    return True if True in answers else None


def _category(
    category: str, declared: str | None, adherence: Adherence, day: date
) -> CategoryRetention:
    rules = rulebook.retention_rules(category, day)
    kept, why = _judged(adherence, rules)
    return CategoryRetention(
        category=category,
        declared=declared,
        declared_rule=_fit(category, declared),
        rules=[_rule(rule) for rule in rules],
        kept=kept,
        why=why,
        data_subjects=adherence.data_subjects,
        held=adherence.held,
        suspended=adherence.suspended,
        overdue=adherence.overdue,
        since=instant_or_none(adherence.since),
        decided_by=list(adherence.rules),
    )


def _judged(adherence: Adherence, rules: tuple[RetentionRule, ...]) -> tuple[Kept, Why]:
    # The order matters: a passed period is a no, whatever else is unknown.
    if adherence.overdue:
        return False, "overdue"
    if not adherence.data_subjects:
        return None, "not-observed"
    if not rules:
        return None, "no-period"
    return True, "within-period" if adherence.held else "nothing-held"


def _fit(category: str, declared: str | None) -> Fit:
    """How the declared rule relates to the rulebook, by which is judged."""
    if declared is None:
        return "none"
    rule = rulebook.retention_rule(declared)
    if rule is None:
        return "unknown"
    return "known" if category in rule.categories else "other-category"


def _rule(rule: RetentionRule) -> RuleInForce:
    return RuleInForce(
        rule=rule.id,
        kind=rule.kind,
        period=rule.period,
        anchor=rule.anchor,
        otherwise=rule.otherwise,
        year_end=rule.year_end,
        title=rule.title,
        title_nl=rule.title_nl,
        citation=rule.citation,
        layer=rule.layer,
        confidence=rule.confidence,
    )
