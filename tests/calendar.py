"""Runs tests on other days: `make calendar`. New Year, a leap day, both changes of summer time, 2032, 2040.

The clock of every process is moved by the same number of seconds by libfaketime, that of the embedded
PostgreSQL, too. Monotonic clocks are left alone: waiting is no matter of the calendar.
"""

import os
import select
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

# In UTC. Summer time of Amsterdam begins and ends at one o'clock.
MOMENTS = (
    "2026-12-31T23:30",
    "2027-01-01T00:30",
    "2028-02-29T12:00",
    "2027-03-28T00:45",
    "2027-03-28T01:15",
    "2027-10-31T00:30",
    "2027-10-31T01:30",
    "2032-06-15T12:00",
    "2040-06-15T12:00",
)
TESTS = ("tests/unit", "tests/property")

_THREADS = "threads wait for each other, which libfaketime does not count right"
OWN_CLOCK = {
    "unit/ledger/test_planted_files.py": "compares times of files: the kernel's, which libfaketime leaves",
    "unit/ledger/test_subscription.py": _THREADS,
    "unit/ledger/tlog/test_witnesses.py": _THREADS,
}
"""Tests that libfaketime itself disturbs, and how."""
NAMES = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC")


def library() -> Path:
    """Where Debian's package put it."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return found[0] if found else sys.exit("install faketime, a package of Debian")


def moved(moment: str) -> dict[str, str]:
    """The environment of processes in which it is a moment now."""
    away = datetime.fromisoformat(moment).replace(tzinfo=UTC) - datetime.now(UTC)
    return os.environ | {
        "TZ": "UTC",
        "LD_PRELOAD": str(library()),
        # An amount, not a beginning: that is kept in memory that a server of another user cannot read.
        "FAKETIME": f"{away.total_seconds():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "LEDGER_TEST_SHARE": os.environ.get("LEDGER_TEST_SHARE", "50"),
    }


def pytest_configure() -> None:
    """The embedded server has the same clock; and nobody sleeps by `clock_nanosleep`, as libfaketime
    refuses an end that is over."""
    from ledger.embedded import place

    place.ENVIRONMENT.update({name: os.environ[name] for name in NAMES})
    time.sleep = _wait  # type: ignore[assignment]


def _wait(seconds: float) -> None:
    select.select([], [], [], max(seconds, 0))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    out = [
        item for item in items if item.nodeid.removeprefix("tests/").partition("::")[0] in OWN_CLOCK
    ]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


def main() -> None:
    """`python -m tests.calendar [MOMENT …] [OPTION OF PYTEST …]`"""
    moments = [word for word in sys.argv[1:] if word[:2].isdigit()] or MOMENTS
    asked = [word for word in sys.argv[1:] if not word[:2].isdigit()] or TESTS
    red = []
    for moment in moments:
        print(f"at {moment} UTC", flush=True)
        options = ["-p", "no:cacheprovider", "-p", "tests.calendar"]
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *asked], env=moved(moment), check=False
        )
        if ran.returncode:
            red.append(moment)
    sys.exit(f"red at {', '.join(red)}" if red else 0)


if __name__ == "__main__":
    main()
