"""Clocks of incidents: by elapsed time, through weekends; what stops them and what does not."""

from datetime import UTC, datetime, timedelta

import pytest

from rulebook.incidents import FULL, AuthorityNotice, breach_clocks, warning_clock

FRIDAY = datetime(2026, 11, 20, 16, tzinfo=UTC)  # 17:00 in Amsterdam
DAY = timedelta(days=1)


def test_a_breach_of_friday_at_five_is_due_on_saturday_and_on_monday() -> None:
    clocks = breach_clocks(FRIDAY, "telecom/gdpr", [], None)
    assert [(clock.duty, clock.due - FRIDAY) for clock in clocks] == [
        ("breach.telecom.initial", DAY),
        ("breach.gdpr", 3 * DAY),
    ]
    assert [clock.state(FRIDAY + DAY) for clock in clocks] == ["overdue", "running"]


def test_the_first_notification_of_a_telecom_provider_starts_the_clock_of_the_full_one() -> None:
    first, whole = FRIDAY + DAY / 2, FRIDAY + 4 * DAY
    notices = [AuthorityNotice(whole, "611", "full"), AuthorityNotice(first, "telecom", "initial")]
    initial, full = breach_clocks(FRIDAY, "telecom", notices, "none")
    assert (initial.met, initial.done_at) == (True, first)
    assert (full.duty, full.due, full.done_at) == (FULL, first + 3 * DAY, whole)
    assert full.state(whole) == "late"
    assert breach_clocks(FRIDAY, "telecom", notices[1:], None)[1].state(first) == "running"


@pytest.mark.parametrize("risk", ["none", "unlikely", "no-risk"])
def test_without_a_risk_only_the_telecom_authority_is_told(risk: str) -> None:
    assert breach_clocks(FRIDAY, "avg", [], risk) == []
    assert len(breach_clocks(FRIDAY, "tw", [], risk)) == 1
    assert len(breach_clocks(FRIDAY, "avg", [], "low")) == 1


def test_one_authority_does_not_stop_the_clock_of_the_other() -> None:
    notices = [AuthorityNotice(FRIDAY, "telecom", "full")]
    [clock] = breach_clocks(FRIDAY, "gdpr", notices, None)
    assert clock.done_at is None
    [clock] = breach_clocks(FRIDAY, "gdpr", [AuthorityNotice(FRIDAY, "avg", "initial")], None)
    assert clock.state(FRIDAY + 9 * DAY) == "met"


def test_a_customer_is_warned_within_a_day_and_the_first_warning_counts() -> None:
    assert warning_clock(FRIDAY, []).state(FRIDAY + DAY) == "overdue"
    late = warning_clock(FRIDAY, [FRIDAY + 2 * DAY])
    assert late.state(FRIDAY + 3 * DAY) == "late"
    assert warning_clock(FRIDAY, [FRIDAY + 2 * DAY, FRIDAY]).met


def test_what_is_done_at_the_moment_when_it_is_due_is_late() -> None:
    assert warning_clock(FRIDAY, [FRIDAY + DAY - timedelta(microseconds=1)]).met
    assert warning_clock(FRIDAY, [FRIDAY + DAY]).state(FRIDAY + DAY) == "late"
