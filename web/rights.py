"""What each role has of the console: its pages, its acts, and what it sees of personal values.

The table is `rights.toml`. The register says which role a person holds and which categories the role covers.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from application.queries.oversight.seen import covered, house_at
from application.sight import Sight
from application.source import Source
from ledger.names import Role
from projections.folds.timetravel import NOW
from schemas import CATEGORIES

Part = Literal[
    "today",
    "persons",
    "disclosures",
    "register",
    "findings",
    "retention",
    "requests",
    "incidents",
    "holds",
    "approvals",
    "staff",
    "operations",
    "proof",
    "own",
]
Permission = Literal[
    "requests",
    "decisions",
    "holds",
    "incidents",
    "approvals",
    "letters",
    "codes",
    "audit",
    "logins",
    "self-service",
]


NEEDED: Mapping[Permission, tuple[Role, ...]] = {
    "requests": ("recorder",),
    "decisions": ("recorder", "eraser"),
    "holds": ("recorder",),
    "incidents": ("recorder",),
    "approvals": ("recorder",),
    "letters": ("recorder",),
    "codes": ("recorder",),
    "audit": (),
    "logins": (),
    "self-service": ("recorder",),
}
"""The roles of the database that an act needs beside the reader's."""


class Rights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a role has. `opens`, `others`, `ends`: see `rights.toml`."""

    why: str
    pages: tuple[Part, ...]
    acts: tuple[Permission, ...]
    opens: Literal["role", "all", "none", "own"]
    others: Literal["masked", "shut", "hidden"]
    ends: bool = False

    @property
    def hides(self) -> bool:
        """Whether there are categories of which it does not even know: its numbers are of a part."""
        return self.others == "hidden" and self.opens != "own"

    @property
    def sees_part(self) -> bool:
        """Whether its answers lack something: categories, or whom they are about."""
        return self.hides or not {"persons", "own"} & {*self.pages}


NOTHING = Rights("it is not listed", (), (), "none", "hidden")


@cache
def table() -> dict[str, Rights]:
    """The rights of each role."""
    text = Path(__file__).with_name("rights.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Rights])


def rights_of(role: str) -> Rights:
    """What a role has; nothing where the table does not list it."""
    return table().get(role, NOTHING)


def sight_of(role: str, source: Source, stated: frozenset[str]) -> Sight:
    """What a role sees now. `stated`: categories that the reader gave a reason for."""
    rights, every = rights_of(role), frozenset(CATEGORIES)
    opened = every if rights.opens == "all" else frozenset[str]()
    if rights.opens == "role":
        house = house_at(source, NOW)
        opened = every & frozenset(covered(house.roles, role, source.now, here=True) or ())
    if rights.others == "masked":
        opened |= every & stated
    known = every if rights.others != "hidden" else frozenset[str]()
    return Sight(opened, known - opened, persons="persons" in rights.pages)
