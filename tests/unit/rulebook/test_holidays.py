"""Holidays: each entry on the days that it names, all of them beside another calendar, and Easter."""

from datetime import date

import holidays as calendars
import pytest

from rulebook.holidays import HOLIDAYS, Holiday, easter_sunday, holidays

_SATURDAY = 5


@pytest.mark.parametrize("entry", [pytest.param(e, id=f"{e.id}-{e.valid_from}") for e in HOLIDAYS])
def test_an_entry_is_held_on_the_days_that_it_names(entry: Holiday) -> None:
    for day in entry.tests:
        assert entry.of(day.year) == day
        assert day in holidays(day.year)


def test_working_days_that_are_holidays_are_those_of_another_calendar() -> None:
    for year in range(1966, 2101):
        theirs = calendars.country_holidays("NL", years=year)
        assert _working_days(holidays(year)) == _working_days(theirs), year


def _working_days(days: object) -> set[date]:
    return {day for day in days if day.weekday() < _SATURDAY}  # type: ignore[attr-defined]


def test_easter_is_the_first_sunday_after_the_first_full_moon_of_spring() -> None:
    known = [date(1961, 4, 2), date(2000, 4, 23), date(2008, 3, 23), date(2038, 4, 25)]
    assert [easter_sunday(day.year) for day in known] == known


def test_a_holiday_has_one_kind_of_date() -> None:
    kept = {"id": "day", "citation": "-", "confidence": "sourced", "valid_from": date(2020, 1, 1)}
    for dates in ({}, {"month": 1, "day": 1, "easter": 1}):
        with pytest.raises(ValueError, match="either"):
            Holiday(**kept, tests=(date(2026, 1, 1),), **dates)  # type: ignore[arg-type]
