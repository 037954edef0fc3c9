"""Power fails while something is written: whatever was not flushed is gone, and no promise is broken."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from archive.places import FolderPlace
from console.commands.telling import to_file
from ledger.crypto.key_files import FileKeyProvider
from ledger.crypto.provider import Tie
from ledger.crypto.sealing import KEY_BYTES
from ledger.errors import Halt
from ledger.journal.entries import ErasureJournal
from ledger.letters.withheld import KeyPair
from ledger.storage.files import Folder, draft_of
from ledger.storage.named import replacing, write_named, write_new
from ledger.tlog.store.key_file import KeyFile
from tests.fault.enduring import closing
from tests.fault.faults import whole_path
from tests.fault.power import Disk, PowerLoss, durable, found_in, powered
from tests.fixtures.folders import ENTRY, FOLDERS, SUBJECT
from tests.fixtures.tlog import ORIGIN, Log
from tests.integration.test_publishing import record


@pytest.mark.parametrize(("entries", "anew"), [(2, False), (130, False), (2, True)])
def test_what_was_promised_survives_a_power_loss(log: Log, entries: int, anew: bool) -> None:
    """Power fails at every step in turn: of one log that grows over the ends of tiles, or of new ones."""
    log.key_file.create()
    lost, at = True, 0
    while lost:
        at += 1
        with closing(log.house):
            record(log.house, entries)
            if anew and log.path.exists():
                shutil.rmtree(log.path)
                log.origin = f"ledger.localhost/{at}"
                log.key_file.rotate()
            lost = publish_and_lose(log, at)
            log.publish()
            assert log.check() == entries * at
    assert at > 10


def publish_and_lose(log: Log, at: int) -> bool:
    """Publish until power fails at a step; False when there was no such step."""
    promised = list(log.folder.history)
    disk = Disk(log.path.parent, at)
    try:
        with powered(disk):
            log.publish()
    except PowerLoss:
        disk.lose()
        check_promises(log, promised)
        return True
    return False


def check_promises(log: Log, promised: list[bytes]) -> None:
    assert list(log.folder.history)[: len(promised)] == promised
    published = log.folder.checkpoint()
    if published:
        assert published in list(log.folder.history)
        log.check_files(log.checkpoint().size)
    elif promised:
        raise AssertionError("the checkpoint is gone")


class Deed(NamedTuple):
    """Something whose end promises that files are on disk, in a folder that was prepared for it."""

    do: Callable[[Path], object]
    before: Callable[[Path], object] = lambda folder: None


def keys_in(folder: Path) -> FileKeyProvider:
    """The keys below a folder, with an epoch and the key of a line."""
    provider = FileKeyProvider(folder / "keys")
    provider.begin(1)
    provider.links.seal([Tie(SUBJECT, b"text", b"place")])
    return provider


def replace_with_a_stream(folder: Path) -> None:
    with replacing(folder / "file") as file:
        file.write(b"new" * 999)


def rotate_the_log_key(folder: Path) -> None:
    key = KeyFile(folder / "log.key", ORIGIN)
    key.create()
    key.rotate()


def write_lines(folder: Path) -> None:
    with to_file(folder / "file") as send:
        send([b"one" * 99])
        send([b"two" * 99])


DEEDS = {
    **{f"all of {kind}": Deed(made.make) for kind, made in FOLDERS.items()},
    "a line of the journal": Deed(
        lambda folder: ErasureJournal(folder / "erasures.journal").append([ENTRY])
    ),
    "one more line of the journal": Deed(
        lambda folder: ErasureJournal(folder / "erasures.journal").append([ENTRY]),
        lambda folder: ErasureJournal(folder / "erasures.journal").append([ENTRY]),
    ),
    "a folder of keys": Deed(lambda folder: FileKeyProvider(folder / "a" / "keys")),
    "an epoch": Deed(lambda folder: FileKeyProvider(folder).begin(2)),
    "the end of an epoch": Deed(
        lambda folder: FileKeyProvider(folder / "keys").destroy(1), keys_in
    ),
    "the key of the rows": Deed(lambda folder: FileKeyProvider(folder).rows.make()),
    "the key of a line": Deed(
        lambda folder: FileKeyProvider(folder).links.seal([Tie(SUBJECT, b"text", b"place")])
    ),
    "the end of a line's key": Deed(
        lambda folder: FileKeyProvider(folder / "keys").links.destroy([SUBJECT]), keys_in
    ),
    "the key of the log": Deed(lambda folder: KeyFile(folder / "log.key", ORIGIN).create()),
    "one more key of the log": Deed(rotate_the_log_key),
    "the key of letters": Deed(lambda folder: KeyPair(folder).create()),
    "a file of an archive": Deed(lambda folder: FolderPlace(folder).put("a/b", b"content" * 99)),
    "a named file": Deed(lambda folder: write_named(folder / "file", b"content" * 99)),
    "a named file in another's place": Deed(
        replace_with_a_stream, lambda folder: write_named(folder / "file", b"old" * 99)
    ),
    "files in several folders": Deed(
        lambda folder: Folder(folder).write({"a/b": b"one" * 99, "a/c/d": b"two" * 99})
    ),
    "folders": Deed(lambda folder: Folder(folder).make("a/b/c")),
    "what is removed": Deed(
        lambda folder: Folder(folder).remove(["a/b", "c"]),
        lambda folder: Folder(folder).write({"a/b": b"one" * 99, "c": b"two" * 99}),
    ),
    "messages for another ledger": Deed(write_lines),
    "a new file": Deed(lambda folder: write_new(folder / "file", b"content" * 99)),
}
"""What returns when it is on disk."""
ONCE = {"a new file", "messages for another ledger", "all of keys"}
"""What the next process refuses, in whole or at its first part."""


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_what_has_returned_is_there_after_a_power_loss(tmp_path: Path, deed: Deed) -> None:
    deed.before(tmp_path)
    with durable(tmp_path):
        deed.do(tmp_path)


@pytest.mark.parametrize("name", sorted(DEEDS.keys() - ONCE))
def test_what_a_dead_process_left_is_durable_when_the_next_one_returns(
    tmp_path: Path, name: str
) -> None:
    """A process is killed before each step in turn, the next one goes on where it was, then power fails.

    The folders were there before: a command that makes them is called again, and once.
    """
    deed, model = DEEDS[name], tmp_path / "model"
    model.mkdir(mode=0o700)
    deed.do(model)
    at, dies = 0, True
    while dies:
        at += 1
        folder = tmp_path / str(at)
        shutil.copytree(model, folder, ignore=only_folders)
        deed.before(folder)
        disk = Disk(folder, at)
        with powered(disk):
            dies = is_killed(deed, folder)
        left = but_derived(folder)
        disk.lose()
        assert but_derived(folder) == left, f"a process was killed before step {at}"
        shutil.rmtree(folder)


def test_a_key_is_zeros_on_the_disk_before_its_name_goes(tmp_path: Path) -> None:
    """Otherwise power may fail when the name is gone, and the key still in its blocks; of a draft as well."""
    provider, files = keys_in(tmp_path), []
    name = "epoch-000001.key"
    shutil.copy2(provider.folder / name, provider.folder / draft_of(name))
    disk = Disk(tmp_path, 0)
    with powered(disk), pytest.MonkeyPatch.context() as patch:
        remove = os.unlink

        def removed(path: str, **options: int) -> None:
            place = whole_path(path, options.get("dir_fd"))
            files.append((place.name, place.read_bytes(), place in disk.flushed))
            remove(path, **options)

        patch.setattr(os, "unlink", removed)
        provider.destroy(1)
    assert files == [(name, bytes(KEY_BYTES), False), (draft_of(name), bytes(KEY_BYTES), False)]


def but_derived(folder: Path) -> dict[str, bytes | None]:
    """The files but for lists of public keys, which a private key makes again when it is read."""
    found = found_in(folder)
    return {name: found[name] for name in found if not name.endswith((".vkeys", ".pub"))}


def only_folders(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (Path(folder) / name).is_dir()]


def is_killed(deed: Deed, folder: Path) -> bool:
    """Whether a process that does something is killed; then the next one does it."""
    try:
        deed.do(folder)
    except PowerLoss:
        with suppress(Halt, FileExistsError):  # what was to be made is there already
            deed.do(folder)
        return True
    return False
