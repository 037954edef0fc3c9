"""`ledger transparency`: how often data was given to each kind of recipient, in a form that can be published.

A count from 1 to 4 could point at a person, so it is not shown, and neither is any total over one. Whole
quarters only: reports over periods that differ by a day would give away by their difference what happened
on that day.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ledger.event import instant
from ledger.storage.postgres import Session
from projections.reading.views import disclosures_by_quarter
from rulebook import recipient_kind
from rulebook.calendar import AMSTERDAM

FEWEST = 5
SUPPRESSED = f"<{FEWEST}"
Count = int | str | None
"""A number; `<5`; or, of a total over a count that is not shown, None."""


def transparency(
    session: Session, since: datetime | None, until: datetime | None, now: datetime
) -> dict[str, Any]:
    """Counts by kind and quarter of every quarter that the period touches; bounds are inclusive."""
    start = _quarter_start(since) if since else None
    end = _next_quarter(_quarter_start(until)) if until else None
    counts = {
        (quarter, kind): count
        for quarter, kind, count in disclosures_by_quarter(session, start, end)
    }
    return {
        "from": instant(start) if start else None,
        "to": instant(end) if end else None,
        "running_quarter": _name_of(now),
        **report(counts),
    }


def report(counts: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """The table of (quarter, kind) -> count, with what may not be published left out. Sorted."""
    quarters = sorted({quarter for quarter, _ in counts})
    kinds = sorted({kind for _, kind in counts})
    return {
        "quarters": quarters,
        "kinds": [
            {
                "recipient_kind": kind,
                **_titles(kind),
                "counts": {quarter: _shown(counts.get((quarter, kind), 0)) for quarter in quarters},
                **_total(counts.get((quarter, kind), 0) for quarter in quarters),
            }
            for kind in kinds
        ],
        "totals": {
            quarter: _total(counts.get((quarter, kind), 0) for kind in kinds)
            for quarter in quarters
        },
        **_total(counts.values()),
    }


def _titles(kind: str) -> dict[str, Any]:
    known = recipient_kind(kind)
    return {"title": known.title, "title_nl": known.title_nl, "authority": known.public}


def _shown(count: int) -> Count:
    return SUPPRESSED if 0 < count < FEWEST else count


def _total(counts: Iterable[int]) -> dict[str, Count]:
    """A total, and what it is at least by what is shown: a count that is not is 1 or more.

    With every other count known, a total gives away the one that is not; with several, it narrows them.
    """
    known = [(count, _shown(count)) for count in counts]
    hidden = sum(shown == SUPPRESSED for _, shown in known)
    published = sum(count for count, shown in known if shown != SUPPRESSED)
    return {"total": None if hidden else published, "at_least": published + hidden}


def _quarter_start(time: datetime) -> datetime:
    local = time.astimezone(AMSTERDAM)
    return datetime(local.year, (local.month - 1) // 3 * 3 + 1, 1, tzinfo=AMSTERDAM)


def _next_quarter(start: datetime) -> datetime:
    return _quarter_start(start + timedelta(days=93))  # no quarter is longer, and no two fit in it


def _name_of(time: datetime) -> str:
    start = _quarter_start(time)
    return f"{start.year}-Q{start.month // 3 + 1}"
