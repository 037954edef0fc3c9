"""A stretch of time as the width of a picture, and the dates that are written along it."""

from collections.abc import Iterator
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
    """The dates along a window: at most five, at beginnings of days, months or years."""
    start, end = in_zone(window.start), in_zone(window.end)
    days = (end - start) / timedelta(days=1)
    if days <= _DAYS[-1] * _MOST_TICKS:
        step = next(step for step in _DAYS if days <= step * _MOST_TICKS)
        found = _days(start.date(), end.date(), step)
        return (_tick(window, on, short_day(on)) for on in found if _inside(window, on))
    months = days / 30
    step = next((step for step in _MONTHS if months <= step * _MOST_TICKS), _MONTHS[-1])
    return (
        _tick(window, on, str(on.year) if step >= 12 else short_month(on))
        for on in _month_starts(start.date(), end.date(), step)
        if _inside(window, on)
    )


def _days(start: date, end: date, step: int) -> Iterator[date]:
    return (start + timedelta(days=n) for n in range(0, (end - start).days + 1, step))


def _month_starts(start: date, end: date, step: int) -> Iterator[date]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return (date(n // 12, n % 12 + 1, 1) for n in range(first, last + 1) if n % step == 0)


def _midnight(window: Window, on: date) -> datetime:
    zone = in_zone(window.start).tzinfo
    return datetime(on.year, on.month, on.day, tzinfo=zone)


def _inside(window: Window, on: date) -> bool:
    return window.has(_midnight(window, on))


def _tick(window: Window, on: date, text: str) -> Tick:
    return Tick(window.place(_midnight(window, on)), text)
