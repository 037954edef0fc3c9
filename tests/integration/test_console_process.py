"""The program as a process: pipes that close, interrupts, terminals, completion, a crash before a commit."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from ledger.errors import Halt
from ledger.journal.entries import ErasureEntry, ErasureJournal
from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.inbound import ROOT

PROGRAM = [sys.executable, "-m", "console.main"]
WHO = "customer/10023"


def run(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | options.pop("env", {})
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=240,
        check=False,
        env=environment,
        **options,
    )


def test_a_reader_that_has_enough_ends_the_program_quietly() -> None:
    program = subprocess.Popen(
        [*PROGRAM, "sample", "--events", "20000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout
    assert program.stderr
    program.stdout.readline()
    program.stdout.close()
    assert program.stderr.read() == b""
    program.stderr.close()
    assert program.wait(240) == 0


def test_an_interrupt_ends_the_program_quietly(cli: Cli) -> None:
    # A shell lets what it runs in the background ignore interrupts, and so would all that this starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen(
        [*PROGRAM, "ingest", "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    signal.signal(signal.SIGINT, before)
    assert program.stdin
    # More than a pipe holds: once it is written, the program reads, so it can be interrupted.
    program.stdin.write(b" \n" * 100_000)
    program.stdin.flush()
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=240)
    assert (program.returncode, out, err) == (130, b"", b"")


def test_a_value_that_the_terminal_cannot_show_does_not_end_an_answer(cli: Cli) -> None:
    cli.record(registered(), collected(personal={"name": "Zoë 渡辺"}))
    ascii_only = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    table = run(["state", WHO], env=ascii_only)
    assert (table.returncode, table.stderr) == (0, b"")
    assert b"Zo? ??" in table.stdout
    document = run(["state", WHO, "--json"], env=ascii_only)
    assert "Zoë 渡辺".encode() in document.stdout


def test_no_colours_without_a_terminal(cli: Cli) -> None:
    cli.record(registered())
    assert b"\x1b" not in run(["state", WHO]).stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [("ledger sta", {"state", "status"}), ("ledger erase x --ground re", {"request", "retention"})],
)
def test_completion(words: str, expected: set[str]) -> None:
    environment = {
        "_LEDGER_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    assert set(run([], env=environment).stdout.decode().split()) == expected


def test_an_erasure_that_a_crash_cut_off_is_completed_before_anyone_is_served(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.record(registered(), collected())
    append = ErasureJournal.append

    def crash_after(journal: ErasureJournal, entries: Sequence[ErasureEntry]) -> None:
        append(journal, entries)
        raise Halt("the power went away")

    with monkeypatch.context() as power:
        power.setattr(ErasureJournal, "append", crash_after)
        assert cli("erase", WHO, "--ground", "request").status == 1
    state = cli("state", WHO, "--json").json
    assert (state["status"], state["personal"]) == ("erased", {})
    names = [line["type"].split(".")[-2] for line in cli("history", WHO, "--json").acts]
    assert names[-3:] == ["erasure-decided", "personal-data-erased", "erasure-reapplied"]
    assert cli("audit", "--views", "--json").status == 0
