"""`ledger findings`: recorded facts that break a rule, now or at a moment of the past."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice

import msgspec

import rulebook
from application.answer import Answer, Name
from application.queries.oversight.emergencies import emergency_findings
from application.queries.period import ALWAYS, Period, latest
from application.queries.subjects import known_streams, note_read
from application.source import Source, unless_erased
from ledger.event import instant
from projections.findings.judging import Finding
from projections.folds.timetravel import NOW, Moment
from projections.reading.order_findings import judged_here, order_findings_at, place_of
from projections.reading.past import PastPage, past_findings, past_findings_about, past_page
from projections.reading.views import FindingPlace
from projections.reading.views import findings as present_findings
from rulebook.layers import Layer

# References are looked up for so many findings at a time.
_BLOCK_ROWS = 1_000


class FindingFilter(msgspec.Struct, frozen=True):
    """Which findings: of a rule, of a severity, about a subject; None: any.

    Of events of a period, and of these at most so many, the latest. `after`: those that come after a place.
    """

    rule: str | None = None
    severity: str | None = None
    subject: str | None = None
    period: Period = ALWAYS
    limit: int | None = None
    after: FindingPlace | None = None


class FoundEvent(Answer, frozen=True):
    """The event that breaks a rule."""

    position: int
    source: str
    id: str
    type: str


class OpenFinding(Answer, frozen=True):
    """A recorded fact that breaks a rule. `subject`: null once the person was erased.

    `since`: from when the rule is broken, which may be later than the event. `detail`: codes that say more.
    `resolved_by`: what ends it.
    """

    rule: str
    title: str
    citation: str
    layer: Layer
    severity: str
    confidence: str
    event: FoundEvent
    subject: Name | None
    occurred_at: str
    since: str
    detail: str | None
    resolved_by: str


class OpenFindings(Answer, frozen=True):
    """Everything that breaks a rule. `open`: how many there are."""

    findings: list[OpenFinding]
    open: int


def findings(source: Source, criteria: FindingFilter, moment: Moment) -> Iterator[OpenFinding]:
    """Open findings by (occurred_at, source, id, rule). The subject of an erased person is None.

    A deadline has passed when it has at `as_of`, else now. Raises UnknownSubject when `criteria.subject`
    has never named anybody.
    """
    return rows_of(source, latest(found(source, criteria, moment), criteria.limit))


def found(
    source: Source, criteria: FindingFilter, moment: Moment, first: int = _BLOCK_ROWS
) -> Iterator[Finding]:
    """The same before a name is looked up, without a limit. `first`: how many will do, most likely."""
    rules = _rules(criteria)
    about = known_streams(source, criteria.subject) if criteria.subject else None
    note_read(source, criteria.subject)
    clock = moment.as_of or source.now
    rows: Iterable[Finding]
    session, office = source.session, source.privacy_office
    if moment == NOW:
        rows = present_findings(
            session, clock, rules=rules, about=about, after=criteria.after, first=first
        )
    elif about is not None:
        past = past_findings_about(session, source.ledger, about, moment, clock, office)
        rows = [finding for finding in past if rules is None or finding.rule in rules]
    else:
        rows = past_findings(session, moment, clock, office, rules=rules)
    ordered = order_findings_at(session, moment, clock, office, rules=rules, about=about)
    alone = emergency_findings(source, moment, clock, rules, about)
    everything = merge(judged_here(session, rows), ordered, alone, key=place_of)
    return (row for row in everything if is_meant(criteria, row))


def page_then(
    source: Source, criteria: FindingFilter, moment: Moment, count: int
) -> tuple[Mapping[str, int], Iterator[Finding]]:
    """Rule -> how many findings counted at a moment of the past; and so many that fit, or more."""
    note_read(source, None)
    clock, rules = moment.as_of or source.now, _rules(criteria)
    page = PastPage(rules, criteria.after, count)
    counts, rows = past_page(source.session, moment, clock, source.privacy_office, page)
    return counts, (row for row in rows if is_meant(criteria, row))


def is_meant(criteria: FindingFilter, row: Finding) -> bool:
    """Whether a finding is of the rule and the period, and after the place where the list goes on."""
    follows = criteria.after is None or place_of(row) > criteria.after
    return follows and criteria.rule in {None, row.rule} and criteria.period.holds(row.occurred_at)


def _rules(criteria: FindingFilter) -> list[str] | None:
    """Ids of the rules that are asked for, None for all."""
    if criteria.rule is None and criteria.severity is None:
        return None
    return [
        rule.id
        for rule in (*rulebook.RULES, *rulebook.ORDER_FINDINGS)
        if criteria.rule in {None, rule.id} and criteria.severity in {None, rule.severity}
    ]


def rows_of(source: Source, rows: Iterator[Finding]) -> Iterator[OpenFinding]:
    """Findings as they are shown, in flat memory. A person's read must have been noted."""
    while block := list(islice(rows, _BLOCK_ROWS)):
        references = source.names(row.about for row in block if row.subject is None)
        for row in block:
            reference = row.subject or references[row.about]
            yield _row(row, unless_erased(reference))


def _row(row: Finding, subject: Name | None) -> OpenFinding:
    rule = rulebook.rule(row.rule)
    return OpenFinding(
        rule=rule.id,
        title=rule.title,
        citation=rule.citation,
        layer=rule.layer,
        severity=rule.severity,
        confidence=rule.confidence,
        event=FoundEvent(position=row.position, source=row.source, id=row.id, type=row.name),
        subject=subject,
        occurred_at=instant(row.occurred_at),
        since=instant(row.since),
        detail=row.detail,
        resolved_by=rule.resolved_by,
    )
