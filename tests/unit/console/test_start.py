"""What a command line reads before it does anything: what it needs, and no more."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

# What takes longer to read than all that help needs.
HEAVY = {
    *(
        "cryptography",
        "eventsourcing",
        "kafka",
        "nacl",
        "openpyxl",
        "prometheus_client",
    ),
    *("psycopg", "pyrage", "rich.console", "typst"),
    *(
        "application.queries",
        "consumers",
        "host.settings",
        "ledger.storage",
        "projections",
        "rulebook",
    ),
    *("console.commands", "console.demo", "console.show", "documents.messages", "sample"),
}
# What few commands need, and so none that does not.
OF_FEW = {"kafka", "openpyxl", "typst", "prometheus_client", "sample", "console.demo"}
RUN = """
import sys
from console.main import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code
sys.stdout.flush()
print(status, *sorted(sys.modules), file=sys.stderr)
"""
WITHOUT_SAMPLE = """
import sys
sys.modules["sample"] = None
from console.tree import entries, function_of
for path, entry in entries().items():
    try:
        entry.function and function_of(entry)
    except ImportError:
        print(path)
"""


def run(program: str, *arguments: str, beside: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Standard output and standard error of a program in Python, in an interpreter of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **(beside or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout, ran.stderr


def read_by(*arguments: str, beside: Mapping[str, str] | None = None) -> tuple[str, set[str]]:
    """What a command line prints, and the modules that were read for it."""
    out, modules = run(RUN, *arguments, beside=beside)
    status, *names = modules.split()
    assert status == "0", modules
    return out, set(names)


@pytest.mark.parametrize(
    ("line", "shown"),
    [("--help", "Keep keys"), ("--language nl incident --help", "detect")],
)
def test_help_of_the_program_and_of_a_group_reads_no_command(line: str, shown: str) -> None:
    out, modules = read_by(*line.split())
    assert shown in out
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("ledger hold re", {"review", "release"}),
        ("ledger --ver", {"--version"}),
    ],
)
def test_a_shell_completes_a_command_without_reading_one(words: str, completed: set[str]) -> None:
    asked = {
        "_LEDGER_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    out, modules = read_by(beside=asked)
    assert set(out.split()) == completed
    assert modules & HEAVY == set()


def test_a_shell_completes_the_codes_of_an_option() -> None:
    words = "ledger findings --severity "
    asked = {"_LEDGER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "3"}
    out, _ = read_by(beside=asked)
    assert {"high", "medium", "low"} <= set(out.split())


@pytest.mark.parametrize("line", ["hold list", "schema validate"])
def test_a_command_reads_itself_and_what_it_needs(line: str) -> None:
    _, modules = read_by(*line.split(), "--help")
    assert {"console.commands", "console.failures"} <= modules
    assert modules & OF_FEW == set()
    assert len({name for name in modules if name.startswith("console.commands.")}) <= 6


@pytest.mark.parametrize("line", ["schema list --json", "schema show customer-registered"])
def test_values_that_are_texts_and_flags_that_are_absent_are_not_checked(line: str) -> None:
    """Typer checks values with pydantic, which takes a seventh of the time of a short command to read."""
    _, modules = read_by(*line.split())
    assert "pydantic" not in modules


@pytest.mark.parametrize(("number", "said"), [("x", "valid integer"), ("0", "or equal to 1")])
def test_a_value_that_is_there_is_checked(number: str, said: str) -> None:
    _, told = run(RUN, "history", "customer/1", "--limit", number)
    assert said in told
    assert "pydantic" in told


def test_the_product_does_without_made_up_events() -> None:
    out, _ = run(WITHOUT_SAMPLE)
    assert out.split() == ["sample", "demo"]
