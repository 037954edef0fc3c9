"""Whatever lies where a file of the ledger should be: a finding, never an error, and nobody waits for it."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.console import Cli, collected, registered, worked_in
from tests.fixtures.postgres import Templates
from tests.fixtures.whole import SHARE, WHOLE
from tests.integration.test_audit_writes_nothing import kinds

HUGE = 1 << 40


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def circle(path: Path) -> None:
    """A link that leads to itself."""
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def huge(path: Path) -> None:
    """A file that claims more than any memory, and takes no room."""
    with path.open("wb") as file:
        file.truncate(HUGE)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def lines(path: Path) -> None:
    """Short lines without end: what is looked for in them begins at every byte."""
    path.write_bytes(b"a\n" * 1_000_000)


def one_line(path: Path) -> None:
    path.write_bytes(b"a" * 2_000_000)


PUT: list[Callable[[Path], None]] = [
    pipe,
    folder,
    circle,
    endless,
    terminal,
    huge,
    nothing,
    lines,
    one_line,
]


def work(cli: Cli) -> None:
    cli.record(registered(), collected())
    erased = cli("erase", "customer/10023", "--category", "contact", "--ground", "request")
    assert erased.status == 0
    assert cli("publish", "--once").status == 0


@pytest.fixture
def worked(program: Cli, embedded_templates: Templates) -> Iterator[Cli]:
    """A ledger with every kind of file."""
    with worked_in(program, embedded_templates, "filed", work) as ready:
        yield ready


def files_of(cli: Cli) -> list[Path]:
    """One file of each name, but those of the log's key, of which a signature is made and not an audit."""
    found = [path for path in sorted(cli.folder.rglob("*")) if path.is_file()]
    names = {path.name if path.parent.name != "links" else "link": path for path in found}
    return [path for name, path in names.items() if name not in UNREAD]


# Nothing of an audit reads these, which is declared (docs/reference/protection.md).
UNREAD = {"log.key", "withheld.key", "withheld.pub", "publisher.lock", "001"}


@pytest.mark.parametrize("put", PUT, ids=lambda put: str(put.__name__))
def test_whatever_is_put_in_the_place_of_a_file_is_a_finding(
    worked: Cli, put: Callable[[Path], None]
) -> None:
    files = files_of(worked)
    assert len(files) >= 7
    for path in files if WHOLE else share(files, PUT.index(put)):
        aside = path.with_name("aside")
        path.rename(aside)
        put(path)
        ran = worked("audit", "--json")
        assert ran.status == 1, (path, ran.err)
        assert kinds(ran.json), path
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        aside.rename(path)
    assert worked("audit", "--views").status == 0


BOTH_LOGS = pytest.mark.parametrize("log", ["main", "main.completeness"])


def share(files: list[Path], number: int) -> list[Path]:
    """A third of the files for each kind that is put there, so that each file meets a third of the kinds.

    Which third is another one in each run.
    """
    begin = random.randrange(SHARE) + number
    return files[begin % SHARE :: SHARE]


@BOTH_LOGS
def test_strange_files_beside_the_days_of_the_log_are_named(worked: Cli, log: str) -> None:
    (day,) = [*(worked.folder / "data" / "tlog" / log / "checkpoints").iterdir()]
    for number in range(100):
        (day.parent / f"{number}").write_bytes(b"")
    os.mkfifo(day.parent / "0000-00-00")
    ran = worked("audit", "--json")
    details = [finding["detail"] for finding in ran.json["findings"]]
    assert ran.status == 1
    assert sum("is no day" in detail for detail in details) == 100
    assert any("0000-00-00 cannot be read" in detail for detail in details)


@BOTH_LOGS
def test_garbage_in_the_history_is_passed_over_in_time_that_grows_with_it(
    worked: Cli, log: str
) -> None:
    """The publisher goes on behind the last checkpoint, however much was written there since."""
    (day,) = [*(worked.folder / "data" / "tlog" / log / "checkpoints").iterdir()]
    kept = day.read_bytes()
    day.write_bytes(kept + b"a\n" * 1_000_000)
    worked.record(registered("customer/2"))
    assert worked("publish", "--once").status == 0
    assert day.read_bytes().startswith(kept)
    assert len(day.read_bytes()) < 10_000
    assert worked("audit").status == 0
