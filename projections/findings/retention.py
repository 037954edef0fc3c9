"""Retention findings: data still held after its period has passed. Pure.

The data held in a category is a fact like any other, although no single event makes it: it changes when data
is first collected under a key, and when keys are destroyed. The oldest data decides.
"""

from collections.abc import Iterator

from projections.dossier.fact import Fact, Kept
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.traces import Traces
from projections.keeping.lasting import lasting
from projections.keeping.retention import latest_beside, oldest
from rulebook.calendar import start_of

RETENTION = "retention"
_PASSED = {"period": "passed"}
_DETAIL = ", "  # between a category and the rule that decides


def held_facts(row: object) -> dict[str, Fact]:
    """Subkey -> the fact that data of a category is held, at the oldest event of it."""
    if not isinstance(row, Traces):
        return {}
    return {f"{RETENTION}/{category}": _fact(row, category) for category in row.held}


def _fact(row: Traces, category: str) -> Fact:
    first = oldest(row, category)
    return Fact(
        position=first.position,
        occurred_at=first.time,
        source=first.source,
        id=first.id,
        name=first.name,
        facts=Kept(category=category, latest=latest_beside(row, category)),
        subject=row.subject,
    )


def retention(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """From when the category should have gone, as things stand; what has no end yet stops every period."""
    category = fact.facts.category
    lifetime = lasting(look, category, fact.occurred_at, fact.facts.latest or fact.occurred_at)
    if lifetime.over_from is not None:
        detail = f"{category}{_DETAIL}{lifetime.period.rule}"
        yield SeenSituation(_PASSED, start_of(lifetime.over_from), detail)


def deciding_rule(detail: str | None) -> str:
    """The rule of the rulebook by which a period has passed, from the detail of what was seen."""
    return (detail or "").partition(_DETAIL)[2]
