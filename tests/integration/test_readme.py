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
from kafka import KafkaAdminClient

from host.settings import ANSWERS_TOPIC, EVENTS_TOPICS, SIGNED_TOPIC
from ledger.embedded import postmaster
from ledger.embedded.place import DataDirectory
from tests.fixtures.postgres import short_folder

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"<!-- commands: run (as they stand|with a broker) by tests/integration/test_readme.py -->\n"
    r"```sh\n(.*?)```",
    re.S,
)
_WITH_BROKER = "with a broker"
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


def commands(page: str, *, broker: bool = False) -> list[str]:
    """The commands of a page. One with lines of a file in it is one command. `broker`: also those for one."""
    blocks = _BLOCK.findall((ROOT / page).read_text("utf-8"))
    text = "".join(block for kind, block in blocks if broker or kind != _WITH_BROKER)
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
    run(commands(page), tmp_path, {"LEDGER_DATA_DIR": str(data_dir)})


def test_a_tutorial_reaches_kafka(
    tmp_path: Path, data_dir: Path, kafka_bootstrap: str, kafka_admin: KafkaAdminClient
) -> None:
    page = "docs/tutorials/upstream-developer.md"
    steps = commands(page, broker=True)
    assert len(steps) > len(commands(page))
    variables = {"LEDGER_DATA_DIR": str(data_dir), "LEDGER_KAFKA_BOOTSTRAP": kafka_bootstrap}
    try:
        run(steps, tmp_path, variables)
    finally:
        made = {*EVENTS_TOPICS, ANSWERS_TOPIC, SIGNED_TOPIC} & set(kafka_admin.list_topics())
        kafka_admin.delete_topics(sorted(made))


def run(steps: list[str], tmp_path: Path, variables: dict[str, str]) -> None:
    """Type these commands in an empty clone; each ends with the status that its comment tells."""
    clone, home = tmp_path / "clone", tmp_path / "home"
    for folder in (clone, home):
        folder.mkdir()
    script = "".join(f'{command}\necho "status $?" >&3\n' for command in steps)
    outside = {name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")}
    environment = outside | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "TMPDIR": str(tmp_path),
        **variables,
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
    told_of = [(command, _expected(command)) for command in steps]
    assert list(zip(steps, ended, strict=True)) == told_of, done.stderr
    assert list(clone.iterdir()) == []


def _expected(command: str) -> int:
    found = _STATUS.search(command)
    return int(found[1]) if found else 0
