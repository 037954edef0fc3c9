"""Sealing and opening bytes and single values, key ids and the monthly ratchet.

Pure: keys and nonces are arguments. Sealed bytes begin with the byte of their format, and open only with
their own key, in their own place: the associated data binds the format, then the place. The values of an
event are sealed together, a category at a time: see `ledger.crypto.groups`.
"""

import hmac
import struct
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.formats import AES_256_GCM, FORMAT_BYTES, check_format
from ledger.errors import Halt
from schemas.encoding import to_json

KEY_BYTES = 32
NONCE_BYTES = 12
_PAD_BYTES = 16
_PADS = tuple(b" " * (-length % _PAD_BYTES) for length in range(_PAD_BYTES))
_BODY = FORMAT_BYTES + NONCE_BYTES
_SHUT = "the sealed value does not open with its key in this place"
_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class KeyedHash:
    """HMAC-SHA256 (RFC 2104) under one key that is used often: both pads are made beforehand.

    Gives the bytes of `keyed_hash` in half of its time, and takes as little memory as the pads.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take a key of at most 64 bytes."""
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = block.translate(_INNER)
        self._outer = block.translate(_OUTER)

    def of(self, data: bytes) -> bytes:
        """The hash of some bytes, 32 bytes."""
        return sha256(self._outer + sha256(self._inner + data).digest()).digest()


_EXTRACT = KeyedHash(bytes(32))
# RFC 9562: the bits for version and variant of a UUID, and those of version 8, for a scheme of one's own.
_UUID_MARKS = 0xF << 76 | 0x3 << 62
_UUID_8 = 8 << 76 | 0x2 << 62


_KEY_ID = b"processing-ledger/key-id/1"
_SUBJECT = b"processing-ledger/subject/1"
_RATCHET = b"processing-ledger/ratchet/1"


def _extracted(key: bytes) -> KeyedHash:
    """The first step of HKDF-SHA256 (RFC 5869) without salt, ready for the second."""
    return KeyedHash(_EXTRACT.of(key))


def _expanded(extracted: KeyedHash, info: bytes) -> bytes:
    """Its second step, 32 bytes."""
    return extracted.of(info + b"\x01")


def _hkdf(key: bytes, info: bytes) -> bytes:
    """HKDF-SHA256, no salt, 32 bytes: one extract and one expand step."""
    return _expanded(_extracted(key), info)


def base64url(data: bytes) -> str:
    """Base64url without padding."""
    return str(b2a_base64(data).translate(_URL_SAFE, b"=\n"), "ascii")


def from_base64url(text: str) -> bytes:
    """Reverse of `base64url`; raises ValueError on other input."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_id(key: bytes) -> str:
    """Name of a data key, 43 characters: it commits to the key and reveals nothing of it."""
    return base64url(_hkdf(key, _KEY_ID))


def subject_of(key: bytes, ledger: str, reference: str) -> UUID:
    """The data subject that a reference becomes with its own key; without the key it looks random.

    Every entry of the person is published under it, so it cannot be moved to another reference later.
    """
    return _subject(_extracted(key), orjson.dumps([ledger, reference]))


def _subject(extracted: KeyedHash, text: bytes) -> UUID:
    digest = KeyedHash(_expanded(extracted, _SUBJECT)).of(text)
    number = int.from_bytes(digest[:16]) & ~_UUID_MARKS | _UUID_8
    return UUID(int=number)


def named_subject(key: bytes, reference: str, ledger: str) -> "tuple[UUID, DataKey]":
    """The result of `subject_of`, and the key ready for use: both have the first step of HKDF in common."""
    extracted = _extracted(key)
    subject = _subject(extracted, orjson.dumps([ledger, reference]))
    return subject, DataKey(key, id=base64url(_expanded(extracted, _KEY_ID)))


def next_month_key(key: bytes) -> bytes:
    """The ratchet of a rolling category: key of month m + 1 from that of month m, never back."""
    return _hkdf(key, _RATCHET)


def month_of(time: datetime) -> int:
    """Month of an instant that is in UTC, counted from year 0: 12 * year + month - 1."""
    return time.year * 12 + time.month - 1


def end_of_month(month: int) -> datetime:
    """Last instant (microsecond, UTC) of a month counted as `month_of` does."""
    year, index = divmod(month + 1, 12)
    return datetime(year, index + 1, 1, tzinfo=UTC) - timedelta(microseconds=1)


def keyed_hash(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes: the only kind of hash of personal data that exists here."""
    return hmac.digest(key, data, "sha256")


