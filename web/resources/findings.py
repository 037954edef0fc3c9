"""What breaks a rule, and the rules themselves."""

import rulebook
from application.queries.oversight.findings import FindingFilter, OpenFindings
from application.queries.oversight.findings import findings as found
from application.queries.oversight.findings_page import FindingsPage, findings_page, place_named
from application.queries.oversight.rules import RuleShown, rule_shown
from ledger.errors import Misconfigured
from web.resource import Params, resource
from web.resources.periods import PeriodParams, subject_named
from web.visit import Visit

ON_A_PAGE = 50
SEVERITIES = ("high", "medium", "low")


class FindingsParams(PeriodParams, frozen=True, kw_only=True):
    """Of a rule, of a severity, about a subject. `after`: the key that a page named as its next one."""

    rule: str | None = None
    severity: str | None = None
    subject: str | None = None
    after: str | None = None

    @property
    def criteria(self) -> FindingFilter:
        """Which findings. Raises Misconfigured."""
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
            after=place_named(self.after) if self.after else None,
        )


class RuleParams(Params, frozen=True, kw_only=True):
    """A rule, by its id."""

    id: str


@resource("/findings", "findings", name="findings", rows="findings", timed=True)
def findings(visit: Visit, params: FindingsParams) -> OpenFindings:
    """Facts that break a rule, by time of occurrence, and what ends each."""
    rows = list(found(visit.source("findings"), params.criteria, visit.moment))
    return OpenFindings(findings=rows, open=len(rows))


@resource("/findings-by-page", "findings", name="findings", rows="findings", timed=True)
def by_page(visit: Visit, params: FindingsParams) -> FindingsPage:
    """The same, some at a time, with how many there are of each rule."""
    return findings_page(visit.source("findings"), params.criteria, visit.moment, ON_A_PAGE)


@resource("/rules/{id}", "findings", name="rule", timed=True)
def rule(visit: Visit, params: RuleParams) -> RuleShown:
    """One rule of the rulebook: what it says, on which law it rests, and whether that is in doubt."""
    return rule_shown(params.id)


RESOURCES = (findings, by_page, rule)
