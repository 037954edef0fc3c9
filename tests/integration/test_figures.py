"""What metrics read: counts that the projector keeps, progress, the ledger's figures, the journal's."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest

import rulebook
from ledger.errors import Halt, LedgerError
from ledger.event import instant
from ledger.figures import JournalFigures, ledger_figures, watch_only
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.metrics import Figures
from ledger.storage.postgres import Session
from projections import VIEWS
from projections.figures import counted, progress, unbuilt
from projections.reading.views import (
    complaints,
    consents,
    disclosed,
    findings,
    holds_in_force,
    incidents,
    notifications,
    requests,
)
from projections.views.disclosures import FEED
from projections.views.notifications import tasks
from projections.views.requests import standing
from rulebook.calendar import day_of
from tests.fixtures.ledger import House, collected, message, registered
from tests.fixtures.two_ledgers import Two
from tests.fixtures.views import OFFICES, annul_some, erase_some, follower, rebuild, sampled

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

# The day of review passes at its end, in Amsterdam.
HOLDS = (("customer/1", "2026-11-23"), ("customer/1", "2026-11-24"), ("customer/2", "9999-12-31"))


def hold(who: str, review_on: str) -> dict[str, Any]:
    facts = {"hold_ref": f"H-{review_on}", "categories": ["contact"], "ground": "claim"}
    return message("legal-hold-placed", who, **facts, review_on=review_on, legal_basis="6-1-f")


def shown(session: Session) -> Figures:
    """What is counted, without what is 0."""
    return {
        name: {labels: value for labels, value in values.items() if value}
        for name, values in counted(session, NOW).items()
    }


def complained(session: Session) -> Figures:
    """The same of complaints."""
    waiting = [one.clock for _, one in complaints(session) if one.is_open and one.clock]
    late = [clock for clock in waiting if clock.due <= NOW]
    return {
        "ledger_complaints_open": {(): float(len(waiting))} if waiting else {},
        "ledger_complaints_overdue": {(): float(len(late))} if late else {},
    }


def from_rows(session: Session) -> Figures:
    """The same, counted from every row of the views."""
    acts: Counter[tuple[str, ...]] = Counter()
    for _, purpose, consent in consents(session):
        until = consent.valid_until
        act = "given" if consent.act == "renewed" else consent.act
        expired = act == "given" and until is not None and until.date() < NOW.date()
        acts[purpose, "expired" if expired else act] += 1
    kinds: Counter[tuple[str, ...]] = Counter(
        (row.name if row.name == FEED else row.recipient_kind,) for row in disclosed(session)
    )
    opened: Counter[tuple[str, ...]] = Counter()
    overdue: Counter[tuple[str, ...]] = Counter()
    for _, request in requests(session):
        found = standing(request, request.steps[-1].order.time)
        if found and found.ended_at is None and request.right:
            opened[(request.right,)] += 1
            late = not request.fulfilled and found.period.passed(NOW)
            overdue[(request.right,)] += int(late)
    cases: Counter[tuple[str, ...]] = Counter()
    late_cases: Counter[tuple[str, ...]] = Counter()
    for _, case in incidents(session):
        if case.kind != "told" and case.is_open:
            cases[(case.kind,)] += 1
            late_cases[(case.kind,)] += any(one.state(NOW) == "overdue" for one in case.clocks)
    waiting: Counter[tuple[str, ...]] = Counter(
        (task.action,)
        for _, changes in notifications(session)
        for task in tasks(changes)
        if not task.told
    )
    held: Counter[tuple[str, ...]] = Counter()
    late_holds: Counter[tuple[str, ...]] = Counter()
    for _, hold in holds_in_force(session):
        held[()] += 1
        late_holds[()] += hold.is_overdue(day_of(NOW))
    broken: Counter[tuple[str, ...]] = Counter()
    for one in findings(session, NOW):
        rule = rulebook.rule(one.rule)
        broken[rule.applies_to, rule.severity] += 1
    return {
        "ledger_findings_open": dict(broken),
        **complained(session),
        "ledger_holds": dict(held),
        "ledger_holds_overdue": dict(+late_holds),
        "ledger_consents": dict(acts),
        "ledger_disclosures_total": dict(kinds),
        "ledger_requests_open": dict(opened),
        "ledger_requests_overdue": dict(+overdue),
        "ledger_notifications_open": dict(waiting),
        "ledger_incidents_open": dict(cases),
        "ledger_incidents_overdue": dict(+late_cases),
    }


def test_counts_are_those_of_the_rows_whatever_the_batches_and_after_a_rebuild(
    house: House,
) -> None:
    house.record(*(hold(who, day) for who, day in HOLDS))
    lines = sampled(house, 24)
    for start, size in zip(range(0, len(lines), 80), cycle([1, 30, 7]), strict=False):
        house.record(*lines[start : start + 80])
        follower(house, batch_events=size).follow_once()
    session = house.session("reader")
    before = shown(session)
    assert before == from_rows(session)
    assert len(before["ledger_consents"]) > 3
    assert len(before["ledger_disclosures_total"]) > 3
    assert len(before["ledger_findings_open"]) > 15
    assert (before["ledger_holds"], before["ledger_holds_overdue"]) == ({(): 3}, {(): 1})
    annul_some(house, lines, 5)
    erase_some(house)
    follower(house).follow_once()
    after = shown(session)
    assert after["ledger_consents"] == from_rows(session)["ledger_consents"]
    assert after["ledger_consents"] != before["ledger_consents"]
    for view in VIEWS:
        assert rebuild(house.session("projector"), house.ledger, view, OFFICES).ok
    assert shown(session) == after


def test_disclosures_never_fall_when_some_are_annulled(house: House) -> None:
    lines = sampled(house)
    house.record(*lines)
    follower(house).follow_once()
    session = house.session("reader")
    before = shown(session)["ledger_disclosures_total"]
    annul_some(house, lines, 2)
    follower(house).follow_once()
    rebuild(house.session("projector"), house.ledger, VIEWS[2], OFFICES)
    after = shown(session)["ledger_disclosures_total"]
    assert sum(from_rows(session)["ledger_disclosures_total"].values()) < sum(before.values())
    assert all(after[kind] >= count for kind, count in before.items())


def test_progress_of_views_that_are_behind_and_that_are_not_built(house: House) -> None:
    session = house.session("reader")
    follower(house).follow_once()
    assert unbuilt(session) == []
    house.record(registered(), collected())
    behind = progress(session)
    assert set(behind["ledger_view_lag_positions"].values()) == {2.0}
    assert all(age >= 0.0 for age in behind["ledger_view_lag_seconds"].values())
    follower(house).follow_once()
    there = progress(session)
    assert set(there["ledger_view_lag_positions"].values()) == {0.0}
    assert set(there["ledger_view_lag_seconds"].values()) == {0.0}
    assert set(there["ledger_view_bookmark_position"]) == {(view.name,) for view in VIEWS}


def test_figures_of_a_ledger_and_of_its_journal(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(registered(), collected(), b"nonsense")
    session, journal = house.session("reader"), JournalFigures(house.journal)
    watch_only(session)
    house.clock.forward(seconds=90)
    figures = ledger_figures(session, house.ledger, house.clock())
    assert figures["ledger_position"] == {(): 2.0}
    assert figures["ledger_dead_letters"] == {(): 1.0}
    assert figures["ledger_erasures_total"] == {(): 0.0}
    assert figures["ledger_key_epoch_age_seconds"] == {(): 90.0}
    assert figures["ledger_data_directory_bytes"][()] > 100_000
    assert journal.read(session)["ledger_erasures_pending"] == {(): 0.0}

    (erasure,) = house.eraser().erase("customer/10023", ["contact"], "request")
    destroyed = {(): float(len(erasure.keys))}
    assert journal.read(session)["ledger_keys_destroyed_total"] == destroyed != {(): 0.0}
    done = ledger_figures(session, house.ledger, house.clock())
    assert done["ledger_erasures_total"] == {(): 1.0}

    append = ErasureJournal.append

    def crash_after(kept: ErasureJournal, entries: Sequence[ErasureEntry]) -> None:
        append(kept, entries)
        raise Halt("the power went away")

    with monkeypatch.context() as power:
        power.setattr(ErasureJournal, "append", crash_after)
        with pytest.raises(LedgerError):
            house.eraser().erase("customer/10023", ["identity"], "request")
    assert journal.read(session)["ledger_erasures_pending"] == {(): 1.0}
    house.eraser().reapply()
    assert journal.read(session)["ledger_erasures_pending"] == {(): 0.0}


def test_an_entry_that_is_taken_back_is_not_pending_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(registered(), collected())
    session, journal = house.session("reader"), JournalFigures(house.journal)
    append = ErasureJournal.append

    def seen_then_gone(kept: ErasureJournal, entries: Sequence[ErasureEntry]) -> None:
        append(kept, entries)
        assert journal.read(session)["ledger_erasures_pending"] == {(): 1.0}
        kept.path.write_bytes(b"")
        raise Halt("the disk is full")

    monkeypatch.setattr(ErasureJournal, "append", seen_then_gone)
    with pytest.raises(LedgerError):
        house.eraser().erase("customer/10023", ["contact"], "request")
    assert journal.read(session)["ledger_erasures_pending"] == {(): 0.0}
    assert journal.read(session)["ledger_keys_destroyed_total"] == {(): 0.0}


def test_who_watches_cannot_write(house: House) -> None:
    session = house.session("recorder")
    watch_only(session)
    with pytest.raises(Halt, match="25006"):  # read_only_sql_transaction
        session.run("track", application="x", position=1, mac=b"")


def test_another_ledger_does_not_show_in_the_size(
    make_house: Callable[..., House], database_url: str
) -> None:
    main = make_house(database_url)
    session = main.session("reader")
    before = ledger_figures(session, main.ledger, main.clock())
    other = make_house(database_url, "confidential")
    other.record(*[b"nonsense %d" % number for number in range(300)])
    assert ledger_figures(session, main.ledger, main.clock()) == before
    own = ledger_figures(other.session("reader"), other.ledger, other.clock())
    sizes = [figures["ledger_data_directory_bytes"][()] for figures in (before, own)]
    assert sizes[1] > sizes[0]


def test_a_halted_topic_is_seen_although_no_consumer_runs(house: House) -> None:
    recorder, session = house.session("recorder"), house.session("reader")
    for topic, halted_at in (("events", house.clock()), ("register", None)):
        recorder.run("set_intake_window", topic=topic, mac=b"", halted_at=halted_at)
    figures = ledger_figures(session, house.ledger, house.clock())
    assert figures["ledger_halted_topics"] == {(): 1.0}


def test_orders_are_counted_in_the_confidential_ledger_alone(two: Two) -> None:
    law = {"provision": "nl.sv.126nd", "legal_basis": "6-1-c", "time": "2026-03-02T09:30:00Z"}
    asked = {"authority": "parket", "requested_fields": ["name"], "issued_by": "public-prosecutor"}
    late = message("order-received", order_ref="O-1", oral=True, **asked, **law)
    assert two.confidential.tell(late).recorded == 1
    now = two.clock()
    figures = counted(two.confidential.site.session("reader"), now)
    assert figures["ledger_orders_open"] == figures["ledger_orders_overdue"] == {(): 1.0}
    assert not [name for name in counted(two.open.site.session("reader"), now) if "orders" in name]


def test_a_clock_that_passes_soon_is_seen_whatever_else_is_late(two: Two) -> None:
    """Each order once, however many persons it is about; and also where another clock has passed."""
    now = two.clock()
    law = {"provision": "nl.sv.126nd", "legal_basis": "6-1-c", "time": "2026-03-02T09:30:00Z"}
    asked = {"authority": "parket", "requested_fields": ["name"], "issued_by": "public-prosecutor"}

    def received(ref: str, who: str, hours: float) -> dict[str, Any]:
        due = instant(now + timedelta(hours=hours))
        return message(
            "order-received", who, order_ref=ref, oral=True, respond_by=due, **asked, **law
        )

    told = [
        received("O-1", "customer/1", 1.5),
        received("O-1", "customer/2", 1.5),
        received("O-2", "customer/1", 20),
        received("O-3", "customer/1", 30),
    ]
    assert two.confidential.tell(*told).recorded == len(told)
    figures = counted(two.confidential.site.session("reader"), now)
    assert figures["ledger_orders_due_soon"] == {("2",): 1.0, ("24",): 2.0}
    assert figures["ledger_orders_open"] == {(): 3.0}
    assert figures["ledger_orders_overdue"] == {(): 3.0}
