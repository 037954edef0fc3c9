"""An archive is written once and in order, whatever happens meanwhile, and is of one history."""

import shutil
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from archive.asking import Archive
from archive.checking import check_archive
from archive.manifest import (
    FORMAT,
    MANIFEST,
    Manifest,
    decode_manifest,
    new_manifest,
    root_of_segments,
)
from archive.places import FolderPlace
from archive.segment import decode_segment
from archive.writing import archive, stored_manifest
from ledger.audit import Findings
from ledger.errors import Busy, Misconfigured, ServiceAway, Unproven
from ledger.tlog.tree.proofs import root_at
from tests.fixtures.published import entries, entry, history_of, publish
from tests.fixtures.tlog import log_key

SEGMENT = 256


class Away(FolderPlace):
    """A folder that goes away after so many files, before or after the last one is written."""

    def __init__(self, path: Path, files: int, *, late: bool) -> None:
        super().__init__(path)
        self._left = files
        self._late = late

    def put(self, name: str, content: bytes) -> None:
        self._left -= 1
        if self._left < 0 and not self._late:
            raise ServiceAway
        super().put(name, content)
        if self._left < 0:
            raise ServiceAway


def files_in(path: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*.*") if one.is_file()
    }


@pytest.mark.parametrize(("count", "archived"), [(0, 0), (255, 0), (256, 256), (700, 512)])
def test_whole_segments_are_archived_and_the_others_wait(
    tmp_path: Path, count: int, archived: int
) -> None:
    history = history_of(tmp_path / "log", count)
    place = FolderPlace(tmp_path / "archive")
    before, manifest = archive(history, place, SEGMENT)
    assert before.segments == ()
    assert manifest.last == archived
    assert stored_manifest(place) == (manifest if archived else None)
    assert root_of_segments(manifest.segments) == root_at(archived, history.node)
    rows = [
        entry
        for segment in manifest.segments
        for group in decode_segment(place.get(segment.file, segment.bytes) or b"")
        for entry in group.column("entry").to_pylist()
    ]
    assert rows == entries(archived)


def test_an_archive_grows_and_what_it_holds_is_not_touched(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "archive")
    archive(history_of(tmp_path / "log", 600), place, SEGMENT)
    before = files_in(tmp_path / "archive")
    assert archive(history_of(tmp_path / "log", 700), place, SEGMENT).after.last == 512
    assert files_in(tmp_path / "archive") == before
    assert archive(history_of(tmp_path / "log", 1100), place, SEGMENT).after.last == 1024
    after = files_in(tmp_path / "archive")
    assert {name: after[name] for name in before if name != MANIFEST} == {
        name: content for name, content in before.items() if name != MANIFEST
    }


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("files", range(5))
def test_an_archive_that_was_broken_off_goes_on_to_the_same_files(
    tmp_path: Path, files: int, late: bool
) -> None:
    history = history_of(tmp_path / "log", 1030)
    with pytest.raises(ServiceAway):
        archive(history, Away(tmp_path / "broken", files, late=late), SEGMENT)
    left = stored_manifest(FolderPlace(tmp_path / "broken"))
    for segment in left.segments if left else ():
        assert (tmp_path / "broken" / segment.file).exists()
    archive(history, FolderPlace(tmp_path / "broken"), SEGMENT)
    archive(history, FolderPlace(tmp_path / "whole"), SEGMENT)
    assert files_in(tmp_path / "broken") == files_in(tmp_path / "whole")


class Peeping(FolderPlace):
    """A folder that another command writes to, as often as this one does."""

    def put(self, name: str, content: bytes) -> None:
        with pytest.raises(Busy, match="another command"), FolderPlace(self.path).alone():
            raise AssertionError("two at once")
        super().put(name, content)


def test_of_two_commands_at_once_one_is_refused(tmp_path: Path) -> None:
    place = Peeping(tmp_path / "archive")
    assert archive(history_of(tmp_path / "log", 512), place, SEGMENT).after.last == 512
    with FolderPlace(tmp_path / "archive").alone():
        """It let go of the folder."""


def test_an_archive_has_the_size_that_it_began_with(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "archive")
    archive(history_of(tmp_path / "log", 600), place, SEGMENT)
    grown = archive(history_of(tmp_path / "log", 800), place)
    assert (grown.before.last, grown.after.last, grown.after.segment_events) == (512, 768, SEGMENT)


