"""Every benchmark says what it measures when it is asked, and refuses what it does not understand."""

import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench import audit, findings, prune, report, scale, spark
from bench.guard import BOUNDS, spoiled
from bench.tools import results

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "performance.md"
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


def test_beneath_each_table_stands_when_it_was_measured() -> None:
    """`python -m bench.tools.results` writes it again, and measures nothing."""
    page = PAGE.read_text("utf-8")
    assert results.dated(page) == page
    assert page.count("\n*Measured on ") == page.count("<!-- end -->") > 0


TABLES: Mapping[str, tuple[str, Callable[[Any], Iterable[list[str]]]]] = {
    "findings": ("findings", lambda of: findings.table(of["points"])),
    "prune": ("prune", prune.table),
    "audit": ("audit", lambda of: audit.table(of["points"])),
    "report": ("report", lambda of: report.table(of["points"])),
    "scale": ("scale", lambda of: scale.table(of["points"])),
    "spark": ("spark", lambda of: spark.table(of["events"], of["engines"])),
}
"""By name: the file, and how the benchmark makes its table from it."""


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_its_file_says(name: str) -> None:
    file, made = TABLES[name]
    rows = made(orjson.loads((results.FOLDER / f"{file}.json").read_bytes()))
    _, _, rest = PAGE.read_text("utf-8").partition(f"<!-- {name} -->\n")
    lines = rest.partition("\n\n")[0].splitlines()
    del lines[1]
    assert lines == [f"| {' | '.join(row)} |" for row in rows]


def test_a_table_of_provisional_figures_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    results.save("spark", "as ever", {results.PROVISIONAL: "the machine was busy."})
    assert results.measured("spark").endswith(" Provisional: the machine was busy.*")
    results.save("spark", "as ever", {})
    assert "Provisional" not in results.measured("spark")


def test_a_table_is_quoted_with_its_day_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- rebuild -->\n<!-- end -->\nb\n<!-- kafka -->\n| old |\n<!-- end -->\n")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "_PAGE", page)
    results.save("projection", "as ever", {})
    results.quote("rebuild", [["", "events/s"], ["read", "5"]])
    results.quote("rebuild", [["", "events/s"], ["read", "7"]])
    said = results.measured("rebuild")
    assert said.startswith("*Measured on ")
    table = "|  | events/s |\n|---|---|\n| read | 7 |"
    rest = "b\n<!-- kafka -->\n| old |\n<!-- end -->\n"
    assert page.read_text() == f"a\n<!-- rebuild -->\n{table}\n\n{said}\n<!-- end -->\n{rest}"
    with pytest.raises(ValueError, match="no place for peers"):
        results.quote("peers", [["", "events/s"]])
