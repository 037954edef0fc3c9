"""Decisions on the erasure of a person's data, as they stand at a time: the latest on each category. Pure."""

from datetime import datetime

import msgspec

from projections.dossier.dossier import FOREVER, Dossier
from projections.dossier.said import Decisions
from rulebook import Cause
from rulebook.erasure import Outcome


class CategoryDecision(msgspec.Struct, frozen=True):
    """The decision on one category. `grounds`: rule and reference of all that keeps it, if anything."""

    decision: Outcome
    cause: Cause | None
    request_ref: str | None
    decided_at: datetime
    grounds: tuple[tuple[str | None, str | None], ...] = ()


def decided(dossier: Dossier, time: datetime = FOREVER) -> dict[str, CategoryDecision]:
    """Category -> the latest decision on it, sorted. A registration after a decision ends it."""
    latest: dict[str, CategoryDecision] = {}
    for mark in dossier.saying("decided", Decisions):
        says, at = mark.says, mark.order.time
        if at > time:
            break
        for category, ruling in says.rulings.items():
            latest[category] = CategoryDecision(
                ruling.decision, says.cause, says.request_ref, at, ruling.grounds
            )
    if not latest:
        return {}
    anew = [mark.order.time for mark in dossier.until("registered", time)]
    return {
        category: decision
        for category, decision in sorted(latest.items())
        if not any(time > decision.decided_at for time in anew)
    }
