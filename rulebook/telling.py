"""The house's table of events as told to a role from which some categories are hidden. Pure.

Owns `house/tellings.toml`, from which `docs/reference/tellings.md` is written. For a type and a hidden
category, an event is told whole, reduced or not at all; a type outside the table is never told.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from rulebook.loading import load
from rulebook.provisions import provision
from rulebook.purposes import codes_of
from rulebook.recipients import RECIPIENT_KINDS
from rulebook.sources import SENDERS
from schemas.personal import CATEGORIES

Cell = Literal["whole", "reduced", "none"]
ALL = "*"
"""In `keeps`: every fact."""
_NOTHING: frozenset[str] = frozenset()


class Telling(Struct, frozen=True, forbid_unknown_fields=True):
    """How events of some types are told; the members are explained in the file."""

    types: tuple[str, ...]
    why: str
    keeps: tuple[str, ...] = ()
    closed: bool = False
    about: frozenset[str] = _NOTHING
    none: frozenset[str] = _NOTHING
    words: bool = False
    stays: bool = False
    after: str = ""
    begins: tuple[str, ...] = ()
    only: dict[str, frozenset[str]] = {}

    def cell(self, category: str) -> Cell:
        """How an event that tells of a category is told to a role from which that category is hidden."""
        if self.closed or category in self.about or category in self.none:
            return "none"
        is_whole = category in PLAIN or (self.words and ALL in self.keeps)
        return "whole" if is_whole else "reduced"

    def keeps_fact(self, name: str, fact: object) -> bool:
        """Whether a fact is told where a category is hidden of which codes may tell."""
        if name in self.only:
            return fact in self.only[name]
        return ALL in self.keeps or name in self.keeps


class Implied(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that tell of a category which the event does not list."""

    category: str
    recipient_kinds: frozenset[str] = _NOTHING
    codes: frozenset[str] = _NOTHING
    sources: frozenset[str] = _NOTHING
    provisions: frozenset[str] = _NOTHING
    rights: frozenset[str] = _NOTHING


class _Plain(Struct, frozen=True, forbid_unknown_fields=True):
    why: str
    categories: tuple[str, ...]


TELLINGS: tuple[Telling, ...] = load("house", "telling", Telling)
IMPLIED: tuple[Implied, ...] = load("house", "implied", Implied, file="tellings")
PLAIN: frozenset[str] = frozenset(
    category
    for entry in load("house", "plain", _Plain, file="tellings")
    for category in entry.categories
)
"""Categories of which no code tells."""
MATTERS: frozenset[str] = frozenset(CATEGORIES) - PLAIN
"""The others: where one of them is hidden, events are reduced."""
_BY_NAME: Mapping[str, Telling] = {name: entry for entry in TELLINGS for name in entry.types}
_CLOSED = Telling((), "it is not in the table", closed=True)


def telling_of(name: str) -> Telling:
    """How events of a type are told, by its short name."""
    return _BY_NAME.get(name, _CLOSED)


Implication = frozenset[str] | None
"""The categories that a word tells of; None where nobody knows the word."""


def of_purpose(code: str) -> Implication:
    """The matters that a purpose reveals, by any of its codes."""
    known = codes_of(code)
    found = frozenset(entry.category for entry in IMPLIED if entry.codes & {code, *known})
    return found if found or known else None


def of_activity(activity: str, purposes: Iterable[str]) -> Implication:
    """The matters that an activity reveals. `purposes`: every purpose that was ever declared for it."""
    by_name = of_purpose(activity)
    by_purpose = [implied for code in purposes if (implied := of_purpose(code)) is not None]
    if by_name or not by_purpose:
        return by_name
    return _NOTHING.union(*by_purpose) if all(by_purpose) else _NOTHING


def of_kinds(kinds: Iterable[str]) -> Implication:
    """The matters that a recipient of some kinds reveals; without a kind, it is unknown."""
    some = set(kinds)
    if not some or not some <= RECIPIENT_KINDS.keys():
        return None
    return frozenset(entry.category for entry in IMPLIED if some & entry.recipient_kinds)


def of_provision(spelled: str) -> Implication:
    """The matters that a provision reveals, in any spelling."""
    entry = provision(spelled)
    if entry is None:
        return None
    return frozenset(row.category for row in IMPLIED if entry.id in row.provisions)


def of_source(source: str) -> Implication:
    """The matters that a source known to the house reveals."""
    if source not in SENDERS:
        return None
    return frozenset(entry.category for entry in IMPLIED if source in entry.sources)


def of_right(right: str) -> frozenset[str]:
    """The matters that a request for a right reveals."""
    return frozenset(entry.category for entry in IMPLIED if right in entry.rights)
