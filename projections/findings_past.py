"""Findings at a moment of the past: the same folds and the same join, over what counted then.

Streams are read one by one. In memory are what is shared (`findings_join`) and the findings that fit.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.postgres import Session
from projections.derive import rows_at
from projections.findings import VIEW
from projections.findings_join import Entry, FindingsJoin
from projections.findings_judging import Finding
from projections.timetravel import Moment

__all__ = ["past_findings"]


def past_findings(
    session: Session,
    moment: Moment,
    clock: datetime,
    privacy_office: Collection[str],
    *,
    rules: Collection[str] | None = None,
    about: Collection[UUID] | None = None,
) -> list[Finding]:
    """What `read.findings` would have shown at a moment, in its order. `clock`: what is due later is out."""
    join = FindingsJoin()
    shared = rows_at(session, VIEW, moment, privacy_office, join.shared)
    gathering = join.gathering(shared)
    found: list[Entry] = []
    for stream, rows in rows_at(session, VIEW, moment, privacy_office):
        found += _fitting(gathering.add(stream, rows), clock, rules, about)
    found += _fitting(gathering.rest(), clock, rules, about)
    return [entry.finding for entry in sorted(found, key=_place)]


def _fitting(
    entries: Collection[Entry],
    clock: datetime,
    rules: Collection[str] | None,
    about: Collection[UUID] | None,
) -> Iterator[Entry]:
    for entry in entries:
        finding = entry.finding
        fits = (rules is None or finding.rule in rules) and (
            about is None or finding.about in about
        )
        if fits and finding.is_open(clock):
            yield entry


def _place(entry: Entry) -> tuple[Any, ...]:
    """The order of `findings_shown.sql`."""
    (stream, subkey), rule, finding = entry
    return finding.occurred_at, finding.source, finding.id, rule, stream, subkey
