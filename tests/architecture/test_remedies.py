"""Each command that a message names is one of the program, and one that it tells to give is whole."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperCommand, TyperGroup

from console.groups import program_of
from console.main import app
from tests.architecture.test_messages import ALL

_NAMED = re.compile(r"`ledger ([^`{}]+(?:\{\}[^`{}]*)*)`")
# What follows says the rest: the same once more, or which flags it takes.
_TOLD = re.compile(r"\b(?:run|give|then|or) `ledger ([^`]+)`(?! again| with\b)")


def find(words: list[str]) -> tuple[TyperCommand | None, list[str]]:
    """A command of the confidential ledger, which has all of them, and what is left of the words."""
    at: Any = program_of(app, confidential=True)
    while isinstance(at, TyperGroup) and words:
        at, words = at.get_command(at.context_class(at), words[0]), words[1:]
    return (at if isinstance(at, TyperCommand) else None), words


def lacking(command: TyperCommand, words: list[str]) -> Iterator[str]:
    """What a command needs and these words do not give; flags that it does not have."""
    flags = {flag: one for one in command.params for flag in (*one.opts, *one.secondary_opts)}
    given: set[str | None] = set()
    rest = iter(words)
    arguments = iter([one for one in command.params if one.param_type_name == "argument"])
    for word in rest:
        if word.startswith("--"):
            one = flags.get(word)
            if one is None:
                yield word
            elif not getattr(one, "is_flag", False):
                next(rest, None)
        else:
            one = next(arguments, None)
        given.add(one.name if one else None)
    yield from (str(one.name) for one in command.params if one.required and one.name not in given)


@pytest.mark.parametrize("message", sorted(m for m in ALL if _NAMED.search(m)))
def test_a_named_command_exists(message: str) -> None:
    for line in _NAMED.findall(message):
        words = shlex.split(line)
        if words[1:2] != ["{}"]:  # which step of an order it is, the code says
            assert find(words)[0], line
    for line in _TOLD.findall(message):
        command, words = find(shlex.split(line))
        if command:
            assert list(lacking(command, words)) == [], line
