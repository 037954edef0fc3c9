"""Findings in the tour of `ledger demo`: what was planted is found, one is explained, and one is resolved."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.table import Table

import rulebook
from application.acts.acting import Act, act
from application.following import bring_up_to_date
from application.queries.oversight.findings import FindingFilter, OpenFinding, findings
from application.words import say, told_in
from console.demo.step import Step
from console.show.findings import findings_table
from console.show.text import pairs, worded
from host.site import Site
from projections.folds.timetravel import NOW
from sample.acts import notice_version
from sample.generating import PlantedViolation
from sample.register import SUBSCRIPTION
from schemas import names

# Any rule with a planted violation will do: one event resolves this one.
EXPLAINED = "law.notice.never"


def planted_findings(site: Site, planted: Sequence[PlantedViolation]) -> Iterator[Step]:
    """Compare what is found with what the sample broke on purpose."""
    rows = list(findings(site.source("findings"), FindingFilter(), NOW))
    expected = Counter((violation.rule, violation.source, violation.id) for violation in planted)
    actual = Counter((row.rule, row.event.source, row.event.id) for row in rows)
    yield Step(
        say("demo", "findings", len(rows), len(planted)),
        "findings",
        [_by_rule(rows, planted)],
        actual == expected,
    )
    yield from _explained([row for row in rows if row.rule == EXPLAINED], site)


def _by_rule(rows: Sequence[OpenFinding], planted: Sequence[PlantedViolation]) -> Table:
    counts = Counter(row.rule for row in rows)
    expected = Counter(violation.rule for violation in planted)
    lines = (
        (
            say("severity", rule.severity),
            told_in(rule, "title"),
            rule.citation,
            expected[rule.id],
            counts[rule.id],
        )
        for rule in rulebook.RULES
        if expected[rule.id] or counts[rule.id]
    )
    return worded("demo", "severity rule citation planted found", lines, title="by-rule")


def _explained(rows: Sequence[OpenFinding], site: Site) -> Iterator[Step]:
    """One finding, and the event that ends it."""
    yield Step(
        say("demo", "explained"),
        f"findings --rule {EXPLAINED}",
        [findings_table(rows), pairs(say("demo", "promise"), _promise())],
        len(rows) == 1,
    )
    for row in rows:
        if isinstance(row.subject, str):
            act(site, [_notice(row.subject, notice_version(site.clock()))])
    bring_up_to_date(site)
    remaining = list(findings(site.source("findings"), FindingFilter(rule=EXPLAINED), NOW))
    yield Step(
        say("demo", "resolved"),
        f"findings --rule {EXPLAINED}",
        [findings_table(remaining)],
        not remaining,
    )


def _promise() -> Iterator[tuple[str, str]]:
    rule = rulebook.rule(EXPLAINED)
    for clause in rulebook.CLAUSES:
        if EXPLAINED in clause.rules:
            yield (
                say("demo", "policy", clause.title) if clause.source == "policy" else clause.title,
                clause.says,
            )
    yield say("demo", "law"), rule.citation
    yield say("demo", "in-dutch"), rule.title_nl
    yield say("demo", "ends"), rule.resolved_by_nl


def _notice(subject: str, version: str) -> Act:
    facts = {"version": version, "channel": "email", "article": "14"}
    return Act(
        name=names.PRIVACY_NOTICE_PROVIDED,
        subject=subject,
        facts=facts,
        legal_basis=SUBSCRIPTION.legal_basis,
        activity=SUBSCRIPTION.activity,
    )
