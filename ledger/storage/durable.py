"""Making files survive a crash: what POSIX asks for, and nothing else."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import Retry

_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO}


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a new or removed file may vanish or reappear without it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_once(path: Path, content: bytes, mode: int) -> None:
    """Make a file in one step and durably, unless another process has made it meanwhile. Raises OSError."""
    draft = _draft_of(path)
    _write(draft, content, os.O_TRUNC, mode)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    fsync_folder(path.parent)


def replace_file(path: Path, content: bytes) -> None:
    """Put a file of mode 0600 in place of the old one; a crash leaves one of the two. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft_of(path)
    draft.unlink(missing_ok=True)
    _write(draft, content, os.O_EXCL, 0o600)
    draft.replace(path)
    fsync_folder(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a disk that is nearly full takes a part, and refuses the next one. Raises OSError."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _write(draft: Path, content: bytes, flag: int, mode: int) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | flag, mode)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _draft_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}.new")


@contextmanager
def mapping_write_faults() -> Iterator[None]:
    """Raise Retry for a fault of the key folder's disk that may pass; other errors pass through."""
    try:
        yield
    except OSError as error:
        if error.errno not in _PASSING:
            raise
        raise Retry(f"the folder of epoch keys cannot be written: {error.strerror}") from None
