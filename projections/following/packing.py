"""Rows of a view in PostgreSQL's binary COPY format, as they go over the wire. Pure.

Column by column, so that each step runs over all rows at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from struct import Struct
from typing import Any

from projections.folds.view import AnyView, Cells

# A row is the number of its columns, then for each column its length and its bytes; -1: there is no value.
_COLUMNS = Struct(">h").pack
_LENGTH = Struct(">i").pack
_NULL = _LENGTH(-1)
_ERA = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INT8 = Struct(">q").pack

_BYTES: Mapping[str, Callable[[Any], bytes]] = {
    "uuid": lambda value: value.int.to_bytes(16, "big"),  # as its `bytes`, which runs in Python
    "text": str.encode,
    "timestamptz": lambda value: _INT8((value - _ERA) // _MICROSECOND),
    "int8": _INT8,
    "int4": Struct(">i").pack,
    "int2": Struct(">h").pack,
}


def types_of(view: AnyView) -> tuple[str, ...]:
    """The type of each column of the rows of a view."""
    return "uuid", "text", "bytea", *view.cell_types.values()


def packed(
    types: Sequence[str], rows: Iterable[Cells], compress: Callable[[bytes], bytes] = bytes
) -> bytes:
    """Rows one after the other. `types`: of each column, by PostgreSQL's names. `compress`: their bytes."""
    packs = {**_BYTES, "bytea": compress}
    parts: list[Iterable[bytes]] = [repeat(_COLUMNS(len(types)))]
    for type, column in zip(types, zip(*rows, strict=True), strict=False):
        parts += _column(packs[type], column)
    return b"".join(chain.from_iterable(zip(*parts, strict=False))) if len(parts) > 1 else b""


def _column(pack: Callable[[Any], bytes], column: Sequence[Any]) -> tuple[Iterable[bytes], ...]:
    """The lengths and the bytes of the values of a column."""
    if None not in column:
        values = list(map(pack, column))
        return map(_LENGTH, map(len, values)), values
    values = [b"" if value is None else pack(value) for value in column]
    lengths = [
        _NULL if value is None else _LENGTH(len(bytes_))
        for value, bytes_ in zip(column, values, strict=True)
    ]
    return lengths, values
