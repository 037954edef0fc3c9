"""Whatever somebody puts in the place of a file or a folder is named, refused at a start, and never opened.

Every name of every folder (`ledger/storage/contents.py`) meets everything that may be put there.
"""

import os
import shutil
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from archive.places import FolderPlace
from ledger.crypto.key_files import FileKeyProvider
from ledger.crypto.provider import Tie
from ledger.errors import Halt, LedgerError, Misconfigured
from ledger.journal.entries import ErasureJournal
from ledger.letters.withheld import KeyPair
from ledger.storage.contents import LOG, Kept, check, look
from ledger.storage.files import draft_of
from ledger.tlog.signing.keys import COSIGNATURE
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.key_file import KeyFile
from ledger.tlog.tree.tiles import bundle_path, place_of, tile_path
from tests.fixtures.folders import (
    ENTRY,
    FOLDERS,
    LINK,
    NOW,
    PLANTINGS,
    SUBJECT,
    Planting,
    harms,
    link_in_a_circle,
    link_to_a_device,
    link_to_itself,
    link_to_nothing,
    make_witness,
    names_in,
    of_another_user,
    witness_of,
)
from tests.fixtures.tlog import ORIGIN
from web.logins.links import Links

LINKS = {link_to_itself, link_to_nothing, link_in_a_circle, link_to_a_device}
KINDS = pytest.mark.parametrize("kind", FOLDERS)
EVERY = pytest.mark.parametrize("planted", PLANTINGS)


class Scene:
    """A folder of a kind in one of the program's own, and beside it a folder of somebody else."""

    def __init__(self, kind: str, ground: Path) -> None:
        self.kind, self.ground = kind, ground
        self.contents = FOLDERS[kind].contents
        self._whole = ground / "whole"
        self._whole.mkdir(mode=0o700)
        FOLDERS[kind].make(self._whole / "main")
        self.folder, self.away = ground / "dir" / "main", ground / "away"
        self.names = dict(names_in(self._whole / "main", self.contents))

    @contextmanager
    def planted(self, planting: Planting, name: str = "") -> Iterator[None]:
        """A copy in which something was done to a name, or to the folder itself."""
        shutil.copytree(self._whole, self.folder.parent)
        self.away.mkdir(mode=0o700)
        try:
            planting.do(self.folder / name, self.away)
            yield
        finally:
            shutil.rmtree(self.folder.parent)
            shutil.rmtree(self.away)

    @property
    def faults(self) -> list[str]:
        return [found.why for found in look(self.folder, self.contents) if found.why]

    def places(self, planting: Planting) -> Iterator[tuple[str, Kept]]:
        """Names to which it can be done, and does harm; the folder itself among them."""
        itself = Kept("", self.contents.access, is_folder=True)
        for name, kept in {"": itself, **self.names}.items():
            if harms(planting, kept) and (name or self._tells(planting)):
                yield name, kept

    def _tells(self, planting: Planting) -> bool:
        """Whether it is wrong of the folder itself. Whose it is says whose files are right in it."""
        may_be_a_link = not self.contents.within and planting.do in LINKS
        return planting.do is not of_another_user and not may_be_a_link

    def below(self, name: str) -> list[str]:
        """The file of a name, or the files below a folder."""
        return [
            one
            for one, kept in self.names.items()
            if not kept.is_folder and (one == name or not name or one.startswith(f"{name}/"))
        ]


@pytest.fixture
def scene(kind: str, tmp_path: Path) -> Scene:
    return Scene(kind, tmp_path)


def opened(folder: Path, name: str) -> Any:
    """What the product makes of a file, by the code that opens it; None where it has nothing."""
    place, keys, log = place_of(name), FileKeyProvider(folder, make=False), LogFolder(folder)
    if place:
        width = place.width
        return (
            log.bundle(place.number, width)
            if place.level is None
            else log.tile(place.level, place.number, width)
        )
    if name.startswith("checkpoints/"):
        return log.history.last()
    if name.endswith("/checkpoint"):
        return witness_of(folder).checkpoint(name.removesuffix("/checkpoint"))
    if name.endswith(".link"):
        return Links(folder).take(LINK, NOW)
    if name.startswith("links/"):
        return keys.links.subjects()
    return _OPENED[name](folder)


def _locked(folder: Path) -> bool:
    with LogFolder(folder).locked():
        return True


