"""Withheld messages: sealed so that only the confidential ledger can read them, and counted, no more.

HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM) with a public key; the private half is a file in
the key folder of the confidential ledger. The sealed text is padded, so that its size says little.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ledger.crypto.formats import FORMAT_BYTES, HPKE_X25519, check_format
from ledger.errors import Full, Halt, KeyLost, Misconfigured, Remedy
from ledger.keys.keyring import Keyring
from ledger.letters.dead import offset_of
from ledger.storage.access import PRIVATE, PUBLIC, Unsafe
from ledger.storage.files import Folder
from ledger.storage.postgres import Session
from ledger.writing.message import Message

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = HPKE_X25519 + b"processing-ledger withheld message"
_PREFIX = "x25519:"
_KEY_BYTES = 32
# Every size up to here looks the same; above it the next power of two does. A dead letter keeps 64 KiB.
_SMALLEST = 4096
_LENGTH_BYTES = 4
RECEIPT = "letter-receipt"
"""Purpose of the ledger's key that makes receipts."""
RECEIPT_BYTES = 32
# More than any file with a key.
_MOST_BYTES = 4096
# The limit for all messages that wait: years of orders, days of a desk with undeclared codes.
MOST_WITHHELD = 50_000
MOST_WITHHELD_BYTES = 512 * 1024 * 1024


class OpenedLetter(msgspec.Struct, frozen=True):
    """A withheld message as the confidential ledger opens it: its bytes, and where they came from.

    `receipt`: the open ledger takes it as proof that the message was opened: it is inside the sealed message.
    """

    body: bytes
    mode: Literal["structured", "binary", "truncated"]
    topic: str
    partition: int
    offset: int
    receipt: bytes


Sealed = tuple[bytes, bytes]
"""Name of a letter, and its sealed bytes."""


class WithheldKey:
    """The public key to which the open ledger seals. `text`: how settings and commands write it."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._key = X25519PublicKey.from_public_bytes(raw)

    @classmethod
    def read(cls, text: str) -> "WithheldKey":
        """The key of a text such as `x25519:…`. Raises Misconfigured."""
        try:
            raw = b64decode(text.strip().removeprefix(_PREFIX), validate=True)
        except ValueError:
            raw = b""
        if not text.strip().startswith(_PREFIX) or len(raw) != _KEY_BYTES or not any(raw):
            raise Misconfigured("expected a public key such as x25519:…, as `ledger init` prints")
        return cls(raw)

    @property
    def text(self) -> str:
        """`x25519:` and 32 bytes in base64."""
        return _PREFIX + b64encode(self._raw).decode()

    def seal(self, message: Message, receipt: bytes) -> bytes:
        """Seal a message with its origin, so that only the holder of the private half can read it."""
        topic, partition, offset = offset_of(message.origin)
        handed = OpenedLetter(message.body, message.mode, topic, partition, offset, receipt)
        text = _padded(msgspec.msgpack.encode(handed))
        return HPKE_X25519 + _SUITE.encrypt(text, self._key, _INFO)


class KeyPair:
    """The pair of a confidential ledger, in its key folder: the private half is read by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.private = folder / "withheld.key"
        self.public = folder / "withheld.pub"
        self._secrets = Folder(folder, PRIVATE)

    def create(self) -> WithheldKey:
        """The public half; makes the pair if it is missing. Durable on return.

        Raises Halt when the private half is damaged, OSError when the folder cannot be written.
        """
        if not self.is_kept:
            private = X25519PrivateKey.generate()
            self._secrets.create(self.private.name, private.private_bytes_raw())
        key = self.key()
        _keep(self.public, key)
        return key

    @property
    def is_kept(self) -> bool:
        """Whether anything lies where the private half belongs."""
        return self._secrets.has(self.private.name)

    def key(self) -> WithheldKey:
        """The public half of the private one, which this process holds. Raises Misconfigured or Halt."""
        return WithheldKey(self._private().public_key().public_bytes_raw())

    def known(self) -> WithheldKey | None:
        """The public half, where this process may read it. Raises Misconfigured for a malformed file."""
        try:
            return _read_public(self.public)
        except (FileNotFoundError, PermissionError):
            return None

    def holds(self, key: WithheldKey) -> bool:
        """Whether its private half, which this process may read, belongs to a public key."""
        try:
            return self.is_kept and self.key().text == key.text
        except PermissionError:
            return False

    def open(self, sealed: bytes) -> OpenedLetter:
        """The message that was sealed to the public half.

        Raises Lost when it was sealed to another key or changed, UnknownFormat, Misconfigured without a key.
        """
        private = self._private()
        check_format(sealed, HPKE_X25519)
        try:
            text = _SUITE.decrypt(sealed[FORMAT_BYTES:], private, _INFO)
            return msgspec.msgpack.decode(_unpadded(text), type=OpenedLetter)
        except (InvalidTag, ValueError, msgspec.MsgspecError):
            raise KeyLost(
                "a withheld message does not open: it was sealed to another key or changed"
            ) from None

    def _private(self) -> X25519PrivateKey:
        if not self.is_kept:
            raise Misconfigured(
                f"there is no key in {self.private}: withheld messages are for its holder"
            )
        raw = _content(self._secrets, self.private.name)
        if len(raw) != _KEY_BYTES:
            raise Halt(
                f"{self.private} is damaged: restore it, no other key opens what was withheld"
            )
        return X25519PrivateKey.from_private_bytes(raw)


