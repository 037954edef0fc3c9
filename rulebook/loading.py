"""Entries of the rulebook, read from the TOML files beside this module and checked by type."""

import tomllib
from bisect import bisect_right, insort
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal, Protocol, TypeVar

import msgspec


class Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry with its source. `unconfirmed`: a lawyer has still to confirm it. `valid_to`: exclusive."""

    citation: str
    confidence: Literal["sourced", "unconfirmed"]
    valid_from: date
    valid_to: date | None = None


class Layered(Protocol):
    """An entry that is of the law or of the house, and says so."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def layer(self) -> str:
        """`law` or `house`."""


Entry = TypeVar("Entry")
_CHANGES: list[date] = [date.min]
"""The days on which an entry of any file begins to hold, or no longer does."""
LayeredEntry = TypeVar("LayeredEntry", bound=Layered)


class RulebookError(ValueError):
    """A file of the rulebook is not what its types say: a fault of this program."""


def load(
    layer: str, name: str, entry: type[Entry], *, file: str | None = None
) -> tuple[Entry, ...]:
    """The entries of `<layer>/<plural of name>.toml`, or of another `file` there, in its order.

    A table with `each.MEMBER = […]` stands for one entry for each of these values of that member.
    Raises RulebookError, which names the file and the place.
    """
    path = f"{file or _plural(name)}.toml"
    text = files("rulebook").joinpath(layer, path).read_text("utf-8")
    try:
        stated = msgspec.convert(_parsed(text)[name], list[object])
        tables = [each for item in stated for each in _each(item)]
        entries: tuple[Entry, ...] = tuple(msgspec.convert(tables, list[entry]))  # type: ignore[valid-type]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, KeyError) as error:
        raise RulebookError(f"{layer}/{path}: {error}") from error
    _note_changes(entries)
    return entries


# Modules take several kinds of entry from one file, one after the other.
_parsed = lru_cache(maxsize=1)(tomllib.loads)


def _note_changes(entries: Iterable[object]) -> None:
    for entry in entries:
        for day in (getattr(entry, "valid_from", None), getattr(entry, "valid_to", None)):
            if day is not None and day not in _CHANGES:
                insort(_CHANGES, day)


def unchanged_since(day: date) -> date:
    """The first day from which on, until a day, every entry that was loaded holds, or does not."""
    return _CHANGES[bisect_right(_CHANGES, day) - 1]


def _each(item: object) -> list[object]:
    if not isinstance(item, dict) or not isinstance(item.get("each"), dict):
        return [item]
    rest = {member: value for member, value in item.items() if member != "each"}
    return [{**rest, member: value} for member, values in item["each"].items() for value in values]


def load_both(name: str, entry: type[LayeredEntry]) -> tuple[LayeredEntry, ...]:
    """The entries of both layers, the law first.

    Raises RulebookError as `load` does, and for an entry in the file of the other layer.
    """
    entries = [(layer, item) for layer in ("law", "house") for item in load(layer, name, entry)]
    for layer, item in entries:
        if item.layer != layer:
            raise RulebookError(f"{item.id} stands in {layer}/{_plural(name)}.toml")
    return tuple(item for _, item in entries)


def _plural(name: str) -> str:
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
