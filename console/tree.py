"""Which commands there are: data (`commands.toml`), known before any module of a command is read.

A confidential ledger has more of them (`confidential_commands.toml`). In an open one these do not exist:
help, suggestions, completion and errors are made from the commands that there are, and know no others.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("commands.toml")
CONFIDENTIAL_FILE = Path(__file__).with_name("confidential_commands.toml")
_VARIABLE, _FLAGS = "LEDGER_CONFIDENTIAL", {"--confidential": True, "--no-confidential": False}
YES = frozenset({"1", "true", "yes", "on"})
"""Spellings of a setting that is true."""


class Entry(NamedTuple):
    """A command, or a group of commands, which has no `function`. `panel`: where help shows it."""

    panel: str
    function: str
    summary: str


@cache
def entries(*, confidential: bool = False) -> Mapping[str, Entry]:
    """Every command and group in the order of the help, by the words that call it: `hold place`.

    `confidential`: of the confidential ledger, which has those of an open one, too.
    """
    files = (CONFIDENTIAL_FILE, FILE) if confidential else (FILE,)
    panels = [part for file in files for part in tomllib.loads(file.read_text("utf-8")).items()]
    return MappingProxyType(
        {path: _entry(panel, row) for panel, rows in panels for path, row in rows.items()}
    )


def _entry(panel: str, row: str | list[str]) -> Entry:
    """A command's row has its function and its summary; the row of a group is the summary alone."""
    return Entry(panel, "", row) if isinstance(row, str) else Entry(panel, *row)


def below(group: str, *, confidential: bool = False) -> dict[str, Entry]:
    """The commands and groups in a group ("" is the program), each by its last word."""
    return {
        path.rpartition(" ")[2]: entry
        for path, entry in entries(confidential=confidential).items()
        if path.rpartition(" ")[0] == group
    }


def is_confidential(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether a command line is for a confidential ledger, before anything of it was read.

    The last flag wins, then the variable, as in the settings. A text that is neither yes nor no is no yes:
    reading the settings refuses it.
    """
    options = list(arguments)
    options = options[: options.index("--")] if "--" in options else options
    flags = [_FLAGS[word] for word in options if word in _FLAGS]
    return flags[-1] if flags else environment.get(_VARIABLE, "").strip().lower() in YES


def runs_confidential() -> bool:
    """Whether this program was called for a confidential ledger: what flags may name depends on it."""
    return is_confidential(sys.argv[1:], os.environ)


def function_of(entry: Entry) -> Callable[..., Any]:
    """The function that does a command. Reads its module, and before it the module that explains errors.

    So a command that runs out of files, or is replaced on disk while it runs, can still say so.
    """
    import_module("console.failures")
    module, _, name = entry.function.partition(".")
    function: Callable[..., Any] = getattr(import_module(f"console.commands.{module}"), name)
    return function
