"""Every benchmark says what it measures when it is asked, and refuses what it does not understand."""

import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bench.guard import BOUNDS, spoiled

ROOT = Path(__file__).resolve().parents[2]
RUN = sorted(
    ".".join(path.relative_to(ROOT / "bench").with_suffix("").parts)
    for path in (ROOT / "bench").rglob("*.py")
    if '__name__ == "__main__"' in path.read_text("utf-8")
)


def test_there_are_benchmarks() -> None:
    assert {"__main__", "kafka", "peers.gdprbench", "record", "scale"} <= set(RUN)


@pytest.mark.parametrize("name", RUN)
def test_help_is_help(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, which has read most of what they import."""
    module = f"bench.{name}"
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    out, err = capsys.readouterr()
    assert (ended.value.code or 0, err) == (0, "")
    assert out.startswith("usage: python -m bench")


def test_what_is_no_number_is_wrong_usage() -> None:
    command = [sys.executable, "-m", "bench.record", "many"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_the_guard_fails_where_a_ratio_has_halved_and_nowhere_else() -> None:
    bounds = tomllib.loads(BOUNDS.read_text("utf-8"))
    assert spoiled({name: bound / 1.9 for name, bound in bounds.items()}, bounds) == []
    assert spoiled({name: bound / 2.1 for name, bound in bounds.items()}, bounds) == [*bounds]
    assert "make bench-guard" in (ROOT / ".ci" / "run").read_text("utf-8")
