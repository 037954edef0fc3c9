"""Acts on consents and what is recorded beside them: where the two contradict each other, and where not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.findings.judging import Finding
from sample.tc_strings import tc_string
from tests.unit.projections.making import event
from tests.unit.projections.test_findings import judged

DAY = 24 * 60
MADE = event("consent-given", 0, purpose="newsletter").time
LACKING, CONSENTING = "law.consent.evidence.lacking", "law.consent.evidence.consenting"
OLDER, NEWER = "house.consent.evidence.older", "house.consent.evidence.newer"
EXPIRED, SIGNAL = "house.consent.evidence.expired", "law.consent.signal"
SOON = MADE + timedelta(days=30)


def shown(*purposes: int, days: int = 0) -> str:
    """A string of so many days after the first act, with consent to these purposes."""
    return tc_string((MADE + timedelta(days=days)).date(), purposes)


def act(name: str = "consent-given", minutes: float = 0, **facts: Any) -> RecordedEvent:
    usual = {"purpose": "analytics-cookies", "method": "checkbox"}
    return event(name, minutes, **(usual | facts))


def cookies(minutes: float = 0, **facts: Any) -> RecordedEvent:
    usual = {"functional": True, "analytical": True, "gpc": False}
    return event("cookie-preference-recorded", minutes, **(usual | facts))


def found(*events: RecordedEvent) -> dict[str, Finding]:
    entries = judged(events)
    return {e.rule: e.finding for e in entries if "consent.evidence" in e.rule or e.rule == SIGNAL}


def rules(*events: RecordedEvent, clock: datetime = SOON) -> set[str]:
    return {rule for rule, finding in found(*events).items() if finding.is_open(clock)}


@pytest.mark.parametrize("name", ["consent-given", "consent-renewed"])
def test_a_string_without_the_consent_that_is_recorded(name: str) -> None:
    assert rules(act(name, tc_string=shown(1, 8))) == set()
    assert rules(act(name, tc_string=shown(1))) == {LACKING}
    assert found(act(name, tc_string=shown(1)))[LACKING].detail == "analytics-cookies, purpose-8"


@pytest.mark.parametrize("name", ["consent-refused", "consent-withdrawn"])
def test_a_string_with_a_consent_that_was_taken_back(name: str) -> None:
    assert rules(act(name, tc_string=shown(1, 8))) == {CONSENTING}
    assert rules(act(name, tc_string=shown(1, 2, 9))) == set()
    assert rules(act(name, tc_string=shown())) == set()


def test_a_choice_of_cookies_is_held_against_its_string_as_well() -> None:
    assert rules(cookies(tc_string=shown(1))) == {LACKING}
    assert rules(cookies(tc_string=shown(1, 8))) == set()
    assert rules(cookies(analytical=False, tc_string=shown(1, 8))) == {CONSENTING}


def test_an_act_may_name_its_purposes_of_the_framework() -> None:
    assert rules(act(tc_string=shown(9), tcf_purposes=[9])) == set()
    assert rules(act(tc_string=shown(1, 8), tcf_purposes=[9])) == {LACKING}


def test_a_string_says_nothing_about_a_purpose_outside_of_the_framework() -> None:
    assert rules(act(purpose="newsletter", tc_string=shown())) == set()


def test_a_special_feature_is_agreed_to_by_itself() -> None:
    finding = found(act(purpose="location-services", tc_string=shown(1)))[LACKING]
    assert finding.detail == "location-services, feature-1"


@pytest.mark.parametrize(
    ("days", "rule"), [(-2, OLDER), (-1, None), (0, None), (1, None), (2, NEWER)]
)
def test_the_day_of_a_string_is_that_of_the_act(days: int, rule: str | None) -> None:
    made = shown(1, 8, days=days)
    assert rules(act(tc_string=made)) == ({rule} if rule else set())


def test_choices_are_asked_for_again_after_thirteen_months() -> None:
    given = act(tc_string=shown(1, 8))
    due = found(given)[EXPIRED].due
    assert due == datetime(MADE.year + 1, MADE.month + 1, MADE.day, tzinfo=UTC)
    assert EXPIRED not in rules(given, clock=due - timedelta(seconds=1))
    assert EXPIRED in rules(given, clock=due)


@pytest.mark.parametrize(
    "later",
    [
        act("consent-renewed", DAY),
        act("consent-withdrawn", DAY),
        act("consent-refused", DAY),
        act("consent-invalidated", DAY),
    ],
    ids=lambda later: str(later.name),
)
def test_a_later_act_for_the_purpose_ends_the_age_of_a_string(later: RecordedEvent) -> None:
    assert EXPIRED not in found(act(tc_string=shown(1, 8)), later)
    assert EXPIRED in found(
        act(tc_string=shown(1, 8)), act("consent-renewed", DAY, purpose="newsletter")
    )


def test_a_consent_that_ends_before_needs_no_second_asking() -> None:
    until = (MADE + timedelta(days=90)).isoformat()
    assert EXPIRED not in found(act(tc_string=shown(1, 8), valid_until=until))


def test_of_cookies_the_latest_choice_has_an_age() -> None:
    first, second = cookies(tc_string=shown(1, 8)), cookies(DAY, analytical=False)
    assert EXPIRED in found(first)
    assert EXPIRED not in found(first, second)


@pytest.mark.parametrize("method", ["implied", "continued-use", "pre-ticked", None])
def test_no_consent_is_inferred_while_the_browser_says_no(method: str | None) -> None:
    assert rules(act(method=method, gpc=True)) == {SIGNAL}
    assert rules(act(method=method, gpc=False)) == set()
    assert rules(act(purpose="newsletter", method=method, gpc=True)) == {SIGNAL}


def test_who_agrees_by_an_act_may_do_so_with_the_signal_on() -> None:
    assert rules(act(gpc=True)) == set()
    assert rules(cookies(gpc=True)) == set()
    assert rules(cookies(gpc=True, method="implied")) == {SIGNAL}


SIGNALLED = (
    act("consent-refused", -DAY, gpc=True),
    act("consent-withdrawn", -DAY, gpc=True),
    cookies(-DAY, analytical=False, gpc=True),
    event("marketing-objection-recorded", -DAY, channel="email", gpc=True),
    event("objection-raised", -DAY, activity_objected="analytics", ground="own", gpc=True),
)


@pytest.mark.parametrize("before", SIGNALLED, ids=lambda before: str(before.name))
def test_a_signal_of_before_is_about_what_happens_in_a_browser(before: RecordedEvent) -> None:
    inferred = act(method="implied")
    assert rules(before, inferred) == rules(inferred, before) == {SIGNAL}
    assert rules(before, act(purpose="newsletter", method="implied")) == set()
    assert rules(before, cookies(-5, gpc=False), inferred) == set()
    assert rules(cookies(5, gpc=True), inferred) == set()


def test_without_evidence_nothing_is_found() -> None:
    assert found(act(method="implied"), act("consent-withdrawn", DAY)) == {}
