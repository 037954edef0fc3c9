"""Periods: how long something is kept, by name.

Owns `house/periods.toml`. Lengths are exact: days, hours and minutes.
"""

from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from rulebook.layers import Layer
from rulebook.loading import Sourced, load
from rulebook.validity import version_on, versions


class PeriodTest(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """An instant, and the first one after the period that starts there."""

    start: datetime
    until: datetime


class Period(Sourced, frozen=True, forbid_unknown_fields=True):
    """A length of time that law or house policy fixes, with its source and the reason for it."""

    id: Annotated[str, Meta(pattern=r"^[a-z]+(?:-[a-z]+)*\Z")]
    title: str
    period: timedelta
    layer: Layer
    reason: str
    tests: Annotated[tuple[PeriodTest, ...], Meta(min_length=1)]


_VERSIONS = versions(load("house", "period", Period), lambda entry: entry.id)
PERIODS: dict[str, Period] = {name: same[-1] for name, same in _VERSIONS.items()}
ORDER_PERIODS: dict[str, Period] = {
    entry.id: entry for entry in load("house", "period", Period, file="order_periods")
}
"""Those of the desk that handles orders, in a confidential ledger."""


def period(name: str, day: date | None = None) -> timedelta:
    """The length of a period as it holds on a day, None: now. Raises KeyError for an unknown name."""
    return version_on(_VERSIONS[name], day).period
