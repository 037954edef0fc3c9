"""Deadlines: until when something must be done, counted as the law counts.

Calendar periods run to the same day of a later month, or to its last day, and never end on a weekend or a
public holiday (Regulation 1182/71; Algemene termijnenwet). Clocks of hours and days run through.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from rulebook.calendar import day_of, months_after, start_of
from rulebook.holidays import holidays
from rulebook.layers import Layer
from rulebook.loading import Sourced, load_both

_SATURDAY = 5
DeadlineId = Annotated[str, Meta(pattern=r"^[a-z]+(?:[.-][a-z0-9]+)*\Z")]


class DeadlineTest(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """A day, or an instant, and the instant from which it is too late."""

    late: datetime
    day: date | None = None
    start: datetime | None = None
    extended: bool = False


class Deadline(Sourced, frozen=True, forbid_unknown_fields=True):
    """A period within which something must be done.

    Exactly one of `months`, `weeks` (calendar) and `clock` (elapsed time) is set. `extension_months`: by
    how many it may be prolonged, told within the first period.
    """

    id: DeadlineId
    title: str
    title_nl: str
    layer: Layer
    tests: Annotated[tuple[DeadlineTest, ...], Meta(min_length=1)]
    months: int = 0
    weeks: int = 0
    clock: timedelta | None = None
    extension_months: int = 0

    def __post_init__(self) -> None:
        if [bool(self.months), bool(self.weeks), self.clock is not None].count(True) != 1:
            raise ValueError("one of months, weeks and clock")


DEADLINES = {entry.id: entry for entry in load_both("deadline", Deadline)}


def deadline(kind: str, start: date | datetime, paused_days: int = 0) -> datetime:
    """The instant, in UTC, from which it is too late. `start`: receipt, detection, …; aware.

    A calendar period ends with its last day in Amsterdam; `paused_days`: how long it stood still. Raises
    KeyError for an unknown kind.
    """
    entry = DEADLINES[kind]
    if entry.clock is not None:
        return _instant(start) + entry.clock
    return _end_of(due_date(kind, start, paused_days))


def extended(kind: str, start: date | datetime, paused_days: int = 0) -> datetime:
    """The deadline with its extension, counted from the same start (GDPR Art. 12(3))."""
    entry = DEADLINES[kind]
    last = months_after(_day(start), entry.months + entry.extension_months)
    return _end_of(_working_day(last + timedelta(paused_days)))


def due_date(kind: str, start: date | datetime, paused_days: int = 0) -> date:
    """The last day of a calendar period. Raises ValueError for a clock, KeyError for an unknown kind."""
    entry = DEADLINES[kind]
    if entry.clock is not None:
        raise ValueError(f"{kind} runs by the clock")
    first = _day(start)
    last = months_after(first, entry.months) if entry.months else first + timedelta(entry.weeks * 7)
    return _working_day(last + timedelta(paused_days))


def last_of_days(day: date, days: int) -> date:
    """The last of some days that follow a day, at their longest.

    It is a working day, and of two or more days at least two are (Algemene termijnenwet art. 1, 2;
    Regulation 1182/71 art. 3(4), (5)).
    """
    last = _working_day(day + timedelta(days=days))
    first = day + timedelta(days=1)
    while sum(_is_working(first + timedelta(n)) for n in range((last - day).days)) < min(days, 2):
        last = _working_day(last + timedelta(days=1))
    return last


def next_working_day(start: datetime) -> datetime:
    """The end of the first working day after an instant."""
    return _end_of(_working_day(day_of(start) + timedelta(days=1)))


def _day(start: date | datetime) -> date:
    return day_of(start) if isinstance(start, datetime) else start


def _instant(start: date | datetime) -> datetime:
    if isinstance(start, datetime):
        return start.astimezone(UTC)
    return start_of(start)


def _end_of(day: date) -> datetime:
    return _instant(day + timedelta(days=1))


def _working_day(day: date) -> date:
    while not _is_working(day):
        day += timedelta(days=1)
    return day


def _is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays(day.year)
