"""Holidays: days on which no period ends, though they are no Sundays. Entries of the rulebook, and Easter."""

from datetime import date, timedelta
from functools import cache
from typing import Annotated

from msgspec import Meta

from rulebook.loading import Sourced, load
from rulebook.validity import in_force

_SUNDAY = 6


class Holiday(Sourced, frozen=True, forbid_unknown_fields=True):
    """A day of each year, by its date or by its distance to Easter Sunday.

    `on_sunday`: how many days it moves when it is a Sunday. `every`: only in years that it divides.
    """

    id: str
    tests: Annotated[tuple[date, ...], Meta(min_length=1)]
    month: int = 0
    day: int = 0
    easter: int | None = None
    on_sunday: int = 0
    every: int = 1

    def __post_init__(self) -> None:
        if (self.easter is None) is not bool(self.month and self.day):
            raise ValueError("either a day of the year or a distance to Easter")

    def of(self, year: int) -> date | None:
        """The day of a year; None in a year without one."""
        if year % self.every:
            return None
        if self.easter is None:
            day = date(year, self.month, self.day)
        else:
            day = easter_sunday(year) + timedelta(self.easter)
        if not in_force(self, day):
            return None
        return day + timedelta(self.on_sunday) if day.weekday() == _SUNDAY else day


HOLIDAYS = load("law", "holiday", Holiday, file="holidays")


@cache
def holidays(year: int) -> frozenset[date]:
    """The holidays of a year; none before the first year of which the law speaks."""
    return frozenset(day for entry in HOLIDAYS if (day := entry.of(year)))


def easter_sunday(year: int) -> date:
    """Easter Sunday by the Gregorian rules, as Meeus, Jones and Butcher work it out."""
    golden, (century, of_century) = year % 19, divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    full_moon = (19 * golden + century - leaps - moon_shift + 15) % 30
    year_leaps, year_rest = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * year_leaps - full_moon - year_rest) % 7
    late = (golden + 11 * full_moon + 22 * weekday) // 451
    month, day = divmod(full_moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