_OPENED: dict[str, Callable[[Path], Any]] = {
    "epoch-000001.key": lambda folder: FileKeyProvider(folder, make=False).commitment(1),
    "rows.key": lambda folder: FileKeyProvider(folder, make=False).rows.macs([b"row"]),
    "log.key": lambda folder: KeyFile(folder / "log.key", ORIGIN).load(),
    "log.vkeys": lambda folder: KeyFile(folder / "log.key", ORIGIN).known(),
    "signing.key": lambda folder: KeyFile(folder / "signing.key", "signed-messages").load(),
    "hand-over.key": lambda folder: KeyFile(folder / "hand-over.key", "handed").load(),
    "hand-over.vkeys": lambda folder: KeyFile(folder / "hand-over.key", "handed").known(),
    "signing.vkeys": lambda folder: KeyFile(folder / "signing.key", "signed-messages").known(),
    "withheld.key": lambda folder: KeyPair(folder).create(),
    "withheld.pub": lambda folder: KeyPair(folder).known(),
    "erasures.journal": lambda folder: ErasureJournal(folder / "erasures.journal").entries(),
    "login-links/console": lambda folder: Links(folder).console(),
    "checkpoint": lambda folder: LogFolder(folder).checkpoint(),
    "minimum-index": lambda folder: LogFolder(folder).minimum_index(),
    "publisher.lock": _locked,
    "witness.key": witness_of,
    "witness.vkeys": lambda folder: KeyFile(
        folder / "witness.key", "w", algorithm=COSIGNATURE
    ).known(),
    "witness.lock": lambda folder: witness_of(folder).add_checkpoint(b""),
}


@KINDS
def test_a_folder_as_the_program_leaves_it_has_every_name_and_no_fault(scene: Scene) -> None:
    kinds = [scene.contents.of(name) for name in scene.names]
    assert set(kinds) == set(scene.contents.kept), "a name that no folder here has"
    with scene.planted(Planting(lambda *_: None)):
        assert scene.faults == []
        check(scene.folder, scene.contents)
        for name in scene.below(""):
            assert opened(scene.folder, name), name


@KINDS
@EVERY
def test_what_is_put_in_the_place_of_a_name_is_named_and_refused_at_a_start(
    scene: Scene, planted: str
) -> None:
    tried = 0
    for name, _ in scene.places(PLANTINGS[planted]):
        with scene.planted(PLANTINGS[planted], name):
            where = str(scene.folder / name)
            assert any(where in why and ": " in why for why in scene.faults), (name, scene.faults)
            with pytest.raises(Misconfigured) as refused:
                check(scene.folder, scene.contents)
            assert where in str(refused.value)
            tried += 1
    assert tried > 3 or planted in {"a file", "mode +4", "mode +40"}


@KINDS
@EVERY
def test_what_is_put_in_the_place_of_a_name_is_never_taken_for_it(
    scene: Scene, planted: str
) -> None:
    for name, kept in scene.places(PLANTINGS[planted]):
        for file in scene.below(name):
            if name and not is_for_the_audit(file, kept, PLANTINGS[planted]):
                with scene.planted(PLANTINGS[planted], name):
                    assert is_refused(scene.folder, file), (name, file)


def is_for_the_audit(file: str, kept: Kept, planting: Planting) -> bool:
    """What is refused at a start, and by itself does no harm to who opens a file: bundles may be listed."""
    return kept.is_folder and "entries" in file and planting.mode in {0o4, 0o40}


def is_refused(folder: Path, name: str) -> bool:
    try:
        return not opened(folder, name)
    except (LedgerError, OSError):
        return True


@KINDS
@EVERY
def test_nothing_is_written_through_what_is_put_there(scene: Scene, planted: str) -> None:
    for name, kept in scene.places(PLANTINGS[planted]):
        for place in {name, *([] if kept.is_folder else [beside(name)])}:
            with scene.planted(Planting(lambda *_: None)):
                path = scene.folder / place
                if not path.exists():
                    shutil.copy2(scene.folder / name, path)
                PLANTINGS[planted].do(path, scene.away)
                before = contents_of(scene.away)
                with listening_at(path) as heard:
                    write_everything(scene.kind, scene.folder, named=bool(name))
                    assert heard() == b"", place
                assert contents_of(scene.away) == before, place


def beside(name: str) -> str:
    """Where a file is written before it gets its name."""
    below, _, own = name.rpartition("/")
    return f"{below}/{draft_of(own)}" if below else draft_of(own)


def contents_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextmanager
def listening_at(path: Path) -> Iterator[Callable[[], bytes]]:
    """What comes out of a pipe, where there is one."""
    if not path.is_fifo():
        yield lambda: b""
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield lambda: os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)


