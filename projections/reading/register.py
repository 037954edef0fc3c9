"""The register with its answer on retention: now from the views, or at a moment of the past from the events.

Both ways end in the same tally. As `projections.reading.views`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, groupby
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
from projections.reading.earlier import Earlier, earlier
from projections.reading.views import bookmark_of, register_entries
from projections.views import processing_register
from projections.views.processing_register import Entry, Row
from projections.views.register_join import RegisterGathering


class Register(NamedTuple):
    """Entries sorted by activity, and by activity and category how retention is kept."""

    entries: list[Entry]
    retention: dict[str, ByCategory]


class PastRegister(NamedTuple):
    """The register at a moment of the past, and rule -> how many of its findings counted then."""

    register: Register
    findings: Counter[str]


def present_register(session: Session, clock: datetime) -> Register:
    """The register as the views have it. `clock`: a period that passes later has not passed."""
    return Register(register_entries(session), present_adherence(session, clock))


class _Kept(NamedTuple):
    """The rows of a stream in both views, and its passed periods, all by subkey."""

    stream: UUID
    observed: Mapping[str, Row]
    judged: Mapping[str, findings.Row]
    passed: Mapping[str, Finding | None]


def present_adherence(
    session: Session, clock: datetime, then: Earlier | None = None
) -> dict[str, ByCategory]:
    """By activity and category how retention is kept. Reads what the views have of every person.

    `then`: how it was kept at that moment, instead.
    """
    bookmark_of(session, processing_register.VIEW)
    bookmark_of(session, findings.VIEW)
    tally, now = AdherenceTally(), _kept_now(session, clock)
    for kept in now if then is None else _kept_then(now, then):
        passed = {
            _category(key): one for key, one in kept.passed.items() if one and one.is_open(clock)
        }
        tally.add(kept.observed, kept.judged, passed)
    return tally.found()


def _kept_now(session: Session, clock: datetime) -> Iterator[_Kept]:
    rows = session.of("projections").stream("retention_kept", rule=RETENTION_PASSED, clock=clock)
    for stream, members in groupby(rows, key=lambda row: row[0]):
        kinds: dict[str, dict[str, bytes]] = {"observed": {}, "judged": {}, "passed": {}}
        for _, kind, subkey, state in members:
            kinds[kind][subkey] = state
        yield _Kept(
            stream,
            {key: processing_register.VIEW.read(row) for key, row in kinds["observed"].items()},
            {key: findings.VIEW.read(row) for key, row in kinds["judged"].items()},
            {key: _found(row) for key, row in kinds["passed"].items()},
        )


def _kept_then(now: Iterable[_Kept], then: Earlier) -> Iterator[_Kept]:
    """The rows with their state of that moment, also for streams that have no rows any more."""
    passed = then.findings.of_rule(RETENTION_PASSED)
    others = {*then.register.then, *then.findings.then, *passed}
    for kept in chain(now, [_Kept(stream, {}, {}, {}) for stream in sorted(others)]):
        stream = kept.stream
        if stream in others:
            others.discard(stream)
            yield _Kept(
                stream,
                then.register.over(stream, kept.observed),
                then.findings.over(stream, kept.judged),
                {**kept.passed, **passed.get(stream, {})},
            )
        elif kept.observed or kept.judged:
            yield kept


def declared_activities(
    session: Session, moment: Moment, privacy_office: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The declarations of each activity that is not retired, sorted; now, or at a moment of the past."""
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
) -> PastRegister:
    """The register that `present_register` would have shown at a moment; it judges the findings as well."""
    with earlier(session, moment, privacy_office) as then:
        if then is not None:
            kept = Register(then.register.kept(), present_adherence(session, clock, then))
            return PastRegister(kept, then.findings.counts(clock))
    join, tally, gathered = FindingsJoin(), AdherenceTally(), RegisterGathering()
    shared = rows_at(session, findings.VIEW, moment, privacy_office, join.shared)
    gathering, counts = join.gathering(shared), Counter[str]()
    views = (processing_register.VIEW, findings.VIEW)
    for stream, (observed, judged) in views_at(session, views, moment, privacy_office):
        for subkey, row in observed.items():
            gathered.add(subkey, row)
        entries = [one for one in gathering.add(stream, judged) if one.finding.is_open(clock)]
        counts.update(entry.rule for entry in entries)
        tally.add(observed, judged, _passed(entries, stream))
    counts.update(entry.rule for entry in gathering.rest() if entry.finding.is_open(clock))
    return PastRegister(Register(gathered.entries(), tally.found()), counts)


def _found(stored: bytes) -> Finding:
    return finding_of(findings.FOUND.decompress(stored))


def _passed(entries: Iterable[Found], stream: UUID) -> dict[str, Finding]:
    return {
        _category(entry.key[1]): entry.finding
        for entry in entries
        if entry.rule == RETENTION_PASSED and entry.key[0] == stream
    }


def _category(subkey: str) -> str:
    return subkey.removeprefix(f"{RETENTION}/")
