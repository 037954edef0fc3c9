"""Programs of the tests: what is missing is named with its use, and installed only where that is allowed."""

import pytest

from tests import tools
from tests.tools import TOOLS, Tool

HERE, GONE = Tool(("sh",), "dash", "a shell"), Tool(("no-such-program",), "none-such", "nothing")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Tool]:
    """What would be installed, by somebody who may."""
    installed: list[Tool] = []
    monkeypatch.setattr(tools, "TOOLS", (HERE, GONE))
    monkeypatch.setattr(tools, "is_debian", lambda: True)
    monkeypatch.setattr(tools, "install", installed.extend)
    monkeypatch.delenv("LEDGER_INSTALL", raising=False)
    return installed


def test_what_is_missing_is_said_and_installed(
    asked: list[Tool], capsys: pytest.CaptureFixture[str]
) -> None:
    assert tools.main() == 1, "it is still missing"
    assert asked == [GONE]
    out = capsys.readouterr().out
    assert "none-such" in out
    assert "dash" not in out


def test_who_forbids_it_is_told_the_one_line(
    asked: list[Tool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEDGER_INSTALL", "no")
    assert tools.main() == 1
    monkeypatch.delenv("LEDGER_INSTALL")
    monkeypatch.setattr(tools, "is_debian", lambda: False)
    assert tools.main() == 1
    assert asked == []
    line = "  sudo apt-get install --no-install-recommends none-such"
    assert capsys.readouterr().out.splitlines().count(line) == 2


def test_nothing_is_said_where_all_is_here(
    asked: list[Tool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "TOOLS", (HERE,))
    assert (tools.main(), asked, capsys.readouterr().out) == (0, [], "")


def test_each_program_is_named_once() -> None:
    names = [name for tool in TOOLS for name in tool.names]
    assert len(set(names)) == len(names)
    assert all(tool.used_by for tool in TOOLS)
