"""Every benchmark says what it measures when it is asked, and refuses what it does not understand."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = sorted(
    path.stem
    for path in (ROOT / "bench").glob("*.py")
    if '__name__ == "__main__"' in path.read_text("utf-8")
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_there_are_benchmarks() -> None:
    assert {"__main__", "kafka", "record", "scale"} <= set(RUN)


@pytest.mark.parametrize("name", RUN)
def test_help_is_help(name: str) -> None:
    ran = run("bench" if name == "__main__" else f"bench.{name}", "--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("usage: python -m bench")


def test_what_is_no_number_is_wrong_usage() -> None:
    ran = run("bench.record", "many")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
