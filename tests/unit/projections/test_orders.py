"""Orders and secrecy: how they stand at a time, whatever order their acts came in."""

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.views import orders, secrecy
from projections.views.orders import Order, OrderStatus, standing
from projections.views.secrecy import Secrets, disclosures, preservations, restrictions
from tests.unit.projections.making import NOON, at, event

HOUR, DAY = 60, 24 * 60
SUBSCRIBER, EPOC, WHOLE = "nl.sv.126na", "eu.2023.1543", list("abcdefgh")


def act(name: str, day: float = 0, /, **facts: Any) -> RecordedEvent:
    """An act on order O-1, in days after noon of 1 March."""
    facts.setdefault("provision", SUBSCRIBER)
    return event(name, day * DAY, order_ref="O-1", **facts)


def received(day: float = 0, /, **facts: Any) -> RecordedEvent:
    usual = {"authority": "police", "requested_fields": ["name"], "oral": False}
    return act("order-received", day, **{**usual, **facts})


def folded(*events: RecordedEvent) -> Order:
    return fold(orders.VIEW, list(events))["O-1"]


def stands(*events: RecordedEvent, day: float = 1) -> OrderStatus:
    status = standing(folded(*events), at(day * DAY))
    assert status
    return status


def secrets(*events: RecordedEvent) -> Secrets:
    return fold(secrecy.VIEW, list(events))[""]


STEPS = [
    (received(), "received"),
    (act("order-authenticated", 0.1, method="call-back"), "authenticated"),
    (act("order-narrowed", 0.2), "narrowed"),
    (act("order-executed", 0.3), "executed"),
    (act("order-confirmed", 0.4, what="receipt"), "confirmed"),
]


def test_each_step_is_seen_in_every_order_of_arrival() -> None:
    for order in permutations([step for step, _ in STEPS]):
        one = folded(*order)
        assert [standing(one, step.time).status for step, _ in STEPS] == [  # type: ignore[union-attr]
            status for _, status in STEPS
        ]
        assert standing(one, at(-1)) is None


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("order-objected", "objected"),
        ("order-rejected", "rejected"),
        ("order-withdrawn", "withdrawn"),
        ("order-validated", "validated"),
    ],
)
def test_the_latest_decision_counts(name: str, status: str) -> None:
    last = act(name, 0.5, ground="incomplete")
    assert stands(received(), act("order-narrowed", 0.2), last).status == status


def test_acts_of_one_instant_stand_in_the_order_of_the_steps() -> None:
    together = [
        received(),
        act("order-executed"),
        act("order-validated"),
        act("order-authenticated", method="x"),
    ]
    for order in permutations(together):
        assert [step.name for step in folded(*order).steps] == [
            "order-received",
            "order-authenticated",
            "order-validated",
            "order-executed",
        ]
        assert stands(*order).status == "executed"


def test_an_act_without_a_receipt_is_no_order_yet() -> None:
    alone = folded(act("order-executed", 1))
    assert (standing(alone, at(9 * DAY)), alone.rule, alone.allowance) == (None, None, None)
    assert orders.VIEW.cells(("", "O-1"), alone) == (None, None)  # type: ignore[arg-type]


def test_an_oral_order_lapses_at_the_end_of_the_third_day() -> None:
    oral = received(oral=True, provision="nl.sv.126nd")
    end = datetime.fromisoformat("2026-03-05T00:00:00+01:00")
    one = folded(oral)
    before, after = standing(one, end - timedelta(seconds=1)), standing(one, end)
    assert before
    assert after
    assert (before.status, before.lapsed, before.next, before.next_due) == (
        "received",
        False,
        "written-order",
        end,
    )
    assert (after.status, after.lapsed, after.overdue) == ("lapsed", True, True)
    written = act("order-confirmed", 2, what="written-order")
    assert stands(oral, written, day=9).status == "received"
    assert stands(oral, act("order-confirmed", 6, what="written-order"), day=9).status == "lapsed"


def test_an_oral_order_that_was_executed_stays_executed_and_lapsed() -> None:
    done = stands(received(oral=True, provision="nl.sv.126nd"), act("order-executed", 1), day=9)
    assert (done.status, done.lapsed) == ("executed", True)


