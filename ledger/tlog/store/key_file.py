"""The log's key on disk, an adapter of `LogKey`: a PKCS#8 file that only its owner may read.

It is under a passphrase when there is one.

Beside it a list of verification keys, oldest first: what was signed with a former key stays verifiable.
The private half of a former key is gone.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Halt, KeyLost, Misconfigured
from ledger.tlog.signing.keys import ED25519, SigningKey, VerifierKey, parse_verifier_key
from ledger.tlog.store.files import SECRET_FILE, SECRET_FOLDER, read_file, write_files


class KeyFile:
    """The key of one log, or of a witness (`algorithm`). `origin`: its name. `passphrase`: None for a
    key in clear.
    """

    def __init__(
        self,
        path: Path,
        origin: str,
        passphrase: str | None = None,
        algorithm: int = ED25519,
    ) -> None:
        self.path = path
        self.origin = origin
        self._algorithm = algorithm
        self._passphrase = passphrase.encode() if passphrase else None

    def create(self) -> SigningKey:
        """The key; a new one when there never was any. Durable on return. Raises Lost or Misconfigured."""
        if not self.path.exists() and not self.known():
            return self._replace()
        return self.load()

    def load(self) -> SigningKey:
        """The key. Raises Misconfigured when there is none or it does not open, Lost when it is gone."""
        content = read_file(self.path)
        if content is None and self.known():
            raise KeyLost(
                f"the log's key {self.path} is gone: put it back, or begin a new one with"
                " `ledger log rotate-key`"
            )
        if content is None:
            raise Misconfigured(f"the log has no key in {self.path}: run `ledger init`")
        key = SigningKey(self.origin, self._opened(content), self._algorithm)
        if key.verifier not in self.known():
            self._list([*self.known(), key.verifier])
        return key

    def rotate(self) -> SigningKey:
        """A new key in place of the old one, whose signatures stay verifiable. Durable on return."""
        if self.path.exists():
            self.load()  # lists it
        return self._replace()

    def known(self) -> list[VerifierKey]:
        """Verification keys of every key that this log had, oldest first."""
        content = read_file(self.names) or b""
        try:
            lines = content.decode().removesuffix("\n")
            return [parse_verifier_key(line) for line in lines.split("\n")] if lines else []
        except (Misconfigured, UnicodeDecodeError):
            raise Halt(f"the list of verification keys {self.names} is damaged") from None

    @property
    def names(self) -> Path:
        """Where the list of verification keys is."""
        return self.path.with_suffix(".vkeys")

    def _replace(self) -> SigningKey:
        """Make a key, then list it; a crash in between is made good when it is loaded."""
        private = Ed25519PrivateKey.generate()
        write_files({self.path: self._sealed(private)}, SECRET_FILE, SECRET_FOLDER)
        return self.load()

    def _list(self, keys: Sequence[VerifierKey]) -> None:
        lines = "".join(f"{key.text}\n" for key in keys)
        write_files({self.names: lines.encode()}, SECRET_FILE, SECRET_FOLDER)

    def _sealed(self, private: Ed25519PrivateKey) -> bytes:
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if self._passphrase:
            encryption = serialization.BestAvailableEncryption(self._passphrase)
        return private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )

    def _opened(self, content: bytes) -> Ed25519PrivateKey:
        if os.stat(self.path).st_mode & 0o077:
            raise Misconfigured(f"others may read the log's key: chmod 600 {self.path}")
        try:
            private = serialization.load_pem_private_key(content, self._passphrase)
        except TypeError:
            state = "not encrypted" if self._passphrase else "encrypted"
            raise Misconfigured(
                f"the log's key is {state}, and LEDGER_LOG_PASSPHRASE_FILE says otherwise"
            ) from None
        except ValueError:
            raise Misconfigured("the log's key does not open with this passphrase") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise Misconfigured("the log's key is no Ed25519 key")
        return private
