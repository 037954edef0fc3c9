"""Archiving under every fault at every step: what the manifest names is whole, and the next one goes on."""

from hashlib import sha256
from pathlib import Path

import pytest

from archive.checking import check_archive
from archive.manifest import CheckedArchive
from archive.places import FolderPlace
from archive.writing import PublishedHistory, archive, stored_manifest
from ledger.audit import Findings
from ledger.errors import LedgerError, ServiceAway
from ledger.tlog.proving.reading import published
from ledger.tlog.store.folder import LogFolder
from tests.fault.enduring import STRIDES, endure
from tests.fault.faults import Kind
from tests.fixtures.folders import files_in
from tests.fixtures.ledger import House
from tests.fixtures.published import history_of
from tests.fixtures.tlog import log_key

SEGMENT, EVENTS = 256, 800
ARCHIVED = 768
SERVERLESS = [kind for kind in Kind if kind is not Kind.REFUSED]


def checked(place: FolderPlace) -> CheckedArchive:
    return check_archive(place, [log_key().verifier], Findings())


class Archiving:
    """An archive of three segments in each attempt, beside one that nothing disturbed."""

    def history(self, house: House) -> PublishedHistory:
        folder = LogFolder(house.keys / "published")
        signed = published(folder)
        assert signed is not None
        return PublishedHistory(folder, signed)

    def path(self, house: House, number: int) -> Path:
        return house.keys / f"archive-{number}"

    def prepare(self, house: House, number: int) -> None:
        if number == 1:
            whole = FolderPlace(self.path(house, 0))
            archive(history_of(house.keys / "published", EVENTS), whole, SEGMENT)

    def act(self, house: House, number: int) -> None:
        archive(self.history(house), FolderPlace(self.path(house, number)), SEGMENT)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, ServiceAway), error
        place = FolderPlace(self.path(house, number))
        manifest = stored_manifest(place)
        if manifest:
            found = checked(place)
            assert (found.findings, found.size) == ((), manifest.last)
        if done:
            assert manifest
            assert manifest.last == ARCHIVED
        self.check_segments(house, number)
        # Where nothing says the size yet, no segment is there either.
        assert manifest or not list(self.path(house, number).glob("segments/*"))
        size = None if manifest else SEGMENT
        assert archive(self.history(house), place, size).after.last == ARCHIVED

    def check_segments(self, house: House, number: int) -> None:
        """A program that reads the folder, and no manifest, meets whole segments alone."""
        whole = {
            sha256(content).digest()
            for name, content in files_in(self.path(house, 0)).items()
            if name.endswith(".parquet")
        }
        for path in self.path(house, number).glob("segments/[!.]*.parquet"):
            assert sha256(path.read_bytes()).digest() in whole

    def check(self, house: House, number: int) -> None:
        assert files_in(self.path(house, number)) == files_in(self.path(house, 0))


@STRIDES
@pytest.mark.parametrize("kind", SERVERLESS)
def test_an_archive_is_whole_or_goes_on(house: House, kind: Kind, stride: int) -> None:
    steps = endure(Archiving(), house, kind, stride)
    if steps:
        assert {"mkdir", "open", "write", "fsync", "rename"} <= set(steps)
