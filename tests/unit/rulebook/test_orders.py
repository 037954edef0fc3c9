"""Rules for orders of authorities: their own tests, and what the law fixes across them."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from rulebook import PROVISIONS, provision
from rulebook.calendar import start_of
from rulebook.loading import RulebookError
from rulebook.orders import (
    ORDER_RULES,
    RESPOND_BY,
    OrderFacts,
    OrderRule,
    OrderTest,
    allowed,
    clocks,
    doubtful_from,
    earliest_delivery,
    facts_of,
    faults,
    latest_day,
    longest_preservation,
    order_rule,
    replaced_by,
    review_on,
    rule_of,
)
from tests.fixtures.cases import each

CASES = [(rule, test) for rule in ORDER_RULES for test in rule.tests]
TODAY = date(2026, 11, 27)
RECEIVED = datetime(2026, 11, 27, 9, tzinfo=UTC)
EPOC = "eu.2023.1543"


def order_of(rule: OrderRule, test: OrderTest) -> OrderFacts:
    return OrderFacts(
        provision=rule.provision,
        received_at=test.received,
        requested_fields=test.fields,
        kind=test.kind,
        issued_by=test.issued_by,
        authorised_by=test.authorised_by,
        notified=test.notified,
        renews=test.renews,
        cleared_at=test.cleared,
        oral=test.oral,
        urgent=test.urgent,
        respond_by=test.respond_by,
        period_from=test.period_from,
        period_to=test.period_to,
    )


@each("rule, test", CASES, ids=lambda case: case.id if isinstance(case, OrderRule) else "")
def test_each_rule_passes_its_own_tests(rule: OrderRule, test: OrderTest) -> None:
    order = order_of(rule, test)
    assert rule_of(order) == rule
    answer = allowed(rule, order)
    assert (answer.fields, answer.refused) == (test.allowed, test.refused)
    assert answer.grounds == test.grounds
    assert (answer.period_from, answer.period_to) == (test.first, test.last)
    assert faults(rule, order) == test.faults
    assert {clock.name: clock.due for clock in clocks(order)} == test.due
    assert earliest_delivery(rule, order) == test.earliest


def test_every_provision_that_an_order_can_rest_on_has_a_rule() -> None:
    """Duties towards persons, feeds and disclosures that nobody orders have none."""
    unordered: tuple[str, ...] = (
        "nl.tw.4",
        "nl.tw.11",
        "nl.tw.12",
        "nl.tw.13.5",
        "nl.bvgt",
        "nl.awr.52",
        "eu.2013",
    )
    unordered += ("nl.awr.53a", "nl.ib.", "nl.uavg.", *(f"eu.gdpr.{n}" for n in range(10, 40)))
    ruled = {rule.provision for rule in ORDER_RULES}
    missing = {entry.id for entry in PROVISIONS} - ruled
    assert {name for name in missing if not name.startswith(unordered)} == set()
    assert {name for name in ruled if provision(name) is None} == set()


def test_what_is_secret_is_reviewed_and_nothing_else() -> None:
    for rule in ORDER_RULES:
        entry = provision(rule.provision)
        secret = entry is not None and entry.secrecy == "mandatory"
        assert bool(rule.review_months) is secret, rule.id
        assert entry is None or entry.applies is rule.applies, rule.id


def test_ids_are_told_apart() -> None:
    ids = [rule.id for rule in ORDER_RULES]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("spelling", ["nl.sv.126na", "SV-126na", "126na", "nl.sv.126na.1"])
def test_a_rule_is_found_however_its_provision_is_spelled(spelling: str) -> None:
    rule = order_rule(spelling, TODAY)
    assert rule is not None
    assert rule.id == "order.sv.126na"


def test_one_provision_has_a_rule_for_each_kind_of_order() -> None:
    production, preservation = (
        order_rule(EPOC, TODAY, kind) for kind in ("production", "preservation")
    )
    assert production is not None
    assert preservation is not None
    assert production.id != preservation.id
    assert order_rule(EPOC, TODAY) == production
    assert order_rule(EPOC, date(2026, 8, 17)) is None
    assert order_rule("nl.hr.2005.lycos-pessers", TODAY) is not None
    assert order_rule("us.cloud-act", TODAY) is None


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # The night in which the clock goes back has 25 hours, the one in which it goes ahead has 23.
        ("2026-10-24T23:30:00+02:00", "2026-10-25T06:30:00+01:00"),
        ("2027-03-27T23:30:00+01:00", "2027-03-28T08:30:00+02:00"),
        ("2026-11-27T23:30:00+01:00", "2026-11-28T07:30:00+01:00"),
    ],
)
def test_eight_hours_are_eight_hours_that_pass(received: str, due: str) -> None:
    order = OrderFacts(EPOC, datetime.fromisoformat(received), urgent=True)
    [clock] = clocks(order)
    assert clock.due == datetime.fromisoformat(due)
    assert clock.due - order.received_at == timedelta(hours=8)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-10-20T00:00:00+02:00", "2026-10-31T00:00:00+01:00"),
        ("2026-10-20T23:59:59+02:00", "2026-10-31T00:00:00+01:00"),
        ("2027-03-20T12:00:00+01:00", "2027-03-31T00:00:00+02:00"),
        # Received late in the evening in UTC, it is the next day in Amsterdam.
        ("2026-11-27T23:30:00+00:00", "2026-12-09T00:00:00+01:00"),
    ],
)
def test_ten_days_end_with_the_tenth_day_in_amsterdam(received: str, due: str) -> None:
    [clock] = clocks(OrderFacts(EPOC, datetime.fromisoformat(received)))
    assert (clock.name, clock.due) == ("answer", datetime.fromisoformat(due))


def test_an_order_may_ask_for_an_earlier_answer_and_not_for_a_later_one() -> None:
    early, late = RECEIVED + timedelta(days=2), RECEIVED + timedelta(days=40)
    [asked] = clocks(OrderFacts(EPOC, RECEIVED, respond_by=early))
    assert (asked.due, asked.rule) == (early, RESPOND_BY)
    [by_law] = clocks(OrderFacts(EPOC, RECEIVED, respond_by=late))
    assert by_law.rule == "order.eu.2023-1543.production"
    [only] = clocks(OrderFacts("nl.sv.126na", RECEIVED, respond_by=late))
    assert (only.due, only.rule) == (late, RESPOND_BY)
    assert clocks(OrderFacts("nl.sv.126na", RECEIVED)) == ()
    [unknown] = clocks(OrderFacts("us.cloud-act", RECEIVED, respond_by=late))
    assert (unknown.due, unknown.citation) == (late, "")


def test_what_an_order_asks_beyond_its_provision_is_refused_and_nothing_is_added() -> None:
    for rule in ORDER_RULES:
        order = OrderFacts(rule.provision, RECEIVED, ("iban", "name", "remark", "cell_id"))
        answer = allowed(rule, order)
        assert {*answer.fields, *answer.refused} == {*order.requested_fields}
        assert set(answer.fields).isdisjoint(answer.refused)
        assert bool(answer.refused) is answer.is_narrower, rule.id


def test_an_order_that_is_right_gets_all_it_asks_for() -> None:
    rule = order_rule("nl.sv.126na", TODAY)
    assert rule is not None
    order = OrderFacts("nl.sv.126na", RECEIVED, ("name", "city"), period_to=TODAY)
    answer = allowed(rule, order)
    assert (answer.fields, answer.is_narrower, answer.period_to) == (
        ("name", "city"),
        False,
        TODAY,
    )


def test_how_long_data_is_preserved() -> None:
    dutch, european = order_rule("nl.sv.126ni", TODAY), order_rule(EPOC, TODAY, "preservation")
    assert dutch is not None
    assert european is not None
    assert longest_preservation(dutch, TODAY, prolonged=0) == TODAY + timedelta(days=90)
    assert longest_preservation(dutch, TODAY, prolonged=5) == TODAY + timedelta(days=180)
    assert longest_preservation(european, TODAY, prolonged=0) == TODAY + timedelta(days=60)
    assert longest_preservation(european, TODAY) == TODAY + timedelta(days=90)
    assert european.until_production
    assert not dutch.until_production


def test_how_far_ahead_data_may_lie() -> None:
    days = {
        name: latest_day(rule, date(2026, 8, 1))
        for name in ("nl.sv.126n", "nl.sv.126ne", "nl.sv.126nd", "nl.wiv.2017")
        if (rule := order_rule(name, TODAY))
    }
    assert days == {
        "nl.sv.126n": date(2026, 10, 31),
        "nl.sv.126ne": date(2026, 8, 28),
        "nl.sv.126nd": date(2026, 8, 1),
        "nl.wiv.2017": None,
    }


def test_when_secrecy_is_looked_at_again() -> None:
    secret, open_rule = order_rule("nl.sv.126na", TODAY), order_rule("nl.awr.53", TODAY)
    assert secret is not None
    assert open_rule is not None
    assert review_on(secret, date(2026, 8, 31)) == date(2027, 2, 28)
    with pytest.raises(RulebookError):
        review_on(open_rule, TODAY)


def test_an_order_is_read_from_the_facts_of_its_event() -> None:
    facts: dict[str, object] = {
        "requested_fields": ["name"],
        "oral": True,
        "issued_by": "public-prosecutor",
        "respond_by": "2026-11-28T10:00:00+01:00",
        "period_from": "2026-01-01",
    }
    order = facts_of(RECEIVED, "nl.sv.126n", facts)
    assert order == OrderFacts(
        "nl.sv.126n",
        RECEIVED,
        ("name",),
        issued_by="public-prosecutor",
        oral=True,
        respond_by=datetime(2026, 11, 28, 9, tzinfo=UTC),
        period_from=date(2026, 1, 1),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"confidence": "sourced"},
        {"doubts": ()},
        {"oral": True, "confirm_days": 0},
        {"covers": "case"},
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    rule = next(rule for rule in ORDER_RULES if rule.id == "order.sv.126n")
    entry = msgspec.to_builtins(rule) | change
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(entry, OrderRule)


def under_the_code() -> list[OrderRule]:
    """Those under which data is given: to keep it gives nothing."""
    code = (rule for rule in ORDER_RULES if rule.provision.startswith(("nl.sv.126", "nl.tw.13.4")))
    return [rule for rule in code if rule.kinds != ("preservation",)]


@each("office", [None, "public-prosecutor", "investigating-officer", "other"])
@each("field", ["called_number", "cell_id", "letter_text", "ticket_text"])
def test_no_article_of_the_code_is_a_way_around_the_judge(office: str | None, field: str) -> None:
    for rule in under_the_code():
        order = OrderFacts(rule.provision, RECEIVED, (field,), issued_by=office)
        given = field in allowed(rule, order).fields and not faults(rule, order)
        assert not given, rule.id
        word = msgspec.structs.replace(order, authorised_by=("examining-judge",))
        if field in allowed(rule, word).refused:
            assert "needs-judge" not in allowed(rule, word).grounds, rule.id


def test_a_tap_needs_the_word_of_a_judge_under_every_article() -> None:
    for rule in ORDER_RULES:
        if "interception" in rule.kinds and rule.applies and rule.provision != "nl.wiv.2017":
            order = OrderFacts(rule.provision, RECEIVED, kind="interception")
            assert "not-authorised" in faults(rule, order), rule.id


@pytest.mark.parametrize(
    ("received", "doubtful", "lapses"),
    [
        # The third day is a Saturday, a Sunday, a Monday behind a weekend, Easter Monday, a plain Friday.
        ("2026-03-25", "2026-03-29", "2026-03-31"),
        ("2026-03-26", "2026-03-30", "2026-03-31"),
        ("2026-03-27", "2026-03-31", "2026-04-01"),
        ("2026-04-03", "2026-04-07", "2026-04-09"),
        ("2026-03-24", "2026-03-28", "2026-03-28"),
    ],
)
def test_an_oral_order_lapses_late_and_is_carried_out_early(
    received: str, doubtful: str, lapses: str
) -> None:
    noon = datetime.fromisoformat(f"{received}T12:00:00+02:00")
    order = OrderFacts("nl.sv.126nd", noon, oral=True)
    [clock] = clocks(order)
    assert clock.due == start_of(date.fromisoformat(lapses))
    assert doubtful_from(rule_of(order), order) == start_of(date.fromisoformat(doubtful))


def test_what_a_later_article_replaced_is_known_and_holds_no_more() -> None:
    old, new = order_rule("nl.rv.843a", date(2024, 12, 31)), order_rule("nl.rv.194", TODAY)
    assert old is not None
    assert new is not None
    assert (old.id, new.id) == ("order.rv.843a", "order.rv.194")
    assert order_rule("nl.rv.843a", date(2025, 1, 1)) is None
    assert order_rule("nl.rv.194", date(2024, 12, 31)) is None
    assert replaced_by("rv.843a", TODAY) == (old, "nl.rv.194")
    assert replaced_by("rv.843a", date(2024, 12, 31)) is None
    assert replaced_by("nl.rv.194", TODAY) is None
    for rule in ORDER_RULES:
        if rule.superseded_by:
            assert order_rule(rule.superseded_by, rule.valid_to or TODAY), rule.id


def test_what_the_house_gives_of_its_own_accord_has_conditions_and_no_legal_duty() -> None:
    for rule in ORDER_RULES:
        assert bool(rule.conditions) is (rule.legal_basis != "6-1-c"), rule.id
        assert not rule.conditions or rule.confidence == "unconfirmed", rule.id
