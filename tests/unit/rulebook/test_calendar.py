"""Days of Amsterdam: when they begin in UTC, and which one is the last before an instant."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rulebook.calendar import day_of, last_day, start_of


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 14, 23, tzinfo=UTC)),
        (date(2026, 7, 15), datetime(2026, 7, 14, 22, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),  # summer time begins: 23 hours
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # and ends: 25 hours
    ],
)
def test_a_day_begins_at_midnight_and_is_the_last_one_before_the_next(
    day: date, utc: datetime
) -> None:
    assert start_of(day) == utc
    assert day_of(utc) == day
    assert last_day(start_of(day + timedelta(days=1))) == day
    assert last_day(utc) == day - timedelta(days=1)
