"""Retention: the day after which data of a category may no longer be kept, and the rule behind it. Pure.

Clocks start from anchors, which are marks of a dossier, and from the collection of data. A key of a rolling
category covers a month, so that its data counts from the end of the month in which it was collected, and goes
month by month. A reason to keep data beyond its period is not a clock (`keepings`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import rulebook
from ledger.crypto.sealing import end_of_month, month_of
from projections.dossier.dossier import FOREVER, Mark, topic_of
from projections.dossier.look import FactContext
from projections.dossier.relationships import (
    Stretch,
    as_employee,
    relationships_of,
    stretch_of,
    turns_of,
)
from projections.dossier.traces import Trace, Traces
from rulebook import Anchor, RetentionDue
from rulebook.calendar import day_of
from schemas import ROLLING_CATEGORIES

_MONTHS = 1_024
_EVER = datetime.min.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
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


def latest_beside(traces: Traces, category: str) -> datetime:
    """When the latest value occurred that shares its key with the oldest one, and goes with it."""
    return traces.spans_of(category)[0][1]


def due_month(category: str, traces: Traces, look: FactContext, day: date) -> int | None:
    """The last month of a category whose period has passed by a day; None: no month has.

    Every earlier month has passed as well. None of its keys reaches into a later month, unlike a key from the
    time when a lasting category had one key for all time: next to a later key of that kind, nothing goes by
    months.
    """
    due: int | None = None
    spans = traces.spans_of(category)
    for place, (collected, latest) in enumerate(spans):
        if not _are_over(periods_of(category, collected, anchors_of(look, category, latest)), day):
            break
        month = month_of(latest)
        if all(month < month_of(first) == month_of(last) for first, last in spans[place + 1 :]):
            due = max(month, due or month)
    return due


def _are_over(periods: Sequence[RetentionDue], day: date) -> bool:
    until = periods[-1].until if periods else None
    return until is not None and until <= day


class DuePart(NamedTuple):
    """Values that go though their key stays. `through`: up to when. `periods`: those that have passed."""

    through: datetime
    periods: tuple[RetentionDue, ...]


def due_part(category: str, traces: Traces, look: FactContext, day: date) -> DuePart | None:
    """The values, due by a day, that share a key with values of a later relationship.

    The periods of all earlier values have passed as well. None: there is no such value.
    """
    due: DuePart | None = None
    for collected, latest in traces.spans_of(category) if look.once(turns_of) else ():
        for through in _parts(look, collected, latest):
            anchors = anchors_of(look, category, through, through)
            periods = periods_of(category, collected, anchors)
            if not _are_over(periods, day):
                return due
            due = DuePart(through, periods)
        if not _are_over(periods_of(category, collected, anchors_of(look, category, latest)), day):
            break
    return due


def _parts(look: FactContext, collected: datetime, latest: datetime) -> list[datetime]:
    """Up to when a key holds values of each relationship before a later one that it is shared with."""
    last = end_of_month(month_of(latest))
    shared = [turn for turn in look.once(turns_of) if collected < turn[1] <= last]
    ends = {ended for ended, begun in shared if ended and collected <= ended < begun}
    return sorted(ends | {begun - _INSTANT for _, begun in shared})


def is_shared(category: str, traces: Traces, began: datetime) -> bool:
    """Whether values of a category before a relationship began have a key that is of its month as well."""
    spans = traces.spans_of(category)
    return any(first < began <= end_of_month(month_of(latest)) for first, latest in spans)


def newest(traces: Traces, category: str, through: datetime) -> date | None:
    """The day of the newest value of a category up to a time; None: no value is held.

    For a rolling category, the end of its month: a key tells no later value.
    """
    times = (
        min(end_of_month(month_of(latest)) if category in ROLLING_CATEGORIES else latest, through)
        for first, latest in traces.spans_of(category)
        if first <= through
    )
    return max((day_of(time) for time in times), default=None)


def last_month_before(category: str, traces: Traces, began: datetime) -> int | None:
    """The last month with values of a category before the one in which a relationship began."""
    months = [month_of(latest) for _, latest in traces.spans_of(category)]
    return max((month for month in months if month < month_of(began)), default=None)


def is_all_due(category: str, traces: Traces, look: FactContext, day: date) -> bool:
    """Whether nothing is held of a category whose period has not passed by a day."""
    latest = [latest for _, latest in traces.spans_of(category)]
    return not latest or due_month(category, traces, look, day) == month_of(max(latest))


def anchors_of(
    look: FactContext, category: str, latest: datetime | None = None, part: datetime | None = None
) -> dict[Anchor, date]:
    """The anchors that have come for values of a category, with their days. The collection itself is not an
    anchor.

    `latest`: the time of the latest value; the values belong to the relationship of that month. None: to the
    last one. `part`: only values up to this time count, and they belong to the relationship of then.
    """
    return dict(_anchors(look, category, latest, part))


def _anchors(
    look: FactContext, category: str, latest: datetime | None, part: datetime | None
) -> Iterator[tuple[Anchor, date]]:
    at = part or (end_of_month(month_of(latest)) if latest else FOREVER)
    stretch = stretch_of(look.once(relationships_of), category, at)
    for anchor in _LATEST:
        if time := _last_within(look.own.all(anchor), stretch):
            yield anchor, day_of(time)
    yield from _ended(look, category, at, latest)


def _ended(
    look: FactContext, category: str, at: datetime, latest: datetime | None
) -> Iterator[tuple[Anchor, date]]:
    """The ends that start a clock: of every case without misuse, a portal, a job, the relationship itself."""
    stretch = stretch_of(look.once(relationships_of), category, at)
    if cleared := _cleared(look, stretch):
        yield "case-cleared", day_of(_not_before(latest, cleared))
    portal = [mark for mark in look.own.all("portal") if mark.says == "ended"]
    if closed := _last_within(portal, stretch):
        yield "portal-closed", day_of(_not_before(latest, closed))
    jobs = as_employee(look.own)
    if jobs and (left := stretch_of(jobs, category, at).ended):
        yield "employment-ended", day_of(_not_before(latest, left))
    if stretch.ended:
        yield "account-closed", day_of(_not_before(latest, stretch.ended))


def _not_before(latest: datetime | None, ended: datetime) -> datetime:
    """Values newer than the end have a period of their own: nothing is kept for less than its period."""
    return max(ended, latest) if latest else ended


def _last_within(marks: Sequence[Mark], stretch: Stretch) -> datetime | None:
    """The last mark of a relationship; of a year in which the next one began only the ends are known."""
    before = stretch.before or FOREVER
    times = [mark.order.time for mark in marks if mark.order.time > (stretch.after or _EVER)]
    place = bisect_left(times, before)
    if not place:
        return None
    last, following = times[place - 1], times[place : place + 1]
    return before if any(last.year == one.year == before.year for one in following) else last


def _cleared(look: FactContext, stretch: Stretch) -> datetime | None:
    """The end of the last case of a relationship, where every case ended without misuse.

    One that did not keeps its data, and so does one that has no end.
    """
    after, before = stretch.after or _EVER, stretch.before or FOREVER
    last = (marks[-1] for topic, marks in look.own.marks.items() if topic_of(topic) == "suspicion")
    cases = [mark for mark in last if after < mark.order.time < before]
    if {mark.says for mark in cases} != {"cleared"}:
        return None
    return max(mark.order.time for mark in cases)


def closed_at(look: FactContext) -> datetime | None:
    """When somebody's last relationship ended, as customer or contact person; None while it goes on."""
    return look.once(relationships_of)[-1].ended
