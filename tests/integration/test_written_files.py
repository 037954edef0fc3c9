"""What a command writes goes into a new ordinary file for its owner alone, whatever lies in its place."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.console import Cli, collected, message, registered, worked_in
from tests.fixtures.postgres import Templates

WITHHELD = message(
    "data-disclosed",
    "customer/10023",
    recipient="police",
    kind="police",
    provision="sv-126nd",
    purpose="investigation",
    method="letter",
    fields=["name"],
)


def work(cli: Cli) -> None:
    cli.record(registered(), collected(), WITHHELD)
    erased = cli("erase", "customer/10023", "--category", "contact", "--ground", "request")
    assert erased.status == 0
    assert cli("publish", "--once").status == 0
    (cli.folder / "list").write_text("customer/10023\n")


@pytest.fixture
def worked(program: Cli, embedded_templates: Templates) -> Iterator[Cli]:
    with worked_in(program, embedded_templates, "written", work) as ready:
        yield ready


COMMANDS: dict[str, tuple[str, ...]] = {
    "an export": ("register", "--format", "html", "--output", "FILE"),
    "a report": ("report", "access", "customer/10023", "--format", "pdf", "--output", "FILE"),
    "a proof": ("prove", "1", "--output", "FILE"),
    "an entry": ("prove", "1", "--output", "-", "--entry", "FILE"),
    "a certificate": ("certificate", "write", "4", "--output", "FILE"),
    "a letter": ("certificate", "write", "4", "--format", "pdf", "--output", "FILE"),
    "made-up events": ("sample", "--events", "450", "--output", "FILE"),
    "what is planted": ("sample", "--events", "450", "--output", "OTHER", "--planted", "FILE"),
    "withheld messages": ("dead-letters", "hand-over", "FILE"),
}
"""Each way in which a command writes a file that a user names."""
NEW = {"withheld messages"}
"""These take no place of another file."""
FOR_ALL = {"a proof"}
Plant = Callable[[Path], AbstractContextManager[Callable[[], bytes]]]


def run(cli: Cli, what: str, path: Path) -> int:
    names = {"FILE": str(path), "OTHER": str(path.with_name("other"))}
    return cli(*(names.get(word, word) for word in COMMANDS[what])).status


@pytest.mark.parametrize("what", COMMANDS)
def test_a_new_file_is_its_owner_s_alone_whatever_the_mask(
    worked: Cli, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "new"
    before = os.umask(0)
    try:
        assert run(worked, what, path) == 0
    finally:
        os.umask(before)
    mode = stat.S_IMODE(path.stat().st_mode)
    assert mode == (0o644 if what in FOR_ALL else 0o600)
    assert path.stat().st_size or what == "what is planted"  # so few events break no rule


@contextmanager
def pipe(path: Path) -> Iterator[Callable[[], bytes]]:
    """Somebody listens."""
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield lambda: os.read(reader, 1 << 20)
    finally:
        os.close(reader)


@contextmanager
def listener(path: Path) -> Iterator[Callable[[], bytes]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        here = os.open(path.parent, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)
        made.listen()
        made.setblocking(False)
        yield lambda: b""


@contextmanager
def folder(path: Path) -> Iterator[Callable[[], bytes]]:
    path.mkdir()
    yield lambda: b"".join(one.read_bytes() for one in path.iterdir())


@contextmanager
def link(path: Path) -> Iterator[Callable[[], bytes]]:
    """To a file of somebody else."""
    other = path.with_name("theirs")
    other.write_bytes(b"")
    path.symlink_to(other)
    yield other.read_bytes


@contextmanager
def link_to_nothing(path: Path) -> Iterator[Callable[[], bytes]]:
    """Whoever follows it makes a file there."""
    there = path.with_name("there")
    path.symlink_to(there)
    yield lambda: b"made" if there.exists() else b""


@contextmanager
def hard_link(path: Path) -> Iterator[Callable[[], bytes]]:
    other = path.with_name("theirs")
    other.write_bytes(b"")
    path.hardlink_to(other)
    yield other.read_bytes


@contextmanager
def link_to_a_pipe(path: Path) -> Iterator[Callable[[], bytes]]:
    """As the names of the standard streams are."""
    with pipe(path.with_name("pipe")) as heard:
        path.symlink_to("pipe")
        yield heard


@contextmanager
def open_file(path: Path) -> Iterator[Callable[[], bytes]]:
    """A file that somebody made, and has open."""
    path.write_bytes(b"")
    path.chmod(0o666)
    with path.open("rb") as theirs:
        yield theirs.read


@contextmanager
def draft(path: Path) -> Iterator[Callable[[], bytes]]:
    """What somebody put there under the name that the file has while it is written."""
    theirs = path.with_name(f".{path.name}.new")
    theirs.write_bytes(b"")
    theirs.chmod(0o666)
    with theirs.open("rb") as opened:
        yield opened.read


@pytest.mark.parametrize("planted", [hard_link, open_file, draft])
@pytest.mark.parametrize("what", COMMANDS)
def test_nobody_gets_what_is_written_by_a_file_that_was_there(
    worked: Cli,
    tmp_path: Path,
    what: str,
    planted: Plant,
) -> None:
    path = tmp_path / "place" / "report"
    path.parent.mkdir()
    with planted(path) as theirs:
        status = run(worked, what, path)
        assert theirs() == b""
    refused = what in NEW and planted is not draft
    assert status == (2 if refused else 0)
    if not refused:
        made = path.lstat()
        assert stat.S_ISREG(made.st_mode)
        assert (made.st_nlink, stat.S_IMODE(made.st_mode) & 0o033) == (1, 0)
        assert what in FOR_ALL or not made.st_mode & 0o077


@pytest.mark.parametrize("planted", [pipe, link, link_to_nothing, link_to_a_pipe, listener, folder])
@pytest.mark.parametrize("what", COMMANDS)
def test_nothing_is_written_into_what_is_no_file(
    worked: Cli,
    tmp_path: Path,
    what: str,
    planted: Plant,
) -> None:
    path = tmp_path / "place" / "report"
    path.parent.mkdir()
    with planted(path) as theirs:
        assert run(worked, what, path) == 2
        assert theirs() == b""
    assert {one.name for one in path.parent.iterdir()} <= {"report", "other", "pipe", "theirs"}


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full"])
def test_no_device_is_written_to(worked: Cli, device: str) -> None:
    before = os.lstat(device)
    ran = worked("register", "--format", "csv", "--output", device)
    assert (ran.status, ran.out) == (2, b"")
    assert os.lstat(device) == before


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_is_written_to_by_its_two_names(worked: Cli, name: str) -> None:
    printed = worked("register", "--format", "csv").out
    assert printed
    ran = worked("register", "--format", "csv", "--output", name)
    assert (ran.status, ran.out) == (0, printed)


def test_another_pipe_of_the_shell_is_none_of_them(worked: Cli) -> None:
    reader, writer = os.pipe()
    try:
        assert worked("register", "--format", "csv", "--output", f"/dev/fd/{writer}").status == 2
    finally:
        os.close(writer)
    assert os.read(reader, 10) == b""
    os.close(reader)


def test_a_place_that_a_link_leads_to_is_the_user_s_choice(worked: Cli, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "reports").symlink_to("disk")
    path = tmp_path / "reports" / "register.csv"
    assert worked("register", "--format", "csv", "--output", str(path)).status == 0
    assert stat.S_IMODE((tmp_path / "disk" / "register.csv").stat().st_mode) == 0o600


def test_receipts_are_read_and_written_without_a_link(worked: Cli, tmp_path: Path) -> None:
    handed = tmp_path / "withheld"
    assert worked("dead-letters", "hand-over", str(handed)).status == 0
    receipts = tmp_path / "withheld.receipt"
    (tmp_path / "secret").write_bytes(b"")
    receipts.symlink_to("secret")
    ran = worked("dead-letters", "hand-over", str(handed), "--remove")
    assert ran.status == 2
    assert "is a link" in ran.err
    receipts.unlink()
    os.mkfifo(receipts)
    ran = worked("dead-letters", "hand-over", str(handed), "--remove")
    assert (ran.status, "no ordinary file" in ran.err) == (2, True)


def test_a_wrong_place_leaves_no_draft(tmp_path: Path) -> None:
    """A command that fails in between, as a disk that is full makes it."""
    script = (
        "import sys; from pathlib import Path; from ledger.storage.named import replacing\n"
        "with replacing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); raise OSError(28, 'No space left on device')"
    )
    path = tmp_path / "report"
    ran = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, check=False
    )
    assert b"No space left" in ran.stderr
    assert list(tmp_path.iterdir()) == []
