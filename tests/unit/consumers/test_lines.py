"""Lines of a stream: their ends, their numbers, and flat memory whatever they are."""

import io
import tracemalloc
from hashlib import sha256
from typing import BinaryIO, cast

import orjson
import pytest

from consumers.lines import LINE_BYTES, Line, lines
from consumers.pipeline import KEPT_BYTES


def read(data: bytes) -> list[tuple[int, bytes]]:
    return [(line.number, line.text) for line in lines(io.BytesIO(data)) if not line.blank]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a\n", [(1, b"a")]),
        (b"a", [(1, b"a")]),
        (b"a\nb", [(1, b"a"), (2, b"b")]),
        (b"a\r\nb\r\n", [(1, b"a"), (2, b"b")]),
        (b"a\n\n \t\r\nb\n\n", [(1, b"a"), (4, b"b")]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", [(1, b"a"), (2, b"\xef\xbb\xbfb")]),
        (b"\xef\xbb\xbf\na", [(2, b"a")]),
        (b"\x00\na\x00b\n", [(1, b"\x00"), (2, b"a\x00b")]),
        (b"a\rb\n", [(1, b"a\rb")]),
        ("a\u2028b\x0b\x85c\n".encode(), [(1, "a\u2028b\x0b\x85c".encode())]),
        ("x".encode("utf-16"), [(1, b"\xff\xfex\x00")]),
    ],
)
def test_lines_are_cut_and_numbered(data: bytes, expected: list[tuple[int, bytes]]) -> None:
    assert read(data) == expected


def test_sizes_add_up_to_the_file() -> None:
    data = b"\xef\xbb\xbfa\r\n\n" + b"x" * (3 * LINE_BYTES) + b"\nb"
    assert sum(line.size for line in lines(io.BytesIO(data))) == len(data)


def test_a_line_that_is_too_long_keeps_its_start_size_and_hash() -> None:
    text = b"y" * (LINE_BYTES + 5) + b"\n"
    long, short = lines(io.BytesIO(text + b"b\n"))
    assert not long.whole
    assert long.text[:KEPT_BYTES] == text[:KEPT_BYTES]
    trailer = orjson.loads(long.text[KEPT_BYTES:])
    assert trailer == {"bytes": len(text), "sha256": sha256(text).hexdigest()}
    assert short == Line(2, b"b", 2)


class Endless(io.RawIOBase):
    """So many bytes without a line end, then an ordinary line; nothing is stored."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._rest = io.BytesIO(b"\nlast")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        if not self._left:
            return self._rest.readinto(view)
        count = min(len(view), self._left)
        view[:count] = b"z" * count
        self._left -= count
        return count


def test_a_line_of_100_mb_passes_in_flat_memory() -> None:
    size = 100 * 1024 * 1024
    stream = cast("BinaryIO", io.BufferedReader(Endless(size)))
    tracemalloc.start()
    try:
        long, last = lines(stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (long.size, long.whole) == (size + 1, False)
    assert (last.number, last.text) == (2, b"last")
    assert peak < 4 * LINE_BYTES