def test_a_european_order_has_ten_days_or_eight_hours() -> None:
    ordinary, urgent = (received(200, provision=EPOC, urgent=u) for u in (False, True))
    [slow] = [one for one in stands(ordinary, day=200).clocks if one.name == "answer"]
    [fast] = [one for one in stands(urgent, day=200).clocks if one.name == "answer"]
    assert slow.due == datetime.fromisoformat("2026-09-28T00:00:00+02:00")
    assert fast.due == at(200 * DAY + 8 * HOUR)
    late = stands(urgent, act("order-executed", 200.5), day=201)
    [clock] = [one for one in late.clocks if one.name == "answer"]
    assert (clock.state(at(201 * DAY)), clock.done_at) == ("late", at(200.5 * DAY))


def test_what_it_may_have_is_said_by_its_provision() -> None:
    status = stands(received(requested_fields=["name", "email"]))
    assert status.allowance
    assert (status.allowance.fields, status.allowance.refused) == (("name",), ("email",))
    assert status.rule == "order.sv.126na"


def test_what_may_be_given_is_what_was_decided_and_never_more() -> None:
    asked = received(requested_fields=["name", "email", "city"])
    assert folded(asked).may_have == ()
    assert folded(asked, act("order-validated", 0.2)).may_have == ("name", "city")
    decided = act("order-narrowed", 0.2, allowed_fields=["city", "email"])
    assert folded(asked, decided).may_have == ("city",)
    assert folded(asked, act("order-executed", 0.2)).may_have == ()


def test_the_kind_is_as_stated_or_the_only_one_of_its_rule() -> None:
    assert folded(received(provision="nl.sv.126ni")).kind == "preservation"
    assert folded(received(kind="information", provision="nl.sv.126ni")).kind == "information"
    assert folded(received(provision="nl.unknown")).kind is None


def test_preservation_runs_until_the_day_that_was_said_last() -> None:
    freeze = received(provision="nl.sv.126ni", kind="preservation")
    asked = stands(freeze)
    [by_law] = [one for one in asked.clocks if one.name == "preservation"]
    assert (by_law.due.date(), asked.preserved_until) == (date(2026, 5, 30), None)
    imposed = act("preservation-imposed", 1, until="2026-04-30", categories=["traffic"])
    extended = act("preservation-extended", 30, until="2026-07-29")
    for told in permutations([freeze, imposed, extended]):
        assert stands(*told, day=2).preserved_until == date(2026, 4, 30)
        assert stands(*told, day=31).preserved_until == date(2026, 7, 29)
    released = act("preservation-released", 40, until="2026-04-10", categories=["traffic"])
    [ended] = [
        c for c in stands(freeze, imposed, released, day=50).clocks if c.name == "preservation"
    ]
    assert ended.done_at == at(40 * DAY)


def test_what_is_kept_waits_for_its_own_release() -> None:
    """A release from before it was imposed again is none, nor is a withdrawal that came from upstream."""
    freeze = received(provision="nl.sv.126ni", kind="preservation")
    imposed, again = (
        act("preservation-imposed", day, until="2026-05-20", categories=["traffic"])
        for day in (1, 9)
    )
    early = act("preservation-released", 5, until="2026-03-06", categories=["traffic"])
    withdrawn = act("order-withdrawn", 20)

    def done_at(*told: RecordedEvent) -> datetime | None:
        [clock] = [one for one in stands(*told, day=50).clocks if one.name == "preservation"]
        return clock.done_at

    for told in permutations([freeze, imposed, early, again]):
        assert done_at(*told) is None
    assert done_at(freeze, imposed, early) == at(5 * DAY)
    assert done_at(freeze, imposed, withdrawn) is None
    released = act("preservation-released", 30, until="2026-03-31", categories=["traffic"])
    assert done_at(freeze, imposed, withdrawn, released) == at(30 * DAY)
    assert done_at(freeze, withdrawn) == at(20 * DAY)


def test_an_order_that_keeps_nothing_has_no_end_to_wait_for() -> None:
    freeze = received(provision="nl.sv.126ni", kind="preservation")
    waiting, done = stands(freeze), stands(freeze, act("order-executed", 1), day=2)
    assert "preservation" in {one.name for one in waiting.clocks}
    assert "preservation" not in {one.name for one in done.clocks}


def test_secrecy_holds_by_law_until_it_is_lifted_and_is_reviewed_on_a_clock() -> None:
    imposed = act("secrecy-imposed", 1, by="authority", evidence="l", review_on="2026-06-01")
    lifted = act("secrecy-lifted", 100, by="court", evidence="r")
    assert stands(received()).secrecy == "in-force"
    assert stands(received(provision="nl.awr.53")).secrecy == "none"
    for told in permutations([received(), imposed, lifted]):
        during, after = stands(*told, day=50), stands(*told, day=101)
        assert (during.secrecy, after.secrecy) == ("in-force", "lifted")
        assert [one.due.date() for one in during.clocks if one.name == "review"] == [
            date(2026, 6, 1)
        ]
        assert not [one for one in after.clocks if one.name == "review"]
    [by_house] = [one for one in stands(received()).clocks if one.name == "review"]
    assert by_house.due == datetime.fromisoformat("2026-09-02T00:00:00+02:00")


