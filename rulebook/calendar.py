"""Days as periods of law are counted: those of Amsterdam, and a number of months later."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_MONTHS = 12
_INSTANT = timedelta(microseconds=1)
# Amsterdam was never behind UTC nor more than two hours ahead: before this hour both have the same day.
_SAME_DAY = 22
_DAYS = 4_096


def day_of(instant: datetime) -> date:
    """The day of an instant in Amsterdam, as rules and registers count."""
    if instant.tzinfo is UTC and instant.hour < _SAME_DAY:
        return instant.date()
    return _day_of(instant)


@lru_cache(_DAYS)  # deadlines end at midnight, so few instants are asked for often
def _day_of(instant: datetime) -> date:
    return instant.astimezone(AMSTERDAM).date()


@lru_cache(_DAYS)
def start_of(day: date) -> datetime:
    """The instant in UTC at which a day begins in Amsterdam."""
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def last_day(end: datetime) -> date:
    """The last day of a period of days. `end`: the first instant that is too late."""
    # Not a day before the end: the day on which summer time begins has 23 hours.
    return day_of(end - _INSTANT)


def quarter_of(instant: datetime) -> str:
    """The quarter of an instant in Amsterdam: `2026-Q1`."""
    day = day_of(instant)
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def months_after(day: date, months: int) -> date:
    """The same day of a later month; if that month is too short, its last day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
