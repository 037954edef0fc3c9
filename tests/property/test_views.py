"""Any order, any batches, any crash: views equal a plain list model, byte for byte among themselves."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.event import RecordedEvent
from projections import views_of
from projections.dossier.choices import Choice
from projections.dossier.traces import Trace, Traces
from projections.findings import view as findings
from projections.findings.judging import Finding
from projections.folds.annulment import effects
from projections.folds.timetravel import counting, fold
from projections.folds.view import View, encode
from projections.following.joins import join_of
from projections.keeping import holds
from projections.views import (
    complaints,
    consent_status,
    customer_state,
    disclosures,
    incidents,
    measures,
    notices,
    notifications,
    orders,
    processing_register,
    recipients,
    requests,
    secrecy,
    staff,
)
from projections.views.order_acts import OrderAct
from projections.views.orders import Order
from projections.views.processing_register import Entry
from projections.views.secrecy import Secrets
from tests.fixtures.whole import examples
from tests.property import finding_model, hand_written, order_model
from tests.property import view_model as model
from tests.property.finding_specs import facts, lives
from tests.property.spec_parts import Spec
from tests.property.view_specs import (
    annulling,
    build,
    collected,
    complete,
    erased,
    ledger_of,
    recorded,
    speaking,
    specs,
)
from tests.property.view_store import Death, MemoryStore
from tests.unit.projections.making import NOON, OFFICE

OFFICES = frozenset({OFFICE})
TIMES = [NOON + timedelta(days=days) for days in (-90, -45, -29, -28, -1, 0, 1)]


def derived(view: View[Any], events: Sequence[RecordedEvent]) -> tuple[Any, Any]:
    """Rows and entries folded at once, stream by stream."""
    folded = {
        stream: fold(view, counting(mine, OFFICES))
        for stream, mine in model.streams(events).items()
    }
    rows = {(s, subkey): encode(row) for s, rows in folded.items() for subkey, row in rows.items()}
    join = join_of(view.join)
    if join is None:
        return rows, {}
    shared = {
        stream: fold(view, [e for e in counting(mine, OFFICES) if e.name in join.shared])
        for stream, mine in model.streams(events).items()
    }
    gathering = join.gathering(shared.items())
    entries = [
        entry for stream in sorted(folded) for entry in gathering.add(stream, folded[stream])
    ]
    return rows, _placed(view, [*entries, *gathering.rest()])


def _placed(view: View[Any], entries: Sequence[Any]) -> dict[Any, Any]:
    if view.join == "findings":
        return {(key, rule): encode(finding) for key, rule, finding in entries}
    return dict(entries)


def check_against_model(view: View[Any], store: MemoryStore, events: list[RecordedEvent]) -> None:
    """What the rows say is what the model says."""
    told = model.counted(events, OFFICE)
    rows = {key: view.decode(state) for key, state in store.states.items()}
    CHECKS[view.name](rows, told)
    if view.join == "activities":
        check_register(store, told)
    if view.join == "findings":
        check_findings(store, events)


def check_states(rows: Any, told: list[RecordedEvent]) -> None:
    shown = {}
    for (stream, _), state in rows.items():
        values = customer_state.live_values(state)
        shown[stream] = {
            "status": customer_state.status(state),
            "since": customer_state.standing(state).since,
            "kind": customer_state.customer_kind(state),
            "values": {
                (category, field): (value.blob, value.source, value.id)
                for category, fields in values.items()
                for field, value in fields.items()
            },
            "erased": customer_state.erased_categories(state),
            "last_erasure": state.last_erasure,
            "position": state.position,
        }
    assert shown == model.states(told)


def check_consents(rows: Any, told: list[RecordedEvent]) -> None:
    shown = {
        key: (row.act, row.since, row.facts)
        for key, row in rows.items()
        if isinstance(row, consent_status.Consent)
    }
    assert shown == model.consents(told)
    chosen = sorted(
        (str(stream), row.name, row.order.time, encode(row.facts))
        for (stream, _), row in rows.items()
        if isinstance(row, Choice)
    )
    assert chosen == sorted(
        (str(stream), name, time, encode(facts))
        for (stream, _), (name, time, facts) in model.choices(told).items()
    )


def check_disclosures(rows: Any, told: list[RecordedEvent]) -> None:
    shown = disclosures.sorted_disclosures(rows.values())
    assert model.disclosures(told) == [
        (
            row.position,
            row.stream,
            row.occurred_at,
            row.recipient,
            row.recipient_kind,
            row.legal_basis,
        )
        for row in shown
    ]


def check_recipients(rows: Any, told: list[RecordedEvent]) -> None:
    shown = {}
    for row in rows.values():
        versions = [recipients.recipient_at(row, time) for time in TIMES]
        shown[row.recipient] = [version.name if version else None for version in versions]
    assert shown == model.recipient_names(told, TIMES)


def check_notices(rows: Any, told: list[RecordedEvent]) -> None:
    held = [notices.in_force(rows.values(), time) for time in TIMES]
    shown = [(one.version, one.claims[0].value) if one else None for one in held]
    assert shown == [model.notice_in_force(told, time) for time in TIMES]


def check_staff(rows: Any, told: list[RecordedEvent]) -> None:
    shown: dict[Any, Any] = {}
    for (stream, _), row in rows.items():
        for time in TIMES:
            if isinstance(row, staff.Role):
                defined = staff.definition_at(row.definitions, time)
                shown[stream, time] = {row.role: defined.categories} if defined else {}
            else:
                vog, employed = staff.certificate_at(row, time), staff.employed_at(row, time)
                roles = sorted(staff.roles_at(row, time))
                shown[stream, time] = roles, employed, vog.issued_on if vog else None
    assert shown == model.staff(told, TIMES)


def check_requests(rows: Any, told: list[RecordedEvent]) -> None:
    shown: dict[Any, Any] = {}
    for (stream, ref), row in rows.items():
        for time in TIMES:
            found = requests.standing(row, time)
            if found is not None:
                due = found.period.due_on
                shown[stream, ref, time] = found.status, found.identity, due, found.outcome
    assert shown == model.requests(told, TIMES)


def check_notifications(rows: Any, told: list[RecordedEvent]) -> None:
    shown = {
        (stream, task.recipient, task.action, category, task.told.outcome if task.told else None)
        for (stream, _), row in rows.items()
        for task in notifications.tasks(row)
        for category in task.categories
    }
    assert shown == model.notifications(told)


def check_holds(rows: Any, told: list[RecordedEvent]) -> None:
    shown: dict[Any, Any] = {}
    for (stream, ref), row in rows.items():
        for hold in holds.holds(row):
            assert hold.hold_ref == ref
            shown[stream, ref] = list(hold.categories), hold.review_on.isoformat(), hold.owner
    assert shown == model.holds(told)


def check_incidents(rows: Any, told: list[RecordedEvent]) -> None:
    shown: dict[Any, Any] = {}
    for (stream, subkey), row in rows.items():
        for time in TIMES:
            known = row.until(time)
            if row.kind != "told" and known.begin:
                clocks = sorted((one.duty, one.due, one.done_at) for one in known.clocks)
                shown[stream, subkey, time] = known.is_open, clocks
    assert shown == model.incidents(told, TIMES)


def check_complaints(rows: Any, told: list[RecordedEvent]) -> None:
    shown: dict[Any, Any] = {}
    for (stream, ref), row in rows.items():
        for time in TIMES:
            known = row.until(time)
            if known.receipt:
                answered = known.answer and known.answer.order.time
                shown[stream, ref, time] = known.receipt.order.time, answered, known.outcome
                assert known.is_open == (answered is None)
    assert shown == model.complaints(told, TIMES)


def check_orders(rows: Any, told: list[RecordedEvent]) -> None:
    times = [*TIMES, TIMES[-1] + order_model.LATER]
    shown: dict[Any, Any] = {}
    for (stream, ref), row in rows.items():
        for time in times:
            status = orders.standing(row, time)
            if status is not None:
                shown[stream, ref, time] = status.status, status.lapsed, status.secrecy
    assert shown == order_model.orders(told, times)


def check_secrecy(rows: Any, told: list[RecordedEvent]) -> None:
    shown: dict[Any, Any] = {}
    kept: dict[Any, Any] = {}
    for (stream, _), row in rows.items():
        for time in TIMES:
            for one in secrecy.disclosures(row, time):
                place = stream, one.act.order.source + one.act.order.id, time
                shown[place] = one.secrecy, one.handed_over_at
        for held in secrecy.preservations(row, TIMES[-1]):
            facts = str(held.until), held.extensions, held.released_at is not None
            kept[stream, held.order_ref] = facts
    assert shown == order_model.disclosures(told, TIMES)
    assert kept == order_model.preservations(told, TIMES[-1])


def check_measures(rows: Any, told: list[RecordedEvent]) -> None:
    shown = {}
    for row in rows.values():
        for time in TIMES:
            adoption, ended = measures.adopted_at(row, time)
            place = row.measure, time
            shown[place] = (adoption and adoption.order.id, ended and ended.order.id)
    assert shown == model.measures(told, TIMES)


def check_register(store: MemoryStore, told: list[RecordedEvent]) -> None:
    shown = {}
    for activity, (_, made) in store.joined.items():
        entry = msgspec.json.decode(made, type=Entry)
        shown[activity] = {
            "version": entry.version,
            "declared": entry.declared,
            "retired": entry.retired is not None,
            "versions": [(version.order.time, version.facts) for version in entry.versions],
            "assessments": [(one.order.time, one.facts) for one in entry.assessments],
            "observed": msgspec.structs.asdict(entry.observed),
            "drift": [(drift.kind, drift.detail) for drift in entry.drift],
        }
    assert shown == model.register(told)


def check_findings(store: MemoryStore, events: list[RecordedEvent]) -> None:
    found = [msgspec.json.decode(made, type=Finding) for made in store.joined.values()]
    shown = sorted((one.source, one.id, one.rule, str(one.due)) for one in found)
    assert shown == finding_model.findings(events, OFFICE)


CHECKS: dict[str, Any] = {
    customer_state.VIEW.name: check_states,
    consent_status.VIEW.name: check_consents,
    disclosures.VIEW.name: check_disclosures,
    recipients.VIEW.name: check_recipients,
    notices.VIEW.name: check_notices,
    staff.VIEW.name: check_staff,
    requests.VIEW.name: check_requests,
    notifications.VIEW.name: check_notifications,
    incidents.VIEW.name: check_incidents,
    complaints.VIEW.name: check_complaints,
    orders.VIEW.name: check_orders,
    secrecy.VIEW.name: check_secrecy,
    holds.VIEW.name: check_holds,
    measures.VIEW.name: check_measures,
    processing_register.VIEW.name: lambda _rows, _told: None,
    findings.VIEW.name: lambda _rows, _told: None,
}
DEATHS: list[Death | None] = [
    None,
    None,
    "before the rows",
    "after the rows",
    "before the commit",
    "after the commit",
]


class FollowedViews(RuleBasedStateMachine):
    """A ledger that grows while each view follows it at its own pace, dying now and then."""

    views = tuple(view for view in views_of(confidential=True) if view.join != "findings")
    drawn = specs

    @initialize()
    def begin(self) -> None:
        self.specs: list[Spec] = []
        self.ledger: list[RecordedEvent] = []
        self.stores = {view.name: MemoryStore(view) for view in self.views}

    @rule(data=st.data())
    def record(self, data: st.DataObject) -> None:
        drawn = data.draw(st.lists(self.drawn, min_size=1, max_size=6))
        known = len(self.specs)
        self.specs = build(drawn, known + 1, self.specs)
        new = enumerate(self.specs[known:], known + 1)
        self.ledger += [recorded(spec, position) for position, spec in new]

    @rule(data=st.data(), size=st.integers(1, 8), death=st.sampled_from(DEATHS))
    def follow(self, data: st.DataObject, size: int, death: Death | None) -> None:
        view = data.draw(st.sampled_from(self.views))
        self.stores[view.name].advance(self.ledger, size, OFFICES, death)

    @rule()
    def catch_up(self) -> None:
        for store in self.stores.values():
            while store.position < len(self.ledger):
                store.advance(self.ledger, 5, OFFICES)

    @invariant()
    def every_view_is_what_its_events_say(self) -> None:
        for view in self.views:
            store = self.stores[view.name]
            told = self.ledger[: store.position]
            rows, entries = derived(view, told)
            assert store.states == rows
            assert store.joined == entries
            check_against_model(view, store, told)


class FollowedFindings(FollowedViews):
    """The same for findings, which are drawn from lives of their own."""

    views = (findings.VIEW,)
    drawn = facts()


TestFollowedViews, TestFollowedFindings = FollowedViews.TestCase, FollowedFindings.TestCase
TestFollowedViews.settings = TestFollowedFindings.settings = settings(
    max_examples=examples(60),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("view", views_of(confidential=True), ids=lambda view: view.name)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_order_of_arrival_does_not_matter(view: View[Any], data: st.DataObject) -> None:
    """Positions aside: they are the order of arrival."""
    drawn = lives() if view.join == "findings" else speaking(view.name)
    built = build(data.draw(drawn))
    order = data.draw(st.permutations(range(len(built))))
    says_the_same(view, built, order, data.draw(st.lists(st.integers(1, 5), min_size=1)))


@pytest.mark.parametrize("view", views_of(confidential=True), ids=lambda view: view.name)
def test_what_happens_at_once_or_is_taken_back_is_told_in_every_order(view: View[Any]) -> None:
    for told in hand_written.told_to(view.join):
        built = build(told)
        for order, sizes in product(hand_written.orders(len(built)), hand_written.SIZES):
            says_the_same(view, built, order, sizes)


def says_the_same(
    view: View[Any], built: list[Spec], order: Sequence[int], sizes: list[int]
) -> None:
    """A view that follows events in an order, some at a time, as one that has all at once."""
    arrived = ledger_of([built[place] for place in order])
    here = _followed(view, ledger_of(built), [len(built)])
    there = _followed(view, arrived, sizes)
    assert _without_positions(view, here) == _without_positions(view, there)
    assert _entries(view, here) == _entries(view, there)
    check_against_model(view, there, arrived)


def _followed(view: View[Any], ledger: list[RecordedEvent], sizes: list[int]) -> MemoryStore:
    store = MemoryStore(view)
    turn = 0
    while store.position < len(ledger):
        store.advance(ledger, sizes[turn % len(sizes)], OFFICES)
        turn += 1
    return store


def _entries(view: View[Any], store: MemoryStore) -> Any:
    if view.join != "findings":
        return store.joined
    found = [msgspec.json.decode(made, type=Finding) for made in store.joined.values()]
    return sorted(encode(msgspec.structs.replace(one, position=0)) for one in found)


def _without_positions(view: View[Any], store: MemoryStore) -> list[Any]:
    rows = []
    for (stream, subkey), state in store.states.items():
        row = view.decode(state)
        if hasattr(row, "position"):
            blank = msgspec.structs.replace(row, position=0)
            rows.append((str(stream), subkey.rpartition("/")[0], encode(blank)))
        elif isinstance(row, Traces):
            first = {source: _blank(trace) for source, trace in row.first.items()}
            held = {
                category: {id: (_blank(row.sealing[key.at]), key.bases) for id, key in keys.items()}
                for category, keys in row.held.items()
            }
            rows.append((str(stream), subkey, encode([row.subject, first, held, row.destroyed])))
        elif isinstance(row, Order):
            told = msgspec.structs.replace(row, steps=_unplaced(row.steps))
            rows.append((str(stream), subkey, encode(told)))
        elif isinstance(row, Secrets):
            rows.append((str(stream), subkey, encode(Secrets(_unplaced(row.acts)))))
        else:
            rows.append((str(stream), subkey, state))
    return sorted(rows)


def _unplaced(acts: Sequence[OrderAct]) -> tuple[OrderAct, ...]:
    return tuple(msgspec.structs.replace(act, position=0) for act in acts)


def _blank(trace: Trace) -> Trace:
    return msgspec.structs.replace(trace, position=0)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(complete(collected, annulling, annulling, erased), max_size=9))
def test_annulment_is_what_the_contract_says(drawn: list[Spec]) -> None:
    """Chains, names that come before what they name, equal times."""
    events = ledger_of(build(drawn))
    assert effects(events, OFFICES).annulled == model.annulled_by(events, OFFICE)


def test_annulments_of_annulments_and_by_others_are_what_the_contract_says() -> None:
    told = build(hand_written.TAKEN_BACK)
    found = []
    for order in hand_written.orders(len(told)):
        events = ledger_of([told[place] for place in order])
        found.append(effects(events, OFFICES).annulled)
        assert found[-1] == model.annulled_by(events, OFFICE)
    assert found[0] == found[1] == found[2]
    assert 2 < len(found[0]) < 8
