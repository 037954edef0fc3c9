"""One rule of the rulebook: what it says, on which law it rests, and whether a lawyer confirmed it."""

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

import rulebook
from application.answer import Answer, InBothLanguages
from ledger.errors import UnknownSubject
from rulebook import ERASURE_RULES, NOTICE_CHECKS, ORDER_FINDINGS, RETENTION_RULES, RULES
from rulebook.layers import Layer, LayeredRule

Kind = Literal["finding", "notice", "retention", "erasure"]


class ClauseShown(Answer, frozen=True):
    """The clause of the privacy policy that a rule keeps, and what of it the product covers."""

    clause: str
    says: str


class RuleShown(Answer, frozen=True):
    """A rule. `confidence` unconfirmed: a lawyer has yet to confirm it. `valid_to`: null while it holds.

    `severity`, `ends`: of a rule whose breach is a finding. `period`, `begins`, `otherwise`: of a rule of
    retention; the last one where what it begins with does not come.
    """

    rule: str
    kind: Kind
    layer: Layer
    title: InBothLanguages
    citation: str
    confidence: str
    valid_from: str
    valid_to: str | None
    severity: str | None
    ends: InBothLanguages | None
    categories: list[str]
    period: str | None
    begins: str | None
    otherwise: str | None
    clauses: list[ClauseShown]


def rule_shown(id: str) -> RuleShown:
    """The rule of an id. Raises UnknownSubject where the rulebook has none."""
    found = next((rule for rule in _every_rule() if rule.rule == id), None)
    if found is None:
        raise UnknownSubject("the rulebook has no rule of this id")
    return found


def _every_rule() -> Iterator[RuleShown]:
    for rule in (*RULES, *ORDER_FINDINGS):
        yield replace(_judging("finding", rule), clauses=_clauses(rule.clause))
    for check in NOTICE_CHECKS:
        yield _judging("notice", check)
    for period in RETENTION_RULES:
        yield _retaining(period)
    for decision in ERASURE_RULES:
        said = InBothLanguages(decision.says, decision.says_nl)
        yield replace(_shown("erasure", decision, said), categories=list(decision.categories))


def _judging(kind: Kind, rule: rulebook.Rule | rulebook.NoticeCheck) -> RuleShown:
    return replace(
        _shown(kind, rule, InBothLanguages(rule.title, rule.title_nl)),
        severity=rule.severity,
        ends=InBothLanguages(rule.resolved_by, rule.resolved_by_nl),
    )


def _retaining(rule: rulebook.RetentionRule) -> RuleShown:
    return replace(
        _shown("retention", rule, InBothLanguages(rule.title, rule.title_nl)),
        categories=list(rule.categories),
        period=rule.period,
        begins=rule.anchor,
        otherwise=rule.otherwise,
    )


def _shown(kind: Kind, rule: LayeredRule, title: InBothLanguages) -> RuleShown:
    """What every rule says."""
    return RuleShown(
        rule=rule.id,
        kind=kind,
        layer=rule.layer,
        title=title,
        citation=rule.citation,
        confidence=rule.confidence,
        valid_from=rule.valid_from.isoformat(),
        valid_to=rule.valid_to.isoformat() if rule.valid_to else None,
        severity=None,
        ends=None,
        categories=[],
        period=None,
        begins=None,
        otherwise=None,
        clauses=[],
    )


def _clauses(id: str) -> list[ClauseShown]:
    return [
        ClauseShown(clause.title, clause.says)
        for clause in rulebook.CLAUSES
        if id and clause.id == id
    ]
