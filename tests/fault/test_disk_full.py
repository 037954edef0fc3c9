"""The database's disk is full: everyone waits, nothing is lost, and no message is taken for a bad one.

A small file system in memory is filled with a file that is nobody's. First the tables alone are on it:
PostgreSQL refuses what needs room, and stays. Then all of PostgreSQL is: its log cannot grow, it dies,
and whoever it has told that something is recorded must find it there.
"""

import errno
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from console.failures import explained
from consumers.source import Partition
from consumers.store import LedgerStore, StoredBookmark
from host.running.listening import Address
from host.running.serving import ask_ready
from host.statuses import AWAY
from ledger.audit import audit
from ledger.embedded import Server, start
from ledger.erasure.pending import pending
from ledger.errors import IncompleteErasure, LedgerError, Retry
from ledger.keys.opening import Missing
from ledger.keys.rotation import epochs, rotate
from ledger.letters.dead import letters
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark, HaltLimit
from projections import VIEWS
from projections.following.storage import prepare
from tests.fault.enduring import closing
from tests.fixtures.inbound import Process, until
from tests.fixtures.kafka import MakeTopic
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.postgres import short_folder
from tests.fixtures.views import OFFICES, audit_views, follower, rebuild

TOPIC = "privacy.events.v1"
TABLES_MB, ALL_MB = 64, 160
BATCH = 200
ERASED = 60
# More batches than fit into the largest of these disks.
MOST_BATCHES = 200
PIECE = bytes(64 * 1024)


@dataclass
class Disk:
    """A small file system, and the file that fills it."""

    folder: Path

    @property
    def ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        with self.ballast.open("ab", buffering=0) as file:
            size = len(PIECE)
            while size:
                try:
                    file.write(PIECE[:size])
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2

    def empty(self) -> None:
        """Give the room back."""
        self.ballast.unlink(missing_ok=True)


@contextmanager
def mounted(megabytes: int) -> Iterator[Disk]:
    """A file system in memory of that size; needs the right to mount one."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    with short_folder() as folder:
        folder.chmod(0o755)
        disk = folder / "disk"
        disk.mkdir()
        options = f"size={megabytes}m,mode=0755"
        mount = [*sudo, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
        done = subprocess.run(mount, capture_output=True, check=False)
        if done.returncode != 0:
            message = f"a small file system cannot be mounted: {done.stderr.decode().strip()}"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
        try:
            yield Disk(disk)
        finally:
            subprocess.run([*sudo, "umount", "--lazy", str(disk)], check=True)


def batch_of(house: House, start: int) -> Batch:
    """New people with a remark of some length each."""
    lines = [
        collected(
            f"customer/{number}",
            id=f"e-{number}",
            personal={"name": "J. de Vries", "email": "j.devries@example.nl", "remark": "x" * 900},
        )
        for number in range(start, start + BATCH)
    ]
    span = Span(TOPIC, 0, start, start + BATCH)
    return Batch(house.messages(*lines), span, Bookmark("cluster", "topic", b"last"))


class Filling:
    """A topic that is recorded, and how far; what was recorded is what the ledger must hold."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.recorded = 0
        with closing(house):
            LedgerStore(house.open()).begin(
                Partition(TOPIC, 0), StoredBookmark("cluster", "topic", 0)
            )
            prepare(house.session("projector"), house.ledger, VIEWS)

    def record(self, batches: int) -> Retry | None:
        """Record so many batches, or until one is refused: what was said then."""
        with closing(self.house):
            try:
                recorder = self.house.open(limit=HaltLimit())
                for _ in range(batches):
                    outcome = recorder.record(batch_of(self.house, self.recorded))
                    assert outcome.rejections == ()
                    self.recorded += BATCH
            except Retry as error:
                return error
        return None

    def until_refused(self) -> Retry:
        refused = self.record(MOST_BATCHES)
        assert refused is not None, f"{self.recorded} recorded, and the disk is still not full"
        return refused

    def check(self) -> None:
        """Exactly what was said to be recorded is there, and where it was said to be."""
        with closing(self.house):
            events = [event for event in self.house.events() if not event.ours]
            assert [event.id for event in events] == [f"e-{n}" for n in range(self.recorded)]
            bookmark = LedgerStore(self.house.open()).bookmark(Partition(TOPIC, 0))
            assert bookmark
            assert bookmark.next_offset == self.recorded
            assert letters(self.house.session("reader")) == []
            assert audit(self.house.session("reader")).findings == ()


