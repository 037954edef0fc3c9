"""The commands of the README do what it says, as a newcomer types them, and leave nothing in the clone."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.embedded import postmaster
from ledger.embedded.place import Place
from tests.fixtures.postgres import short_folder

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"<!-- commands: run as they stand by tests/integration/test_readme.py -->\n```sh\n(.*?)```",
    re.S,
)
_ACTIVATE = ". .venv/bin/activate"
# The answer is bad news, and the README says so.
BAD_NEWS = {"ledger findings": 1}


def commands() -> list[str]:
    """The lines of both blocks, one command each."""
    blocks = _BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(blocks) == 2
    assert lines[0] == _ACTIVATE
    return lines[1:]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Where the embedded server's own user may go, as in the place that it has without a setting."""
    with short_folder() as folder:
        yield folder
        postmaster.stop(Place(folder))


def test_the_commands_of_the_readme_run_as_they_stand(tmp_path: Path, data_dir: Path) -> None:
    clone, home = tmp_path / "clone", tmp_path / "home"
    for folder in (clone, home):
        folder.mkdir()
    script = "".join(f'{line}\necho "status $?" >&3\n' for line in commands())
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
        found = [int(line.split()[1]) for line in status.read().splitlines()]
    assert b"Traceback" not in done.stderr
    wanted = [
        next((code for start, code in BAD_NEWS.items() if line.startswith(start)), 0)
        for line in commands()
    ]
    told_of = dict(zip(commands(), found, strict=True))
    assert list(told_of.values()) == wanted, (told_of, done.stderr)
    assert list(clone.iterdir()) == []
