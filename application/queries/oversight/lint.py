"""`ledger lint`: the privacy notice in force, compared with law and practice, statement by statement."""

from collections.abc import Sequence

from application.answer import Answer
from application.controller import Controller
from application.queries.oversight.practice import notices_at, practice_at
from application.source import Source, instant_or_none
from ledger.event import instant
from projections.folds.timetravel import Moment
from projections.views.notices import NoticeStatement, Publication
from rulebook import NOTICE_CLAIMS, NoticeFinding, Statement, notice_findings
from rulebook.calendar import day_of
from schemas.texts import Language


class NoticeInForce(Answer, frozen=True):
    """The privacy notice in force; `claims`: how many it makes."""

    version: str
    effective_from: str
    published_at: str
    sha256: str
    claims: int


class Said(Answer, frozen=True):
    """A claim that the notice makes."""

    clause: str
    claim: str
    value: str


class Contrast(Answer, frozen=True):
    """A value, and where it was seen in practice."""

    value: str
    seen_in: list[str]


class LintFinding(Answer, frozen=True):
    """Where the notice departs from law or practice: what it `says` at a clause, and what is so.

    `expects`: whether the notice should say each of the `values`, or some. `resolved_by`: what ends it.
    """

    rule: str
    title: str
    citation: str
    layer: str
    severity: str
    confidence: str
    clause: str
    says: list[Said]
    expects: str
    values: list[Contrast]
    resolved_by: str


class Lint(Answer, frozen=True):
    """The privacy notice in force, compared with law and practice; `draft`: a draft was compared instead."""

    as_of: str | None
    draft: bool
    notice: NoticeInForce | None
    findings: list[LintFinding]
    open: int


def lint(
    source: Source,
    controller: Controller,
    moment: Moment,
    language: Language = "en",
    draft: Sequence[NoticeStatement] | None = None,
) -> Lint:
    """What the notice in force says that is not so, or does not say, by clause and rule.

    `draft`: claims that are compared instead, as if they were in force.
    """
    notices, in_force = notices_at(source, moment)
    if draft is not None:
        in_force = None
    practice = practice_at(
        source, controller, moment, published=(notices, in_force), language=language
    )
    claims = in_force.claims if in_force else draft
    statements = [_statement(claim) for claim in claims] if claims is not None else None
    findings = notice_findings(statements, practice, day_of(moment.as_of or source.now))
    return Lint(
        as_of=instant_or_none(moment.as_of),
        draft=draft is not None,
        notice=_notice(in_force) if in_force else None,
        findings=[_row(finding, language) for finding in findings],
        open=len(findings),
    )


def _statement(claim: NoticeStatement) -> Statement:
    """A claim as published; one without its clause gets that of the house's policy."""
    entry = NOTICE_CLAIMS.get(claim.claim)
    return Statement(claim.clause or (entry.clause if entry else ""), claim.claim, claim.value)


def _notice(in_force: Publication) -> NoticeInForce:
    return NoticeInForce(
        version=in_force.version,
        effective_from=in_force.effective_from.isoformat(),
        published_at=instant(in_force.order.time),
        sha256=in_force.sha256,
        claims=len(in_force.claims),
    )


def _row(finding: NoticeFinding, language: Language) -> LintFinding:
    check, dutch = finding.check, language == "nl"
    return LintFinding(
        rule=check.id,
        title=check.title_nl if dutch else check.title,
        citation=check.citation,
        layer=check.layer,
        severity=check.severity,
        confidence=check.confidence,
        clause=finding.clause,
        says=[
            Said(statement.clause, statement.claim, statement.value) for statement in finding.said
        ],
        expects=check.expects,
        values=[Contrast(contrast.value, list(contrast.seen_in)) for contrast in finding.contrasts],
        resolved_by=check.resolved_by_nl if dutch else check.resolved_by,
    )
