"""Periods of requests: month ends, holidays, extensions, and identity that stops the clock and says so."""

from datetime import UTC, date, datetime

import pytest

from rulebook import (
    EXTENSIONS,
    REFUSALS,
    RIGHTS,
    evidence_of,
    in_force,
    provision,
    provision_of,
    refusal_notice,
    request_period,
)
from rulebook.requests import Extension, Pause, Refusal
from schemas import CATEGORIES

NOVEMBER = date(2026, 11, 30)


def on(month: int, day: int, hour: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 30), date(2026, 12, 30)),
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2025, 1, 31), date(2025, 2, 28)),
        (date(2026, 3, 6), date(2026, 4, 7)),  # Easter Monday
        (date(2023, 11, 30), date(2024, 1, 2)),  # a weekend, and New Year's Day after it
    ],
)
def test_a_month_ends_as_the_calendar_says(received: date, due: date) -> None:
    period = request_period(received)
    assert period.due_on == due
    assert (period.pauses, period.extended) == ((), False)
    assert period.due == period.extend_by


def test_an_extension_counts_when_it_was_told_within_the_first_period() -> None:
    in_time = request_period(NOVEMBER, extensions=[on(12, 30, 22)])
    assert (in_time.extended, in_time.due_on) == (True, date(2027, 3, 1))
    late = request_period(NOVEMBER, extensions=[on(12, 30, 23)])  # midnight in Amsterdam
    assert (late.extended, late.due_on) == (False, date(2026, 12, 30))


def test_the_period_stands_still_while_proof_of_identity_was_asked_for() -> None:
    asked = request_period(NOVEMBER, questions=[on(12, 2)])
    assert asked.pauses == (Pause(date(2026, 12, 2), None),)
    assert (asked.due, asked.due_on, asked.passed(on(12, 31, year=2027))) == (None, None, False)
    shown = request_period(NOVEMBER, [on(12, 2)], [on(12, 11)])
    assert shown.pauses == (Pause(date(2026, 12, 2), date(2026, 12, 11)),)
    assert shown.due_on == date(2027, 1, 8)  # nine days after 30 December
    both = request_period(NOVEMBER, [on(12, 2)], [on(12, 11)], [on(1, 8, 22, 2027)])
    assert (both.extended, both.due_on) == (True, date(2027, 3, 9))


def test_a_second_question_in_the_same_pause_stops_nothing_more() -> None:
    period = request_period(NOVEMBER, [on(12, 2), on(12, 3), on(12, 7)], [on(12, 4), on(12, 8)])
    assert [pause.days for pause in period.pauses] == [2, 1]


def test_a_question_that_came_late_stops_nothing() -> None:
    for late in (on(12, 8), on(12, 7, 23)):  # the second at midnight in Amsterdam
        period = request_period(NOVEMBER, [late])
        assert (period.pauses, period.due_on) == ((), date(2026, 12, 30))
    assert request_period(NOVEMBER, [on(12, 7, 22)]).pauses


def test_an_extension_told_while_the_period_stands_still_counts() -> None:
    assert request_period(NOVEMBER, [on(12, 2)], extensions=[on(12, 20)]).extended


def test_a_period_has_passed_from_the_midnight_after_its_last_day() -> None:
    period = request_period(NOVEMBER)
    assert not period.passed(on(12, 30, 22))
    assert period.passed(on(12, 30, 23))


@pytest.mark.parametrize("right", RIGHTS)
def test_every_right_has_its_article_and_grounds_for_a_refusal(right: str) -> None:
    assert provision(provision_of(right)) is not None
    assert [entry.id for entry in REFUSALS.values() if right in entry.rights]


@pytest.mark.parametrize("ground", REFUSALS)
def test_a_refusal_names_the_authority_and_the_court_in_both_languages(ground: str) -> None:
    notice = refusal_notice(ground)
    for text in notice.values():
        assert "Autoriteit Persoonsgegevens" in text
        assert "rechtbank" in text
        assert REFUSALS[ground].citation in text
    assert REFUSALS[ground].text in notice["en"]
    assert REFUSALS[ground].text_nl in notice["nl"]


@pytest.mark.parametrize("entry", REFUSALS.values(), ids=REFUSALS.keys())
def test_each_refusal_passes_its_own_tests(entry: Refusal) -> None:
    assert {test.allowed for test in entry.tests} == {True, False}
    assert [entry.allows(test.right, test.on) for test in entry.tests] == [
        test.allowed for test in entry.tests
    ]


@pytest.mark.parametrize("entry", EXTENSIONS.values(), ids=EXTENSIONS.keys())
def test_each_extension_passes_its_own_tests(entry: Extension) -> None:
    assert [in_force(entry, test.on) for test in entry.tests] == [t.allowed for t in entry.tests]


def test_a_period_is_prolonged_for_the_two_reasons_of_the_law() -> None:
    assert list(EXTENSIONS) == ["complexity", "number-of-requests"]


def test_an_open_request_keeps_what_it_is_about_and_a_closed_one_its_file() -> None:
    held = evidence_of("access", CATEGORIES, None, on(12, 1))
    assert held == set(CATEGORIES)
    assert evidence_of("erasure", CATEGORIES, None, on(12, 1)) == {"correspondence"}
    answered = on(11, 2)  # six weeks: until the end of 14 December
    assert evidence_of("access", CATEGORIES, answered, on(12, 14, 22)) == {"correspondence"}
    assert evidence_of("access", CATEGORIES, answered, on(12, 14, 23)) == frozenset()
    assert evidence_of("access", ["identity"], answered, on(12, 1)) == frozenset()
