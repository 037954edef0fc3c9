"""The retention of held data, by category: one answer for every caller. Pure.

The access report, `ledger retention`, decisions, findings and the register ask here. A reason to keep data
beyond its period is a keeping (`keepings`); the rulebook judges both (`rulebook.kept`).
"""

from collections.abc import Collection
from datetime import date, datetime

import msgspec

from projections.dossier.dossier import Dossier
from projections.dossier.look import FactContext
from projections.dossier.traces import Traces
from projections.keeping.keepings import keepings_of
from projections.keeping.retention import anchors_of, latest_beside, oldest, periods_of
from rulebook import Cause, ErasureFacts, Keeping, Reason, RetentionDue, kept, over_from


class RetentionEnd(msgspec.Struct, frozen=True):
    """Until when a category is kept. `period`: the period that decides; holds and the like come on top.

    `over_from`: the first day on which nothing keeps it; None while something has no end that is known.
    """

    category: str
    period: RetentionDue
    over_from: date | None
    facts: ErasureFacts

    def grounds(self, day: date) -> tuple[Reason, ...]:
        """Everything that keeps it on a day, the longest-lasting reason last."""
        return kept(self.facts, self.category, day)[::-1]

    def overdue_since(self, day: date) -> date | None:
        """The day on which it should have gone; None when that has not come by a day."""
        over = self.over_from
        return over if over is not None and over <= day else None

    def told(self) -> "RetentionEnd":
        """As the person may know it: without the holds of which they are not told."""
        open_ = [keeping for keeping in self.facts.keepings if keeping.kind != "undisclosed"]
        facts = msgspec.structs.replace(self.facts, keepings=open_)
        return msgspec.structs.replace(self, facts=facts, over_from=over_from(facts, self.category))


def lasting(
    look: FactContext, category: str, collected: datetime, latest: datetime
) -> RetentionEnd:
    """How long a category is kept whose oldest value was collected then, as things stand.

    `latest`: of the values that share its key.
    """
    periods = periods_of(category, collected, anchors_of(look, category, latest))
    keepings = look.once(keepings_around)
    facts = ErasureFacts("retention", (category,), {category: periods}, keepings)
    period = periods[-1] if periods else RetentionDue(category, None, None)
    return RetentionEnd(category, period, over_from(facts, category), facts)


def lasting_of(look: FactContext, traces: Traces, category: str) -> RetentionEnd:
    """The retention of the data held in a category."""
    collected, latest = oldest(traces, category).time, latest_beside(traces, category)
    return lasting(look, category, collected, latest)


def facts_of(
    look: FactContext, traces: Traces, cause: Cause, categories: Collection[str]
) -> ErasureFacts:
    """The facts about a person whose data in some categories is to be erased for a cause."""
    periods = {category: _periods(look, traces, category) for category in categories}
    return ErasureFacts(cause, tuple(categories), periods, look.once(keepings_around))


def _periods(look: FactContext, traces: Traces, category: str) -> tuple[RetentionDue, ...]:
    if category not in traces.held:
        return periods_of(category, None, anchors_of(look, category))
    latest = latest_beside(traces, category)
    collected = oldest(traces, category).time
    return periods_of(category, collected, anchors_of(look, category, latest))


def kept_of(dossier: Dossier, categories: Collection[str]) -> list[str]:
    """The categories whose every period is stopped, by a hold or by a reason without an end."""
    keepings = keepings_of(dossier)
    if not keepings:
        return []
    facts = ErasureFacts("retention", tuple(categories), {}, keepings)
    return [category for category in categories if kept(facts, category, date.max)]


def keepings_around(look: FactContext) -> list[Keeping]:
    """Everything that keeps a person's data, also by the word of others."""
    return [*keepings_of(look.own), *look.beside]
