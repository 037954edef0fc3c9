"""The commands of the confidential ledger, which in an open one are as if they had never been written."""

import re
from pathlib import Path

import pytest

import console.tree
from console.main import command_tree
from console.suggestions import commands_meant, synonyms
from console.tree import CONFIDENTIAL_FILE, entries, is_confidential
from rulebook.approvals import four_eyes
from tests.fixtures.cases import each
from tests.fixtures.console import Cli

CONFIDENTIAL = [path for path in entries(confidential=True) if path not in entries()]
GROUPS = [path for path in CONFIDENTIAL if " " not in path]
OPEN_GROUPS = ["", *(path for path, entry in entries().items() if not entry.function)]


def test_an_open_ledger_does_not_read_their_file(
    program: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing that it prints about commands can come from it."""
    monkeypatch.setattr(console.tree, "CONFIDENTIAL_FILE", Path("/nowhere"))
    entries.cache_clear()
    command_tree.cache_clear()
    try:
        assert program("--help").status == 0
        assert program("ordr").status == 2
        assert completed("") == {path for path in entries() if " " not in path}
    finally:
        entries.cache_clear()
        command_tree.cache_clear()


def completed(word: str, *, confidential: bool = False) -> set[str]:
    """What a shell completes of the first word."""
    group = command_tree(confidential=confidential)
    context = group.make_context("ledger", [], resilient_parsing=True)
    return {item.value for item in group.shell_complete(context, word)}


def test_a_shell_completes_them_in_a_confidential_ledger_alone() -> None:
    for word in GROUPS:
        assert word not in completed(word[:2])
        assert word in completed(word[:2], confidential=True)


@each("group", OPEN_GROUPS)
def test_no_help_of_an_open_ledger_lists_them(program: Cli, group: str) -> None:
    listed = program(*group.split(), "--help").out.decode()
    for path in GROUPS:
        assert not re.search(rf"^  {path}\s", listed, re.M)
    assert "Orders" not in listed.split("\n")


BESIDE = [path for path in CONFIDENTIAL if path.split()[0] in entries()]


@each("path", BESIDE)
def test_a_call_beside_open_commands_is_that_of_any_unknown_one(program: Cli, path: str) -> None:
    group, name = path.split()
    called, unknown = program(group, name), program(group, "qqqqqq")
    assert (called.status, called.out) == (unknown.status, unknown.out) == (2, b"")
    meant = commands_meant(name, group, entries())
    suggested = re.findall(r"`ledger ([^`]+)`", called.err)
    assert [one for one in suggested if not one.endswith("--help")] == meant
    assert name not in program(group, "--help").out.decode()


@each("path", sorted({*CONFIDENTIAL} - {*BESIDE}))
def test_a_call_in_an_open_ledger_is_that_of_any_unknown_command(program: Cli, path: str) -> None:
    """What is suggested is what is spelled alike among the commands of the open ledger."""
    called, unknown = program(*path.split()), program("qqqqqq", *path.split()[1:])
    word = path.split(maxsplit=1)[0]
    assert (called.status, called.out) == (unknown.status, unknown.out) == (2, b"")
    meant = commands_meant(word, "", entries())
    suggested = re.findall(r"`ledger ([^`]+)`", called.err)
    assert [name for name in suggested if name != "--help"] == meant
    if not meant:
        assert called.err == unknown.err
    helped = program(*path.split(), "--help")
    assert (helped.status, helped.err) == (2, called.err)


def test_no_suggestion_of_an_open_ledger_names_them() -> None:
    words = {word for table in synonyms().values() for word in table} | set(
        " ".join(CONFIDENTIAL).split()
    )
    for group in OPEN_GROUPS:
        for word in words:
            assert not set(commands_meant(word, group, entries())) & set(CONFIDENTIAL)


def test_the_acts_of_four_eyes_of_an_open_ledger_are_its_own(program: Cli) -> None:
    program.set(FOUR_EYES="everything")
    told = program("status").err
    program.set(CONFIDENTIAL="1")
    more = program("status").err
    only = set(four_eyes(confidential=True)) - set(four_eyes(confidential=False))
    assert only == {
        *("order-execution", "secrecy-lift", "secrecy-review"),
        *("preservation-release", "annulment", "grant"),
    }
    for act in only:
        assert (act in told, act in more) == (False, True)
    program.set(CONFIDENTIAL="0", FOUR_EYES="order-execution")
    assert program("status").err == told


@each("group", GROUPS)
def test_a_confidential_ledger_has_them(program: Cli, group: str) -> None:
    program.set(CONFIDENTIAL="true")
    assert f"\n  {group}" in program("--help").out.decode()
    assert program(group, "--help").status == 0
    assert "do you mean" in program(group[:-1]).err


@each(
    "arguments, variable, expected",
    [
        (["status"], "", False),
        (["status"], "1", True),
        (["status"], " Yes ", True),
        (["status"], "maybe", False),
        (["status", "--confidential"], "", True),
        (["--confidential", "status", "--no-confidential"], "1", False),
        (["--no-confidential", "status", "--confidential"], "", True),
        (["find", "--", "--confidential"], "", False),
    ],
)
def test_a_command_line_says_which_ledger_it_is_for(
    arguments: list[str], variable: str, expected: bool
) -> None:
    assert is_confidential(arguments, {"LEDGER_CONFIDENTIAL": variable}) is expected


def test_the_files_of_both_ledgers_share_no_command() -> None:
    assert CONFIDENTIAL_FILE.exists()
    assert len(entries(confidential=True)) == len(entries()) + len(CONFIDENTIAL)
