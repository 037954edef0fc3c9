"""Expansion of compressed bytes, by the codecs of Kafka: a part at a time, so memory is flat whatever they
hold.

Pure; knows no client. It accepts the bytes that a broker accepts: frames behind each other are read as one,
and bytes after the last frame are passed over. The caller, who asks for parts, limits how much is expanded.
"""

import zlib
from collections.abc import Callable, Iterator
from struct import unpack_from

import snappy
import zstandard
from lz4.frame import LZ4FrameDecompressor

# The size of a part: a batch as producers send them is one part, and a bomb is never more than one at a time.
PART_BYTES = 1024 * 1024
# A block of snappy cannot be expanded in parts. It holds at most 22 times its bytes, and brokers take batches
# of 1 MiB by default; a block that claims more would be given that memory before it is read.
SNAPPY_BLOCK_BYTES = 32 * 1024 * 1024
# The window that zstd keeps in memory: its own limit, which the highest level of a producer needs.
ZSTD_WINDOW_BYTES = 128 * 1024 * 1024

_GZIP_MAGIC, _GZIP = b"\x1f\x8b", 16 + zlib.MAX_WBITS
# An empty member of gzip has 20 bytes.
_GZIP_HANDED_BYTES = 4096
_XERIAL_MAGIC, _XERIAL_HEADER_BYTES = b"\x82SNAPPY\x00", 16
_MORE, _BITS = 0x80, 0x7F
_LENGTH_BYTES = 5  # of a block of snappy: a varint of 32 bits


class NotExpandableError(ValueError):
    """Bytes that should be compressed by a codec are not."""


class TooMuchError(ValueError):
    """Compressed bytes would expand beyond the limit."""


def parts_of(codec: int, packed: bytes) -> Iterator[bytes]:
    """Expand bytes that a codec compressed (0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd), in parts.

    No part is empty, and each but the last has PART_BYTES: a producer that writes frames of a byte does not
    make the reader join a million parts. Raises LookupError for an unknown codec, NotExpandableError, and
    TooMuchError for a block of snappy, after the parts before it.
    """
    joined = bytearray()
    fault: ValueError | None = None
    try:
        for part in _CODECS[codec](packed):
            if not joined and len(part) == PART_BYTES:
                yield part
                continue
            joined += part
            del part  # one copy less in memory while the caller works
            if len(joined) >= PART_BYTES:
                left = joined[PART_BYTES:]
                del joined[PART_BYTES:]
                whole, joined = bytes(joined), left
                yield whole
                del whole
    except (TooMuchError, NotExpandableError) as error:
        fault = error
    except (zlib.error, zstandard.ZstdError, snappy.UncompressError, RuntimeError) as error:
        fault = NotExpandableError(type(error).__name__)
    if joined:
        yield bytes(joined)
    if fault:
        raise fault


def _gzip(packed: bytes) -> Iterator[bytes]:
    """Members may follow each other.

    The packed bytes are handed over in slices, so that not every member copies all that remains.
    """
    place = 0
    while packed.startswith(_GZIP_MAGIC, place):
        unpacker = zlib.decompressobj(_GZIP)
        while not unpacker.eof:
            handed = packed[place : place + _GZIP_HANDED_BYTES]
            part = unpacker.decompress(handed, PART_BYTES)
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            place += len(handed) - len(left)
            _check_progress(part, ended=place == len(packed) and not unpacker.eof)
            yield part


def _lz4(packed: bytes) -> Iterator[bytes]:
    unpacker = LZ4FrameDecompressor()
    while not unpacker.eof:
        part = unpacker.decompress(packed, PART_BYTES)
        packed = b""
        _check_progress(part, ended=unpacker.needs_input and not unpacker.eof)
        yield part


def _zstd(packed: bytes) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    reader = unpacker.stream_reader(packed, read_across_frames=True)
    while part := reader.read(PART_BYTES):
        yield part


def _snappy(packed: bytes) -> Iterator[bytes]:
    if not packed.startswith(_XERIAL_MAGIC):
        yield from _cut(_snappy_block(packed))
        return
    place = 0
    while place < len(packed):
        if packed.startswith(_XERIAL_MAGIC, place):  # streams may follow each other
            place += _XERIAL_HEADER_BYTES
            continue
        block = packed[place + 4 : place + 4 + _xerial_size(packed, place)]
        yield from _cut(_snappy_block(block))
        place += 4 + len(block)


def _xerial_size(packed: bytes, place: int) -> int:
    left = len(packed) - place - 4
    (size,) = unpack_from(">i", packed, place) if left >= 0 else (-1,)
    if not 0 <= size <= left:
        raise NotExpandableError("a block of snappy is cut")
    return int(size)


def _snappy_block(block: bytes) -> bytes:
    """Expand a block. The block states its own size, and snappy would take that much memory."""
    size = 0
    for index, byte in enumerate(block[:_LENGTH_BYTES]):
        size |= (byte & _BITS) << 7 * index
        if byte < _MORE:
            break
    if size > SNAPPY_BLOCK_BYTES:
        raise TooMuchError
    return bytes(snappy.decompress(block))


def _cut(content: bytes) -> Iterator[bytes]:
    return (content[place : place + PART_BYTES] for place in range(0, len(content), PART_BYTES))


def _check_progress(part: bytes, *, ended: bool) -> None:
    """Raise NotExpandableError when a stream ended in its middle and gives nothing more."""
    if ended and not part:
        raise NotExpandableError("what is compressed is cut")


_CODECS: dict[int, Callable[[bytes], Iterator[bytes]]] = {
    0: _cut,
    1: _gzip,
    2: _snappy,
    3: _lz4,
    4: _zstd,
}
