"""Epoch keys, which wrap all other keys and live only here: never in a database, never in its backup.

A folder of files with mode 0600, one epoch each. Destroying an epoch's file is what makes the
write-ahead log, replicas and backups of that epoch forget. Adapters for a key management service
need the same four methods.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.durable import fsync_folder
from ledger.errors import Halt, Lost, Retry
from ledger.sealing import KEY_BYTES

__all__ = ["EpochCiphers", "FileKeyProvider"]

_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
_PREFIX, _SUFFIX, _DRAFT = "epoch-", ".key", ".new"


class FileKeyProvider:
    """Epoch keys as files in one folder, made with mode 0700 when it is missing, unless `make` says no."""

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        if make:
            with _written():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def epochs(self) -> list[int]:
        """Epochs whose key is still held, ascending."""
        names = [path.name for path in self.folder.glob(f"{_PREFIX}*{_SUFFIX}")]
        return sorted(int(name.removeprefix(_PREFIX).removesuffix(_SUFFIX)) for name in names)

    def create(self, epoch: int, secret: bytes) -> None:
        """Store the key of a new epoch. Durable on return; Halt when the epoch has a key already.

        Raises Retry when the folder cannot be written: then the epoch may have a key or not.
        """
        path = self._path(epoch)
        draft = path.with_suffix(_DRAFT)
        with _written():
            draft.unlink(missing_ok=True)
            _write(draft, os.O_CREAT | os.O_EXCL, secret)
            try:
                os.link(draft, path)
            except FileExistsError:
                raise Halt(f"epoch {epoch} has a key already") from None
            finally:
                draft.unlink()
            fsync_folder(self.folder)

    def get(self, epoch: int) -> bytes:
        """Key of an epoch, 32 bytes. Raises Lost when it is gone or damaged."""
        try:
            secret = self._path(epoch).read_bytes()
        except FileNotFoundError:
            raise Lost(f"the key of epoch {epoch} is not held any more") from None
        if secret == bytes(KEY_BYTES):
            raise Lost(f"the key of epoch {epoch} is being destroyed")
        if len(secret) != KEY_BYTES:
            raise Lost(f"the key of epoch {epoch} is damaged")
        return secret

    def destroy(self, epoch: int) -> None:
        """Overwrite and remove the key of an epoch. Harmless when it is gone. Durable on return.

        Raises Retry when the folder cannot be written: then the key may be there or not.
        """
        path = self._path(epoch)
        with _written():
            # A start that died left the same file under the draft's name.
            for name in (path, path.with_suffix(_DRAFT)):
                if name.exists():
                    _write(name, 0, bytes(KEY_BYTES))
                    name.unlink(missing_ok=True)
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


@contextmanager
def _written() -> Iterator[None]:
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
