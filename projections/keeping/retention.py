"""Retention: from when data of a category may no longer be kept, and under which rule. Pure.

Clocks start from anchors, which are marks of a dossier, and from when data was collected. Keys of a rolling
category are those of a month, so that its data is counted from the end of the month in which it was
collected: it goes month by month. What keeps data beyond its period is no clock (`keepings`).
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

import rulebook
from ledger.crypto.sealing import end_of_month, month_of
from projections.dossier.contracts import account_ended, contracts
from projections.dossier.dossier import Dossier, Mark, topic_of
from projections.dossier.look import FactContext
from projections.dossier.traces import Trace, Traces
from rulebook import Anchor, RetentionDue
from rulebook.calendar import day_of
from schemas import ROLLING_CATEGORIES

_MONTHS = 1_024
# Anchors whose last mark starts the period; their topics have the same names.
_LATEST: tuple[Anchor, ...] = ("invoice", "decision", "settled", "case-closed")


def periods_of(
    category: str, collected: datetime | None, anchors: dict[Anchor, date]
) -> tuple[RetentionDue, ...]:
    """The periods of a category whose oldest value was collected then; the last one decides.

    `collected`: None when nothing is held of it; then the periods are those of the other anchors.
    """
    if not (collected or anchors):
        return ()
    known = anchors
    if collected:
        since: dict[Anchor, date] = {"collected": _collected(category, collected)}
        known = anchors | since
    # As the rules stood last.
    return rulebook.retention_periods(category, known, max(known.values()))


def _collected(category: str, time: datetime) -> date:
    if category not in ROLLING_CATEGORIES:
        return day_of(time)
    return _last_day(month_of(time))


@lru_cache(_MONTHS)
def _last_day(month: int) -> date:
    return end_of_month(month).date()


def oldest(traces: Traces, category: str) -> Trace:
    """The earliest event of which a value of the category is still held."""
    return min(traces.of(category))


def due_month(category: str, traces: Traces, anchors: dict[Anchor, date], day: date) -> int | None:
    """The last month of a rolling category's data whose period has passed by a day; None: there is none."""
    months = {month_of(trace.time): trace.time for trace in traces.of(category)}
    due = [
        month
        for month, collected in months.items()
        if (until := _until(category, collected, anchors)) and until <= day
    ]
    return max(due, default=None)


def _until(category: str, collected: datetime, anchors: dict[Anchor, date]) -> date | None:
    periods = periods_of(category, collected, anchors)
    return periods[-1].until if periods else None


def anchors_of(look: FactContext) -> dict[Anchor, date]:
    """The anchors that have come, with their days; when data was collected is not among them."""
    return dict(_anchors(look))


def _anchors(look: FactContext) -> Iterator[tuple[Anchor, date]]:
    dossier = look.own
    for anchor in _LATEST:
        if marks := dossier.all(anchor):
            yield anchor, _day(marks[-1])
    for topic, anchor in (("portal", "portal-closed"), ("job", "employment-ended")):
        marks = dossier.all(topic)
        if marks and marks[-1].says == "ended":
            yield anchor, _day(marks[-1])
    if cleared := _cleared(dossier):
        yield "case-cleared", _day(cleared)
    ended = closed_at(look)
    if ended is not None:
        yield "account-closed", day_of(ended)


def _cleared(dossier: Dossier) -> Mark | None:
    """The end of the last case, where every case ended without misuse: one that did not keeps its data."""
    cases = [dossier.all(topic)[-1] for topic in dossier.marks if topic_of(topic) == "suspicion"]
    if not cases or any(mark.says != "cleared" for mark in cases):
        return None
    return max(cases, key=lambda mark: mark.order)


def closed_at(look: FactContext) -> datetime | None:
    """When somebody's account ended; a contact person's when they are removed, or with the customer's.

    It goes on while a contract runs by the word of others: half of a takeover destroys no data.
    """
    own = look.own
    if not own.customer or contracts(own):
        return None if look.beside else account_ended(own)
    removed = own.all("contact")[-1:]
    if removed and removed[0].says == "removed":
        return removed[0].order.time
    return None if look.beside_customer else account_ended(look.at(own.customer))


def _day(mark: Mark) -> date:
    return day_of(mark.order.time)