def test_an_archive_without_a_segment_yet_is_sound_and_has_its_size(tmp_path: Path) -> None:
    """Else a later command could fill the folder with segments of another size."""
    place = FolderPlace(tmp_path / "archive")
    with pytest.raises(ServiceAway):
        archive(
            history_of(tmp_path / "log", 600), Away(tmp_path / "archive", 1, late=False), SEGMENT
        )
    checked = check_archive(place, [log_key().verifier], Findings())
    assert (checked.findings, checked.size, checked.published) == ((), 0, 600)
    with closing(Archive(place, ())) as asked:
        assert asked.ask("disclosures").rows == ()
    with pytest.raises(Misconfigured, match="segments of 256"):
        archive(history_of(tmp_path / "log", 600), place, 512)


def test_manifests_are_written_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.writing._SEGMENTS_A_MANIFEST", 2)
    told: list[int] = []
    place = FolderPlace(tmp_path / "archive")
    archive(
        history_of(tmp_path / "log", 1300), place, SEGMENT, lambda grown: told.append(grown.last)
    )
    assert told == [512, 1024, 1280]


def test_an_archive_is_of_one_log_and_one_history(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "archive")
    manifest = archive(history_of(tmp_path / "log", 512), place, SEGMENT).after
    with pytest.raises(Misconfigured, match="segments of 256"):
        archive(history_of(tmp_path / "log", 512), place, 512)
    with pytest.raises(Unproven, match="ends at 512"):
        archive(history_of(tmp_path / "shorter", 300), place, SEGMENT)
    root = manifest.segments[1].root
    for changed, error in (
        (msgspec.structs.replace(manifest, origin="another/log"), Misconfigured),
        (
            msgspec.structs.replace(
                manifest, segments=(msgspec.structs.replace(manifest.segments[0], root=root),)
            ),
            Unproven,
        ),
    ):
        place.put(MANIFEST, msgspec.json.encode(changed))
        with pytest.raises(error):
            archive(history_of(tmp_path / "log", 512), place, SEGMENT)


def test_a_bundle_that_was_changed_is_not_archived(tmp_path: Path) -> None:
    history = history_of(tmp_path / "log", 512)
    bundle = next((tmp_path / "log/tile/entries").rglob("001"))
    bundle.write_bytes(bundle.read_bytes().replace(b"carrier-1", b"carrier-9", 1))
    place = FolderPlace(tmp_path / "archive")
    with pytest.raises(Unproven, match="positions 257 to 512"):
        archive(history, place, SEGMENT)
    stored = stored_manifest(place)
    assert stored is not None
    assert stored.segments == ()


def test_what_the_checkpoint_does_not_sign_is_not_named(tmp_path: Path) -> None:
    """Bundles and tiles that agree with each other, under a checkpoint of other entries."""
    history = history_of(tmp_path / "log", 512)
    others = [entry(position, ground="another") for position in range(1, 513)]
    forged = publish(tmp_path / "forged", others)
    shutil.copytree(forged.path / "tile", history.folder.path / "tile", dirs_exist_ok=True)
    place = FolderPlace(tmp_path / "archive")
    with pytest.raises(Unproven):
        archive(history, place, SEGMENT)
    stored = stored_manifest(place)
    assert stored is None or stored.segments == ()


@pytest.mark.parametrize("size", [0, 1, 128, 257, 768, 1 << 21])
def test_a_segment_is_a_perfect_part_of_the_tree(size: int) -> None:
    with pytest.raises(Misconfigured):
        new_manifest("log", size)


@pytest.mark.parametrize("size", [0, -256, 7, 128, 300, 1 << 21])
def test_a_manifest_of_parts_that_are_none_of_the_tree_is_refused(size: int) -> None:
    content = msgspec.json.encode(Manifest(FORMAT, "log", size))
    with pytest.raises(Unproven):
        decode_manifest(content)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format":"other","origin":"x","segment_events":256}']
)
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(Unproven):
        decode_manifest(content)


def test_an_archive_that_lacks_what_was_pruned_is_refused_in_words(tmp_path: Path) -> None:
    history = history_of(tmp_path / "log", 3 * SEGMENT)
    has, lacks = FolderPlace(tmp_path / "has"), FolderPlace(tmp_path / "lacks")
    archive(history, has, SEGMENT)
    history.folder.prune(SEGMENT)
    assert archive(history, has).after.last == 3 * SEGMENT
    with pytest.raises(Unproven, match="entries up to position 256 are pruned"):
        archive(history, lacks, SEGMENT)
    assert stored_manifest(lacks) is None
