"""One set of events in one ledger, and split over several: the views merged are the views of the whole.

Persons are apart, registers and staff are in every ledger, a contact person is where the customer is.
Positions are kept, since views know events by them: so the comparison is byte for byte.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.ledgers.merging import (
    TAKEOVER,
    LedgerViews,
    by_stream,
    joined,
    merged_findings,
    merged_register,
    merged_rows,
)
from ledger.event import RecordedEvent
from projections import VIEWS
from projections.dossier.dossier import Dossier
from projections.dossier.fact import Fact
from projections.dossier.said import Handover
from projections.findings import view as findings
from projections.findings.join import Entry
from projections.findings.view import DOSSIER, kind_of
from projections.folds.timetravel import counting, fold
from projections.folds.view import Key, View, encode
from projections.reading.adherence import RETENTION_PASSED, AdherenceTally
from projections.reading.transfers import transfer_of
from projections.views import disclosures, processing_register, recipients
from tests.fixtures.whole import examples
from tests.property import view_model as model
from tests.property.finding_specs import CARLA, EVA, lives, taken_over
from tests.property.hand_written import AT_ONCE
from tests.property.hand_written import JUDGED as JUDGED_BY_HAND
from tests.property.spec_parts import Spec
from tests.property.view_specs import (
    EVERY_KIND,
    activity_acts,
    annulling,
    build,
    complete,
    fed,
    given_away,
    recipient_acts,
)
from tests.property.view_specs import ledger_of as told_in
from tests.unit.projections.making import ANNA, BERT, OFFICE

OFFICES = frozenset({OFFICE})
MOST = 4
Drawn = tuple[Sequence[View[Any]], list[Spec]]
"""Views, and a ledger of events that say something to them."""


def drawn_of(*kinds: st.SearchStrategy[Spec]) -> st.SearchStrategy[list[Spec]]:
    return st.lists(complete(*kinds), min_size=2, max_size=10)


def every_view(drawn: list[Spec]) -> Drawn:
    return VIEWS, drawn


JUDGED = (findings.VIEW, processing_register.VIEW, disclosures.VIEW, recipients.VIEW)
# What a view asks of an event where those that are drawn for rules do not say it.
UNSAID: Spec = {
    **{"data_categories": [], "recipient_kinds": [], "countries": []},
    **{"role": "processor", "reason": "r"},
}
judging = lives().map(lambda drawn: (JUDGED, [UNSAID | spec for spec in drawn]))
handing_over = drawn_of(taken_over, annulling).map(lambda drawn: (JUDGED, drawn))
counting_up = drawn_of(given_away, fed, recipient_acts, activity_acts, annulling)
everything = drawn_of(*EVERY_KIND, activity_acts, annulling)
KINDS = [
    judging,
    judging,
    handing_over,
    *(one.map(every_view) for one in (counting_up, everything)),
]
specs = st.sampled_from(KINDS).flatmap(lambda kind: kind)
homes = st.fixed_dictionaries({ANNA: st.integers(0, MOST - 1), BERT: st.integers(0, MOST - 1)})
Homes = Mapping[UUID, int]
# One in each of two ledgers, and both in the last of four.
AT_ONCE_APART: tuple[Drawn, Homes] = ((VIEWS, AT_ONCE), {ANNA: 0, BERT: 1})
JUDGED_TOGETHER: tuple[Drawn, Homes] = (
    (JUDGED, [UNSAID | spec for spec in JUDGED_BY_HAND]),
    {ANNA: MOST - 1, BERT: MOST - 1},
)


def is_shared(event: RecordedEvent) -> bool:
    return event.subject is not None or event.stream == EVA


def parts(events: Sequence[RecordedEvent], at: Homes) -> list[list[RecordedEvent]]:
    """The events of each ledger."""
    where = {**at, CARLA: at[BERT]}
    return [
        [event for event in events if is_shared(event) or where[event.stream] == number]
        for number in range(MOST)
    ]


def viewed(events: Sequence[RecordedEvent], views: Sequence[View[Any]]) -> LedgerViews:
    """Some views of one ledger."""
    shared = frozenset(event.stream for event in events if is_shared(event))
    return joined({view.name: folded(view, events) for view in views}, shared)


def folded(view: View[Any], events: Sequence[RecordedEvent]) -> dict[Key, Any]:
    return {
        (stream, subkey): row
        for stream, mine in model.streams(events).items()
        for subkey, row in fold(view, counting(mine, OFFICES)).items()
    }


def other_half(ledgers: Sequence[LedgerViews], ledger: LedgerViews, entry: Entry) -> bool:
    """Whether the other party of a takeover has an event of it, the same way and as often, in any ledger."""
    fact = ledger.rows[findings.VIEW.name][entry.key]
    assert isinstance(fact, Fact)
    topic = f"{TAKEOVER}/{fact.facts.contract_ref}"
    way = fact.facts.from_customer, fact.facts.to_customer

    def moved(stream: UUID, until: datetime) -> int:
        dossiers = [one.rows[findings.VIEW.name].get((stream, DOSSIER)) for one in ledgers]
        return len(
            {
                mark.order.time
                for dossier in dossiers
                if isinstance(dossier, Dossier)
                for mark in dossier.saying(topic, Handover)
                if (mark.says.from_customer, mark.says.to_customer) == way
                and mark.order.time <= until
            }
        )

    own = moved(entry.key[0], fact.occurred_at)
    others = [UUID(name) for name in fact.on if name != str(entry.key[0])]
    return all(moved(other, datetime.max.replace(tzinfo=UTC)) >= own for other in others)


def placed(entries: Sequence[Entry]) -> list[tuple[str, str, str, bytes]]:
    return sorted((str(e.key[0]), e.key[1], e.rule, encode(e.finding)) for e in entries)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs, homes)
@example(*AT_ONCE_APART)
@example(*JUDGED_TOGETHER)
def test_the_views_of_the_parts_merged_are_the_views_of_the_whole(drawn: Drawn, at: Homes) -> None:
    views, told = drawn
    events = told_in(build(told))
    whole, ledgers = viewed(events, views), [viewed(part, views) for part in parts(events, at)]
    merged = {view.name: merged_rows(ledgers, view.name) for view in views}
    assert merged == whole.rows
    assert merged_register(ledgers) == whole.register
    assert placed(merged_findings(ledgers, lambda one, entry: other_half(ledgers, one, entry))) == (
        placed(whole.findings)
    )


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs, homes)
@example(*AT_ONCE_APART)
@example(*JUDGED_TOGETHER)
def test_what_is_counted_of_the_parts_is_what_is_counted_of_the_whole(
    drawn: Drawn, at: Homes
) -> None:
    """Answers that are made of rows: how retention is kept, and on what transfers rest."""
    views, told = drawn
    events = told_in(build(told))
    whole, ledgers = viewed(events, views), [viewed(part, views) for part in parts(events, at)]
    merged = LedgerViews(
        {view.name: merged_rows(ledgers, view.name) for view in views},
        merged_register(ledgers),
        merged_findings(ledgers, lambda one, entry: other_half(ledgers, one, entry)),
        whole.shared,
    )
    assert retention(merged) == retention(whole)
    assert transfers(merged) == transfers(whole)


def retention(views: LedgerViews) -> Any:
    tally = AdherenceTally()
    judged = by_stream(views.rows[findings.VIEW.name])
    for stream, observed in by_stream(views.rows[processing_register.VIEW.name]).items():
        passed = {
            str(e.finding.detail).partition(", ")[0]: e.finding
            for e in views.findings
            if e.key[0] == stream and e.rule == RETENTION_PASSED
        }
        tally.add(observed, judged.get(stream, {}), passed)
    return tally.found()


def transfers(views: LedgerViews) -> Any:
    known = {row.recipient: row for row in views.rows[recipients.VIEW.name].values()}
    rows = views.rows[disclosures.VIEW.name]
    return {key: transfer_of(row, known.get(row.recipient)) for key, row in rows.items()}


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs, homes)
@example(*AT_ONCE_APART)
@example(*JUDGED_TOGETHER)
def test_a_ledger_alone_finds_what_the_whole_finds_but_for_takeovers(
    drawn: Drawn, at: Homes
) -> None:
    """Of its own persons: the registers and the staff that they are judged by are all there."""
    views, told = drawn
    events = told_in(build(told))
    whole = viewed(events, views)
    for part in parts(events, at):
        streams = {event.stream for event in part}
        alone = [e for e in viewed(part, views).findings if e.key[0] in streams]
        of_whole = [e for e in whole.findings if e.key[0] in streams]
        assert placed(judged(alone)) == placed(judged(of_whole))


def judged(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if kind_of(entry.key[1]) != TAKEOVER]
