"""Days a number of months later, as periods of law are counted."""

import calendar
from datetime import date

__all__ = ["months_after"]

_MONTHS = 12


def months_after(day: date, months: int) -> date:
    """The same day of a later month; where there is none, the last day of that month."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
