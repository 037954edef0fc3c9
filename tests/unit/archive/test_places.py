"""An archive in a bucket is the archive in a folder, file by file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.checking import check_archive
from archive.places import FolderPlace, place_at
from archive.writing import archive
from ledger.audit import Findings
from ledger.errors import Misconfigured, ServiceAway
from tests.fixtures.bucket import bucket
from tests.fixtures.published import history_of
from tests.fixtures.tlog import log_key


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, bytes]]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with bucket() as opened:
        yield opened


def test_a_bucket_holds_what_a_folder_holds(
    tmp_path: Path, store: tuple[str, dict[str, bytes]]
) -> None:
    address, objects = store
    history = history_of(tmp_path / "log", 600)
    place = place_at(address)
    manifest = archive(history, place, 256).after
    archive(history, FolderPlace(tmp_path / "archive"), 256)
    in_folder = {
        f"/history/main/{path.relative_to(tmp_path / 'archive')}": path.read_bytes()
        for path in (tmp_path / "archive").rglob("*.*")
    }
    assert objects == in_folder
    assert check_archive(place, [log_key().verifier], Findings()).findings == ()
    assert place.dataset([segment.file for segment in manifest.segments]).count_rows() == 512
    assert place.get("nothing", 100) is None


def test_a_place_that_cannot_be_reached_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    place = place_at(str(tmp_path / "file"))
    with pytest.raises(ServiceAway):
        place.put("archive.json", b"")
    with pytest.raises(ServiceAway):
        place.get("archive.json", 100)
    with pytest.raises(ServiceAway):
        place.dataset(["archive.json"])


def test_a_huge_file_is_not_read(tmp_path: Path, store: tuple[str, dict[str, bytes]]) -> None:
    for place in (place_at(store[0]), FolderPlace(tmp_path)):
        place.put("archive.json", bytes(100))
        for most, read in ((1_000, 100), (100, 100), (99, 100), (50, 51)):
            assert place.get("archive.json", most) == bytes(read)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Misconfigured):
        place_at("s3://")
