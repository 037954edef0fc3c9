"""The log's key on disk, an adapter of `LogKey`: a PKCS#8 file that only its owner may read.

It is under a passphrase when there is one.

Beside it a list of verification keys, oldest first: signatures of a former key stay verifiable. The private
half of a former key is gone.
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Halt, KeyLost, Misconfigured
from ledger.storage.access import PUBLIC, SECRET, Unsafe
from ledger.storage.files import Folder
from ledger.tlog.signing.keys import ED25519, SigningKey, VerifierKey, parse_verifier_key
from ledger.tlog.store.faults import mapped_faults

# More than any file of keys.
_MOST_BYTES = 1 << 20
_ROTATE = "begin a new one with `ledger log rotate-key`"


class KeyFile:
    """The key of one log, or of a witness (`algorithm`). `origin`: its name. `passphrase`: None for a
    key in clear. `renewal`: how a person begins a new key in place of a lost one.
    """

    def __init__(
        self,
        path: Path,
        origin: str,
        passphrase: str | None = None,
        algorithm: int = ED25519,
        renewal: str = _ROTATE,
    ) -> None:
        self.path = path
        self.origin = origin
        self._folder = Folder(path.parent, SECRET, named=True)
        # Anybody may know these, and nobody else may change them.
        self._public = Folder(path.parent, PUBLIC, named=True)
        self._algorithm = algorithm
        self._renewal = renewal
        self._passphrase = passphrase.encode() if passphrase else None

    @property
    def is_kept(self) -> bool:
        """Whether anything lies where the key belongs."""
        with mapped_faults():
            return self._folder.has(self.path.name)

    def create(self) -> SigningKey:
        """The key; a new one when there never was any. Durable on return. Raises Lost or Misconfigured."""
        if not self.is_kept and not self.known():
            return self._replace()
        return self.load()

    def load(self) -> SigningKey:
        """The key. Raises Misconfigured when it was never made or does not open, Lost when it is gone."""
        content = _read(self._folder, self.path.name)
        if content is None and self.known():
            raise KeyLost(f"the signing key {self.path} is gone: put it back, or {self._renewal}")
        if content is None:
            raise Misconfigured(
                f"there is no signing key in {self.path}: set LEDGER_KEY_DIR to where it is;"
                " a new ledger gets one from `ledger init`"
            )
        key = SigningKey(self.origin, self._opened(content), self._algorithm)
        if key.verifier not in self.known():
            self._list([*self.known(), key.verifier])
        return key

    def rotate(self) -> SigningKey:
        """A new key in place of the old one, whose signatures stay verifiable. Durable on return."""
        if self.is_kept:
            self.load()  # lists it
        return self._replace()

    def known(self) -> list[VerifierKey]:
        """Verification keys of every key that this log had, oldest first."""
        content = _read(self._public, self.names.name) or b""
        try:
            lines = content.decode().removesuffix("\n")
            return [parse_verifier_key(line) for line in lines.split("\n")] if lines else []
        except (Misconfigured, UnicodeDecodeError):
            raise Halt(f"the list of verification keys {self.names} is damaged") from None

    def faults(self) -> list[str]:
        """See `LogKey`."""
        found = self._folder.fault(self.path.name), self._public.fault(self.names.name)
        return [why for why in found if why]

    @property
    def names(self) -> Path:
        """Where the list of verification keys is."""
        return self.path.with_suffix(".vkeys")

    def _replace(self) -> SigningKey:
        """Make a key, then list it; a crash in between is made good when it is loaded."""
        private = Ed25519PrivateKey.generate()
        with mapped_faults():
            self._folder.write({self.path.name: self._sealed(private)})
        return self.load()

    def _list(self, keys: Sequence[VerifierKey]) -> None:
        lines = "".join(f"{key.text}\n" for key in keys)
        with mapped_faults():
            self._public.write({self.names.name: lines.encode()})

    def _sealed(self, private: Ed25519PrivateKey) -> bytes:
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if self._passphrase:
            encryption = serialization.BestAvailableEncryption(self._passphrase)
        return private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )

    def _opened(self, content: bytes) -> Ed25519PrivateKey:
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


def _read(folder: Folder, name: str) -> bytes | None:
    with mapped_faults():
        try:
            return folder.read(name, _MOST_BYTES)
        except FileNotFoundError:
            return None
        except Unsafe as error:
            raise Misconfigured(error.strerror) from None
