"""Rows as PostgreSQL's binary COPY has them: read back here by the format's own description."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.storage.copy_format import BLOCK_ROWS, packed
from projections.folds.view import Cells
from projections.views import notifications

TYPES = ("uuid", "text", "bytea", "timestamptz", "int8", "int4", "int2")
STREAM = UUID(int=2**127 + 9)
ROWS: list[Cells] = [
    (STREAM, "é/1", b"{}", datetime(1999, 12, 31, 23, 59, tzinfo=UTC), -1, 2**31 - 1, 7),
    (STREAM, "", b"", None, 2**62, -5, None),
    (UUID(int=0), "b", b"\x00\xff", datetime(2026, 11, 28, 1, 2, 3, 4, tzinfo=UTC), 0, 0, 0),
]

_READ: dict[str, Callable[[bytes], object]] = {
    "uuid": lambda cell: UUID(bytes=cell),
    "text": bytes.decode,
    "bytea": bytes,
}


def read(rows: bytes, types: tuple[str, ...]) -> Iterator[Cells]:
    place = 0

    def number(size: int) -> int:
        nonlocal place
        place += size
        return int.from_bytes(rows[place - size : place], "big", signed=True)

    while place < len(rows):
        assert number(2) == len(types)
        row: list[object] = []
        for type in types:
            length = number(4)
            if length < 0:
                row.append(None)
            elif type in {"int8", "int4", "int2"}:
                assert length == int(type[3:])
                row.append(number(length))
            elif type == "timestamptz":
                since = datetime(2000, 1, 1, tzinfo=UTC)
                row.append(since + timedelta(microseconds=number(length)))
            else:
                cell, place = rows[place : place + length], place + length
                row.append(_READ[type](cell))
        yield tuple(row)  # type: ignore[arg-type]


def test_what_is_packed_is_read_back() -> None:
    assert list(read(packed(TYPES, ROWS), TYPES)) == ROWS


def test_rows_that_are_packed_apart_are_the_same_one_after_the_other() -> None:
    assert b"".join(packed(TYPES, [row]) for row in ROWS) == packed(TYPES, ROWS)
    assert packed(TYPES, []) == b""


def test_a_view_names_the_types_of_all_its_columns() -> None:
    assert notifications.VIEW.column_types == ("uuid", "text", "bytea", "int4")


def test_rows_are_taken_block_by_block() -> None:
    taken, done, most = 0, 0, 0

    def rows() -> Iterator[tuple[bytes]]:
        nonlocal taken, most
        for _ in range(3 * BLOCK_ROWS + 1):
            taken += 1
            most = max(most, taken - done)
            yield (b"",)

    def compress(value: bytes) -> bytes:
        nonlocal done
        done += 1
        return value

    assert len(list(read(packed(("bytea",), rows(), compress), ("bytea",)))) == taken == done
    assert most == BLOCK_ROWS