@pytest.fixture
def tables_disk() -> Iterator[Disk]:
    with mounted(TABLES_MB) as disk:
        yield disk


@pytest.fixture
def cramped(
    tables_disk: Disk, postgres_server: Server, make_house: Callable[..., House]
) -> Iterator[Filling]:
    """A ledger whose tables are on the small disk; the server's log is elsewhere."""
    place = tables_disk.folder / "tables"
    place.mkdir()
    assert postgres_server.pid
    owner = Path(f"/proc/{postgres_server.pid}").stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    name = f"cramped{os.getpid()}"
    names = {"name": sql.Identifier(name), "place": sql.Literal(str(place))}
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLESPACE {name} LOCATION {place}").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {name} TABLESPACE {name}").format(**names))
        house = make_house(postgres_server.url(name))
        yield Filling(house)
        house.close()
        tables_disk.empty()
        connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("DROP TABLESPACE {name}").format(**names))


def attempt(work: Callable[[], object], *allowed: type[LedgerError]) -> LedgerError | None:
    """What work says when it fails in a way that is allowed; None when it did not fail."""
    try:
        work()
    except allowed as error:
        return error
    return None


def test_recording_waits_for_room_and_goes_on(cramped: Filling, tables_disk: Disk) -> None:
    assert cramped.record(2) is None
    tables_disk.fill()
    refused = cramped.until_refused()
    status, words = explained(refused)
    assert status == AWAY
    assert "no disk space left" in words
    cramped.check()
    assert cramped.record(1) is not None  # and again, with a new connection
    tables_disk.empty()
    assert cramped.record(3) is None
    cramped.check()


def test_views_wait_for_room_and_do_not_halt(cramped: Filling, tables_disk: Disk) -> None:
    house = cramped.house
    assert cramped.record(5) is None
    tables_disk.fill()
    with closing(house):
        following = follower(house)
        assert attempt(following.follow_once, Retry)
        assert following.halted == {}
    tables_disk.empty()
    with closing(house):
        assert {status.lag for status in follower(house).follow_once()} == {0}
    tables_disk.fill()
    with closing(house):
        session = house.session("projector")
        build = [lambda view=view: rebuild(session, house.ledger, view, OFFICES) for view in VIEWS]
        assert any(attempt(work, Retry) for work in build)
    tables_disk.empty()
    with closing(house):
        reports = audit_views(house.session("reader"), privacy_office=OFFICES)
        assert all(report.ok for report in reports)
        session = house.session("projector")
        assert all(rebuild(session, house.ledger, view, OFFICES).ok for view in VIEWS)


def test_an_erasure_without_room_is_whole_or_did_not_happen(
    cramped: Filling, tables_disk: Disk
) -> None:
    house = cramped.house
    assert cramped.record(1) is None
    tables_disk.fill()
    cramped.until_refused()
    told = {number: erasing(house, number) for number in range(ERASED)}
    refused = {number for number, error in told.items() if error is not None}
    assert refused, "the disk was not full"
    assert erased(house) >= told.keys() - refused
    tables_disk.empty()
    with closing(house):
        house.eraser().reapply()
    for number in told.keys() - erased(house):
        assert erasing(house, number) is None
    assert erased(house) == told.keys()
    with closing(house):
        assert pending(house.reader, house.journal) == []
    cramped.check()


def erasing(house: House, number: int) -> LedgerError | None:
    with closing(house):

        def erase() -> None:
            # A server without room may be starting again: then it lets nobody in for a moment.
            house.eraser().erase(f"customer/{number}", ["contact"], "request")

        return attempt(erase, Retry, IncompleteErasure)


def erased(house: House) -> set[int]:
    """Whose address is gone; everything else must be there."""
    with closing(house):
        # A server without room lets nobody in for a moment.
        until(lambda: attempt(partial(house.session, "reader"), Retry) is None, lambda: None)
        opener, gone = house.opener(), set()
        for event in house.events():
            values = opener.personal(event)
            if values.get("email") is Missing.ERASED:
                gone.add(int(event.id.removeprefix("e-")))
                values["email"] = "j.devries@example.nl"
            assert event.ours or values.items() >= {
                ("name", "J. de Vries"),
                ("email", "j.devries@example.nl"),
            }
        return gone


