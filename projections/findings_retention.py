"""Retention as findings: data that is still held, and from when its period has passed. Pure.

What is held of a category is a fact like any other, although no single event makes it: it changes when
data is first collected under a key, and when keys are destroyed. The oldest of it decides.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from projections.findings_dossier import Dossier
from projections.findings_fact import Fact
from projections.findings_look import Look, Seen
from projections.findings_traces import Traces
from projections.keepings import keepings_of
from projections.retention import anchors_of, instant_of_day, oldest, period_of
from rulebook import ErasureFacts, Keeping, kept

__all__ = ["RETENTION", "deciding_rule", "held_facts", "kept_of", "retention"]

RETENTION = "retention"
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
        facts={"category": category},
        subject=row.subject,
    )


def retention(fact: Fact, look: Look) -> Iterator[Seen]:
    """Until when the category may be kept, as things stand; what keeps it stops every period."""
    category, keepings = fact.facts["category"], look.once(_keepings)
    if _stopped(keepings, (category,)):
        yield Seen({"period": "held"})
        return
    due = period_of(category, fact.occurred_at, look.once(anchors_of))
    if due.until is not None:
        until = max([due.until, *_kept_until(keepings, category)])
        yield Seen({"period": "passed"}, instant_of_day(until), f"{category}{_DETAIL}{due.rule}")


def _keepings(look: Look) -> list[Keeping]:
    return keepings_of(look.own)


def deciding_rule(detail: str | None) -> str:
    """The rule of the rulebook by which a period has passed, from the detail of what was seen."""
    return (detail or "").partition(_DETAIL)[2]


def kept_of(own: Dossier, categories: Collection[str]) -> list[str]:
    """Those of some categories whose every period is stopped, by a hold or by whatever has no end yet."""
    return _stopped(keepings_of(own), categories)


def _stopped(keepings: Sequence[Keeping], categories: Collection[str]) -> list[str]:
    if not keepings:
        return []
    facts = ErasureFacts("retention", tuple(categories), {}, keepings)
    return [category for category in categories if kept(facts, category, date.max)]


def _kept_until(keepings: Sequence[Keeping], category: str) -> Iterator[date]:
    """Ends of what keeps a category for a time that is known, such as the file of a request."""
    for keeping in keepings:
        if keeping.until and keeping.categories and category in keeping.categories:
            yield keeping.until
