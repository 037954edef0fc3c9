"""The keyed hashes by which the recorder vouches for its writes: one for each batch, over the one before.

The log vouches for an event, but not for the rest that is recorded in the same transaction: how a batch came
about, the names of its events, bookmarks, counted rejections, dead letters, the tracking of other
applications; nor for the form in which the table holds an event. So each batch hashes its own row, the rows
of its names and events, and the content of all those tables by then, under a key of the ledger that an epoch
key outside the database wraps. An audit computes it again. Pure.

A sum stands for the content of a table: each row's own keyed hash as a number, added when it comes and
subtracted when it goes, modulo 2^256 (a multiset hash, Clarke et al. 2003). The hash of the row as it goes is
subtracted, so a row that was changed in between leaves a difference for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Literal, NamedTuple

import orjson

from ledger.crypto.sealing import KeyedHash

# Purpose of the ledger's key.
CHAIN = "chain"
Table = Literal[
    "bookmarks", "intake_windows", "dead_letters", "tracking", "intake_sources", "rejection_answers"
]
# Whose rows are summed up, in the order of the sums. Answers leave without a batch: each has its hash alone.
# A table is added at the end, and empty: the sums of older batches lack it.
TABLES: tuple[Table, ...] = (
    *("bookmarks", "intake_windows", "dead_letters", "tracking"),
    "intake_sources",
)
_SUM_BYTES = 32
_MODULUS = 1 << (8 * _SUM_BYTES)
NO_SUMS = bytes(_SUM_BYTES * len(TABLES))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Cell = str | int | bytes | datetime | date | None


def microseconds(time: datetime) -> str:
    """Microseconds since 1970, in decimal digits."""
    return str((time - _EPOCH) // _MICROSECOND)


def row_hash(key: KeyedHash, table: Table, row: Sequence[Cell]) -> bytes:
    """The keyed hash of one row, 32 bytes. Bytes count as hexadecimal digits, times as microseconds."""
    return key.of(orjson.dumps([table, *map(_cell, row)]))


def _cell(cell: Cell) -> str | int | None:
    if isinstance(cell, bytes):
        return cell.hex()
    if isinstance(cell, datetime):
        return microseconds(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def batch_hash(key: KeyedHash, before: bytes, row: Sequence[Cell], side: "SideState") -> bytes:
    """The hash of a batch: over that of the batch before it, its own row, and the state that it left beside
    the events.

    `row`: the columns from `batch` to `recorded_at`, that one as microseconds, then the hashes of rows.
    """
    cells: Sequence[Cell] = (*row, *side)
    return key.of(orjson.dumps(["batches", before.hex(), *map(_cell, cells)]))


class SideState(NamedTuple):
    """The state beside the events after a batch: erasures counted, the largest promise, the sums."""

    erasures: int
    promised: int
    sums: bytes


class ChainLink:
    """The hash of the next batch in the making. For one batch, used under the head lock."""

    def __init__(self, key: KeyedHash) -> None:
        self._key = key
        self._moved = dict.fromkeys(TABLES, 0)

    def comes(self, table: Table, row: Sequence[Cell]) -> bytes:
        """A row is there from now on; its hash, which is stored with it."""
        hashed = row_hash(self._key, table, row)
        if table in self._moved:
            self._moved[table] += int.from_bytes(hashed)
        return hashed

    def goes(self, table: Table, row: Sequence[Cell]) -> None:
        """A row is there no more, or is about to come changed."""
        self._moved[table] -= int.from_bytes(row_hash(self._key, table, row))

    def sums(self, before: bytes) -> bytes:
        """The sums of the tables after the batch. `before`: their sums before it."""
        numbers = _numbers(all_sums(before))
        return _bytes(a + b for a, b in zip(numbers, self._moved.values(), strict=True))

    def hash(
        self, before: bytes, row: Sequence[Cell], copied: "CopiedRows", side: SideState
    ) -> bytes:
        """The hash of the batch: see `batch_hash`."""
        return batch_hash(self._key, before, (*row, *copied), side)


def all_sums(sums: bytes) -> bytes:
    """The sums of a batch, with those of tables that it did not know."""
    return sums.ljust(len(NO_SUMS), b"\0")


def sum_of(hashes: Iterable[bytes]) -> bytes:
    """The sum of the rows of one table, from their hashes."""
    return _bytes([sum(map(int.from_bytes, hashes))])


class CopiedRows(NamedTuple):
    """The hashes of the rows of a batch as they were copied: into `event_ids` and into `events`."""

    names: bytes
    rows: bytes


def rows_hash(rows: bytes) -> bytes:
    """The hash of the rows of a batch in one table, as they are copied into it."""
    return sha256(rows).digest()


def _bytes(numbers: Iterable[int]) -> bytes:
    return b"".join((number % _MODULUS).to_bytes(_SUM_BYTES) for number in numbers)


def _numbers(sums: bytes) -> list[int]:
    return [int.from_bytes(sums[at : at + _SUM_BYTES]) for at in range(0, len(sums), _SUM_BYTES)]
