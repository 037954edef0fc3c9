"""The commands of README and of the tutorials do what they say, as a newcomer types them.

They leave nothing in the clone. A comment behind a command tells its exit status, unless that is 0.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.embedded import postmaster
from ledger.embedded.place import DataDirectory
from tests.fixtures.postgres import short_folder

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"<!-- commands: run as they stand by tests/integration/test_readme.py -->\n```sh\n(.*?)```",
    re.S,
)
_ACTIVATE = ". .venv/bin/activate"
_STATUS = re.compile(r"#.*Exit status (\d)")
PAGES = [
    "README.md",
    *sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "docs" / "tutorials").glob("*.md")
        if path.name != "index.md"
    ),
]


def commands(page: str) -> list[str]:
    """The commands of a page. One with lines of a file in it is one command."""
    text = "".join(_BLOCK.findall((ROOT / page).read_text("utf-8")))
    lines = re.findall(r"^(.*<<'END'\n(?:.*\n)*?END|.+)$", text, re.M)
    assert lines[0] == _ACTIVATE
    return lines[1:]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Where the embedded server's own user may go, as in the place that it has without a setting."""
    with short_folder() as folder:
        restored = folder.with_name(f"{folder.name}-restored")
        try:
            yield folder
        finally:
            for each in (folder, restored):
                postmaster.stop(DataDirectory(each))
            shutil.rmtree(restored, ignore_errors=True)


def test_there_are_tutorials() -> None:
    assert len(PAGES) == 5


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run_as_they_stand(
    page: str, tmp_path: Path, data_dir: Path
) -> None:
    clone, home = tmp_path / "clone", tmp_path / "home"
    for folder in (clone, home):
        folder.mkdir()
    script = "".join(f'{command}\necho "status $?" >&3\n' for command in commands(page))
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")
    } | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "TMPDIR": str(tmp_path),
        "LEDGER_DATA_DIR": str(data_dir),
    }
    with (tmp_path / "told").open("wb") as told, (tmp_path / "status").open("w+b") as status:
        done = subprocess.run(
            ["bash", "-c", f"exec 3>&{status.fileno()}\n{script}"],
            cwd=clone,
            env=environment,
            stdout=told,
            stderr=subprocess.PIPE,
            pass_fds=[status.fileno()],
            check=False,
        )
        status.seek(0)
        ended = [int(line.split()[1]) for line in status.read().splitlines()]
    assert b"Traceback" not in done.stderr
    told_of = [(command, _expected(command)) for command in commands(page)]
    assert list(zip(commands(page), ended, strict=True)) == told_of, done.stderr
    assert list(clone.iterdir()) == []


def _expected(command: str) -> int:
    found = _STATUS.search(command)
    return int(found[1]) if found else 0
