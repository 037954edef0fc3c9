"""Encryption of files to public keys, in the format of age (age-encryption.org/v1): other programs open it.

The only file that knows the library. Everything streams: memory does not grow with the file.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pyrage import (
    DecryptError,
    EncryptError,
    IdentityError,
    RecipientError,
    decrypt_io,
    encrypt_io,
    x25519,
)

from ledger.errors import Misconfigured
from ledger.storage.access import Unsafe
from ledger.storage.named import read_named

_BLOCK_BYTES = 1 << 16
# More than any file of private keys.
_MOST_BYTES = 1 << 20
Write = Callable[[bytes], object]


class Recipients:
    """Public keys, as texts `age1…`. Raises Misconfigured for any other text."""

    def __init__(self, texts: Sequence[str]) -> None:
        try:
            self._keys = [x25519.Recipient.from_str(text) for text in texts]
        except RecipientError:
            raise Misconfigured("a recipient of backups is a public key such as age1…") from None

    def encrypt(self, blocks: Iterable[bytes], write: Write) -> None:
        """Pass blocks on, encrypted. Errors from `blocks` or `write` come out unchanged."""
        source, target = _Source(blocks), _Target(write)
        try:
            encrypt_io(source, target, self._keys)
        except (EncryptError, OSError):
            _raise_first(source, target)
            raise


class Identities:
    """Private keys of a file as `age-keygen` writes it, for its owner alone. Raises Misconfigured."""

    def __init__(self, path: Path) -> None:
        try:
            lines = read_named(path, _MOST_BYTES, "private").decode().splitlines()
        except Unsafe as error:
            raise Misconfigured(error.strerror) from None
        except (OSError, ValueError):
            raise Misconfigured(f"the identity {path} cannot be read") from None
        texts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        try:
            self._keys = [x25519.Identity.from_str(text) for text in texts]
        except IdentityError:
            self._keys = []
        if not self._keys:
            raise Misconfigured(f"{path} holds no identity such as AGE-SECRET-KEY-1…")

    def decrypt(self, blocks: Iterable[bytes], write: Write) -> None:
        """Pass blocks on, decrypted. Errors from `blocks` or `write` come out unchanged.

        Raises Misconfigured when none of the keys opens them, or they are not whole.
        """
        source, target = _Source(blocks), _Target(write)
        try:
            decrypt_io(source, target, self._keys)
        except (DecryptError, OSError):
            _raise_first(source, target)
            raise Misconfigured("this identity does not open the backup") from None


class _Source:
    """Blocks as a file that is read. `failed`: what getting them raised, which the library would hide."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = b""
        self.failed: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end."""
        try:
            while not self._rest:
                self._rest = next(self._blocks)
        except StopIteration:
            return b""
        except BaseException as error:
            self.failed = error
            raise
        size = size if size >= 0 else _BLOCK_BYTES
        block, self._rest = self._rest[:size], self._rest[size:]
        return block


class _Target:
    """A function as a file that is written.

    `failed`: the error that it raised, which the library would hide.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self.failed: BaseException | None = None

    def write(self, content: bytes) -> int:
        """Pass them on."""
        try:
            self._write(content)
        except BaseException as error:
            self.failed = error
            raise
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""


def _raise_first(source: _Source, target: _Target) -> None:
    for failed in (source.failed, target.failed):
        if failed:
            raise failed from None
