"""The examples of the page *Use the ledger from Python* run as they stand, and say what is so."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures.ledger import House, accessed, collected, message, registered

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-from-python.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)


def test_every_example_runs_and_says_what_is_so(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mistake = accessed()
    house.record(registered(), collected(), mistake, accessed())
    house.record(message("event-annulled", annuls=mistake["id"], reason="mistake"))
    settings = {"DATABASE_URL": house.url, "KEY_DIR": house.keys, "DATA_DIR": tmp_path / "data"}
    for name, value in settings.items():
        monkeypatch.setenv(f"LEDGER_{name}", str(value))
    monkeypatch.chdir(tmp_path)
    events = house.events()
    names = Counter(event.name for event in events)

    said = []
    for example in EXAMPLES:
        exec(compile(example, str(PAGE), "exec"), {})
        said.append(capsys.readouterr().out.splitlines())

    opened, replayed, section, folded, subscribed, own = said
    assert opened == ["5 events"]
    assert replayed == [f"{name} {count}" for name, count in names.most_common(3)]
    assert section == [f"{e.position} {e.recorded_at.isoformat()} {e.type}" for e in events[:3]]
    assert folded == ["4 events count"]
    assert subscribed == [f"{event.position} {event.name}" for event in events[-2:]]
    assert own == []
    with closing(sqlite3.connect("names.db")) as view:
        assert dict(view.execute("SELECT * FROM names")) == dict(names)

    house.record(accessed())
    exec(compile(EXAMPLES[-1], str(PAGE), "exec"), {})  # goes on where it was
    with closing(sqlite3.connect("names.db")) as view:
        assert sum(count for _, count in view.execute("SELECT * FROM names")) == 6
