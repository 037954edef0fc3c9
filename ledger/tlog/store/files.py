"""Files that are whole and stay: written under another name, flushed, renamed, and the folder flushed.

Every function raises ServiceAway when the file system refuses, such as a full disk; what was there before
is then still there, and the same call may be made again.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import LedgerError, ServiceAway
from ledger.storage.durable import fsync_folder, write_all
from ledger.storage.ordinary import open_ordinary, read_ordinary

PUBLIC_FILE, PUBLIC_FOLDER = 0o644, 0o755
SECRET_FILE, SECRET_FOLDER = 0o600, 0o700
# More than any file of a log that is read at once: a bundle has 256 entries of at most 64 KiB.
_MOST_BYTES = 1 << 26


@contextmanager
def mapped_faults() -> Iterator[None]:
    """Translate what the file system says."""
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise ServiceAway(f"the files of the log cannot be reached: {what}") from None


@contextmanager
def alone(descriptor: int, taken: LedgerError) -> Iterator[None]:
    """Hold the lock of an open file or folder, and close it. A process that ends lets go of it.

    Raises `taken` while another process holds it.
    """
    try:
        with mapped_faults():
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise taken from None
        yield
    finally:
        os.close(descriptor)


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder and those above it. Durable on return."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    try:
        os.mkdir(folder, mode)
    except FileExistsError:
        return
    fsync_folder(folder.parent)


def write_files(files: Mapping[Path, bytes], mode: int, folder_mode: int) -> None:
    """Write files, each whole or not at all, over those that are there. Durable on return.

    All are flushed after the last one is written: the disk then works on them together.
    """
    drafts = {path: path.with_name(f".{path.name}.new") for path in files}
    folders = {path.parent for path in files}
    with mapped_faults():
        for folder in folders:
            make_folder(folder, folder_mode)
        for path, draft in drafts.items():
            _write(draft, files[path], mode)
        for draft in drafts.values():
            _flush(draft)
        for path, draft in drafts.items():
            os.rename(draft, path)
        for folder in folders:
            fsync_folder(folder)


def remove_files(paths: Iterable[Path]) -> None:
    """Remove files; those that are gone are passed over. Durable on return."""
    with mapped_faults():
        folders = set()
        for path in paths:
            with suppress(FileNotFoundError):
                os.unlink(path)
                folders.add(path.parent)
        for folder in folders:
            fsync_folder(folder)


def append_to(path: Path, at: int, content: bytes, mode: int) -> None:
    """Write at an offset of a file, over whatever a crash left behind it. Durable on return."""
    with mapped_faults():
        new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
        try:
            os.ftruncate(descriptor, at)
            os.lseek(descriptor, at, os.SEEK_SET)
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            fsync_folder(path.parent)


def read_file(path: Path) -> bytes | None:
    """What a file holds; None when there is none. What is no file, or a huge one, cannot be reached."""
    with mapped_faults():
        try:
            return read_ordinary(path, _MOST_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None


def read_tail(path: Path, count: int) -> tuple[int, bytes]:
    """Offset and content of the last `count` bytes of a file."""
    with mapped_faults(), open_ordinary(path) as file:
        start = max(0, file.seek(0, os.SEEK_END) - count)
        file.seek(start)
        return start, file.read()


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        write_all(descriptor, content)
    finally:
        os.close(descriptor)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
