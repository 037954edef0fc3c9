"""Entries of the rulebook, read from the TOML files beside this module and checked by type."""

import tomllib
from importlib.resources import files
from typing import TypeVar

import msgspec

Entry = TypeVar("Entry")


class RulebookError(ValueError):
    """A file of the rulebook is not what its types say: a fault of this program."""


def load(layer: str, name: str, entry: type[Entry]) -> tuple[Entry, ...]:
    """The entries of `<layer>/<plural of name>.toml`, in the order of the file.

    Raises RulebookError, which names the file and the place.
    """
    path = f"{_plural(name)}.toml"
    text = files("rulebook").joinpath(layer, path).read_text("utf-8")
    try:
        tables = tomllib.loads(text)
        return tuple(msgspec.convert(tables[name], list[entry]))  # type: ignore[valid-type]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, KeyError) as error:
        raise RulebookError(f"{layer}/{path}: {error}") from error


def _plural(name: str) -> str:
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
