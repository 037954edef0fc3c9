"""`ledger lint`: the privacy notice in force, statement by statement, beside law and practice."""

from collections.abc import Sequence
from typing import Any

from application.controller import Controller
from application.queries.practice import practice_at, told_at
from application.source import Source, instant_or_none
from ledger.event import instant
from projections.folds.timetravel import Moment
from projections.views.notices import Claim, Publication
from rulebook import NOTICE_CLAIMS, NoticeFinding, Statement, notice_findings
from rulebook.calendar import day_of
from schemas.texts import Language


def lint(
    source: Source,
    controller: Controller,
    moment: Moment,
    language: Language = "en",
    draft: Sequence[Claim] | None = None,
) -> dict[str, Any]:
    """What the notice in force says that is not so, or does not say, by clause and rule.

    `draft`: claims that are compared instead, as if they were in force.
    """
    notices, in_force = told_at(source, moment)
    if draft is not None:
        in_force = None
    practice = practice_at(source, controller, moment, told=(notices, in_force), language=language)
    claims = in_force.claims if in_force else draft
    told = [_statement(claim) for claim in claims] if claims is not None else None
    found = notice_findings(told, practice, day_of(moment.as_of or source.now))
    return {
        "as_of": instant_or_none(moment.as_of),
        "draft": draft is not None,
        "notice": _notice(in_force) if in_force else None,
        "findings": [_shown(one, language) for one in found],
        "open": len(found),
    }


def _statement(claim: Claim) -> Statement:
    """A claim as published; one without its clause gets that of the house's policy."""
    known = NOTICE_CLAIMS.get(claim.claim)
    return Statement(claim.clause or (known.clause if known else ""), claim.claim, claim.value)


def _notice(in_force: Publication) -> dict[str, Any]:
    return {
        "version": in_force.version,
        "effective_from": in_force.effective_from.isoformat(),
        "published_at": instant(in_force.order.time),
        "sha256": in_force.sha256,
        "claims": len(in_force.claims),
    }


def _shown(one: NoticeFinding, language: Language) -> dict[str, Any]:
    check, dutch = one.check, language == "nl"
    return {
        "rule": check.id,
        "title": check.title_nl if dutch else check.title,
        "citation": check.citation,
        "layer": check.layer,
        "severity": check.severity,
        "confidence": check.confidence,
        "clause": one.clause,
        "says": [
            {"clause": said.clause, "claim": said.claim, "value": said.value} for said in one.said
        ],
        "expects": check.expects,
        "values": [
            {"value": contrast.value, "seen_in": list(contrast.seen_in)}
            for contrast in one.contrasts
        ],
        "resolved_by": check.resolved_by_nl if dutch else check.resolved_by,
    }
