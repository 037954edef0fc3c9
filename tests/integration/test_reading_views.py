"""Views on a real database, as the console reads them, now and as of the past."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projections.folds.timetravel import NOW, Moment, fold_at, projector, select
from projections.folds.view import View, encode
from projections.reading import views as read
from projections.reading.past import past_findings, past_findings_about
from projections.reading.register import past_register, present_register
from projections.reading.views import (
    consents,
    consents_of,
    customer_states_of,
    disclosed,
    findings,
    recipients_by_id,
    register_entries,
)
from projections.views import consent_status, customer_state, disclosures, recipients
from tests.fixtures.ledger import House, message, registered
from tests.fixtures.views import OFFICES, annul_some, customer_states, erase_some, follower, sampled


def test_views_are_read_as_the_events_say(house: House) -> None:
    lines = sampled(house)
    house.record(*lines)
    annul_some(house, lines, 4)
    erase_some(house)
    follower(house).follow_once()
    session, events = house.session("reader"), house.events()
    folds = {
        stream: [e for e in events if e.stream == stream] for stream in {e.stream for e in events}
    }

    def expected(view: View[Any]) -> dict[Any, Any]:
        return {
            (stream, subkey): state
            for stream, mine in sorted(folds.items())
            for subkey, state in sorted(fold_at(view, mine, privacy_office=OFFICES).items())
        }

    states = {(stream, ""): state for stream, state in customer_states(session)}
    assert list(states.items()) == list(expected(customer_state.VIEW).items())
    some = [stream for stream, _ in list(states)[:3]]
    assert customer_states_of(session, some) == {stream: states[stream, ""] for stream in some}
    shown = {(stream, purpose): row for stream, purpose, row in consents(session)}
    folded = expected(consent_status.VIEW)
    assert list(shown.items()) == [
        (key, row) for key, row in folded.items() if isinstance(row, consent_status.Consent)
    ]
    stream = next(iter(shown))[0]
    assert consents_of(session, [stream])[stream] == {
        subkey: row for (owner, subkey), row in folded.items() if owner == stream
    }
    everyone = {row.recipient: row for row in expected(recipients.VIEW).values()}
    assert recipients_by_id(session) == dict(sorted(everyone.items()))
    entries = register_entries(session)
    assert entries == past_register(session, NOW, house.clock(), OFFICES).register.entries
    assert [entry.activity for entry in entries] == sorted(entry.activity for entry in entries)
    assert {"undeclared-activity", "unused"} & {d.kind for entry in entries for d in entry.drift}


def test_disclosures_are_found_by_person_recipient_kind_and_time(house: House) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    session = house.session("reader")
    everything = list(disclosed(session))
    assert everything == disclosures.sorted_disclosures(everything)
    assert len(everything) > 5
    one = everything[len(everything) // 2]

    def matching(test: Callable[[Any], bool]) -> list[Any]:
        return [row for row in everything if test(row)]

    assert list(disclosed(session, streams=[one.stream])) == matching(
        lambda row: row.stream == one.stream
    )
    assert list(disclosed(session, recipient=one.recipient)) == matching(
        lambda row: row.recipient == one.recipient
    )
    assert list(disclosed(session, kind=one.recipient_kind)) == matching(
        lambda row: row.recipient_kind == one.recipient_kind
    )
    assert one in list(disclosed(session, since=one.occurred_at, until=one.occurred_at))
    later = one.occurred_at + timedelta(microseconds=1)
    assert list(disclosed(session, since=later)) == matching(lambda row: row.occurred_at >= later)
    assert list(disclosed(session, streams=[])) == []


def test_findings_are_read_in_pages_and_the_past_gives_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = sampled(house, 24)
    house.record(*lines)
    annul_some(house, lines, 4)
    erase_some(house)
    follower(house).follow_once()
    session, end = house.session("reader"), len(house.events())
    counts = []
    for clock in (house.events()[end // 2].time, datetime(2999, 1, 1, tzinfo=UTC)):
        found = list(findings(session, clock))
        assert all(one.is_open(clock) for one in found)
        assert found == past_findings(session, Moment(at_position=end), clock, OFFICES)
        counts.append(len(found))
    assert 5 < counts[0] < counts[1]
    rule, person = found[0].rule, found[-1].about
    monkeypatch.setattr(read, "_BLOCK_ROWS", 2)
    assert list(findings(session, clock)) == found
    asked: list[dict[str, Any]] = [{"rules": [rule]}, {"about": [person]}, {"rules": []}]
    for one in asked:
        fitting = [
            finding
            for finding in found
            if finding.rule in one.get("rules", [finding.rule])
            and finding.about in one.get("about", [finding.about])
        ]
        assert list(findings(session, clock, **one)) == fitting
        assert past_findings(session, Moment(at_position=end), clock, OFFICES, **one) == fitting


def test_the_register_of_a_past_position_leaves_later_events_out(house: House) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    half = len(house.events()) // 2
    then = Moment(at_position=half)
    past = past_register(house.session("reader"), then, house.clock(), OFFICES).register.entries
    now = register_entries(house.session("reader"))
    counted = select(house.events(), Moment(at_position=half), OFFICES).counted
    named = sum(1 for event in counted if event.activity)
    assert sum(entry.observed.events for entry in past) == named
    assert sum(entry.observed.events for entry in now) > named


def test_findings_of_the_past_about_some_are_those_of_all(house: House) -> None:
    lines = sampled(house, 24)
    house.record(*lines)
    annul_some(house, lines, 4)
    follower(house).follow_once()
    session, events = house.session("reader"), house.events()
    moments = [
        Moment(as_of=events[len(events) // 2].time),
        Moment(at_position=len(events) - 20),
        Moment(recorded_by=events[-1].recorded_at),
    ]
    for moment in moments:
        clock = moment.as_of or house.clock()
        found = past_findings(session, moment, clock, OFFICES)
        persons = {event.stream for event in events if event.subject is None}
        told = {
            stream: past_findings_about(session, house.ledger, [stream], moment, clock, OFFICES)
            for stream in persons
        }
        assert {stream: rows for stream, rows in told.items() if rows} == {
            stream: [one for one in found if one.about == stream]
            for stream in {one.about for one in found} & persons
        }
        some = sorted(persons)[::3]
        chosen = past_findings_about(session, house.ledger, some, moment, clock, OFFICES)
        assert chosen == [one for one in found if one.about in some]


def test_retention_is_answered_alike_by_views_and_events(house: House) -> None:
    lines = sampled(house, 24)
    house.record(*lines)
    annul_some(house, lines, 4)
    erase_some(house)
    follower(house).follow_once()
    session, end = house.session("reader"), len(house.events())
    overdue = []
    for clock in (house.clock(), datetime(2999, 1, 1, tzinfo=UTC)):
        shown = present_register(session, clock)
        assert shown == past_register(session, Moment(at_position=end), clock, OFFICES).register
        kept = [one for found in shown.retention.values() for one in found.values()]
        assert all(one.data_subjects >= one.held >= one.overdue + one.suspended for one in kept)
        assert all((one.since is not None) == bool(one.rules) == bool(one.overdue) for one in kept)
        assert any(one.held < one.data_subjects for one in kept)
        overdue.append(sum(one.overdue for one in kept))
    assert overdue[0] < overdue[1]


def test_the_library_folds_any_version_of_a_stream_with_a_view(house: House) -> None:
    house.record(registered(), message("account-deactivated", reason="moved"))
    ledger, stream = house.open(), house.events()[0].stream
    project = projector(customer_state.VIEW)
    past = ledger.repository.get(stream, version=1, projector_func=project)
    now = ledger.repository.get(stream, projector_func=project)
    assert [customer_state.status(rows[""]) for rows in (past, now)] == ["active", "inactive"]
    follower(house).follow_once()
    assert encode(customer_states_of(house.session("reader"), [stream])[stream]) == encode(now[""])
    moment = Moment(at_position=1)
    assert fold_at(customer_state.VIEW, house.events(), moment)[""] == past[""]