def disclosed(day: float, id: str, **facts: Any) -> RecordedEvent:
    return event("personal-data-disclosed", day * DAY, id=id, provision=SUBSCRIBER, **facts)


def on_secrecy(name: str, day: float, **facts: Any) -> RecordedEvent:
    return event(f"secrecy-{name}", day * DAY, by="review", evidence="e", **facts)


@pytest.mark.parametrize(
    ("about", "lifted"),
    [
        ({"disclosure_id": "d1"}, {"d1"}),
        ({"order_ref": "O-1"}, {"d1", "d2"}),
        ({}, {"d1", "d2", "d3"}),
        ({"disclosure_id": "d4"}, set()),
        ({"order_ref": "O-9"}, set()),
    ],
)
def test_a_lift_concerns_a_disclosure_an_order_or_the_person(
    about: dict[str, str], lifted: set[str]
) -> None:
    told = [
        disclosed(1, "d1", case_ref="O-1"),
        disclosed(2, "d2"),
        act("order-executed", 2, disclosure_id="d2"),
        disclosed(3, "d3"),
        on_secrecy("lifted", 10, **about),
    ]
    for order in permutations(told):
        shown = disclosures(secrets(*order), at(11 * DAY))
        assert {one.act.order.id for one in shown if one.waits} == lifted
        assert {one.act.order.id for one in disclosures(secrets(*order), at(9 * DAY))} == {
            "d1",
            "d2",
            "d3",
        }
        assert not [one for one in disclosures(secrets(*order), at(9 * DAY)) if one.waits]


def test_what_comes_after_a_lift_is_secret_again_and_what_was_handed_over_waits_no_more() -> None:
    told = [
        disclosed(1, "d1"),
        on_secrecy("lifted", 10),
        disclosed(20, "d2"),
        event("disclosure-handed-over", 11 * DAY, disclosure_id="d1", sha256="x"),
    ]
    first, second = disclosures(secrets(*told), at(30 * DAY))
    assert (first.secrecy, first.lifted_at, first.handed_over_at) == (
        "lifted",
        at(10 * DAY),
        at(11 * DAY),
    )
    assert (first.waits, second.secrecy, second.lift) == (False, "in-force", None)
    again = secrets(*told, on_secrecy("imposed", 25))
    assert [one.secrecy for one in disclosures(again, at(30 * DAY))] == ["in-force", "in-force"]


def test_preservations_of_a_person_order_by_order() -> None:
    told = [
        act("preservation-imposed", 1, until="2026-04-01", categories=["traffic"]),
        act("preservation-extended", 9, until="2026-05-01"),
        event("preservation-imposed", 2 * DAY, until="2026-03-20", categories=["contact"]),
        event("preservation-released", 5 * DAY, until="2026-03-06", categories=["contact"]),
    ]
    for order in permutations(told):
        alone, ordered = preservations(secrets(*order), NOON + timedelta(days=10))
        assert (alone.order_ref, alone.categories, alone.keeps(date(2026, 3, 7))) == (
            "",
            ("contact",),
            False,
        )
        assert (ordered.until, ordered.extensions, ordered.released_at) == (
            date(2026, 5, 1),
            1,
            None,
        )
        assert ordered.keeps(date(2026, 5, 1))
        assert not ordered.keeps(date(2026, 5, 2))
        early = preservations(secrets(*order), NOON + timedelta(days=3))
        assert [one.until for one in early] == [date(2026, 3, 20), date(2026, 4, 1)]


def test_the_latest_restriction_of_a_ground_counts() -> None:
    considered = dict.fromkeys(WHOLE, "x")
    told = [
        event(
            "restriction-applied", day * DAY, ground=ground, considerations=considered, review_on=on
        )
        for day, ground, on in (
            (1, "d", "2026-04-01"),
            (5, "d", "2026-10-01"),
            (2, "i", "2026-06-01"),
        )
    ]
    for order in permutations(told):
        shown = restrictions(secrets(*order), at(9 * DAY))
        assert [(one.facts["ground"], one.facts["review_on"]) for one in shown] == [
            ("i", "2026-06-01"),
            ("d", "2026-10-01"),
        ]
