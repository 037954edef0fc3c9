"""Retention as findings: data that is still held, and from when its period has passed. Pure.

What is held of a category is a fact like any other, although no single event makes it: it changes when
data is first collected under a key, and when keys are destroyed. The oldest of it decides.
"""

from collections.abc import Iterator
from datetime import date

from projections.findings_fact import Fact
from projections.findings_look import Look, Seen
from projections.findings_traces import Traces
from projections.keepings import keepings_of
from projections.retention import anchors_of, instant_of_day, oldest, period_of
from rulebook import ErasureFacts, kept

__all__ = ["RETENTION", "held_facts", "retention"]

RETENTION = "retention"


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
        facts={"category": category},
        subject=row.subject,
    )


def retention(fact: Fact, look: Look) -> Iterator[Seen]:
    """Until when the category may be kept, as things stand; what keeps it stops every period."""
    category = fact.facts["category"]
    if _is_kept(category, look):
        yield Seen({"period": "held"})
        return
    due = period_of(category, fact.occurred_at, anchors_of(look))
    if due.until is not None:
        yield Seen({"period": "passed"}, instant_of_day(due.until), f"{category}, {due.rule}")


def _is_kept(category: str, look: Look) -> bool:
    """By anything but a duty, of which the clocks know. By the newest rules."""
    keepings = keepings_of(look.own)
    facts = ErasureFacts("retention", (category,), {}, keepings)
    return bool(keepings) and bool(kept(facts, category, date.max))
