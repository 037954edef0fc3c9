"""Records of a Kafka batch (message format 2), read in one pass. Pure; what is around them the client reads.

The client makes some dozen calls for a record, also for its key, times and sizes, which are not used here.
And it stops at a header's name that is no UTF-8, which Kafka lets through: such a record is a message like
any other, and is refused where it is no event.
"""

from collections.abc import Iterator, Sequence

from consumers.source import Record
from schemas import Headers

_ASCII = bytes(range(128)) + b"?" * 128
_MORE, _BITS = 0x80, 0x7F
# An integer of 64 bits takes ten bytes at most.
_MOST_SHIFT = 63
# Headers are the same in nearly every record; more different ones, and longer ones, are not remembered.
_MOST_HEADERS = 1_000
_MOST_HEADER_BYTES = 256


class BadRecordError(ValueError):
    """What should be a record is none."""


class RecordReader:
    """Reads the records of batches, and remembers headers that it has read."""

    def __init__(self) -> None:
        self._headers: dict[bytes, tuple[Headers, int]] = {}

    def records(self, content: bytes, start: int, count: int, base: int) -> Iterator[Record]:
        """So many records from a place in the uncompressed content of a batch on. `base`: its first offset.

        Raises BadRecordError where they end: before their number, or before the content.
        """
        place = start
        try:
            for _ in range(count):
                length, place = _integer(content, place)
                end = place + length
                # Attributes, which say nothing, and the time.
                _, place = _integer(content, place + 1)
                delta, place = _integer(content, place)
                key, place = _integer(content, place)
                if key > 0:
                    place += key
                size, place = _integer(content, place)
                value = None
                if size >= 0:
                    value = content[place : place + size]
                    place += size
                headers, headers_size = self._headers_of(content[place:end])
                if place > end or end > len(content):
                    raise BadRecordError("a record is longer than it says")
                place = end
                yield Record(base + delta, value, headers, max(size, 0) + headers_size)
        except IndexError:
            raise BadRecordError("the batch ends within a record") from None
        if place != len(content):
            raise BadRecordError("the batch goes on after its last record")

    def _headers_of(self, text: bytes) -> tuple[Headers, int]:
        """The headers in these bytes, all of them, and how much they hold."""
        known = self._headers.get(text)
        if known is None:
            headers = tuple(_headers(text))
            known = headers, sum(len(name) + len(value or b"") for name, value in headers)
            if len(text) <= _MOST_HEADER_BYTES and len(self._headers) < _MOST_HEADERS:
                self._headers[text] = known
        return known


def _headers(text: bytes) -> Iterator[tuple[str, bytes | None]]:
    count, place = _integer(text, 0)
    if count < 0:
        raise BadRecordError("a record has fewer than no headers")
    for _ in range(count):
        size, place = _integer(text, place)
        if size < 0:
            raise BadRecordError("a header has no name")
        name, place = text[place : place + size], place + size
        size, place = _integer(text, place)
        value = None
        if size >= 0:
            value, place = text[place : place + size], place + size
        yield _name(name), value
    if place != len(text):
        raise BadRecordError("a record is longer or shorter than it says")


def _name(name: bytes) -> str:
    """The name of a header; what is no ASCII in one that is no UTF-8 becomes question marks."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.translate(_ASCII).decode()


def _integer(content: Sequence[int], place: int) -> tuple[int, int]:
    """A zigzag varint and the place after it. Raises IndexError at the end of the content."""
    byte = content[place]
    if byte < _MORE:
        return byte >> 1 ^ -(byte & 1), place + 1
    number, shift = byte & _BITS, 7
    while shift <= _MOST_SHIFT:
        place += 1
        byte = content[place]
        number |= (byte & _BITS) << shift
        if byte < _MORE:
            return number >> 1 ^ -(number & 1), place + 1
        shift += 7
    raise BadRecordError("a number is longer than 64 bits")
