"""Files that a user or a setting names by their path.

To be read, a path is followed, links and all: sites mount secrets so. It must lead to an ordinary file, of a
size that makes sense: nobody waits for a pipe here. A written file is a new ordinary file for its owner
alone, in the place of an ordinary file or of nothing: never through a link, nor into a pipe or a device.
Raises OSError, and its subclass Unsafe for a file that may not be used.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from ledger.storage.access import GIVEN, Unsafe, fault_of
from ledger.storage.files import Folder, read_all, too_large

Kind = Literal["any", "trusted", "secret", "private"]
"""What a file is. `any`: the program trusts nothing of it. `trusted`: only owner and group may change it.

`secret`: only they may read it, too. What is mounted read-only, or lies in a closed folder, is out of reach
whatever its mode is: container engines and systemd hand out secrets so. `private`: its owner alone reads it.
"""


def read_named(path: Path, most: int, kind: Kind) -> bytes:
    """The content of a file of at most `most` bytes; a larger file is an error."""
    descriptor, size = _opened(path, kind)
    try:
        if size > most:
            raise too_large(most)
        # A file of the system may not tell its size.
        return read_all(descriptor, size or most)
    finally:
        os.close(descriptor)


def check_named(path: Path, kind: Kind) -> None:
    """Raise OSError for a file that could not be read so; for one that a library reads by itself."""
    descriptor, _ = _opened(path, kind)
    os.close(descriptor)


@contextmanager
def replacing(path: Path, mode: int = GIVEN.file) -> Iterator[BinaryIO]:
    """A file to write, with a mode that is never wider than that of the file before it. Durable at the end.

    A new file takes the place of an ordinary one, and of nothing else: a process that has the old file open,
    or by another name, gets nothing of the content, and half a file is never there.
    """
    folder, name = _place(path)
    before = folder.status(name)
    if before and stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    fault = fault_of(before, GIVEN, 0, path) if before else None
    if fault:
        raise Unsafe(fault)
    if before:
        mode &= before.st_mode
    with Folder(folder.path, GIVEN._replace(file=mode), named=True).replacing(name) as file:
        yield file


def write_named(path: Path, content: bytes, mode: int = GIVEN.file) -> None:
    """Write such a file at once."""
    with replacing(path, mode) as file:
        file.write(content)


def opened_new(path: Path) -> BinaryIO:
    """A new file, for writing, whose name is durable. Raises FileExistsError where there is one already."""
    folder, name = _place(path)
    file = folder.opened_new(name)
    folder.flush()
    return file


def write_new(path: Path, content: bytes) -> None:
    """Write a new file. Raises FileExistsError where there is anything already. Durable on return."""
    with opened_new(path) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            folder, name = _place(path)
            folder.remove([name])
            raise


def _place(path: Path) -> tuple[Folder, str]:
    """The folder of a file, and its name there. No folder is made."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if path.name in {"", ".."}:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return Folder(path.parent, GIVEN, named=True), path.name


def _opened(path: Path, kind: Kind) -> tuple[int, int]:
    """Descriptor and size of a file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    status = os.fstat(descriptor)
    fault = _fault_of(status, descriptor, path, kind)
    if fault:
        os.close(descriptor)
        raise Unsafe(fault)
    return descriptor, status.st_size


def _fault_of(status: os.stat_result, descriptor: int, path: Path, kind: Kind) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return f"{path} is no ordinary file"
    if kind == "private":
        return f"others may read {path}: chmod 600 {path}" if status.st_mode & 0o077 else None
    shut = {"any": 0, "trusted": 0o002, "secret": 0o006}[kind]
    if not status.st_mode & shut or _is_out_of_reach(path) or _is_read_only(descriptor):
        return None
    if status.st_mode & 0o002:
        return f"others may change {path}: chmod o-w {path}"
    return f"others may read {path}: chmod o-r {path}"


def _is_read_only(descriptor: int) -> bool:
    return bool(os.fstatvfs(descriptor).f_flag & os.ST_RDONLY)


def _is_out_of_reach(path: Path) -> bool:
    """Whether a folder above keeps others away from a file, whatever the file's own mode is."""
    return not all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)
