"""What breaks a rule, and the rules themselves."""

from typing import cast

from msgspec.structs import replace

import rulebook
from application.queries.oversight.findings import FindingFilter, OpenFindings
from application.queries.oversight.findings import findings as found
from application.queries.oversight.findings_page import FindingsPage, findings_page
from application.queries.oversight.rules import RuleShown, rule_shown
from application.queries.parts import LIMIT, place_named
from ledger.errors import Misconfigured
from projections.reading.views import FindingPlace
from web.context import RequestContext
from web.resource import Params, resource
from web.resources.periods import Key, Limit, PeriodParams, subject_named

SEVERITIES = ("high", "medium", "low")
ROWS = 80
"""So many stand on a page, which then weighs less than 100 kB."""


class FindingsParams(PeriodParams, frozen=True, kw_only=True):
    """Of a rule, of a severity, about a subject."""

    rule: str | None = None
    severity: str | None = None
    subject: str | None = None
    after: Key = None
    limit: Limit = LIMIT

    @property
    def criteria(self) -> FindingFilter:
        """Which findings, wherever the page begins. Raises Misconfigured."""
        known = {entry.id for entry in (*rulebook.RULES, *rulebook.ORDER_FINDINGS)}
        for name, code, codes in (
            ("rule", self.rule, known),
            ("severity", self.severity, SEVERITIES),
        ):
            if code is not None and code not in codes:
                raise Misconfigured("this value is not one of those that are known", field=name)
        return FindingFilter(
            rule=self.rule,
            severity=self.severity,
            subject=subject_named(self.subject),
            period=self.period,
        )


class ListParams(FindingsParams, frozen=True, kw_only=True):
    """The same of the page: fewer at a time, as each row says which rule is broken and what ends it."""

    limit: Limit = ROWS


class RuleParams(Params, frozen=True, kw_only=True):
    """A rule, by its id."""

    id: str


@resource("/findings", "findings", name="findings", rows="findings", timed=True)
def findings(context: RequestContext, params: FindingsParams) -> FindingsPage:
    """Facts that break a rule, by time of occurrence, and what ends each; with how many of each rule."""
    source = context.source("findings")
    after: FindingPlace | None = None
    if params.after:
        after = place_named(source, params.after, cast("type[FindingPlace]", FindingPlace))
    criteria = replace(params.criteria, after=after)
    return findings_page(source, criteria, context.moment, params.limit)


@resource("/findings", "findings", name="findings", rows="findings", timed=True)
def findings_listed(context: RequestContext, params: ListParams) -> FindingsPage:
    """The same for the page."""
    return findings.load(context, params)


@resource("/findings", "findings", name="findings", rows="findings", timed=True)
def every_finding(context: RequestContext, params: FindingsParams) -> OpenFindings:
    """The same, all of them."""
    rows = list(found(context.source("findings"), params.criteria, context.moment))
    return OpenFindings(findings=rows, open=len(rows))


@resource("/rules/{id}", "findings", name="rule", timed=True)
def rule(context: RequestContext, params: RuleParams) -> RuleShown:
    """One rule of the rulebook: what it says, on which law it rests, and whether that is in doubt."""
    return rule_shown(params.id)


RESOURCES = (findings, rule)
