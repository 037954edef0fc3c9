"""Facts of the company that rules count with: days, read from `house/company.toml`."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal

from msgspec import Struct

from rulebook.calendar import AMSTERDAM
from rulebook.loading import load


class CompanyDate(Struct, frozen=True, forbid_unknown_fields=True):
    """A day that matters, and how sure it is."""

    id: str
    day: date
    title: str
    source: str
    confidence: Literal["sourced", "unconfirmed"]


COMPANY_DATES: Mapping[str, CompanyDate] = {
    entry.id: entry for entry in load("house", "date", CompanyDate, file="company")
}
FOUNDED = datetime.combine(COMPANY_DATES["founded"].day, time(), AMSTERDAM)
"""The first instant at which the company can have done anything."""
