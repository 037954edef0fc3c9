"""The key provider as a folder of files with mode 0600: an adapter of `ledger.crypto.provider`.

One file for each epoch, one for the key of the rows, and in `links/` those of the erasure journal's lines
(`ledger.crypto.link_files`). Destroying a file is what makes write-ahead log, replicas and backups forget.
Nothing else in the program knows these names, and no key leaves these two modules.
"""

import errno
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.link_files import FileLinkKeys
from ledger.crypto.provider import Placed, Unwrapped, Wrapped
from ledger.crypto.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    KeyedHash,
    key_id,
    open_bytes,
    seal_each,
)
from ledger.errors import Halt, KeyLost
from ledger.storage.durable import fsync_folder, mapping_write_faults
from ledger.storage.ordinary import read_ordinary

_PREFIX, _SUFFIX, _DRAFT = "epoch-", ".key", ".new"
_NUMBER = re.compile(r"[0-9]{6,9}")
# The key that authenticates rows.
_ROWS = "rows.key"
_LINKS = "links"
# Other parts of the program keep these here, unless settings say otherwise.
_OTHERS = ("log.key", "withheld.key", "keep.key", "signing.key", "hand-over.key")


class FileKeyProvider:
    """Keys as files in one folder, made with mode 0700 when it is missing, unless `make` says no."""

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        if make:
            with mapping_write_faults():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.rows = FileRowKey(folder)
        self.links = FileLinkKeys(folder / _LINKS)

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def epochs(self) -> list[int]:
        """See `KeyProvider`."""
        names = [path.name for path in self.folder.glob(f"{_PREFIX}*{_SUFFIX}")]
        numbers = [name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in names]
        return sorted(int(number) for number in numbers if _NUMBER.fullmatch(number))

    def strange(self) -> list[str]:
        """Names of key files in the folder that this program never gives, sorted."""
        ours = {self._path(epoch).name for epoch in self.epochs()}
        expected = {_ROWS, *_OTHERS, *ours}
        return sorted({path.name for path in self.folder.glob(f"*{_SUFFIX}")} - expected)

    def begin(self, epoch: int) -> None:
        """See `KeyProvider`."""
        with mapping_write_faults():
            if not _create_secret(self._path(epoch)):
                raise Halt(f"epoch {epoch} has a key already")

    def destroy(self, epoch: int) -> None:
        """See `KeyProvider`. The file is overwritten before it is removed."""
        with mapping_write_faults():
            _destroy_secret(self._path(epoch))
            fsync_folder(self.folder)

    def commitment(self, epoch: int) -> str:
        """See `KeyProvider`."""
        return key_id(self._secret(epoch))

    def wrapping(self) -> "FileWrapping":
        """See `KeyProvider`."""
        return FileWrapping(self.epochs, self._secret)

    def _secret(self, epoch: int) -> bytes:
        return _read_secret(self._path(epoch), f"the key of epoch {epoch}")

    def _path(self, epoch: int) -> Path:
        return self.folder / f"{_PREFIX}{epoch:06d}{_SUFFIX}"


class FileWrapping:
    """Epoch keys ready for use, held in memory until they are forgotten."""

    def __init__(self, epochs: Callable[[], list[int]], secret: Callable[[int], bytes]) -> None:
        self._epochs = epochs
        self._secret = secret
        self._ciphers: dict[int, AESGCM] = {}

    def hold(self) -> None:
        """See `Wrapping`."""
        for epoch in self._epochs():
            with suppress(KeyLost):  # destroyed just now: then no row is wrapped under it any more
                self._of(epoch)

    def wrap(self, epoch: int, keys: Sequence[Placed]) -> list[bytes]:
        """See `Wrapping`."""
        return seal_each(self._of(epoch), keys, os.urandom(NONCE_BYTES * len(keys)))

    def unwrap(self, keys: Sequence[Wrapped]) -> list[Unwrapped]:
        """See `Wrapping`."""
        return [self._unwrapped(*key) for key in keys]

    def forget(self) -> None:
        """See `Wrapping`."""
        self._ciphers.clear()

    def _unwrapped(self, epoch: int, place: bytes, wrapped: bytes) -> Unwrapped:
        try:
            return open_bytes(self._of(epoch), wrapped, place)
        except Halt as why:
            return why

    def _of(self, epoch: int) -> AESGCM:
        if epoch not in self._ciphers:
            self._ciphers[epoch] = AESGCM(self._secret(epoch))
        return self._ciphers[epoch]


class FileRowKey:
    """The key that authenticates rows, read once and held as long as this is."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _ROWS
        self._hash: KeyedHash | None = None

    @property
    def is_kept(self) -> bool:
        """See `RowKey`."""
        return self._path.exists()

    def make(self) -> None:
        """See `RowKey`."""
        with mapping_write_faults():
            _create_secret(self._path)

    def macs(self, texts: Sequence[bytes]) -> list[bytes]:
        """See `RowKey`."""
        if self._hash is None:
            what = f"the key that authenticates rows ({_ROWS})"
            self._hash = KeyedHash(_read_secret(self._path, what))
        return [self._hash.of(text) for text in texts]


def _write(path: Path, flags: int, content: bytes) -> None:
    """Write a whole file in place, durably."""
    descriptor = os.open(path, os.O_WRONLY | flags, 0o600)
    try:
        if os.write(descriptor, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create_secret(path: Path) -> bool:
    """Make a file with a new key, durably, all of it or nothing; False when it is there already."""
    draft = path.with_suffix(_DRAFT)
    draft.unlink(missing_ok=True)
    _write(draft, os.O_CREAT | os.O_EXCL, os.urandom(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    fsync_folder(path.parent)
    return True


def _read_secret(path: Path, what: str) -> bytes:
    """The key in a file, 32 bytes. Raises Lost when it is gone or damaged. `what`: for the message."""
    try:
        secret = read_ordinary(path, KEY_BYTES)
    except FileNotFoundError:
        raise KeyLost(f"{what} is not held any more") from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise KeyLost(f"{what} is damaged") from None
        raise KeyLost(f"{what} cannot be read: {error.strerror}") from None
    if secret == bytes(KEY_BYTES):
        raise KeyLost(f"{what} is being destroyed")
    if len(secret) != KEY_BYTES:
        raise KeyLost(f"{what} is damaged")
    return secret


def _destroy_secret(path: Path) -> None:
    """Overwrite and remove a file with a key; its folder is still to be made durable."""
    # A start that died left the same file under the draft's name.
    for name in (path, path.with_suffix(_DRAFT)):
        if name.exists():
            _write(name, 0, bytes(KEY_BYTES))
            name.unlink(missing_ok=True)
