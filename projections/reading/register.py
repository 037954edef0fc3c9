"""The register with its answer on retention: now from the views, or at a moment of the past from the events.

Both ways end in the same tally. As `projections.reading.views`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from ledger.storage.postgres import Session
from projections.findings import view as findings
from projections.findings.join import Entry as Found
from projections.findings.join import FindingsJoin
from projections.findings.judging import Finding, finding_of
from projections.findings.retention import RETENTION
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import rows_at, views_at
from projections.reading.adherence import RETENTION_PASSED, AdherenceTally, ByCategory
from projections.reading.views import bookmark_of, register_entries
from projections.views import processing_register
from projections.views.processing_register import Entry
from projections.views.register_join import RegisterGathering


class Register(NamedTuple):
    """Entries sorted by activity, and by activity and category how retention is kept."""

    entries: list[Entry]
    retention: dict[str, ByCategory]


def present_register(session: Session, clock: datetime) -> Register:
    """The register as the views have it. `clock`: a period that passes later has not passed."""
    return Register(register_entries(session), present_adherence(session, clock))


def present_adherence(session: Session, clock: datetime) -> dict[str, ByCategory]:
    """By activity and category how retention is kept. Reads what the views have of every person."""
    bookmark_of(session, processing_register.VIEW)
    bookmark_of(session, findings.VIEW)
    tally = AdherenceTally()
    rows = session.of("projections").stream("retention_kept", rule=RETENTION_PASSED, clock=clock)
    for _, members in groupby(rows, key=lambda row: row[0]):
        kinds: dict[str, dict[str, bytes]] = {"observed": {}, "judged": {}, "passed": {}}
        for _, kind, subkey, state in members:
            kinds[kind][subkey] = state
        tally.add(
            {key: processing_register.VIEW.read(row) for key, row in kinds["observed"].items()},
            {key: findings.VIEW.read(row) for key, row in kinds["judged"].items()},
            {_category(key): _found(row) for key, row in kinds["passed"].items()},
        )
    return tally.found()


def declared_activities(
    session: Session, moment: Moment, privacy_office: Collection[str]
) -> dict[str, dict[str, Any]]:
    """What each activity declares that is not retired, sorted; now, or at a moment of the past."""
    if moment == NOW:
        entries = register_entries(session)
    else:
        gathered, view = RegisterGathering(), processing_register.VIEW
        for _, rows in rows_at(
            session, view, moment, privacy_office, processing_register.DECLARING
        ):
            for subkey, row in rows.items():
                gathered.add(subkey, row)
        entries = gathered.entries()
    return {
        entry.activity: entry.declared for entry in entries if entry.declared and not entry.retired
    }


def past_register(
    session: Session, moment: Moment, clock: datetime, privacy_office: Collection[str]
) -> Register:
    """What `present_register` would have said at a moment."""
    join, tally, gathered = FindingsJoin(), AdherenceTally(), RegisterGathering()
    shared = rows_at(session, findings.VIEW, moment, privacy_office, join.shared)
    gathering = join.gathering(shared)
    views = (processing_register.VIEW, findings.VIEW)
    for stream, (observed, judged) in views_at(session, views, moment, privacy_office):
        for subkey, row in observed.items():
            gathered.add(subkey, row)
        tally.add(observed, judged, _passed(gathering.add(stream, judged), stream, clock))
    return Register(gathered.entries(), tally.found())


def _found(stored: bytes) -> Finding:
    return finding_of(findings.FOUND.decompress(stored))


def _passed(entries: Iterable[Found], stream: UUID, clock: datetime) -> dict[str, Finding]:
    return {
        _category(entry.key[1]): entry.finding
        for entry in entries
        if entry.rule == RETENTION_PASSED
        and entry.key[0] == stream
        and entry.finding.is_open(clock)
    }


def _category(subkey: str) -> str:
    return subkey.removeprefix(f"{RETENTION}/")