def public_key(own: Path, pair: KeyPair) -> WithheldKey | None:
    """The key to which an open ledger seals when no setting names one; None when it cannot be read or made.

    `own`: the ledger's copy. A missing copy is made from `pair`, which is made if it is missing too.
    """
    try:
        if not Folder(own.parent, PUBLIC).has(own.name):
            _keep(own, pair.known() or pair.create())
        return _read_public(own)
    except OSError:
        return None


def _keep(public: Path, key: WithheldKey) -> None:
    """Write down a public key, unless there is one. The folder is for its owner alone all the same."""
    Folder(public.parent, PRIVATE).make()
    Folder(public.parent, PUBLIC).create(public.name, f"{key.text}\n".encode())


def _read_public(path: Path) -> WithheldKey:
    """The key of a file. Raises OSError without a file, Misconfigured for a malformed key."""
    content = _content(Folder(path.parent, PUBLIC), path.name)
    try:
        return WithheldKey.read(content.decode("ascii"))
    except (ValueError, Misconfigured):
        raise Misconfigured(
            f"{path} holds no key: put it back, or set LEDGER_WITHHELD_KEY"
        ) from None


def _content(folder: Folder, name: str) -> bytes:
    """The content of a file; empty when it can be no key's file. Raises OSError without a file."""
    try:
        return folder.read(name, _MOST_BYTES)
    except Unsafe as error:
        raise Misconfigured(error.strerror) from None
    except (FileNotFoundError, PermissionError):
        raise
    except OSError:
        return b""


def _padded(text: bytes) -> bytes:
    size = _SMALLEST
    while size < len(text) + _LENGTH_BYTES:
        size *= 2
    return (len(text).to_bytes(_LENGTH_BYTES) + text).ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES])
    return padded[_LENGTH_BYTES:end]


def seal_withheld(
    keyring: Keyring, key: WithheldKey | None, messages: Sequence[Message]
) -> tuple[Sealed, ...]:
    """Messages as they are kept. Raises Misconfigured without a key: their batch is not recorded then."""
    if not messages:
        return ()
    if key is None:
        raise Misconfigured(
            "there is no key for messages that are not for this ledger, so the ledger reads no message: run "
            "`ledger init`, or set LEDGER_WITHHELD_KEY"
        )
    names = keyring.hash("letter-id")
    letters = [names.of(message.body) for message in messages]
    return tuple(
        (letter, key.seal(message, receipt_of(keyring, letter)))
        for letter, message in zip(letters, messages, strict=True)
    )


def receipt_of(keyring: Keyring, letter: bytes) -> bytes:
    """The receipt that the confidential ledger must return before a letter is forgotten here; sealed with the
    letter.

    Its key makes nothing else, so no message can have the receipt of another message as its name.
    """
    return keyring.hash(RECEIPT).of(letter)


def keep_withheld(session: Session, sealed: Sequence[Sealed]) -> None:
    """Keep sealed messages, inside the caller's transaction. A message is kept once.

    Raises Full without room for them: their batch is not recorded then.
    """
    if sealed:
        letters, texts = zip(*sealed, strict=True)
        session.run("add_withheld", letters=list(letters), sealed=list(texts))
        count, size = session.row("room_of_withheld") or (0, 0)
        if count > MOST_WITHHELD or size > MOST_WITHHELD_BYTES:
            raise Full(
                "no more messages can be withheld before those that wait are handed over, so the ledger "
                "reads no message",
                remedy=Remedy("hand-over"),
            )


def count_withheld(session: Session) -> int:
    """How many messages are withheld."""
    return sizes_of_withheld(session)[0]


def sizes_of_withheld(session: Session) -> tuple[int, int]:
    """How many messages are withheld, and the bytes that they take on disk."""
    count, size = session.row("count_withheld") or (0, 0)
    return int(count), int(size)


def withheld_parts(session: Session, most_bytes: int) -> Iterator[list[Sealed]]:
    """All withheld messages, for handing over: parts, at least one, of at most `most_bytes` sealed bytes."""
    letter = b""
    while True:
        rows = session.rows("withheld_after", letter=letter, most_bytes=most_bytes)
        part = [(bytes(letter), bytes(sealed)) for letter, sealed in rows]
        if part or not letter:
            yield part
        if not part:
            return
        letter, _ = part[-1]


def remove_received(session: Session, keyring: Keyring, receipts: Collection[bytes]) -> int:
    """Forget the letters that these are receipts of; how many they were."""
    names = (bytes(letter) for (letter,) in session.rows("withheld_names"))
    letters = [letter for letter in names if receipt_of(keyring, letter) in receipts]
    return session.run("remove_withheld", letters=letters)