def test_a_rotation_waits_for_room_and_is_completed(cramped: Filling, tables_disk: Disk) -> None:
    house = cramped.house
    assert cramped.record(3) is None
    tables_disk.fill()

    def turn() -> None:
        with closing(house):
            rotate(house.session("eraser"), house.provider, house.ledger, house.clock())

    house.clock.forward(days=7)
    assert attempt(turn, Retry)
    assert erased(house) == set()  # every value opens in between
    tables_disk.empty()
    turn()
    with closing(house):
        state = epochs(house.session("eraser"), house.provider)
        assert state.held == (state.current,)
    assert erased(house) == set()
    cramped.check()


def until_it_dies(filling: Filling) -> None:
    """Write until the server's log has no room to grow, which ends every session at once.

    What is refused for want of room in the tables hardly grows the log, so somebody else writes too.
    """
    with closing(filling.house), psycopg.connect(filling.house.url, autocommit=True) as other:
        witness = filling.house.session("reader")
        for _ in range(MOST_BATCHES):
            refused = filling.record(1)
            assert refused is None or explained(refused)[0] == AWAY
            if attempt(lambda: witness.row("head"), Retry):
                return
            with suppress(psycopg.OperationalError):
                other.execute("SELECT pg_logical_emit_message(true, 'other', repeat('x', 4000000))")
    pytest.fail("the server survived a disk without room for its log")


def test_a_server_that_died_of_it_has_all_that_it_promised(
    make_house: Callable[..., House],
) -> None:
    with mounted(ALL_MB) as disk:
        data = disk.folder / "data"
        with start(data) as server:
            house = make_house(server.url("postgres"))
            filling = Filling(house)
            assert filling.record(2) is None
            disk.fill()
            until_it_dies(filling)
            house.close()
            disk.empty()
            server.stop()
        with start(data):
            filling.check()
            assert filling.record(3) is None
            with closing(house):
                house.record(registered("customer/after"))
                follower(house).follow_once()
                reports = audit_views(house.session("reader"), privacy_office=OFFICES)
                assert all(report.ok for report in reports)
            house.close()


@pytest.mark.parametrize("command", ["project", "publish", "upkeep", "serve"])
def test_a_part_that_starts_on_a_full_disk_waits_and_goes_on(command: str, tmp_path: Path) -> None:
    waits_for_room(command, tmp_path)


@pytest.mark.kafka
@pytest.mark.parametrize("command", ["consume", "run"])
def test_a_reader_of_kafka_that_starts_on_a_full_disk_waits_and_goes_on(
    command: str, tmp_path: Path, kafka_bootstrap: str, kafka_topic: MakeTopic
) -> None:
    topic = kafka_topic()
    waits_for_room(
        command, tmp_path, LEDGER_KAFKA_BOOTSTRAP=kafka_bootstrap, LEDGER_KAFKA_TOPICS=topic
    )


def waits_for_room(command: str, tmp_path: Path, **variables: str) -> None:
    """The embedded server is on the full disk, and cannot start."""
    with mounted(ALL_MB) as disk:
        data = disk.folder / "data"
        settings = {
            "LEDGER_DATA_DIR": str(data),
            "LEDGER_METRICS_PORT": "0",
            "LEDGER_WEB_PORT": "0",
            **variables,
        }
        for made in ("init", "project", "publish"):
            flags = () if made == "init" else ("--once",)
            one = Process(made, settings, tmp_path / "made.log")
            one.start(*flags)
            assert one.wait() == 0, one.log()
        disk.fill()
        part = Process(command, settings, tmp_path / "part.log")
        part.start()
        until(lambda: part.said_since_start("make room"), part.watch)
        until(lambda: part.log().count("again in") > 2, part.watch)
        disk.empty()
        until(lambda: ready(part.log()), part.watch)
        assert part.stop() == 0, part.log()


def ready(log: str) -> bool:
    """Whether the part that says this is at work."""
    found = re.search(r'"event":"serving".*"port":(\d+)', log)
    return found is not None and ask_ready(Address("127.0.0.1", int(found[1]))) is None


def test_a_command_says_that_a_full_disk_passes() -> None:
    """Exit status 3: what supervises it starts it again; 2 would leave it down."""
    status, words = explained(OSError(errno.ENOSPC, "No space left on device"))
    assert status == AWAY
    assert "make room" in words