def write_everything(kind: str, folder: Path, *, named: bool) -> None:
    """Every way in which the product writes a file of a folder, each by itself.

    `named`: also files whose folder a setting names by a path, and which may be a link.
    """
    for write in (*_WRITTEN[kind], *(_WRITTEN_BY_PATH[kind] if named else ())):
        with suppress(LedgerError, OSError):
            write(folder)


def _published(folder: Path) -> None:
    log = LogFolder(folder)
    log.put(
        {"tile/0/002.p/88": b"t" * 88 * 32, "tile/0/003": b"t" * 8192, "tile/1/000.p/2": b"t" * 64},
        {"tile/entries/001": b"b", "tile/entries/002.p/88": b"b"},
    )


_WRITTEN: dict[str, list[Callable[[Path], Any]]] = {
    "keys": [
        lambda folder: FileKeyProvider(folder, make=False).begin(1),
        lambda folder: FileKeyProvider(folder, make=False).rows.make(),
        lambda folder: FileKeyProvider(folder, make=False).links.seal([Tie(SUBJECT, b"t", b"p")]),
        lambda folder: FileKeyProvider(folder, make=False).links.destroy([SUBJECT]),
        lambda folder: ErasureJournal(folder / "erasures.journal").append([ENTRY]),
        lambda folder: KeyPair(folder).create(),
        lambda folder: Links(folder).take(LINK, NOW),
        lambda folder: FileKeyProvider(folder, make=False).destroy(1),
    ],
    "log": [
        _published,
        lambda folder: LogFolder(folder).publish(b"c"),
        lambda folder: LogFolder(folder).history.append(b"c", NOW.date()),
        lambda folder: LogFolder(folder).prune(512),
        lambda folder: LogFolder(folder).tidy([(0, 2), (1, 0)]),
        _locked,
    ],
    "witness": [],
}
_WRITTEN_BY_PATH: dict[str, list[Callable[[Path], Any]]] = {
    "keys": [
        lambda folder: KeyFile(folder / "log.key", ORIGIN).rotate(),
        lambda folder: KeyFile(folder / "signing.key", "signed-messages").rotate(),
    ],
    "log": [],
    "witness": [
        lambda folder: KeyFile(folder / "witness.key", "w", algorithm=COSIGNATURE).rotate(),
        lambda folder: witness_of(folder).add_checkpoint(b""),
        make_witness,
    ],
}


@KINDS
def test_whatever_else_lies_there_is_named_and_stops_no_start(scene: Scene) -> None:
    folders = {"", *(name for name, kept in scene.names.items() if kept.is_folder)}
    odd = {
        f"{name}/{own}".lstrip("/") for name in folders for own in ("x", ".x", "core", "é\x1b[1m")
    }
    odd |= {f"{name}.bak" for name in scene.below("")}
    odd |= {f"{name}~" for name in scene.below("")}
    for name in sorted(odd):
        with scene.planted(Planting(lambda *_: None)):
            (scene.folder / name).write_bytes(b"")
            (why,) = scene.faults
            assert why.endswith("is nothing that this program puts there"), name
            assert why.isascii()
            assert why.isprintable()
            check(scene.folder, scene.contents)


@KINDS
def test_a_copy_of_a_key_is_named_also_under_the_name_that_it_has_while_it_is_made(
    scene: Scene,
) -> None:
    for name, kept in scene.names.items():
        with scene.planted(Planting(lambda *_: None)):
            if not kept.is_folder:
                shutil.copy2(scene.folder / name, scene.folder / beside(name))
                assert bool(scene.faults) == kept.once, name


@KINDS
def test_what_a_process_left_is_named_when_nobody_took_it_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, kept in scene.names.items():
        if kept.is_folder or kept.once:
            continue
        with scene.planted(Planting(lambda *_: None)), monkeypatch.context() as patch:
            shutil.copy2(scene.folder / name, scene.folder / beside(name))
            assert scene.faults == []
            moments = time.time() + 7_200, time.time() - 7_200
            for later in moments:
                patch.setattr(time, "time", lambda later=later: later)
                (why,) = scene.faults
                assert (
                    why
                    == f"{scene.folder / beside(name)} is left of a process that died: remove it"
                )
            check(scene.folder, scene.contents)


