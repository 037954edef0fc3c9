"""The program without a ledger: help, version, sample, wrong usage."""

import re

import orjson
import pytest

from host.setting_list import SETTINGS
from schemas import EVENT_TYPES
from tests.fixtures.console import Cli

COMMANDS = {
    "init",
    "demo",
    "sample",
    "ingest",
    "consume",
    "project",
    "rebuild",
    "run",
    "history",
    "state",
    "consents",
    "register",
    "disclosures",
    "recipients",
    "find",
    "erase",
    "keys",
    "audit",
    "dead-letters",
    "status",
    "schema",
    "publish",
    "checkpoint",
    "prove",
    "verify",
    "log",
}


def test_help_lists_every_command(program: Cli) -> None:
    for arguments in ((), ("--help",)):
        ran = program(*arguments)
        assert ran.status == 0
        words = set(re.findall(r"[a-z-]+", ran.out.decode()))
        assert words >= COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_has_help(program: Cli, command: str) -> None:
    ran = program(command, "--help")
    assert ran.status == 0
    assert f"ledger {command}" in ran.out.decode()


def test_every_setting_that_is_no_secret_is_a_flag_of_some_command(program: Cli) -> None:
    commands = ("consume", "register", "publish", "backup", "serve", "push")
    shown = b"".join(program(name, "--help").out for name in commands)
    listed = [s for s in SETTINGS if s.has_flag and not s.unlisted]
    assert [s.flag for s in listed if s.flag.encode() not in shown] == []


def test_version(program: Cli) -> None:
    assert re.fullmatch(rb"\d+\.\d+\.\d+\n", program("--version").out)


@pytest.mark.parametrize(
    "arguments",
    [("unknown",), ("state", "--unknown"), ("keys",), ("hold",), ("ingest",), ("erase",)],
)
def test_wrong_usage_is_one_line_and_status_2(program: Cli, arguments: tuple[str, ...]) -> None:
    ran = program(*arguments)
    assert (ran.status, ran.out) == (2, b"")


def test_flags_may_stand_before_the_command_and_win_over_variables(program: Cli) -> None:
    program.set(NAME="not a name")
    assert "LEDGER_NAME" in program("schema", "validate", "-").err
    assert program("schema", "validate", "-", "--name", "fine").status == 0
    assert program("--name", "fine", "schema", "validate", "-").status == 0
    assert program("--name", "fine", "schema", "validate", "-", "--name", "N").status == 2


def test_sample_is_the_same_for_the_same_seed(program: Cli) -> None:
    options = ("--events", "300", "--customers", "10", "--until", "2026-01-01T00:00:00Z")
    first, second = program("sample", *options), program("sample", *options)
    assert first.out == second.out
    events = [orjson.loads(line) for line in first.out.splitlines()]
    assert len(events) == 300
    assert {event["type"] for event in events} <= set(EVENT_TYPES)
    path = program.folder / "sample.ndjson"
    assert program("sample", *options, "--output", str(path)).out == b""
    assert path.read_bytes() == first.out


def test_a_sample_that_cannot_be_says_why(program: Cli) -> None:
    ran = program("sample", "--events", "1")
    assert ran.status == 2
    assert "needs at least" in ran.err


@pytest.mark.parametrize("command", [("consume",), ("run",)])
def test_without_a_broker_consuming_is_misconfigured(
    program: Cli, command: tuple[str, ...]
) -> None:
    ran = program(*command)
    assert ran.status == 2
    assert "LEDGER_KAFKA_BOOTSTRAP" in ran.err


@pytest.mark.parametrize("group", ["hold", "keys", "request"])
def test_a_group_alone_says_what_is_missing(program: Cli, group: str) -> None:
    assert program(group).err == f"ledger: Missing command. Try `ledger {group} --help`.\n"
