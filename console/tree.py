"""Which commands there are: data (`commands.toml`), known before any module of a command is read."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("commands.toml")


class Entry(NamedTuple):
    """A command, or a group of commands, which has no `function`. `panel`: where help shows it."""

    panel: str
    function: str
    summary: str


@cache
def entries() -> Mapping[str, Entry]:
    """Every command and group in the order of the help, by the words that call it: `hold place`."""
    panels = tomllib.loads(FILE.read_text("utf-8"))
    return MappingProxyType(
        {path: _entry(panel, row) for panel, rows in panels.items() for path, row in rows.items()}
    )


def _entry(panel: str, row: str | list[str]) -> Entry:
    """A command's row has its function and its summary; the row of a group is the summary alone."""
    return Entry(panel, "", row) if isinstance(row, str) else Entry(panel, *row)


def below(group: str) -> dict[str, Entry]:
    """The commands and groups in a group ("" is the program), each by its last word."""
    return {
        path.rpartition(" ")[2]: entry
        for path, entry in entries().items()
        if path.rpartition(" ")[0] == group
    }


def function_of(entry: Entry) -> Callable[..., Any]:
    """The function that does a command. Reads its module, and before it the module that explains errors.

    So a command that runs out of files, or is replaced on disk while it runs, can still say so.
    """
    import_module("console.failures")
    module, _, name = entry.function.partition(".")
    function: Callable[..., Any] = getattr(import_module(f"console.commands.{module}"), name)
    return function
