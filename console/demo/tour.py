"""The tour of `ledger demo`: what a ledger answers about one customer, and what an erasure leaves.

Every step says which command shows the same.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec

from application.auditing import audit_site
from application.following import bring_up_to_date
from application.language import spoken
from application.queries.disclosures.received import DisclosureFilter, disclosures
from application.queries.keeping.erasure import erased
from application.queries.oversight.lint import lint
from application.queries.persons.consents import consents
from application.queries.persons.history import HistoryLine, history
from application.queries.persons.marketing import marketing
from application.queries.persons.state import state
from application.queries.registers.register import register
from application.queries.upkeep.health import audited
from application.words import say
from console.demo.findings import planted_findings
from console.demo.proof import proven
from console.demo.step import Step
from console.show.consent import consents_tables
from console.show.lint import lint_table
from console.show.marketing import marketing_tables
from console.show.person import (
    erasure_tables,
    history_table,
    state_tables,
)
from console.show.registers import disclosures_table, register_table
from console.show.upkeep import audit_tables
from host.site import Site
from ledger.event import instant
from ledger.keys.rotation import epochs
from projections.folds.timetravel import NOW, Moment
from sample.generating import PlantedViolation
from sample.tour import TOUR_SUBJECT

# Enough of a long table to see what it is; the words of the step say how many there are.
_LAST_EVENTS = 8
_ACTIVITIES = 4
_DISCLOSURES = 3
_RIGHTS = "8"
_YEAR = timedelta(days=365)


def guide(site: Site, planted: Sequence[PlantedViolation]) -> Iterator[Step]:
    """Walk through the ledger. `planted`: the violations in it."""
    yield from _about_one_person(site)
    yield from _about_processing(site)
    yield from planted_findings(site, planted)
    yield _about_the_notice(site)
    site.record_reads()
    yield from _after_an_erasure(site)
    site.record_reads()
    yield from proven(site)
    yield _in_order(site)


def _occurred_at(line: HistoryLine) -> str:
    return line.occurred_at


def _about_one_person(site: Site) -> Iterator[Step]:
    who = TOUR_SUBJECT
    events = sorted(history(site.source("history"), who, NOW, spoken()), key=_occurred_at)
    yield Step(
        say("demo", "history", who, _LAST_EVENTS, len(events)),
        f"history {who} --limit {_LAST_EVENTS}",
        [history_table(who, events[-_LAST_EVENTS:])],
    )
    source = site.source("state")
    now = state(source, who, NOW)
    yield Step(say("demo", "state"), f"state {who}", state_tables(now))
    past = site.clock().replace(microsecond=0) - _YEAR
    then = state(source, who, Moment(as_of=past))
    yield Step(
        say("demo", "year-ago"),
        f"state {who} --as-of {instant(past)}",
        state_tables(then),
    )
    yield Step(
        say("demo", "consents"),
        f"consents {who}",
        consents_tables(consents(site.source("consents"), who, NOW)),
    )
    yield Step(
        say("demo", "marketing"),
        f"marketing {who} --channel phone",
        marketing_tables(marketing(site.source("marketing"), who, ["phone"], NOW)),
    )


def _about_processing(site: Site) -> Iterator[Step]:
    answer = register(site.source("register"), site.settings.controller, NOW)
    drifting = [row for row in answer.activities if row.drift]
    yield Step(
        say("demo", "register", len(answer.activities), len(drifting), _ACTIVITIES),
        "register",
        [register_table(msgspec.structs.replace(answer, activities=drifting[:_ACTIVITIES]))],
    )
    rows = list(disclosures(site.source("disclosures"), DisclosureFilter(subject=TOUR_SUBJECT)))
    yield Step(
        say("demo", "disclosures"),
        f"disclosures --subject {TOUR_SUBJECT}",
        [disclosures_table(rows)],
    )


def _about_the_notice(site: Site) -> Step:
    answer = lint(site.source("lint"), site.settings.controller, NOW, spoken())
    rows = [row for row in answer.findings if row.clause == _RIGHTS]
    return Step(
        say("demo", "lint", answer.open, _RIGHTS),
        "lint",
        [lint_table(msgspec.structs.replace(answer, findings=rows))],
    )


def _after_an_erasure(site: Site) -> Iterator[Step]:
    who = TOUR_SUBJECT
    erasures = site.eraser().erase(who, [], "request")
    started_at = epochs(site.session("reader"), site.provider).started_at
    yield Step(
        say("demo", "erasure"),
        f"erase {who} --ground request",
        erasure_tables(erased(who, "request", erasures, started_at, site.clock())),
    )
    bring_up_to_date(site)
    remaining = state(site.source("state"), who, NOW)
    yield Step(say("demo", "left"), f"state {who}", state_tables(remaining))
    events = list(history(site.source("history"), who, NOW, spoken()))
    yield Step(
        say("demo", "acts-remain", len(events)),
        f"history {who}",
        [history_table(who, events[:2] + events[-1:])],
    )
    received = disclosures(site.source("disclosures"), DisclosureFilter(subject=who))
    rows = [row for row in received if row.subject is None]
    yield Step(
        say("demo", "disclosures-remain", _DISCLOSURES, len(rows)),
        f"disclosures --subject {who} --limit {_DISCLOSURES}",
        [disclosures_table(rows[-_DISCLOSURES:])],
    )


def _in_order(site: Site) -> Step:
    audit = audit_site(site, views=True)
    answer = audited(audit.ledger, audit.views, audit.unchecked)
    return Step(
        say("demo", "in-order"),
        "audit --views",
        audit_tables(answer),
        answer.ok,
    )