class DataKey:
    """One data key ready for use: its id and its cipher. Never printed, never pickled."""

    __slots__ = ("cipher", "id", "secret")

    def __init__(self, secret: bytes, *, id: str | None = None) -> None:
        """`id`: where it is known already."""
        self.secret = secret
        self.id = key_id(secret) if id is None else id
        self.cipher = AESGCM(secret)

    @property
    def place(self) -> bytes:
        """The end of the associated data of every group that is sealed with it: its id as JSON."""
        return b'"' + self.id.encode() + b'"]'

    def __repr__(self) -> str:
        return f"DataKey({self.id})"


class ValuePlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a value belongs: ledger, person, event, category and field, and the id of its key."""

    ledger: str
    subject: UUID
    source: str
    id: str
    category: str
    field: str
    key: str


def associated_data(place: ValuePlace) -> bytes:
    """Where a value belongs: a compact JSON array. Sealing puts the byte of the format before it."""
    person, event = str(place.subject), (place.source, place.id)
    return orjson.dumps([place.ledger, person, *event, place.category, place.field, place.key])


def seal_bytes(
    cipher: AESGCM, text: bytes, place: bytes, nonce: bytes, format: bytes = AES_256_GCM
) -> bytes:
    """Seal bytes: the format, the nonce, and AES-256-GCM ciphertext that is bound to format and place."""
    return format + nonce + cipher.encrypt(nonce, text, format + place)


def seal_each(cipher: AESGCM, placed: Sequence[tuple[bytes, bytes]], random: bytes) -> list[bytes]:
    """The result of `seal_bytes` for each place with its bytes. `random`: a nonce for each, in a row."""
    encrypt = cipher.encrypt
    nonces = struct.iter_unpack(f"{NONCE_BYTES}s", random)
    return [
        AES_256_GCM + nonce + encrypt(nonce, text, AES_256_GCM + place)
        for (nonce,), (place, text) in zip(nonces, placed, strict=True)
    ]


def open_bytes(cipher: AESGCM, sealed: bytes, place: bytes, format: bytes = AES_256_GCM) -> bytes:
    """Reverse of `seal_bytes`. Raise UnknownFormat, Halt when blob, key and place do not belong together."""
    check_format(sealed, format)
    try:
        nonce, text = sealed[FORMAT_BYTES:_BODY], sealed[_BODY:]
        return cipher.decrypt(nonce, text, format + place)
    except (
        InvalidTag,
        ValueError,
    ) as error:  # ValueError: too short to be anything that was sealed
        raise Halt(_SHUT) from error


def seal_value(cipher: AESGCM, value: Any, place: bytes, nonce: bytes) -> str:
    """Seal one JSON value. The blob is base64url of the sealed bytes."""
    return base64url(seal_bytes(cipher, padded(value), place, nonce))


def padded(value: Any) -> bytes:
    """A plaintext: JSON and spaces up to whole blocks, so that a length tells little."""
    return filled(to_json(value))


def filled(text: bytes) -> bytes:
    """JSON with spaces up to whole blocks."""
    return text + _PADS[len(text) % _PAD_BYTES]


def open_value(cipher: AESGCM, blob: str, place: bytes) -> Any:
    """Open one value. Raise UnknownFormat, or Halt when blob, key and place do not belong together."""
    try:
        return msgspec.json.decode(open_bytes(cipher, from_base64url(blob), place))
    except ValueError as error:
        raise Halt(_SHUT) from error
