"""Findings a page at a time, by key, with how many there are of each rule."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice

import msgspec

import rulebook
from application.answer import Answer
from application.queries.oversight.findings import FindingFilter, OpenFinding, found, rows_of
from application.queries.parts import key_of
from application.queries.period import ALWAYS
from application.source import Source
from projections.folds.timetravel import NOW, Moment
from projections.reading.order_findings import has_orders, place_of
from projections.reading.views import finding_counts


class RuleCount(Answer, frozen=True):
    """How many findings there are of a rule."""

    rule: str
    severity: str
    count: int


class FindingsPage(Answer, frozen=True):
    """Some findings. `rules`: of all that fit but for the rule. `next`: the key of the page that follows."""

    findings: list[OpenFinding]
    rules: list[RuleCount]
    open: int
    next: str | None


def findings_page(
    source: Source, criteria: FindingFilter, moment: Moment, count: int
) -> FindingsPage:
    """At most `count` findings after the place that the criteria name. Raises UnknownSubject."""
    counts = _counts(source, criteria, moment)
    some = list(islice(found(source, criteria, moment, count + 2), count + 1))
    page = some[:count]
    return FindingsPage(
        findings=list(rows_of(source, iter(page))),
        rules=[
            RuleCount(id, rulebook.rule(id).severity, number)
            for id, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        open=sum(number for id, number in counts.items() if criteria.rule in {None, id}),
        next=key_of(source, place_of(page[-1])) if len(some) > count else None,
    )


def _counts(source: Source, criteria: FindingFilter, moment: Moment) -> Mapping[str, int]:
    """Rule -> how many of its findings fit the criteria but for the rule."""
    of_all = (criteria.subject, criteria.period) == (None, ALWAYS)
    if moment == NOW and of_all and not has_orders(source.session):
        counts = finding_counts(source.session, source.now, [rule.id for rule in rulebook.RULES])
    else:
        wider = msgspec.structs.replace(criteria, rule=None, after=None)
        counts = Counter(finding.rule for finding in found(source, wider, moment))
    return {id: number for id, number in counts.items() if number and _is_asked(id, criteria)}


def _is_asked(id: str, criteria: FindingFilter) -> bool:
    return criteria.severity in {None, rulebook.rule(id).severity}
