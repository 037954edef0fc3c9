"""The values of one category in one event, sealed together: format 3, for ever. Pure.

A group is stored as the names of its fields in clear, the id of its key, and one blob: the byte of the
format, a nonce and the AES-256-GCM ciphertext, in base64. The plaintext is a JSON array of the values in the
order of the names. The associated data binds format, ledger, data subject, event, category, names and key, so
no part of a group can be changed or moved. For readers in other languages: `docs/reference/envelope.md`.
"""

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.formats import GROUP, check_format
from ledger.crypto.sealing import filled, open_bytes, seal_bytes
from ledger.errors import Halt

_SHUT = "the sealed values do not open with their key in this place"
# The first characters of a blob, which hold the byte of its format.
_HEAD_DIGITS = 4
# Where a place has the id of the key, which it ends with: `"<id>"]`.
KEY_IN_PLACE = slice(-45, -2)
_ENCODER = msgspec.json.Encoder()


class GroupPlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a group belongs: ledger, person, event, category, its fields in order, and the id of its key."""

    ledger: str
    subject: UUID
    source: str
    id: str
    category: str
    fields: tuple[str, ...]
    key: str


def bound_to(place: GroupPlace) -> bytes:
    """The associated data without the format: a compact JSON array."""
    person, event = str(place.subject), (place.source, place.id)
    return orjson.dumps([place.ledger, person, *event, place.category, place.fields, place.key])


def event_places(events: Iterable[tuple[str, str, str, str]]) -> list[bytes]:
    """The format, and where each event belongs: ledger, subject, source, id.

    `fields_place` and `DataKey.place` complete it: the three vary with the event, its fields and the key.
    """
    lines = _ENCODER.encode_lines(events).split(b"\n")[:-1]
    return [GROUP + line[:-1] + b"," for line in lines]


def fields_place(category: str, fields: Sequence[str]) -> bytes:
    """The part of the associated data that names the fields and their category."""
    return orjson.dumps([category, fields])[1:-1] + b","


def seal_group(cipher: AESGCM, values: Sequence[Any], place: GroupPlace, nonce: bytes) -> str:
    """The blob of some values, in the order of the fields of their place."""
    sealed = seal_bytes(cipher, filled(_ENCODER.encode(values)), bound_to(place), nonce, GROUP)
    return str(b2a_base64(sealed, newline=False), "ascii")


def open_group(cipher: AESGCM, blob: str, place: GroupPlace) -> dict[str, Any]:
    """Field -> value. Raise UnknownFormat, or Halt when blob, key and place do not belong together."""
    try:
        sealed = a2b_base64(blob, strict_mode=True)
        values = msgspec.json.decode(open_bytes(cipher, sealed, bound_to(place), GROUP), type=list)
        return dict(zip(place.fields, values, strict=True))
    except ValueError as error:  # no base64, no JSON, or not a value for each field
        raise Halt(_SHUT) from error


def check_group(fields: Sequence[str], blob: str) -> None:
    """Raise UnknownFormat for a group that is sealed in an unknown format, Halt for a malformed group.

    The names of its fields must be there, sorted, each once.
    """
    if not fields or list(fields) != sorted(set(fields)):
        raise Halt("the fields of sealed values are not sorted names")
    try:
        check_format(a2b_base64(blob[:_HEAD_DIGITS], strict_mode=True), GROUP)
    except ValueError as error:
        raise Halt(_SHUT) from error
