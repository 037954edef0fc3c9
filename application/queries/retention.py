"""The part of the register on retention: what is declared, what the rules say, and whether it is kept.

Yes, no or unknown, always with why. It is measured by what the ledger itself still holds: it sees nothing
of what other systems keep.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import rulebook
from application.source import instant_or_none
from projections.reading.adherence import Adherence
from projections.views.processing_register import Entry
from rulebook import RetentionRule

_NOBODY = Adherence()
Kept = bool | None


def retention(entry: Entry, kept: Mapping[str, Adherence], day: date) -> dict[str, Any]:
    """Of an activity: for each category that was declared or observed, and of them together.

    `day`: by which periods have passed, and of which the rules are those in force.
    """
    declared = entry.declared or {}
    rules = declared.get("retention", {})
    names = {*declared.get("data_categories", ()), *entry.observed.categories, *rules, *kept}
    categories = [
        _category(name, rules.get(name), kept.get(name, _NOBODY), day) for name in sorted(names)
    ]
    return {"kept": _together([one["kept"] for one in categories]), "categories": categories}


def _together(answers: list[Kept]) -> Kept:
    """One no is no; one yes among unknowns is yes."""
    if False in answers:
        return False
    return True if True in answers else None


def _category(category: str, declared: str | None, found: Adherence, day: date) -> dict[str, Any]:
    rules = rulebook.retention_rules(category, day)
    kept, why = _judged(found, rules)
    return {
        "category": category,
        "declared": declared,
        "declared_rule": _fit(category, declared),
        "rules": [_rule(one) for one in rules],
        "kept": kept,
        "why": why,
        "data_subjects": found.data_subjects,
        "held": found.held,
        "suspended": found.suspended,
        "overdue": found.overdue,
        "since": instant_or_none(found.since),
        "decided_by": list(found.rules),
    }


def _judged(found: Adherence, rules: tuple[RetentionRule, ...]) -> tuple[Kept, str]:
    if found.overdue:
        return False, "overdue"
    if not found.data_subjects:
        return None, "not-observed"
    if not rules:
        return None, "no-period"
    return True, "within-period" if found.held else "nothing-held"


def _fit(category: str, declared: str | None) -> str:
    """How the declared rule relates to the rulebook, by which is judged."""
    if declared is None:
        return "none"
    known = rulebook.retention_rule(declared)
    if known is None:
        return "unknown"
    return "known" if category in known.categories else "other-category"


def _rule(rule: RetentionRule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "period": rule.period,
        "anchor": rule.anchor,
        "year_end": rule.year_end,
        "title": rule.title,
        "title_nl": rule.title_nl,
        "citation": rule.citation,
        "layer": rule.layer,
        "confidence": rule.confidence,
    }
