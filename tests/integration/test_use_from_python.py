"""The examples of the page *Use the ledger from Python* run as they stand, and say what is so."""

import re
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import host.library
from host.library import OpenLedger, Unproven, verified_event
from tests.fixtures.console import Cli, accessed, collected, message, registered

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "use-from-python.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)


def test_every_example_runs_and_says_what_is_so(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    mistake = accessed()
    cli.record(registered(), collected(), mistake, accessed())
    cli.record(message("event-annulled", annuls=mistake["id"], reason="mistake"))
    with OpenLedger() as ledger:
        events = list(ledger.replay())
    names = Counter(event.name for event in events)
    monkeypatch.chdir(cli.folder)
    assert cli("publish", "--once").status == cli("prove", "1", "--entry", "event-1").status == 0
    Path("log.vkey").write_bytes(cli("log", "keys").out)
    capsysbinary.readouterr()

    said = []
    for example in EXAMPLES:
        exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})
        said.append(capsysbinary.readouterr().out.decode().splitlines())

    opened, replayed, section, folded, subscribed, own, run, verified = said
    assert opened == [f"{len(events)} events"]
    assert replayed == [f"{name} {count}" for name, count in names.most_common(3)]
    assert section == [f"{e.position} {e.recorded_at.isoformat()} {e.type}" for e in events[:3]]
    assert folded == ["4 of 5 events count"]
    assert subscribed == [f"{event.position} {event.name}" for event in events[-2:]]
    assert own == []
    count, streams = len(events) - 1, len({event.stream for event in events})
    assert run == [f"{count} events count, of {streams} streams"]
    assert verified == [f"1 {events[0].name}"]
    assert counted() == names - Counter([mistake["type"].split(".")[-2]])

    cli.record(accessed())
    exec(compile(EXAMPLES[5], str(PAGE), "exec"), {})  # goes on where it was
    assert counted().total() == count + 1

    keys = Path("log.vkey").read_text().split()
    with pytest.raises(Unproven):
        verified_event(Path("1.tlog-proof").read_bytes(), b"another entry", keys)


def counted() -> Counter[str]:
    """What the view of the page has, over all streams."""
    with closing(sqlite3.connect("names.db")) as view:
        rows = view.execute("SELECT name, sum(events) FROM names GROUP BY name")
        return Counter(dict(rows.fetchall()))


def test_the_page_passes_mypy_strict_and_uses_public_names_alone(tmp_path: Path) -> None:
    used = {
        name
        for example in EXAMPLES
        for names in re.findall(r"^from host\.library import (.+)$", example, re.M)
        for name in names.split(", ")
    }
    assert used <= {*host.library.__all__}
    files = [tmp_path / f"example_{number}.py" for number in range(len(EXAMPLES))]
    for file, example in zip(files, EXAMPLES, strict=True):
        file.write_text(example)
    # A process of its own: mypy raises the recursion limit of the process that it is in.
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file="]
    checked = subprocess.run(
        [*command, f"--cache-dir={tmp_path / 'cache'}", *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
