"""A stretch of time as the width of a picture, and the dates that are written along it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from application.times import in_zone
from web.moments import short_day, short_month

_MOST_TICKS = 5
"""So many dates stand beside each other on the narrowest page."""
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_DAYS = (1, 2, 7, 14)


class Window(Struct, frozen=True):
    """From when until when a picture shows. The end lies after the start."""

    start: datetime
    end: datetime

    def place(self, time: datetime) -> float:
        """Where a time lies, in hundredths of the width."""
        return round(100 * ((time - self.start) / (self.end - self.start)), 2)

    def has(self, time: datetime) -> bool:
        """Whether a time lies within the window, its ends included."""
        return self.start <= time <= self.end


class Tick(Struct, frozen=True):
    """A date along the picture."""

    x: float
    text: str


def ticks(window: Window) -> Iterator[Tick]:
    """The dates along a window: about five, at beginnings of days, months or years."""
    for on, text in _dates(in_zone(window.start).date(), in_zone(window.end).date()):
        time = datetime(on.year, on.month, on.day, tzinfo=in_zone(window.start).tzinfo)
        if window.has(time):
            yield Tick(window.place(time), text)


def _dates(start: date, end: date) -> Iterator[tuple[date, str]]:
    days = (end - start).days
    if days <= _DAYS[-1] * _MOST_TICKS:
        return ((on, short_day(on)) for on in _days(start, end, _step(_DAYS, days)))
    step = _step(_MONTHS, days / 30)
    write = short_month if step < 12 else _year
    return ((on, write(on)) for on in _month_starts(start, end, step))


def _step(steps: Sequence[int], length: float) -> int:
    """The smallest step that leaves few dates; the largest one where none does."""
    return next((step for step in steps if length <= step * _MOST_TICKS), steps[-1])


def _year(of: date) -> str:
    return str(of.year)


def _days(start: date, end: date, step: int) -> Iterator[date]:
    return (start + timedelta(days=n) for n in range(0, (end - start).days + 1, step))


def _month_starts(start: date, end: date, step: int) -> Iterator[date]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return (date(n // 12, n % 12 + 1, 1) for n in range(first, last + 1) if n % step == 0)
