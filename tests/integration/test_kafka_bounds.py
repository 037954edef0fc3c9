"""What anybody may write to a topic stops no consumer: each offset is one event, letter or duplicate.

Beyond a bound on the records of a batch one letter names the offsets of all others.

The broker takes all of these batches. Its own limit, on what is compressed, is the only one that it has.
"""

import gzip
import struct
from collections.abc import Callable

import lz4.frame
import orjson
import pytest
from kafka.codec import snappy_encode

from consumers import kafka_batches, kafka_records
from consumers.source import OffsetRange, Partition
from ledger.letters.dead import letters, open_letter
from schemas import Code
from tests.fixtures.batches import (
    GZIP,
    LZ4,
    MIB,
    PACKED,
    SNAPPY,
    ZSTD,
    batch,
    produce,
    record,
    zeros,
)
from tests.fixtures.inbound import member, options, send, transacting, until
from tests.fixtures.ledger import registered
from tests.fixtures.line import Line
from tests.unit.consumers.test_expanding import lying_frame

pytestmark = pytest.mark.kafka
STRUCTURED = [(b"content-type", b"application/cloudevents+json")]


def good(number: int) -> bytes:
    return orjson.dumps(registered(f"customer/{number}", id=f"good-{number}"))


def content(*values: bytes, deltas: tuple[int, ...] = ()) -> bytes:
    numbered = zip(deltas or range(len(values)), values, strict=True)
    return b"".join(record(delta, value, STRUCTURED) for delta, value in numbered)


def packed(name: str, *values: bytes) -> bytes:
    codec, pack = PACKED[name]
    return batch(pack(content(*values)), len(values), codec)


def bomb() -> bytes:
    """16 kB that expand to 300 MiB, with a good event behind them that nobody comes to."""
    return batch(zeros(300 * MIB, record(1, good(1), STRUCTURED)), 2, ZSTD)


def two(stored: bytes, codec: int) -> bytes:
    return batch(stored, 2, codec)


