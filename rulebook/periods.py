"""Periods: how long something is kept, by name.

Owns `house/periods.toml`. Lengths are exact: days, hours and minutes.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load


class PeriodTest(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """An instant, and the first one after the period that starts there."""

    start: datetime
    until: datetime


class Period(Struct, frozen=True, forbid_unknown_fields=True):
    """A length of time that law or house policy fixes, with the reason for it."""

    id: Annotated[str, Meta(pattern=r"^[a-z]+(?:-[a-z]+)*\Z")]
    title: str
    period: timedelta
    layer: Literal["law", "house"]
    confidence: Literal["sourced", "unconfirmed"]
    reason: str
    tests: Annotated[tuple[PeriodTest, ...], Meta(min_length=1)]


PERIODS: dict[str, Period] = {entry.id: entry for entry in load("house", "period", Period)}


def period(name: str) -> timedelta:
    """The length of a period of the rulebook; raises KeyError when it has none of that name."""
    return PERIODS[name].period
