"""Decisions on the erasure of a person's data, as they stand at a time: the latest on each category. Pure.

A decision for retention takes the place of none that waits for another cause: data goes by its period anyway,
and of a rolling category only some months do. It says what keeps the data now, or that nothing does.
"""

from datetime import UTC, datetime

import msgspec

from projections.dossier.dossier import FOREVER, Dossier, Marked
from projections.dossier.said import Decisions
from rulebook import Cause
from rulebook.erasure import Outcome
from schemas import ROLLING_CATEGORIES, are_all

_NEVER = datetime.min.replace(tzinfo=UTC)


class CategoryDecision(msgspec.Struct, frozen=True):
    """The decision on one category. `grounds`: rule and reference of all that keeps it, if anything.

    `said_at`: when these grounds were told, by this decision or by a later one for retention.
    """

    decision: Outcome
    cause: Cause | None
    request_ref: str | None
    decided_at: datetime
    said_at: datetime
    grounds: tuple[tuple[str | None, str | None], ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the category is to go, and does not yet."""
        return self.decision != "erase" and self.cause is not None


def decided(dossier: Dossier, time: datetime = FOREVER) -> dict[str, CategoryDecision]:
    """Category -> the latest decision on it, sorted. A registration after a decision ends it."""
    marks = [mark for mark in dossier.saying("decided", Decisions) if mark.order.time <= time]
    if not marks:
        return {}
    anew = max((mark.order.time for mark in dossier.until("registered", time)), default=_NEVER)
    latest: dict[str, CategoryDecision] = {}
    for mark in marks:
        if mark.order.time >= anew:
            for category in mark.says.rulings:
                latest[category] = _after(latest.get(category), mark, category)
    return dict(sorted(latest.items()))


def _after(
    before: CategoryDecision | None, mark: Marked[Decisions], category: str
) -> CategoryDecision:
    says, at = mark.says, mark.order.time
    ruling = says.rulings[category]
    if before is None or not before.waits or not _is_beside(says, category, before):
        return CategoryDecision(
            ruling.decision, says.cause, says.request_ref, at, at, ruling.grounds
        )
    outcome = before.decision if ruling.decision == "erase" else ruling.decision
    return msgspec.structs.replace(before, decision=outcome, said_at=at, grounds=ruling.grounds)


def _is_beside(says: Decisions, category: str, before: CategoryDecision) -> bool:
    """Whether a decision leaves one that waits: it is for retention, and does not take the whole category."""
    if says.cause != "retention" or before.cause == "retention":
        return False
    of_months = category in ROLLING_CATEGORIES and not are_all(says.rulings)
    return says.rulings[category].decision != "erase" or of_months
