"""Countries: which belong to the European Economic Area, and which have a decision of adequacy, by date.

A decision covers everyone in a country, or only some: organisations and no authorities, automated transfers,
or who is certified under its framework. So where a recipient stands depends on who it is.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import Sourced, load
from rulebook.recipients import recipient_kind
from rulebook.validity import grouped, in_force
from schemas.provision import folded

Region = Literal["eea", "adequate", "elsewhere"]
Scope = Literal["everyone", "organisations", "automated", "certified"]
Lack = Literal["certification", "scope"]


class Party(Struct, frozen=True):
    """A recipient as a decision sees it: kind and role by the register, and the method of transfer.

    None: unknown, and never held against anybody. `frameworks`: its certifications on the day; they must be
    known.
    """

    kind: str | None = None
    role: str | None = None
    method: str | None = None
    frameworks: frozenset[str] = frozenset()


ANYBODY = Party()


class CountryTest(Party, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A day, and where a party stood."""

    on: date
    region: Region
    lacks: Lack | None = None


class Country(Sourced, frozen=True, forbid_unknown_fields=True):
    """A period in which a country was in the EEA, or a decision of adequacy held. `valid_to`: exclusive."""

    code: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
    region: Literal["eea", "adequate"]
    tests: Annotated[tuple[CountryTest, ...], Meta(min_length=1)]
    scope: Scope = "everyone"
    framework: str | None = None
    framework_aliases: tuple[str, ...] = ()
    excluded_kinds: tuple[str, ...] = ()
    limits: str = ""

    def lack(self, party: Party) -> Lack | None:
        """Why the decision does not cover a party; None where it does."""
        if self.scope == "certified" and not self._certifies(party):
            return "certification"
        outside = (
            party.kind in self.excluded_kinds
            or (self.scope == "organisations" and _is_authority(party))
            or (self.scope == "automated" and party.method == "paper")
        )
        return "scope" if outside else None

    def _certifies(self, party: Party) -> bool:
        names = {folded(name) for name in (self.framework or "", *self.framework_aliases)}
        return any(folded(framework) in names for framework in party.frameworks)


class TransferStanding(Struct, frozen=True):
    """Where a party stood on a day. `entry`: what says so; `lacks`: why the decision does not cover it."""

    region: Region
    entry: Country | None = None
    lacks: Lack | None = None


COUNTRIES: tuple[Country, ...] = load("law", "country", Country)
_BY_CODE = grouped(COUNTRIES, lambda entry: entry.code)


def region(code: str, day: date) -> Region:
    """Where a country stood on a day for a recipient of whom nothing is known."""
    return standing(code, day).region


def standing(code: str, day: date, party: Party = ANYBODY) -> TransferStanding:
    """Where a party in a country stood on a day."""
    entries = [entry for entry in _BY_CODE.get(code, ()) if in_force(entry, day)]
    for entry in entries:
        if entry.region == "eea":
            return TransferStanding("eea", entry)
    for entry in entries:
        # Several decisions may hold at once, each for other recipients: one that covers is enough.
        if (lack := entry.lack(party)) is None:
            return TransferStanding("adequate", entry)
    return (
        TransferStanding("elsewhere", entries[0], lack)
        if entries
        else TransferStanding("elsewhere")
    )


def _is_authority(party: Party) -> bool:
    """By its role in the register, or by a kind that acts under powers of law."""
    powers = party.kind is not None and recipient_kind(party.kind).needs_provision
    return powers or party.role == "authority"
