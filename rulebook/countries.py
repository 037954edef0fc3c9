"""Countries: which belong to the European Economic Area, and which have an adequacy decision, by date.

A transfer elsewhere needs an instrument of GDPR chapter V, and by the house's own promise the customer's
agreement (privacy policy 3.2).
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load
from rulebook.validity import grouped, in_force

__all__ = ["COUNTRIES", "Country", "Region", "region"]

Region = Literal["eea", "adequate", "elsewhere"]


class CountryTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A day, and where the country stood."""

    on: date
    region: Region


class Country(Struct, frozen=True, forbid_unknown_fields=True):
    """A period in which a country was in the EEA or had an adequacy decision. `valid_to`: exclusive."""

    code: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
    region: Literal["eea", "adequate"]
    citation: str
    confidence: Literal["sourced", "unconfirmed"]
    valid_from: date
    tests: Annotated[tuple[CountryTest, ...], Meta(min_length=1)]
    valid_to: date | None = None
    scope: str = ""


COUNTRIES: tuple[Country, ...] = load("law", "country", Country)
_BY_CODE = grouped(COUNTRIES, lambda entry: entry.code)


def region(code: str, day: date) -> Region:
    """Where a country stood on a day."""
    found = {entry.region for entry in _BY_CODE.get(code, ()) if in_force(entry, day)}
    if "eea" in found:
        return "eea"
    return "adequate" if found else "elsewhere"
