"""`ledger findings`: recorded facts that break a rule, now or at a moment of the past."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

import rulebook
from application.queries.period import ALWAYS, Period, latest
from application.queries.subjects import known_streams, note_read
from application.source import ERASED, Source
from ledger.event import instant
from projections.findings.judging import Finding
from projections.folds.timetravel import NOW, Moment
from projections.reading.past import past_findings, past_findings_about
from projections.reading.views import findings as present_findings

# References are looked up for so many findings at a time.
_BLOCK_ROWS = 1_000


class Wanted(msgspec.Struct, frozen=True):
    """Which findings: of a rule, of a severity, about a subject; None: any.

    Of events of a period, and of these at most so many, the latest.
    """

    rule: str | None = None
    severity: str | None = None
    subject: str | None = None
    period: Period = ALWAYS
    limit: int | None = None


def findings(source: Source, wanted: Wanted, moment: Moment) -> Iterator[dict[str, Any]]:
    """Open findings by (occurred_at, source, id, rule). The subject of an erased person is None.

    A deadline has passed when it has at `as_of`, else now. Raises UnknownSubject when `wanted.subject`
    has never named anybody.
    """
    rules = _rules(wanted)
    about = known_streams(source, wanted.subject) if wanted.subject else None
    note_read(source, wanted.subject)
    clock = moment.as_of or source.now
    rows: Iterable[Finding]
    session, office = source.session, source.privacy_office
    if moment == NOW:
        rows = present_findings(session, clock, rules=rules, about=about)
    elif about is not None:
        rows = past_findings_about(
            session, source.ledger, about, moment, clock, office, rules=rules
        )
    else:
        rows = past_findings(session, moment, clock, office, rules=rules)
    within = (row for row in rows if wanted.period.holds(row.occurred_at))
    return _all_shown(source, latest(within, wanted.limit))


def _rules(wanted: Wanted) -> list[str] | None:
    """Ids of the rules that are asked for, None for all."""
    if wanted.rule is None and wanted.severity is None:
        return None
    return [
        rule.id
        for rule in rulebook.RULES
        if wanted.rule in {None, rule.id} and wanted.severity in {None, rule.severity}
    ]


def _all_shown(source: Source, rows: Iterator[Finding]) -> Iterator[dict[str, Any]]:
    while block := list(islice(rows, _BLOCK_ROWS)):
        references = source.names(row.about for row in block if row.subject is None)
        for row in block:
            reference = row.subject or references[row.about]
            yield _shown(row, None if reference == ERASED else reference)


def _shown(row: Finding, subject: Any) -> dict[str, Any]:
    rule = rulebook.rule(row.rule)
    return {
        "rule": rule.id,
        "title": rule.title,
        "citation": rule.citation,
        "layer": rule.layer,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "event": {
            "position": row.position,
            "source": row.source,
            "id": row.id,
            "type": row.name,
        },
        "subject": subject,
        "occurred_at": instant(row.occurred_at),
        "since": instant(row.since),
        "detail": row.detail,
        "resolved_by": rule.resolved_by,
    }
