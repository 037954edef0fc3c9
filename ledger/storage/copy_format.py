"""PostgreSQL's binary COPY format: what stands around rows, and rows packed as they go over the wire. Pure.

A row is the number of its columns, then for each column its length and its bytes; a length of -1: there is
no value. Numbers are big-endian.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, repeat
from struct import Struct
from types import NoneType
from typing import Any, TypeVar

R = TypeVar("R")
# The bytes around the rows: signature, flags and no extension; and a row of -1 columns.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
LENGTH = Struct(">i").pack
NULL = LENGTH(-1)
ERA = datetime(2000, 1, 1, tzinfo=UTC)
"""When the time of a `timestamptz` begins."""
BLOCK_ROWS = 1_000
"""So many rows are made and taken apart at a time: enough for each step, and few enough in memory."""
_COLUMNS = Struct(">h").pack
_MICROSECOND = timedelta(microseconds=1)
_INT8 = Struct(">q").pack


def microseconds(time: datetime) -> int:
    """A `timestamptz` as the format has it: since `ERA`, before it less than 0."""
    return (time - ERA) // _MICROSECOND


_BYTES: Mapping[str, Callable[[Any], bytes]] = {
    "uuid": lambda value: value.int.to_bytes(16, "big"),  # as its `bytes`, which runs in Python
    "text": str.encode,
    "timestamptz": lambda value: _INT8(microseconds(value)),
    "int8": _INT8,
    "int4": Struct(">i").pack,
    "int2": Struct(">h").pack,
}


def packed(
    types: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    compress: Callable[[bytes], bytes] = bytes,
) -> bytes:
    """Rows one after the other. They are taken block by block, so they need not be there all at once.

    `types`: of each column, by PostgreSQL's names. `compress`: applied to values that are `bytea`.
    """
    packs = {**_BYTES, "bytea": compress}
    return b"".join(_block(types, packs, block) for block in blocks_of(rows))


def blocks_of(rows: Iterable[R]) -> Iterator[list[R]]:
    """Rows in blocks of `BLOCK_ROWS`, in order."""
    arriving = iter(rows)
    while block := list(islice(arriving, BLOCK_ROWS)):
        yield block


def _block(
    types: Sequence[str],
    packs: Mapping[str, Callable[[Any], bytes]],
    rows: Sequence[tuple[Any, ...]],
) -> bytes:
    """Worked on column by column, so that each step runs over all rows at once."""
    parts: list[Iterable[bytes]] = [repeat(_COLUMNS(len(types)))]
    for type, column in zip(types, zip(*rows, strict=True), strict=False):
        parts += _column(packs[type], column)
    return b"".join(chain.from_iterable(zip(*parts, strict=False)))


def _column(pack: Callable[[Any], bytes], column: Sequence[Any]) -> tuple[Iterable[bytes], ...]:
    """The lengths and the bytes of the values of a column."""
    # By type: a UUID is compared by Python.
    if NoneType not in set(map(type, column)):
        values = list(map(pack, column))
        return map(LENGTH, map(len, values)), values
    values = [b"" if value is None else pack(value) for value in column]
    lengths = [
        NULL if value is None else LENGTH(len(bytes_))
        for value, bytes_ in zip(column, values, strict=True)
    ]
    return lengths, values
