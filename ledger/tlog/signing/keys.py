"""Keys of logs and witnesses: their names, their texts, signing and verifying. Pure.

A key is Ed25519 and signs either a note as it is (a log), or, with the time, that it saw no other tree (a
witness's cosignature/v1). Sources: C2SP signed-note and tlog-cosignature.

`Signer` and `LogKey` are ports: a file holds the private half, or a key service, or a hardware module.
`tests/contract/test_log_key.py` says what each must do. The adapter is `ledger.tlog.store.key_file`.
"""

import hashlib
import re
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import Misconfigured, Unproven
from ledger.tlog.signing.base64 import from_base64, to_base64

ED25519, COSIGNATURE = 0x01, 0x04
KEY_ID_BYTES = 4
PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_LAST_TIME = 2**63 - 1


class VerifierKey(msgspec.Struct, frozen=True):
    """The public half of a key. `algorithm`: ED25519 or COSIGNATURE. `public`: 32 bytes."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        message = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(message).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as it is handed over: `<name>+<key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.algorithm]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> None:
        """Raise Unproven unless the signature, without its key id, is this key's over a note's text."""
        message = text.encode()
        if self.algorithm == COSIGNATURE:
            # The time is signed with the text, so it is part of the message.
            message = cosigned_message(text, cosignature_time(signature))
            signature = signature[_TIME_BYTES:]
        self.verify_bytes(message, signature)

    def verify_bytes(self, message: bytes, signature: bytes) -> None:
        """Raise Unproven unless the signature is this key's over exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Unproven(f"the signature of {self.name} is wrong") from None


class Signer(Protocol):
    """A signer under the name of a log or a witness; its private half stays where it is."""

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature over bytes, 64 bytes. Raises Retry when the signer is away."""


class LogKey(Protocol):
    """The key of one log or one witness, wherever it is held, and the public halves of earlier keys.

    `origin`: the name of the log or the witness.
    """

    origin: str

    def create(self) -> Signer:
        """The signer; a new key when there never was any. Durable on return. Raises Lost or Misconfigured."""

    def load(self) -> Signer:
        """The signer.

        Raises Misconfigured when the key was never made or does not open, Lost when it is gone.
        """

    def rotate(self) -> Signer:
        """A new key in place of the old one, whose signatures stay verifiable. Durable on return."""

    def known(self) -> list[VerifierKey]:
        """Verification keys of every key that this log had, oldest first."""

    def faults(self) -> list[str]:
        """The faults of the place of the key, as sentences: other users who get at it."""


class SigningKey:
    """A signer whose private half is in this process."""

    def __init__(self, name: str, private: Ed25519PrivateKey, algorithm: int = ED25519) -> None:
        if not is_key_name(name):
            raise Misconfigured("the name of a key has no spaces and no plus sign")
        self._private = private
        public = private.public_key().public_bytes_raw()
        self.verifier = VerifierKey(name, algorithm, public)

    def sign(self, message: bytes) -> bytes:
        """See `Signer`."""
        return self._private.sign(message)


def cosignature(signer: Signer, text: str, time: int) -> bytes:
    """Timestamped signature over a checkpoint's text: time in seconds since 1970, then Ed25519's."""
    return time.to_bytes(_TIME_BYTES, "big") + signer.sign(cosigned_message(text, time))


def cosigned_message(text: str, time: int) -> bytes:
    """The message that a witness signs at a time, in seconds since 1970."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosignature_time(signature: bytes) -> int:
    """Time of a cosignature without its key id, in seconds since 1970. Raises Unproven."""
    time = int.from_bytes(signature[:_TIME_BYTES], "big")
    if len(signature) != _TIME_BYTES + _SIGNATURE_BYTES or time > _LAST_TIME:
        raise Unproven("this is not a timestamped signature")
    return time


def is_key_name(name: str) -> bool:
    """Whether a key, and so a log, may have this name."""
    return bool(name) and "+" not in name and not any(c.isspace() or c < " " for c in name)


def parse_verifier_key(text: str) -> VerifierKey:
    """Read a verifier key. Raises Misconfigured when anything about it is not as it should be."""
    wrong = Misconfigured("expected a verification key such as NAME+0123abcd+BASE64")
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise wrong
    try:
        content = from_base64(parts[2])
    except Unproven:
        raise wrong from None
    if len(content) != 1 + PUBLIC_BYTES or content[0] not in {ED25519, COSIGNATURE}:
        raise wrong
    key = VerifierKey(parts[0], content[0], content[1:])
    if key.key_id.hex() != parts[1]:
        raise wrong
    return key
