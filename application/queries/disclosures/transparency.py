"""`ledger transparency`: how often data was given to each kind of recipient, in a form that can be published.

A count from 1 to 4 could point at a person, so it is not shown, and neither is any total over one. Whole
quarters only: reports over periods that differ by a day would give away by their difference what happened
on that day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import field
from msgspec.structs import replace

from application.answer import Answer
from application.queries.disclosures.known import disclosed_at
from application.queries.period import Period
from application.source import Source, instant_or_none
from ledger.storage.postgres import Session
from projections.folds.timetravel import NOW, Moment
from projections.reading.views import disclosures_by_quarter
from rulebook import RECIPIENT_KINDS
from rulebook.calendar import AMSTERDAM, quarter_of

FEWEST = 5
SUPPRESSED = f"<{FEWEST}"
Count = int | str
"""A number, or `<5`."""


class Total(Answer, frozen=True):
    """A total; None over a count that is not shown. `at_least`: what it is at least by what is shown."""

    total: int | None
    at_least: int


class KindCounts(Total, frozen=True):
    """How often a kind of recipient got data. `authority`: it is a public one; `counts`: by quarter."""

    recipient_kind: str
    title: str
    title_nl: str
    authority: bool
    counts: dict[str, Count]


class TransparencyReport(Total, frozen=True, kw_only=True):
    """How often data was given to each kind of recipient. `running_quarter`: which may still grow.

    `from` and `to`: the bounds, None where there is none. `totals`: by quarter.
    """

    from_: str | None = field(name="from")
    to: str | None
    running_quarter: str
    quarters: list[str]
    kinds: list[KindCounts]
    totals: dict[str, Total]


def transparency_at(source: Source, period: Period, moment: Moment) -> TransparencyReport:
    """The same as it was known at a moment, of what the reader may know of.

    Of `period` the quarters that it touches.
    """
    if moment.known == NOW and not source.reads.sight.partial:
        return transparency(source.session, period.since, period.last, source.now)
    start = _quarter_start(period.since) if period.since else None
    end = _next_quarter(_quarter_start(period.last)) if period.last else None
    counts = Counter(
        (quarter_of(row.occurred_at), row.recipient_kind)
        for row in disclosed_at(source, Period(start), moment)
        if end is None or row.occurred_at < end
    )
    return _bounded(report(counts, quarter_of(source.now)), start, end)


def transparency(
    session: Session, since: datetime | None, until: datetime | None, now: datetime
) -> TransparencyReport:
    """Counts by kind and quarter of every quarter that the period touches; bounds are inclusive."""
    start = _quarter_start(since) if since else None
    end = _next_quarter(_quarter_start(until)) if until else None
    counts = {
        (quarter, kind): count
        for quarter, kind, count in disclosures_by_quarter(session, start, end)
    }
    return _bounded(report(counts, quarter_of(now)), start, end)


def _bounded(
    table: TransparencyReport, start: datetime | None, end: datetime | None
) -> TransparencyReport:
    return replace(table, from_=instant_or_none(start), to=instant_or_none(end))


def report(counts: Mapping[tuple[str, str], int], running_quarter: str) -> TransparencyReport:
    """The table of (quarter, kind) -> count, with what may not be published left out. Sorted."""
    quarters = sorted({quarter for quarter, _ in counts})
    kinds = sorted({kind for _, kind in counts})
    whole = total_of(map(_published, counts.values()))
    return TransparencyReport(
        from_=None,
        to=None,
        running_quarter=running_quarter,
        quarters=quarters,
        kinds=[
            _kind(kind, {quarter: counts.get((quarter, kind), 0) for quarter in quarters})
            for kind in kinds
        ],
        totals={
            quarter: total_of(_published(counts.get((quarter, kind), 0)) for kind in kinds)
            for quarter in quarters
        },
        total=whole.total,
        at_least=whole.at_least,
    )


def _kind(kind: str, counts: Mapping[str, int]) -> KindCounts:
    entry = RECIPIENT_KINDS.get(kind)
    published = {quarter: _published(count) for quarter, count in counts.items()}
    whole = total_of(published.values())
    return KindCounts(
        recipient_kind=kind,
        title=entry.title if entry else "Unknown kind",
        title_nl=entry.title_nl if entry else "Onbekende soort",
        authority=entry is not None and entry.public,
        counts=published,
        total=whole.total,
        at_least=whole.at_least,
    )


def _published(count: int) -> Count:
    return SUPPRESSED if 0 < count < FEWEST else count


def total_of(counts: Iterable[Count]) -> Total:
    """A total, None over a hidden count, and its least value: each hidden count is 1 or more.

    The sum of all would give a single hidden count away, and would narrow several.
    """
    all_counts = list(counts)
    published = [count for count in all_counts if isinstance(count, int)]
    hidden = len(all_counts) - len(published)
    return Total(None if hidden else sum(published), sum(published) + hidden)


def _quarter_start(time: datetime) -> datetime:
    local = time.astimezone(AMSTERDAM)
    return datetime(local.year, (local.month - 1) // 3 * 3 + 1, 1, tzinfo=AMSTERDAM)


def _next_quarter(start: datetime) -> datetime:
    return _quarter_start(start + timedelta(days=93))  # no quarter is longer, and no two fit in it
