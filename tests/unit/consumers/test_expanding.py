"""What is compressed is expanded part by part, as leniently as a broker does it."""

import gzip
import struct
from collections.abc import Callable

import lz4.frame
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from kafka.codec import snappy_encode

from consumers.expanding import (
    PART_BYTES,
    SNAPPY_BLOCK_BYTES,
    NotExpandableError,
    TooMuchError,
    parts_of,
)
from tests.fixtures.batches import GZIP, LZ4, PACKED, SNAPPY, ZSTD

CODECS = sorted(PACKED)


def expanded(codec: int, packed: bytes) -> bytes:
    return b"".join(parts_of(codec, packed))


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("size", [1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])
def test_no_part_is_larger_than_the_bound_and_nothing_is_lost(name: str, size: int) -> None:
    codec, pack = PACKED[name]
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    parts = [*parts_of(codec, pack(content))]
    assert b"".join(parts) == content
    assert max(map(len, parts)) <= PART_BYTES


@pytest.mark.parametrize(("codec", "pack"), [(GZIP, gzip.compress), (ZSTD, zstandard.compress)])
def test_frames_of_a_byte_or_of_none_come_as_whole_parts(
    codec: int, pack: Callable[[bytes], bytes]
) -> None:
    frames = 3 * (pack(b"") + pack(b"a") * 400) + pack(bytes(PART_BYTES)) + pack(b"") + pack(b"b")
    assert [*map(len, parts_of(codec, frames))] == [PART_BYTES, 1201]
    assert [*parts_of(codec, pack(b""))] == []


def test_what_lies_before_a_fault_comes_before_it() -> None:
    parts = parts_of(GZIP, gzip.compress(b"") + gzip.compress(b"good") + gzip.compress(b"cut")[:-9])
    assert next(parts).startswith(b"good")
    with pytest.raises(NotExpandableError):
        next(parts)


@given(st.sampled_from(CODECS), st.binary(max_size=5_000))
def test_whatever_is_compressed_comes_back(name: str, content: bytes) -> None:
    codec, pack = PACKED[name]
    if content:
        assert expanded(codec, pack(content)) == content


@pytest.mark.parametrize(
    "packed",
    [
        (GZIP, gzip.compress(b"one") + gzip.compress(b"two")),
        (ZSTD, zstandard.compress(b"one") + zstandard.compress(b"two")),
        (ZSTD, bytes.fromhex("502a4d1804000000") + b"skip" + zstandard.compress(b"onetwo")),
        (SNAPPY, snappy_encode(b"one") + snappy_encode(b"two")),
        (GZIP, gzip.compress(b"onetwo") + b"what follows"),
        (LZ4, lz4.frame.compress(b"onetwo", block_linked=False) + b"what follows"),
    ],
)
def test_what_a_broker_takes_is_taken(packed: tuple[int, bytes]) -> None:
    assert expanded(*packed) == b"onetwo"


@given(st.sampled_from(CODECS), st.binary(min_size=1, max_size=200), st.data())
def test_what_is_cut_or_changed_is_expanded_or_named(
    name: str, content: bytes, data: st.DataObject
) -> None:
    codec, pack = PACKED[name]
    packed = bytearray(pack(content))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    for odd in (bytes(packed), bytes(packed[:at]), b"", b"nothing of the kind"):
        try:
            assert max(map(len, parts_of(codec, odd)), default=0) <= PART_BYTES
        except (NotExpandableError, TooMuchError):
            continue


def claiming(size: int) -> bytes:
    """A block of snappy that claims to hold so much, and is cut."""
    number, written = size, bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number]) + b"\0a"


@pytest.mark.parametrize("framed", [False, True])
def test_a_block_of_snappy_that_claims_too_much_gets_no_memory(framed: bool) -> None:
    for size, error in (
        (SNAPPY_BLOCK_BYTES, NotExpandableError),
        (SNAPPY_BLOCK_BYTES + 1, TooMuchError),
        (2**32 - 1, TooMuchError),
    ):
        block = claiming(size)
        packed = snappy_encode(b"x")[:16] + struct.pack(">i", len(block)) + block
        with pytest.raises(error):
            expanded(SNAPPY, packed if framed else block)


def test_a_codec_that_kafka_does_not_have_is_none() -> None:
    with pytest.raises(LookupError):
        expanded(5, b"x")


def test_a_frame_that_claims_a_size_gets_no_memory_for_it() -> None:
    """LZ4 frames may say how much they hold. Brokers take those that lie; the client would believe them."""
    frame = lying_frame(b"onetwo")
    with pytest.raises(MemoryError):
        lz4.frame.decompress(frame)
    with pytest.raises(NotExpandableError):
        expanded(LZ4, frame)


def lying_frame(content: bytes) -> bytes:
    """A frame of LZ4 that claims to hold a terabyte."""
    frame = bytearray(lz4.frame.compress(content, block_linked=False, store_size=True))
    frame[6:14] = struct.pack("<Q", 2**40)
    frame[14] = xxh32_of(bytes(frame[4:14]))
    return bytes(frame)


def xxh32_of(text: bytes) -> int:
    """The second byte of the xxHash of a short text: what a frame of LZ4 has behind its descriptor."""
    mask, total = 0xFFFFFFFF, (374761393 + len(text)) & 0xFFFFFFFF
    for start in range(0, len(text) - 3, 4):
        total = (total + int.from_bytes(text[start : start + 4], "little") * 3266489917) & mask
        total = ((total << 17 | total >> 15) & mask) * 668265263 & mask
    for byte in text[len(text) // 4 * 4 :]:
        total = (total + byte * 374761393) & mask
        total = ((total << 11 | total >> 21) & mask) * 2654435761 & mask
    for shift, factor in ((15, 2246822519), (13, 3266489917), (16, 1)):
        total = (total ^ total >> shift) * factor & mask
    return total >> 8 & 0xFF
