"""Findings a page at a time, by key, with how many there are of each rule."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

import rulebook
from application.answer import Answer
from application.queries.oversight.findings import (
    FindingFilter,
    OpenFinding,
    found,
    is_meant,
    page_then,
    rows_of,
)
from application.queries.parts import key_of
from application.queries.period import ALWAYS
from application.source import Source
from projections.findings.judging import Finding
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
    counts, rows = _counted(source, criteria, moment, count)
    some = list(islice(rows, count + 1))
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


def _counted(
    source: Source, criteria: FindingFilter, moment: Moment, count: int
) -> tuple[Mapping[str, int], Iterator[Finding]]:
    """Rule -> how many of its findings fit the criteria but for the rule; and those that fit."""
    of_all = (criteria.subject, criteria.period) == (None, ALWAYS)
    if of_all and not has_orders(source.session):
        counts, rows = _of_all(source, criteria, moment, count)
        asked = (rule.id for rule in rulebook.RULES if criteria.severity in {None, rule.severity})
        return {id: number for id in asked if (number := counts.get(id))}, rows
    wider = msgspec.structs.replace(criteria, rule=None, after=None)
    everything = list(found(source, wider, moment))
    fitting = (finding for finding in everything if is_meant(criteria, finding))
    return Counter(finding.rule for finding in everything), fitting


def _of_all(
    source: Source, criteria: FindingFilter, moment: Moment, count: int
) -> tuple[Mapping[str, int], Iterator[Finding]]:
    if moment != NOW:
        return page_then(source, criteria, moment, count + 2)
    rules = [rule.id for rule in rulebook.RULES]
    counts = finding_counts(source.session, source.now, rules)
    return counts, found(source, criteria, moment, count + 2)
