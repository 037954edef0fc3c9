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

from ledger.crypto.link_files import FileLinkKeys, mapping_write_faults
from ledger.crypto.provider import Placed, Unwrapped, Wrapped, no_keys
from ledger.crypto.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    KeyedHash,
    key_id,
    open_bytes,
    seal_each,
)
from ledger.errors import Halt, KeyLost
from ledger.storage.access import PRIVATE, Unsafe
from ledger.storage.contents import KEYS, look
from ledger.storage.files import Folder, draft_of, write_all

_EPOCH = re.compile(r"epoch-([0-9]{6,9})\.key")
# The key that authenticates rows.
_ROWS = "rows.key"


class FileKeyProvider:
    """Keys as files in one folder, made with mode 0700 when it is missing, unless `make` says no."""

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        self.folder = folder
        self._files = Folder(folder, PRIVATE)
        if make:
            with mapping_write_faults():
                self._files.make()
        self.rows = FileRowKey(self._files)
        self.links = FileLinkKeys(self._files)

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def epochs(self) -> list[int]:
        """See `KeyProvider`."""
        try:
            names = self._files.names()
        except OSError:  # the code that needs a key reports why it is missing
            return []
        return sorted(int(found[1]) for name in names if (found := _EPOCH.fullmatch(name)))

    def faults(self) -> list[str]:
        """See `KeyProvider`."""
        return [found.why for found in look(self.folder, KEYS) if found.why]

    def begin(self, epoch: int) -> None:
        """See `KeyProvider`."""
        with mapping_write_faults():
            if not self._files.create(_name(epoch), os.urandom(KEY_BYTES)):
                raise Halt(f"epoch {epoch} has a key already")

    def destroy(self, epoch: int) -> None:
        """See `KeyProvider`. The file is overwritten before it is removed."""
        name = _name(epoch)
        # A start that died left the same file under the draft's name; a link there leads to no key of ours.
        with mapping_write_faults():
            self._overwrite(name)
            with suppress(Unsafe):
                self._overwrite(draft_of(name))
            self._files.remove([name, draft_of(name)])

    def _overwrite(self, name: str) -> None:
        with suppress(FileNotFoundError), self._files.locked(name, make=False) as descriptor:
            write_all(descriptor, bytes(KEY_BYTES))
            os.fsync(descriptor)

    def commitment(self, epoch: int) -> str:
        """See `KeyProvider`."""
        return key_id(self._secret(epoch))

    def wrapping(self) -> "FileWrapping":
        """See `KeyProvider`."""
        return FileWrapping(self.epochs, self._secret)

    def _secret(self, epoch: int) -> bytes:
        try:
            return _read_secret(self._files, _name(epoch), f"the key of epoch {epoch}")
        except KeyLost:
            # An epoch that ended leaves a later one: without any, the folder itself is lost, or elsewhere.
            if not self.epochs():
                raise KeyLost(no_keys(self.name)) from None
            raise


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

    def __init__(self, files: Folder) -> None:
        self._files = files
        self._hash: KeyedHash | None = None

    @property
    def is_kept(self) -> bool:
        """See `RowKey`."""
        try:
            return self._files.has(_ROWS)
        except OSError:
            return False

    def make(self) -> None:
        """See `RowKey`."""
        with mapping_write_faults():
            self._files.create(_ROWS, os.urandom(KEY_BYTES))

    def macs(self, texts: Sequence[bytes]) -> list[bytes]:
        """See `RowKey`."""
        if self._hash is None:
            what = f"the key that authenticates rows ({_ROWS})"
            self._hash = KeyedHash(_read_secret(self._files, _ROWS, what))
        return [self._hash.of(text) for text in texts]


def _name(epoch: int) -> str:
    return f"epoch-{epoch:06d}.key"


def _read_secret(files: Folder, name: str, what: str) -> bytes:
    """The key in a file, 32 bytes. Raises Lost when it is gone or damaged. `what`: for the message."""
    try:
        secret = files.read(name, KEY_BYTES)
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
