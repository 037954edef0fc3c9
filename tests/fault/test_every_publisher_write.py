"""Publishing under every fault at every step: promises stay, and the next start goes on to the same log."""

from dataclasses import dataclass
from typing import Any

import pytest

from ledger.errors import LedgerError, Retry, ServiceAway
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.store.key_file import KeyFile
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import House, message
from tests.fixtures.tlog import Log

FACTS: dict[str, Any] = {
    "kind": "processor",
    "role": "processor",
    "country": "NL",
    "valid_from": "2026-01-01",
}


def record(house: House, number: int, count: int) -> None:
    lines = [
        message("recipient-registered", f"recipient/r-{number}-{one}", name="Hosting", **FACTS)
        for one in range(count)
    ]
    with closing(house):
        assert house.record(*lines).recorded == count


@dataclass
class Publishing:
    """So many entries more in each attempt, on one log: it passes the ends of tiles on the way."""

    entries: int
    before: tuple[bytes, ...] = ()

    def log(self, house: House) -> Log:
        return Log(house, house.keys / "tlog")

    def prepare(self, house: House, number: int) -> None:
        record(house, number, self.entries)
        self.before = tuple(self.log(house).folder.history)

    def act(self, house: House, number: int) -> None:
        self.log(house).publish()

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        log = self.log(house)
        self.check_promises(log)
        if done:
            assert log.checkpoint().size == self.entries * number
        log.publish()

    def check_promises(self, log: Log) -> None:
        """Whatever was signed before still is, and what is published can be read in full."""
        assert tuple(log.folder.history)[: len(self.before)] == self.before
        if log.folder.checkpoint():
            published = log.checkpoint()
            signed = [verify_checkpoint(c, log.key_file.known()) for c in log.folder.history]
            assert published in signed
            log.check_files(published.size)
            assert all(one.size <= log.promised() for one in signed)

    def check(self, house: House, number: int) -> None:
        assert self.log(house).check() == self.entries * number
        assert self.log(house).publish().entries == 0


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("entries", [3, 130])
def test_a_publication_is_whole_or_goes_on(
    house: House, kind: Kind, entries: int, stride: int
) -> None:
    scene = Publishing(entries)
    steps = endure(scene, house, kind, stride, lambda house, _: scene.log(house))
    if steps:
        assert {"open", "write", "fsync", "rename", "_execute_gen"} <= set(steps)


@dataclass
class Rebuilding:
    """The folder of a log is lost before each attempt, and made again; the log stays the same one.

    Each attempt finds one entry more. With dozens more its steps would grow faster than they are attacked,
    one by one, and the attempts would have no end.
    """

    entries: int
    signed: bytes = b""

    def log(self, house: House, number: int) -> Log:
        return Log(house, house.keys / f"tlog-{number}")

    def prepare(self, house: House, number: int) -> None:
        record(house, number, self.entries if number == 1 else 1)
        with closing(house):
            self.log(house, number - 1).publish()
        self.signed = self.log(house, number - 1).read("checkpoint")

    def act(self, house: House, number: int) -> None:
        self.log(house, number).rebuild()

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        log = self.log(house, number)
        written = tuple(log.folder.history)
        empty = next(iter(self.log(house, 0).folder.history))
        assert written == (empty, self.signed)[: len(written)]
        if log.folder.history.last() is None:
            log.rebuild()
        log.publish()

    def check(self, house: House, number: int) -> None:
        log = self.log(house, number)
        assert log.read("checkpoint") == self.signed
        assert log.check() == self.entries + number - 1


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_a_lost_folder_is_made_again_to_the_same_tree(
    house: House, kind: Kind, stride: int
) -> None:
    scene = Rebuilding(300)
    steps = endure(scene, house, kind, stride, scene.log)
    if steps:
        assert {"open", "write", "fsync", "rename", "_execute_gen"} <= set(steps)


@dataclass
class Keeping:
    """The first key of a log, made in each attempt for a log of its own."""

    def key_file(self, house: House, number: int) -> KeyFile:
        return KeyFile(house.keys / f"log-{number}" / "log.key", "ledger.example.nl/log", "secret")

    def prepare(self, house: House, number: int) -> None:
        """Nothing."""

    def act(self, house: House, number: int) -> None:
        self.key_file(house, number).create()

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, ServiceAway), error
        self.key_file(house, number).create()

    def check(self, house: House, number: int) -> None:
        file = self.key_file(house, number)
        assert file.known() == [file.load().verifier]


@dataclass
class Rotating(Keeping):
    """A new key; the old one stays known whatever happens."""

    old: str = ""

    def prepare(self, house: House, number: int) -> None:
        self.old = self.key_file(house, number).create().verifier.text

    def act(self, house: House, number: int) -> None:
        self.key_file(house, number).rotate()

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, ServiceAway), error
        file = self.key_file(house, number)
        assert file.create().verifier in file.known()
        if done:
            assert file.load().verifier.text != self.old

    def check(self, house: House, number: int) -> None:
        file = self.key_file(house, number)
        assert self.old in [key.text for key in file.known()]
        assert file.load().verifier == file.known()[-1]


KINDS = [kind for kind in Kind if kind is not Kind.REFUSED]


@STRIDES
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scene", [Keeping, Rotating])
def test_a_key_is_there_or_not(house: House, kind: Kind, scene: type[Keeping], stride: int) -> None:
    endure(scene(), house, kind, stride)
