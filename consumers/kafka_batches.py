"""Records of a Kafka batch (message format 2), read in one pass.

Pure; the client reads the bytes around them.

The client makes some dozen calls for a record, also for its key, times and sizes, which are not used here,
and it holds all that a batch expands to. Here a batch is read part by part, and gives exactly as many records
as its header says, whatever its bytes are, up to a bound: one record stands for all beyond it. A writer of a
topic must not stop it. A record that is too large is passed over, and the start for its letter is remembered.
Records after the last byte that can, or may, be expanded are never read: their letters have the hash of the
bytes that Kafka stores.

A broker counts the records of a batch, and does not look at the numbers that their writer gave them. So nor
does this, unless some of them are gone since, in a compacted log.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from consumers.expanding import NotExpandableError, TooMuchError
from consumers.pipeline import KEPT_BYTES, truncated, unread
from consumers.source import Record
from schemas import Code, Headers
from schemas.limits import RECORD_BYTES, RECORD_HEADERS

_ASCII = bytes(range(128)) + b"?" * 128
_MORE, _BITS = 0x80, 0x7F
# An integer of 64 bits takes ten bytes at most.
_MOST_SHIFT = 63
# The bytes to look at of a record that is too large: those before its value, and the start that a letter
# keeps.
_WINDOW_BYTES = KEPT_BYTES + 1024
# Headers are the same in nearly every record; more different ones, and longer ones, are not remembered.
_MOST_HEADERS = 1_000
_MOST_HEADER_BYTES = 256
# The most records of a batch that are read, or have a letter each. The smallest record has seven bytes, and
# five million of them compress to 3 kB. No producer sends so many: events have some 500 bytes, so a batch
# that a broker takes by default (1 MiB) holds 2,000 of them, and compressed forty times 80,000.
BATCH_RECORDS = 100_000


class BadRecordError(ValueError):
    """Bytes that should be a record are malformed."""


class BatchHead(NamedTuple):
    """The head of a batch: its records have offsets [base, last], and `left` of them remain.

    `stored`: all of them as Kafka stores them.
    """

    base: int
    last: int
    left: int
    stored: bytes


class RecordReader:
    """Reads the records of batches, and remembers headers that it has read."""

    def __init__(self) -> None:
        self._headers: dict[bytes, tuple[Headers, int]] = {}

    def records(self, head: BatchHead, parts: Iterator[bytes]) -> Iterator[Record]:
        """The records of a batch, as many as it says, or BATCH_RECORDS and one more that stands for the rest.

        `parts`: what its stored bytes hold, none of them empty.
        Raises BadRecordError when it says more records than it has offsets.
        """
        base, last, count, _ = head
        if not 0 <= count <= last - base + 1:
            raise BadRecordError("a batch has more records than offsets")
        dense, offset, read = count == last - base + 1, base - 1, 0
        content, place, why = b"", 0, Code.NOT_JSON
        try:
            while read < min(count, BATCH_RECORDS):
                begins, end = _extent(content, place)
                is_large = end - begins > RECORD_BYTES
                if len(content) < (begins + _WINDOW_BYTES if is_large else end):
                    part = next(parts, b"")
                    if not part:
                        break
                    content, place = content[place:] + part, 0
                    continue
                latest = last + read + 1 - count
                offset = offset + 1 if dense else _offset(content[begins:], base, offset, latest)
                if is_large:
                    body, content = _pass_over(content[begins:], end - begins, parts)
                    yield Record(offset, body, (), len(body), Code.TOO_LARGE)
                    end = 0
                else:
                    yield self._record(content, begins, end, offset)
                place, read = end, read + 1
        except TooMuchError:
            why = Code.TOO_LARGE
        except (BadRecordError, NotExpandableError, IndexError):
            pass
        yield from unread_records(head, read, why, content[place:])

    def _record(self, content: bytes, begins: int, end: int, offset: int) -> Record:
        try:
            # Attributes, which say nothing, the time and the offset.
            _, place = _integer(content, begins + 1)
            _, place = _integer(content, place)
            key, place = _integer(content, place)
            if key > 0:
                place += key
            size, place = _integer(content, place)
            value = None
            if size >= 0:
                value = content[place : place + size]
                place += size
            headers, headers_size = self._headers_of(content[place:end])
        except IndexError:
            raise BadRecordError("a record is longer than it says") from None
        except _TooManyHeadersError:
            body, _ = _pass_over(content[begins:end], end - begins, iter(()))
            return Record(offset, body, (), len(body), Code.TOO_LARGE)
        return Record(offset, value, headers, max(size, 0) + headers_size)

    def _headers_of(self, text: bytes) -> tuple[Headers, int]:
        """The headers in these bytes, all of them, and how much they hold."""
        known = self._headers.get(text)
        if known is None:
            headers = tuple(_headers(text))
            known = headers, sum(len(name) + len(value or b"") for name, value in headers)
            if len(text) <= _MOST_HEADER_BYTES and len(self._headers) < _MOST_HEADERS:
                self._headers[text] = known
        return known


def _extent(content: bytes, place: int) -> tuple[int, int]:
    """Where a record begins behind its length, and where it ends: behind the content, where that is cut."""
    try:
        length, begins = _integer(content, place)
    except IndexError:
        return place, len(content) + 1
    if length < 0:
        raise BadRecordError("a record has fewer than no bytes")
    return begins, begins + length


def _key(content: bytes, begins: int) -> int:
    """Where the key of a record is, behind attributes, time and offset, which say nothing."""
    _, place = _integer(content, begins + 1)
    _, place = _integer(content, place)
    return place


def _offset(content: bytes, base: int, before: int, latest: int) -> int:
    """The offset that a record of a compacted batch says that it has: behind `before`, up to `latest`."""
    _, place = _integer(content, 1)
    delta, _ = _integer(content, place)
    if not before < base + delta <= latest:
        raise BadRecordError("a record has an offset that is not its own")
    return base + delta


def _start_of_value(content: bytes, begins: int) -> bytes:
    """The part of a record that a letter keeps: the start of its value, or of its key, if that is too
    long.
    """
    try:
        key, place = _integer(content, _key(content, begins))
        if place + max(key, 0) > len(content):
            return content[place : place + KEPT_BYTES]
        size, place = _integer(content, place + max(key, 0))
    except (IndexError, BadRecordError):
        return b""
    return content[place : place + min(max(size, 0), KEPT_BYTES)]


def _start_of_record(content: bytes) -> bytes:
    """The part that a letter keeps of a record that begins with its length."""
    try:
        return _start_of_value(content, _extent(content, 0)[0])
    except BadRecordError:
        return b""


def _pass_over(content: bytes, length: int, parts: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The letter's body for a record that begins with this content, and the bytes after the record.

    The same record has the same letter: its time and its offset are left out of the hash.
    """
    start, key = _start_of_value(content, 0), _key(content, 0)
    digest, left = sha256(content[key:length]), length - len(content)
    while left > 0:
        content = next(parts, b"")
        if not content:
            raise BadRecordError("the batch ends within a record")
        digest.update(memoryview(content)[:left])
        left -= len(content)
    return truncated(start, length, digest.digest()), content[left:] if left else b""


def unread_records(head: BatchHead, read: int, why: Code, content: bytes) -> Iterator[Record]:
    """The records of a batch that are not read, after the first `read` ones.

    `content`: the known start of the first of them. `why`: too large, or not JSON. Beyond BATCH_RECORDS one
    record stands for all that are left: it has the last offset, and its body names the first one and the last
    one.
    """
    if read == head.left:
        return
    digest, base = sha256(head.stored).digest(), head.last + 1 - head.left
    each = min(head.left, BATCH_RECORDS)
    for number in range(read, each):
        body = unread(_start_of_record(content) if number == read else b"", digest)
        yield Record(base + number, body, (), len(body), why)
    if each < head.left:
        body = unread(b"", digest, (base + each, head.last))
        yield Record(head.last, body, (), len(body), Code.TOO_LARGE)


class _TooManyHeadersError(Exception):
    """A record has more headers than are read."""


def _headers(text: bytes) -> Iterator[tuple[str, bytes | None]]:
    count, place = _integer(text, 0)
    if count < 0:
        raise BadRecordError("a record has fewer than no headers")
    if count > RECORD_HEADERS:
        raise _TooManyHeadersError
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
    """The name of a header; if it is not UTF-8, each byte outside ASCII becomes a question mark."""
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
