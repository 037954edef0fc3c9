"""Days as periods of law are counted: those of Amsterdam, and a number of months later."""

import calendar
from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_MONTHS = 12


def day_of(time: datetime) -> date:
    """The day of an instant in Amsterdam, as rules and registers count."""
    return time.astimezone(AMSTERDAM).date()


def months_after(day: date, months: int) -> date:
    """The same day of a later month; where there is none, the last day of that month."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
