"""Long lists piece by piece. A cursor names the last row that was given: new rows before it shift nothing.

A cursor is signed with a key of the ledger and says of which question it is: nothing in it can be made up,
and it leads nowhere that its reader may not go. It holds a keyed hash of the row, never the row.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from ledger.crypto.sealing import KeyedHash
from ledger.errors import Misconfigured
from schemas.encoding import to_json
from web.problems import PlaceLost

C = TypeVar("C")
_HASH_BYTES = 16
_PURPOSE = b"cursor/1:"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a piece ended. `row`: hash of its last row. `number`: how many rows were before the next."""

    row: bytes
    number: int


class Behind(msgspec.Struct, frozen=True, array_like=True):
    """Where a part ended of a list that is read by key: its key."""

    key: str


class Piece(msgspec.Struct, frozen=True):
    """A piece of a list, and the cursor of the next one; None at the end."""

    rows: Sequence[Any]
    following: str | None


class Pages:
    """Pieces of the list that one question asks for. `question`: all that decides which rows it has."""

    def __init__(self, key: bytes, question: object) -> None:
        self._hash = KeyedHash(key)
        self._question = to_json(question, sort_keys=True)

    def piece(self, rows: Sequence[Any], limit: int, cursor: str | None) -> Piece:
        """At most `limit` rows after a cursor. Raises Misconfigured for no cursor of ours, PlaceLost."""
        start = 0 if cursor is None else self._after(rows, self._read(cursor, Cursor))
        piece = rows[start : start + limit]
        end = start + len(piece)
        if end >= len(rows):
            return Piece(piece, None)
        return Piece(piece, self._written(Cursor(self._row(piece[-1]), end)))

    def cursor(self, key: object) -> str:
        """The cursor of the part behind a key."""
        return self._written(Behind(str(key)))

    def key(self, cursor: str) -> str:
        """The key in a cursor. Raises Misconfigured for no cursor of ours."""
        return self._read(cursor, Behind).key

    def _after(self, rows: Sequence[Any], cursor: Cursor) -> int:
        """The place after the row of a cursor, wherever it stands by now."""
        expected = cursor.number - 1
        if expected < len(rows) and self._row(rows[expected]) == cursor.row:
            return cursor.number
        for place, row in enumerate(rows):
            if self._row(row) == cursor.row:
                return place + 1
        raise PlaceLost

    def _row(self, row: object) -> bytes:
        return self._of(b"row", to_json(row, sort_keys=True))

    def _written(self, cursor: Cursor | Behind) -> str:
        content = msgspec.msgpack.encode(cursor)
        signed = self._of(b"sign", self._question + content) + content
        return urlsafe_b64encode(signed).rstrip(b"=").decode()

    def _read(self, text: str, type: type[C]) -> C:
        try:
            signed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except ValueError:
            raise _unknown() from None
        mark, content = signed[:_HASH_BYTES], signed[_HASH_BYTES:]
        if mark != self._of(b"sign", self._question + content):
            raise _unknown()
        return msgspec.msgpack.decode(content, type=type)

    def _of(self, what: bytes, content: bytes) -> bytes:
        return self._hash.of(_PURPOSE + what + b":" + content)[:_HASH_BYTES]


def _unknown() -> Misconfigured:
    return Misconfigured(
        "this cursor belongs to another question: begin again without one", field="cursor"
    )