# Of each: its batch, how many offsets it has, and how many events are read of it.
ODD: dict[str, tuple[Callable[[], bytes], int, int]] = {
    "a bomb of 300 MiB": (bomb, 2, 0),
    "40 MiB by gzip": (lambda: packed("gzip", good(1), bytes(40 * MIB), good(2)), 3, 2),
    "12 MiB by snappy": (lambda: packed("snappy", good(1), bytes(12 * MIB), good(2)), 3, 2),
    "40 MiB in blocks of snappy": (
        lambda: packed("xerial", good(1), bytes(10 * MIB), good(2)),
        3,
        2,
    ),
    "40 MiB by lz4": (lambda: packed("lz4", good(1), bytes(40 * MIB), good(2)), 3, 2),
    "40 MiB by zstd": (lambda: packed("zstd", good(1), bytes(40 * MIB), good(2)), 3, 2),
    "a key of 40 MiB": (
        lambda: batch(
            gzip.compress(
                record(0, good(1), STRUCTURED, key=bytes(40 * MIB)) + record(1, good(2), STRUCTURED)
            ),
            2,
            GZIP,
        ),
        2,
        1,
    ),
    "300,000 headers": (
        lambda: two(record(0, good(1), [(b"", b"")] * 300_000) + record(1, good(2), STRUCTURED), 0),
        2,
        1,
    ),
    "offsets of its own": (
        lambda: two(content(good(1), good(2), deltas=(0, 1000)), 0),
        2,
        2,
    ),
    "offsets before it": (lambda: two(content(good(1), good(2), deltas=(-5, -4)), 0), 2, 2),
    "one offset twice": (lambda: two(content(good(1), good(2), deltas=(0, 0)), 0), 2, 2),
    "rubbish behind gzip": (
        lambda: two(gzip.compress(content(good(1), good(2))) + b"rubbish", GZIP),
        2,
        2,
    ),
    "two streams of snappy": (
        lambda: two(
            snappy_encode(content(good(1))) + snappy_encode(record(1, good(2), STRUCTURED)), SNAPPY
        ),
        2,
        2,
    ),
    "a wrong sum of lz4": (
        lambda: two(
            lz4.frame.compress(
                content(good(1), good(2)), block_linked=False, content_checksum=True
            )[:-4]
            + bytes(4),
            LZ4,
        ),
        2,
        0,
    ),
    "a frame of lz4 that claims a terabyte": (
        lambda: two(lying_frame(content(good(1), good(2))), LZ4),
        2,
        0,
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_no_batch_that_a_broker_takes_stops_a_consumer_or_loses_a_record(
    line: Line, odd: str
) -> None:
    make, offsets, events = ODD[odd]
    line.send(registered("customer/100"))
    assert produce(line.bootstrap, line.topic, make()) == 0
    line.send(registered("customer/200"))
    end = offsets + 2
    line.carry(to=end)
    recorded = [event.origin["offset"] for event in line.house.events()]
    kept = letters(line.house.session("reader"))
    assert len(recorded) == events + 2, (recorded, kept)
    assert {0, end - 1} <= set(recorded) <= set(range(end))
    assert len(recorded) + sum(letter.times for letter in kept) == end
    assert {letter.code for letter in kept} <= {Code.TOO_LARGE.value, Code.NOT_JSON.value}
    # Once more, from the record before the bookmark on, which must still be what it was.
    line.send(registered("customer/300"))
    line.carry(to=end + 1)
    assert len(line.house.events()) == events + 3


def test_beyond_so_many_records_of_a_batch_one_letter_stands_for_the_rest(line: Line) -> None:
    read, left = kafka_batches.BATCH_RECORDS, 10
    assert produce(line.bootstrap, line.topic, packed("zstd", *[b""] * (read + left))) == 0
    line.send(registered("customer/200"))
    line.carry(to=read + left + 1)
    assert [event.origin["offset"] for event in line.house.events()] == [read + left]
    reader = line.house.session("reader")
    kept = letters(reader)
    assert sum(letter.times for letter in kept) == read + 1
    (rest,) = (letter for letter in kept if letter.code == Code.TOO_LARGE.value)
    told = orjson.loads(open_letter(reader, line.house.open().keyring, rest.letter)[1])
    assert (told["first_offset"], told["last_offset"]) == (read, read + left - 1)


def test_the_letter_of_a_bomb_has_its_beginning_its_place_and_a_hash(line: Line) -> None:
    assert produce(line.bootstrap, line.topic, bomb()) == 0
    line.carry(to=2)
    reader, keyring = line.house.session("reader"), line.house.open().keyring
    first, second = sorted(letters(reader), key=lambda letter: letter.offset)
    assert (first.code, first.offset, first.mode) == ("too-large", 0, "truncated")
    assert (second.code, second.offset, second.mode) == ("too-large", 1, "truncated")
    begun, told = open_letter(reader, keyring, first.letter)[1].rsplit(b"\n", 1)
    assert begun == bytes(64 * 1024)
    assert set(orjson.loads(told)) == {"batch_sha256"}
    assert open_letter(reader, keyring, second.letter)[1] == b"\n" + told
    assert produce(line.bootstrap, line.topic, bomb()) == 0
    line.carry(to=4)
    assert [letter.times for letter in letters(reader)] == [2, 2], (
        "the same again is the same letter"
    )


def test_a_large_batch_is_read_in_polls_that_fit_memory(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit is fetched anew, from the next record on."""
    monkeypatch.setattr(kafka_records, "POLL_BYTES", 2 * MIB)
    events = [
        orjson.dumps(registered(f"customer/{n}", id=f"good-{n}")) + b" " * 40_000
        for n in range(200)
    ]
    assert produce(line.bootstrap, line.topic, packed("zstd", *events)) == 0
    line.carry(to=200)
    assert [event.origin["offset"] for event in line.house.events()] == list(range(200))


def test_of_an_open_transaction_everybody_sees_what_it_holds_back(line: Line) -> None:
    place = Partition(line.topic, 0)
    with transacting(line.bootstrap, line.topic) as producer:
        producer.begin_transaction()
        for number in range(50):
            producer.send(line.topic, good(number), partition=0)
        producer.flush()
        send(line.bootstrap, line.topic, [good(100)])
        with member(options(line.bootstrap, line.topic)) as source:
            assert source.extents([place]) == {place: OffsetRange(0, 0, held_back=51)}
            producer.commit_transaction()
            until(lambda: not source.extents([place])[place].held_back, lambda: source.poll(0.1))
            assert source.extents([place]) == {place: OffsetRange(0, 52)}


def test_the_fields_of_the_request_that_hands_over_a_batch_are_right(line: Line) -> None:
    """So that 0 means that the batch is stored: a batch with a wrong sum is refused."""
    raw = bytearray(packed("none", good(1)))
    raw[-1] ^= 1
    assert produce(line.bootstrap, line.topic, bytes(raw)) != 0
    assert struct.unpack_from(">b", raw, 16) == (2,)
