"""Every entry of the rulebook passes the tests that it carries, and the whole fits together."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import combinations
from typing import Any, get_args

import pytest

from rulebook import (
    COMPANY_DATES,
    COUNTRIES,
    DEADLINES,
    ERASURE_RULES,
    EXTENSIONS,
    FOUNDED,
    MARKETING_RULES,
    NOTICE_CHECKS,
    PERIODS,
    PROVISIONS,
    PURPOSES,
    RECIPIENT_KINDS,
    REFUSALS,
    RETENTION_RULES,
    RULES,
    TRANSFER_MECHANISMS,
    Addressee,
    Anchor,
    Deadline,
    Rule,
    beyond,
    breaches,
    deadline,
    due_date,
    extended,
    marketing_decision,
    recipient_kind,
    rests_on,
    retention_due,
    rule,
)
from rulebook.calendar import AMSTERDAM
from rulebook.countries import Country, standing
from rulebook.erasure import Cause, ErasureRule
from rulebook.marketing import EXPLANATIONS, MarketingRule
from rulebook.purposes import CHANNELS, CHANNELS_OF
from rulebook.recipients import RecipientKindRule
from rulebook.retention import RetentionRule
from rulebook.transfers import TransferMechanism
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.events.disclosure import RecipientKind
from tests.fixtures.cases import each

TODAY = date(2026, 11, 24)


def named(entries: Iterable[Any]) -> list[Any]:
    return [pytest.param(entry, id=getattr(entry, "id", None)) for entry in entries]


@pytest.mark.parametrize("entry", named(DEADLINES.values()))
def test_deadlines(entry: Deadline) -> None:
    for test in entry.tests:
        start = test.day or test.start
        assert start is not None
        found = extended(entry.id, start) if test.extended else deadline(entry.id, start)
        assert found == test.late


@each("entry", COUNTRIES, ids=lambda entry: f"{entry.code}-{entry.valid_from}")
def test_countries(entry: Country) -> None:
    found = [standing(entry.code, test.on, test) for test in entry.tests]
    assert [(one.region, one.lacks) for one in found] == [(t.region, t.lacks) for t in entry.tests]
    assert {kind for kind in entry.excluded_kinds} <= set(RECIPIENT_KINDS)
    assert (entry.scope == "certified") == (entry.framework is not None)


@pytest.mark.parametrize("entry", named(TRANSFER_MECHANISMS))
def test_transfer_mechanisms(entry: TransferMechanism) -> None:
    assert [rests_on(t.spelled) for t in entry.tests] == [t.rests_on for t in entry.tests]


@pytest.mark.parametrize("entry", named(MARKETING_RULES))
def test_marketing_rules(entry: MarketingRule) -> None:
    for test in entry.tests:
        assert entry.valid_from <= test.on
        assert entry.valid_to is None or test.on < entry.valid_to
        for channel in [test.channel] if test.channel else entry.channels:
            assert channel in entry.channels
            if not test.person.objections or test.person.objections & {channel, "all"}:
                verdict = entry.verdict(test.person, channel)
                assert verdict.allowed == test.allowed
                assert verdict.why in EXPLANATIONS


@pytest.mark.parametrize("entry", named(RETENTION_RULES))
def test_retention_rules(entry: RetentionRule) -> None:
    assert set(entry.categories) <= set(CATEGORIES)
    assert bool(entry.months) != bool(entry.days)
    assert [entry.until(test.anchor) for test in entry.tests] == [t.until for t in entry.tests]


@pytest.mark.parametrize("entry", named(ERASURE_RULES))
def test_erasure_rules(entry: ErasureRule) -> None:
    assert set(entry.categories) <= set(CATEGORIES)
    assert (entry.decision == "erase") == (entry.when in get_args(Cause))
    for test in entry.tests:
        assert entry.stands_against(test.cause, test.category, TODAY) == test.applies
        assert not entry.stands_against(test.cause, test.category, date(2018, 5, 24))


@pytest.mark.parametrize("entry", RECIPIENT_KINDS.values(), ids=RECIPIENT_KINDS.keys())
def test_recipient_kinds(entry: RecipientKindRule) -> None:
    assert set(entry.categories) <= {*CATEGORIES, "any"}
    for test in entry.tests:
        assert beyond(entry.kind, test.fields) == test.beyond


@each("entry", RULES, ids=lambda entry: entry.id)
def test_rules(entry: Rule) -> None:
    assert {test.breach for test in entry.tests} == {True, False}
    for test in entry.tests:
        assert entry.is_broken_by(test.situation) == test.breach
        found = breaches(entry.applies_to, test.situation, max(entry.valid_from, TODAY))
        assert (entry in found) == test.breach


EVERY = [
    *RULES,
    *PROVISIONS,
    *PURPOSES,
    *MARKETING_RULES,
    *RETENTION_RULES,
    *COUNTRIES,
    *TRANSFER_MECHANISMS,
    *DEADLINES.values(),
    *PERIODS.values(),
    *RECIPIENT_KINDS.values(),
    *NOTICE_CHECKS,
    *ERASURE_RULES,
    *EXTENSIONS.values(),
    *REFUSALS.values(),
]


@each("entry", EVERY, ids=lambda entry: type(entry).__name__)
def test_every_entry_has_source_validity_confidence_and_tests(entry: Any) -> None:
    assert entry.citation
    assert entry.confidence in {"sourced", "unconfirmed"}
    assert isinstance(entry.valid_from, date)
    assert entry.valid_to is None or entry.valid_from < entry.valid_to
    assert entry.tests


def test_the_first_day_of_the_company_begins_at_midnight_in_amsterdam() -> None:
    first = COMPANY_DATES["founded"]
    assert (FOUNDED.date(), FOUNDED.hour, FOUNDED.tzinfo) == (first.day, 0, AMSTERDAM)
    assert first.source
    assert first.confidence == "unconfirmed"


def test_every_kind_of_recipient_has_an_entry() -> None:
    assert set(get_args(RecipientKind)) == set(RECIPIENT_KINDS)
    assert recipient_kind("police").needs_provision
    assert beyond("police", PERSONAL_FIELDS) == ("remark",)


def test_every_category_has_a_retention_rule() -> None:
    assert {c for entry in RETENTION_RULES for c in entry.categories} == set(CATEGORIES)


def test_provisions_cover_known_fields_and_kinds() -> None:
    for entry in PROVISIONS:
        assert set(entry.fields) <= set(PERSONAL_FIELDS), entry.id
        assert set(entry.authorities) <= set(RECIPIENT_KINDS), entry.id


def test_ids_are_unique_and_no_two_marketing_rules_compete() -> None:
    for entries in (RULES, RETENTION_RULES, MARKETING_RULES):
        names = [entry.id for entry in entries]
        assert len(set(names)) == len(names)
    for a, b in combinations(MARKETING_RULES, 2):
        same = (
            a.layer == b.layer and set(a.channels) & set(b.channels) and set(a.kinds) & set(b.kinds)
        )
        if same:
            ends = a.valid_to or date.max, b.valid_to or date.max
            assert max(a.valid_from, b.valid_from) >= min(ends), (a.id, b.id)


def test_the_house_denies_what_the_law_allowed_before_july_2026() -> None:
    customer = Addressee(customer=True)
    decision = marketing_decision(customer, "phone", date(2026, 6, 30))
    assert [(v.layer, v.allowed) for v in decision.verdicts] == [("law", True), ("house", False)]
    assert not decision.allowed
    after = marketing_decision(customer, "phone", date(2026, 7, 1))
    assert [v.allowed for v in after.verdicts] == [False, False]


def test_an_inactive_customer_with_a_valid_consent_is_left_alone() -> None:
    consented = Addressee(active=False, consents=frozenset({"newsletter"}))
    decision = marketing_decision(consented, "email", TODAY)
    assert not decision.allowed
    assert [v.why for v in decision.verdicts] == ["consent", "inactive"]
    assert marketing_decision(Addressee(consents=frozenset({"newsletter"})), "email", TODAY).allowed


def test_a_consent_counts_for_the_channels_that_it_is_about() -> None:
    assert {name for entry in MARKETING_RULES for name in entry.consent} == CHANNELS_OF.keys()
    reader = Addressee(customer=False, consents=frozenset({"newsletter"}))
    assert {
        channel for channel in CHANNELS if marketing_decision(reader, channel, TODAY).allowed
    } == {"email"}
    called = Addressee(customer=False, consents=frozenset({"telemarketing"}))
    assert {
        channel for channel in CHANNELS if marketing_decision(called, channel, TODAY).allowed
    } == {"phone"}
    told = Addressee(customer=False, consents=frozenset({"product-information"}))
    calls = marketing_decision(told, "phone", TODAY)
    # The house promised consent to being informed; the law wants it for calls.
    assert [(v.layer, v.allowed) for v in calls.verdicts] == [("law", False), ("house", True)]


def test_an_unknown_channel_is_an_error() -> None:
    with pytest.raises(KeyError):
        marketing_decision(Addressee(), "pigeon", TODAY)


def test_what_is_due() -> None:
    invoiced = {"invoice": date(2025, 3, 1), "account-closed": date(2026, 1, 10)}
    due = retention_due("identity", invoiced, TODAY)  # type: ignore[arg-type]
    assert (due.until, due.rule) == (date(2033, 1, 1), "law.awr.52.administration")
    never_invoiced = retention_due("identity", {"account-closed": date(2026, 1, 10)}, TODAY)
    assert (never_invoiced.until, never_invoiced.rule) == (
        date(2031, 1, 10),
        "house.contract.identity",
    )
    running = retention_due("identity", {}, TODAY)
    assert (running.until, running.rule) == (None, "house.contract.identity")
    assert running.waits_for == "account-closed"
    unsettled = retention_due("debt", {}, TODAY)
    assert (unsettled.rule, unsettled.waits_for) == ("house.debt", "settled")
    settled = retention_due("debt", {"settled": date(2020, 1, 10)}, TODAY)
    assert (settled.until, settled.rule) == (None, "house.debt")
    assert settled.waits_for == "account-closed"
    waiting = retention_due("credential", {}, TODAY)
    assert (waiting.until, waiting.waits_for) == (None, "portal-closed")


@pytest.mark.parametrize("category", sorted(set(CATEGORIES) - {"staff"}))
def test_once_the_account_is_closed_no_period_waits_for_an_event_that_never_comes(
    category: str,
) -> None:
    """Those of the staff are counted from the end of the employment, which is their account."""
    known: dict[Anchor, date] = {"collected": date(2026, 1, 10), "account-closed": TODAY}
    due = retention_due(category, known, TODAY)
    assert due.until is not None
    assert due.waits_for is None


def test_a_period_runs_from_what_stands_in_for_its_event_until_that_comes() -> None:
    closed, collected = date(2026, 1, 10), date(2025, 3, 1)
    known: dict[Anchor, date] = {"account-closed": closed, "collected": collected}
    assert retention_due("credential", known, TODAY).until == date(2026, 2, 9)
    assert retention_due("debt", known, TODAY).until == date(2028, 1, 10)
    assert retention_due("fraud", known, TODAY).until == date(2031, 1, 10)
    settled: dict[Anchor, date] = {**known, "settled": date(2027, 5, 1)}
    assert retention_due("debt", settled, TODAY).until == date(2029, 5, 1)
    assert retention_due("credit", {"collected": collected}, TODAY).until == date(2026, 3, 1)
    decided: dict[Anchor, date] = {"collected": collected, "decision": date(2025, 4, 1)}
    assert retention_due("credit", decided, TODAY).until == date(2026, 4, 1)


def test_what_stands_in_for_an_event_always_comes() -> None:
    stand_ins = {rule.otherwise for rule in RETENTION_RULES} - {None}
    assert stand_ins == {"account-closed", "collected"}


def test_the_first_rule_answers_for_what_is_older() -> None:
    closed = date(2016, 1, 1)
    identity = retention_due("identity", {"account-closed": closed}, closed)
    assert (identity.until, identity.rule) == (date(2021, 1, 1), "house.contract.identity")
    contact = retention_due("contact", {"account-closed": closed}, closed)
    assert (contact.until, contact.rule) == (date(2018, 5, 25), "house.contract.contact")


def test_a_calendar_period_has_a_last_day_and_a_clock_has_none() -> None:
    assert due_date("rights.answer", date(2026, 11, 30)) == date(2026, 12, 30)
    late = datetime.fromisoformat("2026-11-30T23:30:00+00:00")  # the next day in Amsterdam
    assert due_date("rights.answer", late) == date(2027, 1, 4)  # 1 January, a weekend
    with pytest.raises(ValueError, match="clock"):
        due_date("breach.gdpr", TODAY)
    with pytest.raises(KeyError):
        deadline("somewhen", TODAY)


def test_a_rule_is_found_by_its_id() -> None:
    assert rule("house.disclosure.marketing").layer == "house"
    with pytest.raises(KeyError):
        rule("house.nothing")
