"""`--help` of every command: nothing is cut, swallowed or broken in the wrong place, on any terminal."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from console.main import command_tree
from tests.fixtures.console import Cli


def each(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with the words that call it."""
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from each(one, (*path, name))


OPEN = list(each(command_tree()))
COMMANDS = [
    *OPEN,
    *(one for one in each(command_tree(confidential=True)) if one[0] not in dict(OPEN)),
]
WIDTHS = (40, 80, 200)


def shown(program: Cli, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], width: int) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    ran = program(*path, "--help")
    assert ran.status == 0
    return ran.out.decode()


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(p) for p, _ in COMMANDS])
def test_all_that_is_said_of_a_command_is_in_its_help_and_fits_the_terminal(
    program: Cli, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], command: Any
) -> None:
    program.set(CONFIDENTIAL=str(path not in dict(OPEN)))
    for width in WIDTHS:
        text = shown(program, monkeypatch, path, width)
        fits(text, width)
        for paragraph in (command.help or "").split("\n\n"):
            assert words(paragraph) in words(text)
        for parameter in command.params:
            if getattr(parameter, "hidden", False) or not parameter.help:
                continue
            assert words(parameter.help) in words(text)
            for flag in (*parameter.opts, *parameter.secondary_opts):
                if flag.startswith("--"):
                    assert re.search(rf"(^|\s){flag}([,\s]|$)", text), flag
            for variable in re.findall("LEDGER_[A-Z_]+", parameter.help):
                assert re.search(rf"\b{variable}\b", text), variable


def fits(text: str, width: int) -> None:
    """A line is as wide as the terminal, or it has one word."""
    for line in text.splitlines():
        is_name = re.match(r"  \S+( / \S+)?( \S+)?$", line)
        assert len(line) <= width or is_name or len(line.split()) == 1, line


def test_a_paragraph_is_wrapped_as_one(program: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(program, monkeypatch, ("keys", "rotate"), 80).splitlines()
    first = next(i for i, line in enumerate(lines) if "Without --now" in line)
    assert lines[first].endswith("so a timer")
    assert lines[first + 1].startswith("  may run it every day. It also forgets")
