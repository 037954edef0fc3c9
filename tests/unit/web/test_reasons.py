"""Reasons that readers stated: whose they are, how long they last, how many there may be."""

import pytest

from web.logins.limits import Limiter, own_acts
from web.problems import TooMany
from web.reasons import NOTHING_STATED, STATED_S, Reason, Reasons, Statements

WHY, OTHER = Reason("complaint", "C-1"), Reason("audit-sample")


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_reason_opens_one_category_of_one_person_in_one_login() -> None:
    reasons = Reasons(Time())
    reasons.state("login", "customer/1", WHY, "contact")
    assert reasons.of("login", "customer/1").categories == {"contact"}
    assert reasons.of("login", "customer/2") == NOTHING_STATED
    assert reasons.of("other", "customer/1") == NOTHING_STATED


def test_the_same_reason_opens_more_and_another_one_closes_what_was_open() -> None:
    reasons = Reasons(Time())
    for category in ("contact", "identity"):
        reasons.state("login", "customer/1", WHY, category)
    assert reasons.of("login", "customer/1").categories == {"contact", "identity"}
    reasons.state("login", "customer/1", OTHER, "payment")
    stated = reasons.of("login", "customer/1")
    assert (stated.reason, stated.categories) == (OTHER, frozenset({"payment"}))


def test_what_was_opened_closes_by_itself_and_by_hand() -> None:
    time = Time()
    reasons = Reasons(time)
    reasons.state("login", "customer/1", WHY, "contact")
    time.now = STATED_S
    assert reasons.of("login", "customer/1") != NOTHING_STATED
    time.now = STATED_S + 1
    assert reasons.of("login", "customer/1") == NOTHING_STATED
    reasons.state("login", "customer/1", WHY, "contact")
    reasons.forget("login", "customer/1")
    assert reasons.of("login", "customer/1") == NOTHING_STATED


def test_a_reader_opens_so_many_and_no_more_in_all_logins_together() -> None:
    reasons, openings = Reasons(Time()), Limiter(3, 60.0, Time())
    for number in range(3):
        Statements(reasons, openings, f"login-{number}", "employee/1", own_acts()).state(
            "customer/1", WHY, "contact"
        )
    with pytest.raises(TooMany):
        Statements(reasons, openings, "login-4", "employee/1", own_acts()).state(
            "customer/1", WHY, "contact"
        )
    Statements(reasons, openings, "login-5", "employee/2", own_acts()).state(
        "customer/1", WHY, "contact"
    )
