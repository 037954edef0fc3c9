"""The inventory of a ledger's data: the protection of each place, and the findings for its alteration."""

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Protection = Literal["derived", "authenticated", "compared", "unprotected"]
CAMPAIGN = "integration/test_tampering.py"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Places with one protection. `what`: patterns of places.

    `finds`: kinds of finding, one of which an alteration makes; empty for an unprotected place. `test`: the
    file that alters them.
    """

    what: tuple[str, ...]
    protection: Protection
    how: str
    finds: tuple[str, ...] = ()
    test: str = CAMPAIGN

    def __post_init__(self) -> None:
        if bool(self.finds) == (self.protection == "unprotected"):
            raise ValueError(f"{self.what[0]}: unprotected or found, one of both")

    def names(self, place: str) -> bool:
        """Whether a place is meant."""
        return any(fnmatchcase(place, pattern.replace("[", "[[]")) for pattern in self.what)


class Inventory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rows, in the order of the page."""

    row: tuple[Row, ...]

    def of(self, place: str) -> Row:
        """The row of a place. Raises LookupError when it stands in none, or in several."""
        rows = [row for row in self.row if row.names(place)]
        if len(rows) != 1:
            raise LookupError(f"{place} stands in {len(rows)} rows of the inventory")
        return rows[0]


@cache
def inventory() -> Inventory:
    """The inventory that the program ships."""
    text = (files("ledger.audit") / "inventory.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Inventory)
