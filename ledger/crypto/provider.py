"""Epoch keys, which wrap all other keys and live only here: never in a database, never in its backup.

A folder of files with mode 0600, one epoch each. Destroying an epoch's file is what makes the
write-ahead log, replicas and backups of that epoch forget. Adapters for a key management service
need the same four methods.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import KEY_BYTES
from ledger.errors import Halt, Lost, Retry
from ledger.storage.durable import fsync_folder
from ledger.storage.ordinary import read_ordinary

_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
_PREFIX, _SUFFIX, _DRAFT = "epoch-", ".key", ".new"
# The key that authenticates rows; under its first name until every row from before has its MAC.
_NUMBER = re.compile(r"[0-9]{6,9}")
_ROWS, _ROWS_FILLING = "rows.key", "rows-filling.key"
# Other parts of the program keep these here, unless settings say otherwise.
_OTHERS = ("log.key", "withheld.key")


class FileKeyProvider:
    """Epoch keys as files in one folder, made with mode 0700 when it is missing, unless `make` says no."""

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        if make:
            with written():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def epochs(self) -> list[int]:
        """Epochs whose key is still held, ascending."""
        names = [path.name for path in self.folder.glob(f"{_PREFIX}*{_SUFFIX}")]
        numbers = [name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in names]
        return sorted(int(number) for number in numbers if _NUMBER.fullmatch(number))

    def strange(self) -> list[str]:
        """Names of key files in the folder that this program never gives, sorted."""
        known = {
            _ROWS,
            _ROWS_FILLING,
            *_OTHERS,
            *(self._path(epoch).name for epoch in self.epochs()),
        }
        return sorted({path.name for path in self.folder.glob(f"*{_SUFFIX}")} - known)

    def create(self, epoch: int, secret: bytes) -> None:
        """Store the key of a new epoch. Durable on return; Halt when the epoch has a key already.

        Raises Retry when the folder cannot be written: then the epoch may have a key or not.
        """
        with written():
            if not create_secret(self._path(epoch), secret):
                raise Halt(f"epoch {epoch} has a key already")

    def get(self, epoch: int) -> bytes:
        """Key of an epoch, 32 bytes. Raises Lost when it is gone or damaged."""
        return read_secret(self._path(epoch), f"the key of epoch {epoch}")

    def destroy(self, epoch: int) -> None:
        """Overwrite and remove the key of an epoch. Harmless when it is gone. Durable on return.

        Raises Retry when the folder cannot be written: then the key may be there or not.
        """
        with written():
            destroy_secret(self._path(epoch))
            fsync_folder(self.folder)

    # The key that authenticates rows of the keys' namespace

    @property
    def has_rows_key(self) -> bool:
        """Whether the rows of this ledger have been authenticated from some moment on."""
        return (self.folder / _ROWS).exists()

    @property
    def fills_rows(self) -> bool:
        """Whether rows from before are being authenticated, or whoever did so died."""
        return (self.folder / _ROWS_FILLING).exists()

    def rows_key(self) -> bytes:
        """The key that authenticates rows, 32 bytes. Raises Lost when it is gone or damaged."""
        return read_secret(self.folder / _ROWS, "the key that authenticates rows (rows.key)")

    def begin_rows_key(self) -> bytes:
        """A key for rows that are there already, the same one until `keep_rows_key`; Retry as `create`."""
        path = self.folder / _ROWS_FILLING
        with written():
            create_secret(path, os.urandom(KEY_BYTES))
        return read_secret(path, "the new key that authenticates rows")

    def keep_rows_key(self) -> None:
        """Every row has its MAC: from now on one without is not believed. Durable on return."""
        with written():
            (self.folder / _ROWS_FILLING).rename(self.folder / _ROWS)
            fsync_folder(self.folder)

    def _path(self, epoch: int) -> Path:
        return self.folder / f"{_PREFIX}{epoch:06d}{_SUFFIX}"


def _write(path: Path, flags: int, content: bytes) -> None:
    """Write a whole file in place, durably."""
    descriptor = os.open(path, os.O_WRONLY | flags, 0o600)
    try:
        if os.write(descriptor, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_secret(path: Path, secret: bytes) -> bool:
    """Make a file with a key, durably, all of it or nothing; False when it is there already."""
    draft = path.with_suffix(_DRAFT)
    draft.unlink(missing_ok=True)
    _write(draft, os.O_CREAT | os.O_EXCL, secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    fsync_folder(path.parent)
    return True


def read_secret(path: Path, what: str) -> bytes:
    """The key in a file, 32 bytes. Raises Lost when it is gone or damaged. `what`: for the message."""
    try:
        secret = read_ordinary(path, KEY_BYTES)
    except FileNotFoundError:
        raise Lost(f"{what} is not held any more") from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise Lost(f"{what} is damaged") from None
        raise Lost(f"{what} cannot be read: {error.strerror}") from None
    if secret == bytes(KEY_BYTES):
        raise Lost(f"{what} is being destroyed")
    if len(secret) != KEY_BYTES:
        raise Lost(f"{what} is damaged")
    return secret


def destroy_secret(path: Path) -> None:
    """Overwrite and remove a file with a key; its folder is still to be made durable."""
    # A start that died left the same file under the draft's name.
    for name in (path, path.with_suffix(_DRAFT)):
        if name.exists():
            _write(name, 0, bytes(KEY_BYTES))
            name.unlink(missing_ok=True)


@contextmanager
def written() -> Iterator[None]:
    """Tell a fault of the disk that may pass; a folder of the wrong owner is told as it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _PASSING:
            raise
        raise Retry(f"the folder of epoch keys cannot be written: {error.strerror}") from None


class EpochCiphers:
    """The epoch keys of a provider, ready for wrapping, held until they are forgotten."""

    def __init__(self, provider: FileKeyProvider) -> None:
        self._provider = provider
        self._ciphers: dict[int, AESGCM] = {}

    def hold(self) -> None:
        """Hold every epoch before rows are read, so that a rotation in between takes nothing away."""
        for epoch in self._provider.epochs():
            with suppress(Lost):  # destroyed just now: then no row is wrapped under it any more
                self.of(epoch)

    def of(self, epoch: int) -> AESGCM:
        """The cipher of one epoch. Raises Lost when its key is gone."""
        if epoch not in self._ciphers:
            self._ciphers[epoch] = AESGCM(self._provider.get(epoch))
        return self._ciphers[epoch]

    def forget(self) -> None:
        """Drop what is held."""
        self._ciphers.clear()
