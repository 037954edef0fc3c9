"""Retention: data that is still held, and from when its period has passed. Pure.

What is held of a category is a fact like any other, although no single event makes it: it changes when
data is first collected under a key, and when keys are destroyed. The oldest of it decides.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache

import rulebook
from projections.findings_dossier import Dossier, Mark
from projections.findings_fact import Fact
from projections.findings_look import Look, Seen
from projections.findings_traces import Traces
from rulebook import Anchor
from rulebook.calendar import AMSTERDAM, day_of

__all__ = ["RETENTION", "deciding_rule", "held_facts", "is_on_hold", "retention"]

RETENTION = "retention"
_Anchors = tuple[tuple[Anchor, date], ...]
_CATEGORIES = 4_096
_DETAIL = ", "  # between a category and the rule that decides
# Anchors whose last mark starts the period; their topics have the same names.
_LATEST: tuple[Anchor, ...] = ("invoice", "decision", "settled", "case-closed")


def held_facts(row: object) -> dict[str, Fact]:
    """Subkey -> the fact that data of a category is held, at the oldest event of it."""
    if not isinstance(row, Traces):
        return {}
    return {f"{RETENTION}/{category}": _fact(row, category) for category in row.held}


def _fact(row: Traces, category: str) -> Fact:
    oldest = min(row.held[category].values())
    return Fact(
        position=oldest.position,
        occurred_at=oldest.time,
        source=oldest.source,
        id=oldest.id,
        name=oldest.name,
        facts={"category": category},
        subject=row.subject,
    )


def retention(fact: Fact, look: Look) -> Iterator[Seen]:
    """Until when the category may be kept, as things stand; a hold stops every period."""
    category = fact.facts["category"]
    if is_on_hold(look.own, category):
        yield Seen({"period": "held"})
        return
    anchors = dict(_anchors(look))
    anchors["collected"] = day_of(fact.occurred_at)
    due = _due(category, tuple(sorted(anchors.items())))
    if due is not None:
        until, rule = due
        yield Seen({"period": "passed"}, until, f"{category}{_DETAIL}{rule}")


@lru_cache(_CATEGORIES)
def _due(category: str, anchors: _Anchors) -> tuple[datetime, str] | None:
    """The instant from which nothing may be kept, and the rule that says so, as the rules stood last."""
    found = rulebook.retention_due(category, dict(anchors), max(day for _, day in anchors))
    if found.until is None or found.rule is None:
        return None
    until = datetime.combine(found.until, time(), AMSTERDAM)
    return until.astimezone(UTC), found.rule


def deciding_rule(detail: str | None) -> str:
    """The rule of the rulebook by which a period has passed, from the detail of what was seen."""
    return (detail or "").partition(_DETAIL)[2]


def is_on_hold(own: Dossier, category: str) -> bool:
    """Whether a legal hold stops every period of a category."""
    return any(
        marks[-1].says is not None and category in marks[-1].says
        for topic, marks in own.marks.items()
        if topic.startswith("hold/")
    )


def _anchors(look: Look) -> Iterator[tuple[Anchor, date]]:
    own = look.own
    for anchor in _LATEST:
        if marks := own.all(anchor):
            yield anchor, _day(marks[-1])
    for topic, anchor in (("portal", "portal-closed"), ("job", "employment-ended")):
        marks = own.all(topic)
        if marks and marks[-1].says == "ended":
            yield anchor, _day(marks[-1])
    closed = _closed(look)
    if closed is not None:
        yield "account-closed", closed


def _closed(look: Look) -> date | None:
    """When the last contract ended; without contracts, when the account was closed.

    A contact person is closed when they are removed, or with the customer's account.
    """
    own = look.own
    contracts = [marks[-1] for topic, marks in own.marks.items() if topic.startswith("contract/")]
    if contracts:
        ended = [_day(mark) for mark in contracts if mark.says == "ended"]
        return max(ended) if len(ended) == len(contracts) else None
    if own.customer:
        removed = own.all("contact")[-1:]
        if removed and removed[0].says == "removed":
            return _day(removed[0])
        return _deactivated(look.at(own.customer))
    return _deactivated(own)


def _deactivated(dossier: Dossier) -> date | None:
    marks = dossier.all("account")
    return _day(marks[-1]) if marks and marks[-1].says != "active" else None


def _day(mark: Mark) -> date:
    return day_of(mark.order.time)
