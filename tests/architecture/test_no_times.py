"""No test asserts how long something takes: a slow machine would fail it, and a fast one hide a fault.

Clocks are read only by what waits for a condition, which fails when it never comes, and for figures of
the campaigns, which are printed. What work costs is counted: `tests/fixtures/counting.py`.
"""

import ast
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parents[1]
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "time_ns"}
CLOCKS |= {
    "process_time_ns",
    "thread_time",
    "thread_time_ns",
    "clock_gettime",
    "getrusage",
    "times",
}
WAITING = {
    *("fixtures/inbound.py", "fixtures/running.py", "fixtures/siem.py", "fixtures/tlog.py"),
    *("web/test_changes.py", "web/test_push.py"),
    *("integration/test_broker.py", "integration/test_embedded.py"),
    "unit/ledger/test_planted_files.py",  # files of an hour that is to come, and of one that is past
}
PRINTING = {"fault/test_consumer_kills.py", "fault/test_fuzz.py", "fixtures/cut_off.py"}
# Two samples of times are compared with each other: neither is held against a limit.
COMPARING = {"fault/test_secret_orders.py"}


def clocks_of(tree: ast.AST) -> set[str]:
    """The clocks of this machine that a file reads."""
    read = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"time", "os", "resource"}
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"time", "os", "resource"}:
            read |= {name.name for name in node.names}
    return read & (CLOCKS | {"time"})


def asserted(tree: ast.AST) -> list[str]:
    """The assertions of a file in which a clock is read."""
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and clocks_of(node)
    ]


@cache
def trees() -> dict[str, ast.AST]:
    """Every file of tests, parsed."""
    return {
        str(path.relative_to(TESTS)): ast.parse(path.read_text("utf-8"))
        for path in sorted(TESTS.rglob("*.py"))
    }


def test_only_what_waits_or_prints_reads_a_clock() -> None:
    assert {name for name, tree in trees().items() if clocks_of(tree)} == (
        WAITING | PRINTING | COMPARING
    )


def test_clocks_are_asserted_only_until_a_condition_comes() -> None:
    found = {text for tree in trees().values() for text in asserted(tree)}
    assert all(text.startswith("assert time.monotonic() < deadline") for text in found), found
    printing = [text for name in PRINTING | COMPARING for text in asserted(trees()[name])]
    assert printing == []


def test_no_example_of_a_property_is_timed() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
