"""Errors become an exit status and one line, and never quote what was not meant to be shown."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from application.language import speak
from console.failures import explained
from console.remedies import REMEDIES
from documents.messages import told
from ledger.errors import (
    Fenced,
    Halt,
    IncompleteErasure,
    KeyLost,
    Misconfigured,
    NotInstalled,
    Refused,
    Reject,
    Remedy,
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


def test_an_error_with_a_remedy_names_the_command_and_its_flags() -> None:
    gap = Halt("offsets 3 to 4 are gone", remedy=Remedy("accept-gap", ("acts", 0)))
    _, line = explained(gap)
    assert line.startswith("ledger: offsets 3 to 4 are gone. To go on, have upstream send them")
    assert "`ledger kafka accept-gap --topic acts --partition 0 --reason CODE`" in line
    speak("nl")
    try:
        assert "Om verder te gaan: laat de bron ze opnieuw sturen" in told(line)
    finally:
        speak(None)


ROOT = Path(__file__).resolve().parents[3]
_FLAG = re.compile(r"`ledger [a-z -]*--[a-z]")
_BELOW = ("schemas", "rulebook", "ledger", "consumers", "projections")


@pytest.mark.parametrize("room", _BELOW)
def test_no_room_below_the_edge_names_a_flag_in_a_message(room: str) -> None:
    found = [
        (path.name, match[0])
        for path in (ROOT / room).rglob("*.py")
        for match in _FLAG.finditer(re.sub(r'"\s*\n\s*f?"', "", path.read_text("utf-8")))
    ]
    assert found == []


def test_each_remedy_of_the_code_is_worded() -> None:
    named = {
        name
        for room in (*_BELOW, "application", "host")
        for path in (ROOT / room).rglob("*.py")
        for name in re.findall(r'\bRemedy\("([a-z-]+)"', path.read_text("utf-8"))
    }
    assert named == set(REMEDIES)


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
