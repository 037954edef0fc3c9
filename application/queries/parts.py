"""Long lists a part at a time: a part begins behind the place that ended the one before it.

A part costs what it shows. What the database does not judge is judged row by row; so that a part on which few
rows fit costs no more, it looks at a limited number and then leads on, with fewer rows or none.
"""

from binascii import Error
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import msgspec

from application.source import Source
from ledger.crypto.sealing import (
    DataKey,
    base64url,
    from_base64url,
    keyed_hash,
    open_bytes,
    seal_bytes,
)
from ledger.errors import Halt, Misconfigured
from ledger.recording.reads import READS
from schemas.encoding import from_json

P = TypeVar("P")
T = TypeVar("T")
U = TypeVar("U")
LIMIT = 100
LOOKED_AT = 10_000
"""So many rows one part looks at, whether they fit or not."""


_PLACE, _NONCE = b"place/1", 12


class Part(msgspec.Struct, frozen=True):
    """Which part of a list. `after`: the key that the part before named as its next one."""

    after: str | None = None
    limit: int = LIMIT


FIRST = Part()


def taken(
    source: Source, rows: Iterator[tuple[P, T]], limit: int, fitting: Callable[[T], U | None]
) -> tuple[list[U], str | None]:
    """The rows of a part, and the key of the part that follows; None where there is none.

    `rows`: with their places, from where the part begins. `fitting`: what becomes of a row; None: it does not
    fit.
    """
    found: list[U] = []
    last: P | None = None
    for place, row in islice(rows, LOOKED_AT):
        if len(found) == limit:
            return found, key_of(source, last)
        made = fitting(row)
        if made is not None:
            found.append(made)
        last = place
    return found, key_of(source, last) if next(rows, None) is not None else None


def key_of(source: Source, place: object) -> str:
    """A place as a text for an address, sealed: it has the name by which the ledger knows a person."""
    text = msgspec.json.encode(place)
    nonce = keyed_hash(_key(source, b"nonce"), text)[:_NONCE]  # equal places have equal keys
    return base64url(seal_bytes(DataKey(_key(source, b"key")).cipher, text, _PLACE, nonce))


def place_named(source: Source, key: str, type: type[P]) -> P:
    """The place of a sealed key. Raises Misconfigured for another text."""
    try:
        sealed = from_base64url(key)
        text = open_bytes(DataKey(_key(source, b"key")).cipher, sealed, _PLACE)
        return from_json(text, type)
    except (Error, ValueError, Halt, msgspec.MsgspecError):
        raise Misconfigured("this is no place in the list", field="after") from None


def _key(source: Source, use: bytes) -> bytes:
    return keyed_hash(source.opener.ledger_key(READS), _PLACE + use)
