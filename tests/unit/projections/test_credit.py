"""What a credit check rests on, apart from any command."""

from datetime import UTC, date, datetime, timedelta

import pytest

from projections.dossier.dossier import NO_DOSSIER, Dossier, Mark
from projections.dossier.said import Codes, Said
from projections.folds.view import Order
from projections.use.credit import BUREAU, PURPOSE, check_at, occasion
from rulebook import PURPOSES, RECIPIENT_KINDS, RULES, Rule, period, rule_verdicts
from tests.fixtures.cases import each

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONTH = period("credit-occasion")
DAY = date(2026, 3, 1)


def at(topic: str, time: datetime, says: Said = "") -> dict[str, tuple[Mark, ...]]:
    return {topic: (Mark(Order(time, 0, -1, "urn:s", "e-1"), says),)}


@pytest.mark.parametrize("topic", ["registered", "large-order"])
@pytest.mark.parametrize(
    ("apart", "near"),
    [(timedelta(), True), (MONTH, True), (-MONTH, True), (MONTH + timedelta(seconds=1), False)],
)
def test_an_occasion_is_near_on_either_side(topic: str, apart: timedelta, near: bool) -> None:
    names = {"registered": "new-customer", "large-order": "large-order"}
    found = occasion(Dossier(None, at(topic, AT - apart)), AT)
    assert found == (names[topic] if near else "none")


def test_whoever_is_both_is_a_new_customer_and_nobody_is_nothing() -> None:
    both = Dossier(None, at("large-order", AT) | at("registered", AT - timedelta(days=3)))
    assert occasion(both, AT) == "new-customer"
    assert occasion(NO_DOSSIER, AT) == "none"


def test_a_check_of_the_erased_has_no_occasion() -> None:
    own = Dossier(None, at("registered", AT))
    occasions = [next(check_at(own, AT, erased=erased)).situation for erased in (False, True)]
    assert occasions == [{"occasion": "new-customer"}, {"occasion": "none"}]


def test_only_what_a_credit_bureau_gets_counts_as_restricted() -> None:
    own = Dossier(None, at("restriction", AT, Codes(("traffic", "debt", "address"))))
    _, seen = check_at(own, AT, erased=False)
    assert (seen.situation, seen.detail) == ({"restriction": "used"}, "address, debt")
    _, seen = check_at(Dossier(None, at("restriction", AT, Codes(("traffic",)))), AT, erased=False)
    assert seen.situation == {"restriction": "none"}


def test_the_names_that_the_gate_asks_by_are_in_the_rulebook() -> None:
    assert PURPOSE in {entry.purpose for entry in PURPOSES}
    assert BUREAU in RECIPIENT_KINDS


@each("entry", RULES, ids=lambda entry: entry.id)
def test_every_rule_says_with_its_verdict_what_it_says_of_its_own_tests(entry: Rule) -> None:
    for one in entry.tests:
        day = entry.valid_from
        found = rule_verdicts(entry.applies_to, one.situation, day)
        said = {verdict.rule: verdict.allowed for verdict in found}
        if entry.breach_if.keys() <= one.situation.keys():
            assert said[entry.id] is not one.breach
        else:
            assert entry.id not in said


def test_a_verdict_has_the_fact_that_decides_and_only_from_rules_that_ask_for_it() -> None:
    (verdict,) = rule_verdicts("use", {"objection": "none"}, DAY)
    assert (verdict.rule, verdict.why, verdict.allowed) == (
        "law.use.objection",
        "objection-none",
        True,
    )
    assert rule_verdicts("use", {}, DAY) == ()
    assert rule_verdicts("unheard-of", {"objection": "open"}, DAY) == ()
