"""Transfers outside the EEA: their basis, from the statements about them and the standing of the country.

Owns `law/transfer_mechanisms.toml`. The words "adequacy decision" alone are worth nothing: the decision must
cover the recipient on the day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.countries import Lack, Party, Region, standing
from rulebook.loading import Sourced, load
from schemas.provision import folded

ADEQUACY = "adequacy-decision"
RestsOn = Literal["itself", "decision", "nothing"]


class MechanismTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A spelling, and what it rests on."""

    spelled: str
    rests_on: RestsOn


class TransferMechanism(Sourced, frozen=True, forbid_unknown_fields=True):
    """A possible basis of a transfer."""

    id: str
    rests_on: RestsOn
    tests: Annotated[tuple[MechanismTest, ...], Meta(min_length=1)]
    aliases: tuple[str, ...] = ()


class Transfer(Struct, frozen=True):
    """A transfer on a day. `mechanism`: what it rests on; None within the EEA, or where there is nothing.

    `lacks`: why a decision of adequacy that held does not cover it. `citation`: of the country's entry.
    """

    region: Region
    mechanism: str | None = None
    lacks: Lack | None = None
    citation: str | None = None


TRANSFER_MECHANISMS: tuple[TransferMechanism, ...] = load(
    "law", "transfer_mechanism", TransferMechanism
)
_RESTS_ON: Mapping[str, RestsOn] = {
    folded(name): mechanism.rests_on
    for mechanism in TRANSFER_MECHANISMS
    for name in (mechanism.id, *mechanism.aliases)
}


def rests_on(mechanism: str) -> RestsOn:
    """On what a mechanism rests; an unknown mechanism counts as a safeguard of the house."""
    return _RESTS_ON.get(folded(mechanism), "itself")


def transfer(
    country: str, day: date, party: Party, stated: str | None = None, registered: str | None = None
) -> Transfer:
    """The judgement about data that goes to a party in a country.

    `stated`: the basis by the disclosure; `registered`: the basis by the recipient's entry.
    """
    place = standing(country, day, party)
    citation = place.entry.citation if place.entry else None
    if place.region == "eea":
        return Transfer("eea", citation=citation)
    covered = place.region == "adequate"
    mechanism = next(
        (text for text in _statements(stated, registered) if covered or rests_on(text) == "itself"),
        None,
    )
    if mechanism is None and covered:
        # The decision covers the recipient, whether or not the disclosure names it.
        mechanism = ADEQUACY
    return Transfer(place.region, mechanism, place.lacks, citation)


def _statements(stated: str | None, registered: str | None) -> list[str]:
    """The stated bases, that of the disclosure first; the last word is that there is none."""
    statements = []
    for statement in (stated, registered):
        if statement and rests_on(statement) == "nothing":
            break
        statements += [statement] if statement else []
    return statements
