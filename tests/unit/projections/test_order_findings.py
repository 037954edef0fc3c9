"""Findings about orders and secrecy: each rule is broken by what it forbids, and by nothing else."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

import rulebook
from ledger.event import RecordedEvent
from projections.findings.orders import order_findings
from projections.folds.timetravel import fold
from projections.views import orders, secrecy
from rulebook.rules import Rule, breaches
from tests.fixtures.cases import each
from tests.unit.projections.making import ANNA, at, event

DAY = 24 * 60
SUBSCRIBER, FREEZE, EPOC = "nl.sv.126na", "nl.sv.126ni", "eu.2023.1543"
Story = Sequence[RecordedEvent]


def act(name: str, day: float = 0, /, ref: str = "O-1", **facts: Any) -> RecordedEvent:
    facts.setdefault("provision", SUBSCRIBER)
    return event(name, day * DAY, id=f"{name}-{ref}-{day}", order_ref=ref, **facts)


def received(day: float = 0, /, **facts: Any) -> RecordedEvent:
    usual = {"authority": "police", "requested_fields": ["name", "email"], "oral": False}
    return act("order-received", day, **{**usual, **facts})


KNOWN = act("order-authenticated", 0.1, method="call-back")
DECIDED = act("order-narrowed", 0.2, allowed_fields=["name"], refused_fields=["email"])


def executed(day: float = 0.3, /, **facts: Any) -> RecordedEvent:
    usual = {"fields": ["name"], "recipient": "police"}
    return act("order-executed", day, **{**usual, **facts})


GOOD: Story = [received(), KNOWN, DECIDED, executed()]


def found(story: Story, day: float = 1) -> list[str]:
    rows = fold(orders.VIEW, list(story)).values()
    person = fold(secrecy.VIEW, list(story)).get("")
    return [one.rule for one in order_findings(ANNA, rows, person, at(day * DAY))]


def without(name: str) -> Story:
    return [one for one in GOOD if one.name != name]


def disclosed(day: float, **facts: Any) -> RecordedEvent:
    return event("personal-data-disclosed", day * DAY, id="d1", provision=SUBSCRIBER, **facts)


def lifted(day: float) -> RecordedEvent:
    return event("secrecy-lifted", day * DAY, by="court", evidence="r")


def imposed(until: str, /, **facts: Any) -> RecordedEvent:
    facts = {"provision": FREEZE, "categories": ["traffic"], **facts}
    return act("preservation-imposed", 1, until=until, **facts)


def restricted(review_on: str, day: float = 1) -> RecordedEvent:
    considered = dict.fromkeys("abcdefgh", "x")
    facts: dict[str, Any] = {"ground": "d", "considerations": considered, "review_on": review_on}
    return event("restriction-applied", day * DAY, **facts)


ORAL = received(oral=True, provision="nl.sv.126nd", requested_fields=["name"])
WRITTEN = act("order-confirmed", 2, what="written-order")
RELEASED = act("preservation-released", 40, until="2026-04-01", categories=["traffic"])
EU_FREEZE: dict[str, Any] = {"provision": EPOC, "kind": "preservation", "requested_fields": []}
REVIEWED = act("secrecy-reviewed", 90, by="review", evidence="e", review_on="2026-06-30")

EARLIER, TOO_LATE = executed(period_from="2026-01-31"), act("order-authenticated", 1, method="x")
HANDED_OVER = event("disclosure-handed-over", 6 * DAY, disclosure_id="d1", sha256="x")
REVIEWS = {"house.secrecy.unreviewed", "house.secrecy.review"}

NOTIFIED: dict[str, Any] = {
    "provision": EPOC,
    "kind": "production",
    "issued_by": "foreign-judicial-authority",
    "notified": True,
}
TAP: dict[str, Any] = {
    "provision": "nl.sv.126m",
    "issued_by": "public-prosecutor",
    "requested_fields": [],
}
VALIDATED: Story = [
    received(200, **NOTIFIED),
    act("order-authenticated", 201, method="x"),
    act("order-validated", 202),
]


def no_ground(day: float) -> RecordedEvent:
    return act("order-confirmed", day, what="no-ground")


def judge(day: float) -> RecordedEvent:
    by: dict[str, Any] = {"by": "examining-judge", "document_sha256": "4b" * 32}
    return act("authorisation-recorded", day, **by)


BREAKING: list[tuple[str, Story, float]] = [
    ("law.order.answer", [received(200, provision=EPOC)], 211),
    ("law.order.answer", [received(200, provision=EPOC), act("order-rejected", 212)], 213),
    ("law.order.oral", [ORAL, act("order-authenticated", 0.1, method="x")], 9),
    ("law.order.fields", [received(), KNOWN, DECIDED, executed(fields=["name", "email"])], 1),
    (
        "law.order.fields",
        [received(), KNOWN, act("order-narrowed", 0.2, allowed_fields=[]), executed()],
        1,
    ),
    ("law.order.period", [*GOOD[:3], executed(period_to="2026-03-02")], 1),
    ("law.order.period", [received(period_from="2026-02-01"), *GOOD[1:3], EARLIER], 1),
    ("law.order.authority", [received(issued_by="bailiff"), *GOOD[1:]], 1),
    ("law.order.recipient", [*GOOD[:3], executed(recipient="om")], 1),
    ("law.order.provision", [received(provision="us.cloud-act"), *GOOD[1:]], 1),
    ("law.order.over", [*GOOD[:3], act("order-withdrawn", 0.25), executed()], 1),
    ("law.order.over", [*GOOD[:3], act("order-rejected", 0.25), executed()], 1),
    ("law.order.early", [received(200, **NOTIFIED), executed(209)], 210),
    ("law.order.early", [received(200, **NOTIFIED), executed(209), no_ground(209.5)], 210),
    ("law.order.authority", [received(**TAP), *GOOD[1:], judge(0.4)], 1),
    ("house.order.authenticated", without("order-authenticated"), 1),
    ("house.order.authenticated", [*without("order-authenticated"), TOO_LATE], 2),
    ("house.order.decided", without("order-narrowed"), 1),
    ("house.order.unknown", without("order-received"), 1),
    ("house.secrecy.unreviewed", GOOD, 190),
    ("house.secrecy.unreviewed", [disclosed(1)], 190),
    ("house.secrecy.review", [*GOOD, REVIEWED], 130),
    ("house.handover.missing", [disclosed(1), lifted(5)], 6.1),
    ("law.preservation.past", [received(**{**EU_FREEZE, "provision": FREEZE}), imposed("2026-04-01")], 40),
    ("law.preservation.longer", [imposed("2026-06-01")], 2),
    ("house.restriction.review", [restricted("2026-03-20")], 30),
]  # fmt: skip

FINE: list[tuple[str, Story, float]] = [
    ("executed by the book", GOOD, 100),
    ("after the days of the notified authority", [*VALIDATED, executed(211.7)], 213),
    ("no ground is raised", [*VALIDATED, no_ground(203), executed(204)], 213),
    ("authorised", [received(**TAP), *GOOD[1:3], judge(0.25), executed(fields=[])], 1),
    ("answered in time", [received(200, provision=EPOC), act("order-rejected", 205)], 300),
    ("objected in time", [received(200, provision=EPOC), act("order-objected", 201, ground="x")], 300),
    ("confirmed in time", [ORAL, WRITTEN], 9),
    ("withdrawn before it lapsed", [ORAL, act("order-withdrawn", 1)], 9),
    ("closed as it lapsed", [ORAL, act("order-rejected", 5, ground="not-confirmed")], 9),
    ("reviewed in time", [*GOOD, REVIEWED], 110),
    ("lifted", [*GOOD, lifted(100)], 400),
    ("handed over", [disclosed(1), lifted(5), HANDED_OVER], 99),
    ("a day for the hand-over", [disclosed(1), lifted(5)], 5.9),
    ("released", [received(**{**EU_FREEZE, "provision": FREEZE}), imposed("2026-04-01"), RELEASED], 60),
    ("ninety days", [received(provision=FREEZE), imposed("2026-05-31")], 80),
    ("restricted and looked at again", [restricted("2026-03-20"), restricted("2026-09-20", 18)], 60),
]  # fmt: skip


@each("rule, story, day", BREAKING)
def test_what_breaks_a_rule_is_found_whatever_came_first(
    rule: str, story: Story, day: float
) -> None:
    shown = found(story, day)
    assert rule in shown, shown
    for order in list(permutations(story))[:24]:
        assert found(order, day) == shown


@each("what, story, day", FINE)
def test_what_is_fine_is_no_finding(what: str, story: Story, day: float) -> None:
    # Stories of many months are about something else than reviews, which they leave out.
    assert [rule for rule in found(story, day) if day < 180 or rule not in REVIEWS] == [], what


def test_every_rule_is_broken_by_some_story() -> None:
    # What one person did alone is asked of the approvals: integration/test_desk_power.py.
    alone = {"house.emergency.second"}
    assert {rule for rule, *_ in BREAKING} | alone == {rule.id for rule in rulebook.ORDER_FINDINGS}


def test_a_finding_names_the_act_and_since_when() -> None:
    story = [received(200, provision=EPOC)]
    rows = fold(orders.VIEW, story).values()
    [late] = order_findings(ANNA, rows, None, at(211 * DAY))
    assert (late.rule, late.id, late.name) == ("law.order.answer", story[0].id, "order-received")
    assert late.due
    assert late.is_open(at(211 * DAY))
    assert order_findings(ANNA, rows, None, at(209 * DAY)) == []
    [beyond] = order_findings(
        ANNA,
        fold(orders.VIEW, [*GOOD[:3], executed(fields=["name", "email", "iban"])]).values(),
        None,
        at(DAY),
    )
    assert (beyond.rule, beyond.detail) == ("law.order.fields", "email,iban")


def test_a_preservation_may_last_as_long_as_the_order_for_the_data_needs() -> None:
    european: dict[str, Any] = {"provision": EPOC, "categories": ["traffic"]}
    freeze = received(200, **EU_FREEZE)
    kept = event("preservation-imposed", 201 * DAY, order_ref="O-1", until="2026-11-01", **european)
    wanted = act("order-received", 250, ref="O-2", provision=EPOC, extends="O-1", authority="police",
                 requested_fields=["name"], oral=False, kind="production")  # fmt: skip
    past = [rule for rule in found([freeze, kept], 260) if "preservation" in rule]
    assert past == ["law.preservation.past"]
    assert [rule for rule in found([freeze, kept, wanted], 255) if "preservation" in rule] == []
    dutch = [replace(one, provision=FREEZE) for one in (freeze, kept)]
    assert "law.preservation.past" in found([*dutch, wanted], 255), (
        "art. 126ni Sv says no such thing"
    )


@each("rule", rulebook.ORDER_FINDINGS, ids=lambda rule: rule.id)
def test_each_rule_passes_its_own_tests(rule: Rule) -> None:
    for test in rule.tests:
        assert (rule in breaches(rule.applies_to, test.situation, rule.valid_from)) is test.breach
    assert {test.breach for test in rule.tests} == {True, False}


def test_an_open_ledger_has_none_of_these_rules() -> None:
    assert {rule.id for rule in rulebook.RULES}.isdisjoint(r.id for r in rulebook.ORDER_FINDINGS)
    kinds = {rule.applies_to for rule in rulebook.RULES}
    assert kinds.isdisjoint(rule.applies_to for rule in rulebook.ORDER_FINDINGS)


@pytest.mark.parametrize("rule", [rule.id for rule in rulebook.ORDER_FINDINGS])
def test_a_rule_is_found_by_its_id(rule: str) -> None:
    assert rulebook.rule(rule).id == rule