def test_only_the_spelling_of_the_standard_is_a_name_of_the_log(tmp_path: Path) -> None:
    """Whatever is no name of `tile_path` would be passed over by who compares the tiles."""
    odd = ["tile/64/000", "tile/00/000", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0"]
    odd += [
        "tile/0/000.p/01",
        "tile/entries/x000/001",
        "tile/0/x1/001",
        "tile/x/000",
        "tile/0/0000",
    ]
    for name in odd:
        assert LOG.of(name) is None, name
        assert place_of(name) is None, name
    for level, number, width in product(
        (0, 9, 63), (0, 7, 999, 1000, 999_999, 123_456_789), (1, 255, 256)
    ):
        for name in (tile_path(level, number, width), bundle_path(number, width)):
            kept, place = LOG.of(name), place_of(name)
            assert kept, name
            assert not kept.is_folder
            assert place, name
            assert place.path == name
            above = name.rpartition("/")[0]
            while above:
                assert LOG.of(above), above
                assert place_of(above) is None or above.endswith(".p"), above
                above = above.rpartition("/")[0]


def test_a_witness_hands_out_nothing_but_what_it_signed(tmp_path: Path) -> None:
    """Not its key either, which somebody moved there who may write to the folder."""
    make_witness(tmp_path / "w")
    (path,) = (tmp_path / "w").glob("*/checkpoint")
    witness, name = witness_of(tmp_path / "w"), path.parent.name
    signed = path.read_bytes()
    assert witness.checkpoint(name) == signed
    (tmp_path / "w" / "witness.key").rename(path)
    for content in (None, b"", b"text\n", signed.replace(b"0", b"1", 1)):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Halt, match="damaged"):
            witness.checkpoint(name)


def test_a_folder_that_a_user_names_may_be_a_link(tmp_path: Path) -> None:
    """To a disk that is mounted elsewhere, for one. Everything goes where the link leads."""
    disk, named = tmp_path / "disk", tmp_path / "named"
    disk.mkdir()
    named.symlink_to(disk.name)
    make_witness(named)
    (path,) = disk.glob("*/checkpoint")
    assert witness_of(named).checkpoint(path.parent.name) == path.read_bytes()
    key = KeyFile(named / "log.key", ORIGIN)
    assert key.create().verifier == KeyFile(disk / "log.key", ORIGIN).load().verifier
    FolderPlace(named).put("manifest.json", b"{}")
    assert FolderPlace(disk).get("manifest.json", 9) == b"{}"
    with FolderPlace(named).alone():
        pass
    # Below it, a link is somebody's work.
    path.parent.rename(disk / "moved")
    path.parent.symlink_to("moved")
    with pytest.raises(LedgerError):
        witness_of(named).checkpoint(path.parent.name)


def test_others_cannot_exchange_the_folder_for_another_one(tmp_path: Path) -> None:
    scene = Scene("keys", tmp_path)
    with scene.planted(Planting(lambda *_: None)):
        above = scene.folder.parent
        above.chmod(0o777)
        with pytest.raises(Misconfigured, match=f"others may change {above}: chmod go-w {above}"):
            check(scene.folder, scene.contents)
        # There nobody renames what is another user's.
        above.chmod(0o1777)
        check(scene.folder, scene.contents)


@KINDS
def test_a_folder_that_is_not_there_has_no_fault(scene: Scene) -> None:
    assert scene.faults == []
    check(scene.folder, scene.contents)
    assert list(look(Path("/nonexistent/main"), scene.contents)) == []


@KINDS
def test_a_file_that_claims_any_size_takes_no_memory(scene: Scene) -> None:
    """It takes no room on the disk, and is mostly zeros."""

    def huge(path: Path, _: Path) -> None:
        os.truncate(path, 1 << 40)

    for name in scene.below(""):
        with scene.planted(Planting(huge), name):
            tracemalloc.start()
            is_refused(scene.folder, name)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 1 << 28, name


def test_the_keys_of_another_user_are_refused_and_those_of_a_log_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is no other user: root, and whoever asks. A log is signed, whosever it is."""
    for kind in ("keys", "log"):
        (tmp_path / kind).mkdir()
        scene = Scene(kind, tmp_path / kind)
        with scene.planted(Planting(lambda *_: None)):
            owner = scene.folder.stat().st_uid
            with monkeypatch.context() as patch:
                patch.setattr(os, "geteuid", lambda owner=owner: owner + 4242)
                patch.setattr(os, "access", lambda *_: True)
                refused = any("belongs to another user" in why for why in scene.faults)
                assert refused == (kind == "keys" and owner != 0)
