"""The size of the pages of a Parquet file, from their headers, before any of them is expanded. Pure.

A page of some bytes can hold gigabytes: zeros under zstd, a value that counts a thousand times, a list of a
thousand million items. Arrow takes the room that a header asks for. So the headers are read first, and only
forms of pages pass that this program writes: in others a value can repeat the one before it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from ledger.errors import Unproven

# Kinds and encodings of pages as numbers of parquet.thrift.
_DATA, _DICTIONARY = 0, 2
_PLAIN, _PLAIN_DICTIONARY, _RLE_DICTIONARY = 0, 2, 8
_KNOWN = frozenset({(_DATA, _PLAIN), (_DATA, _RLE_DICTIONARY), (_DICTIONARY, _PLAIN)}) | {
    (kind, _PLAIN_DICTIONARY) for kind in (_DATA, _DICTIONARY)
}
# Every value of a dictionary takes at least its length, or is a number of 32 bits.
_LEAST_VALUE_BYTES = 4
# Types of members (Thrift, compact protocol). A header holds a header of its kind, and that holds statistics.
_TRUE, _FALSE, _I32, _I64, _TEXT, _STRUCT = 1, 2, 5, 6, 8, 12
_MOST_DEEP = 2


class Page(NamedTuple):
    """One page: its kind, its bytes once expanded, its values, and how they are written."""

    kind: int
    size: int
    values: int
    encoding: int


_DAMAGED = "the file is no Parquet file, or damaged"
_OTHERWISE = "the file has pages of another form than this program writes"


def expanded_size(content: bytes, told: pq.ColumnChunkMetaData) -> int:
    """How many bytes the pages of a column come to in one row group of a file.

    Raises Unproven when they are of another form than this program writes, or hold other numbers of values
    than the file says.
    """
    size, values = 0, 0
    for page in _pages(content, told):
        is_possible = page.kind == _DATA or _LEAST_VALUE_BYTES * page.values <= page.size
        if (page.kind, page.encoding) not in _KNOWN or not is_possible:
            raise Unproven(_OTHERWISE)
        size += page.size
        values += page.values if page.kind == _DATA else 0
    if values != told.num_values or told.compression != "ZSTD":
        raise Unproven(_OTHERWISE)
    return size


def _pages(content: bytes, told: pq.ColumnChunkMetaData) -> Iterator[Page]:
    """All pages that lie where the file says that the column lies."""
    dictionary, at = told.dictionary_page_offset, told.data_page_offset
    at = at if dictionary is None else min(at, dictionary)
    end = at + told.total_compressed_size
    if not 0 <= at <= end <= len(content):
        raise Unproven(_DAMAGED)
    reader = _Reader(content, at)
    while reader.at < end:
        members = reader.struct()
        kind, size, compressed = (_number(members, member) for member in (1, 2, 3))
        of_kind = members.get(5 if kind == _DATA else 7)
        if not isinstance(of_kind, dict):
            raise Unproven(_OTHERWISE)
        yield Page(kind, size, _number(of_kind, 1), _number(of_kind, 2))
        reader.at += compressed


def _number(members: dict[int, Any], member: int) -> int:
    number = members.get(member)
    if type(number) is not int or number < 0:
        raise Unproven(_DAMAGED)
    return number


class _Reader:
    """Reads headers of pages from a place on, as narrowly as this program writes them.

    Whatever another reader could understand otherwise raises Unproven, such as a member that stands twice.
    """

    def __init__(self, content: bytes, at: int) -> None:
        self._content = content
        self.at = at

    def struct(self, deep: int = 0) -> dict[int, Any]:
        """The members of a struct by their numbers; those that nobody asks for without their values."""
        members: dict[int, Any] = {}
        number = 0
        while byte := self._byte():
            number += byte >> 4
            if not byte >> 4 or number in members:
                raise Unproven(_DAMAGED)
            members[number] = self._value(byte & 15, deep)
        return members

    def _value(self, type: int, deep: int) -> Any:
        if type in {_TRUE, _FALSE}:
            return type == _TRUE
        if type == _STRUCT and deep < _MOST_DEEP:
            return self.struct(deep + 1)
        if type not in {_I32, _I64, _TEXT}:
            raise Unproven(_DAMAGED)
        number = self._varint(64 if type == _I64 else 32)
        if type == _I32:
            return (number >> 1) ^ -(number & 1)  # zigzag
        if type == _TEXT:
            self.at += number
        return None

    def _byte(self) -> int:
        if self.at >= len(self._content):
            raise Unproven(_DAMAGED)
        self.at += 1
        return self._content[self.at - 1]

    def _varint(self, bits: int) -> int:
        number = 0
        for shift in range(0, bits, 7):
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128 and number < 1 << bits:
                return number
        raise Unproven(_DAMAGED)
