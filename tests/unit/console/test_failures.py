"""Errors become an exit status and one line, and never quote what was not meant to be shown."""

from types import SimpleNamespace

import pytest
import typer

from console.failures import explained
from ledger.errors import (
    Fenced,
    Halt,
    IncompleteErasure,
    KeyLost,
    Misconfigured,
    NotInstalled,
    Refused,
    Reject,
    ServiceAway,
    UnknownSubject,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownSubject(), 1),
        (Reject(), 1),
        (Halt(), 1),
        (KeyLost(), 1),
        (IncompleteErasure(), 1),
        (Misconfigured(), 2),
        (NotInstalled(), 2),
        (Refused("no such user"), 2),
        (ServiceAway(), 3),
        (Fenced(), 3),
        (typer.BadParameter("wrong"), 2),
        (FileNotFoundError(2, "No such file", "x"), 2),
        (RuntimeError("canary"), 1),
    ],
)
def test_each_family_has_its_status_and_one_line(error: Exception, status: int) -> None:
    found, line = explained(error)
    assert found == status
    assert line.startswith("ledger: ")
    assert "\n" not in line
    assert "canary" not in line


def test_an_unexpected_error_says_where_it_was_raised() -> None:
    try:
        raise KeyError("canary")
    except KeyError as error:
        _, line = explained(error)
    assert "unexpected KeyError at test_failures.py:" in line
    assert "canary" not in line


class UsageError(Exception):
    """Like those of the command line's parser, whose class is not public."""

    exit_code = 2
    ctx: SimpleNamespace | None = None

    def format_message(self) -> str:
        return "Got unexpected extra argument (canary)"


def test_an_argument_too_many_is_not_repeated() -> None:
    status, line = explained(UsageError())
    assert status == 2
    assert "canary" not in line


@pytest.mark.parametrize(
    ("command", "told"), [("ledger find", True), ("ledger request show", False)]
)
def test_only_who_searches_is_told_that_a_value_is_no_argument(command: str, told: bool) -> None:
    error = UsageError()
    error.ctx = SimpleNamespace(command_path=command)
    _, line = explained(error)
    assert ("a value is never an argument" in line) is told
    assert f"extra argument{'; a value is never an argument' if told else ''}. Try" in line
    assert "canary" not in line
