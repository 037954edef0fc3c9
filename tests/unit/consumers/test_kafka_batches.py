"""Records of a batch are read as the Kafka client itself reads them, and a batch gives as many as it says."""

import gzip
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from consumers.expanding import NotExpandableError, TooMuchError
from consumers.kafka_batches import BadRecordError, BatchHead, RecordReader
from consumers.pipeline import KEPT_BYTES
from consumers.source import Record, record_of
from schemas import Code
from schemas.limits import RECORD_BYTES, RECORD_HEADERS
from tests.fixtures.batches import HEAD_BYTES, record, varint

BASE = 2**40
blobs = st.none() | st.binary(max_size=300)
names = st.text(max_size=12)
headers = st.lists(st.tuples(names, blobs), max_size=3)
records = st.lists(st.tuples(st.integers(0, 2**45), blobs, blobs, headers), min_size=1, max_size=5)


def batch_of(rows: list[tuple[int, Any, Any, Any]]) -> bytes:
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 1 << 20)
    for offset, (time, key, value, with_headers) in enumerate(rows):
        assert builder.append(offset, time, key, value, with_headers)
    buffer = builder.build()
    buffer[:8] = BASE.to_bytes(8, "big")
    return bytes(buffer)


def parted(content: bytes, size: int) -> Iterator[bytes]:
    return (content[place : place + size] for place in range(0, len(content), size))


def read(
    content: bytes, count: int, *, part: int = 1 << 30, last: int | None = None
) -> list[Record]:
    """What these bytes hold, which come in parts of a size."""
    head = BatchHead(BASE, BASE + (count - 1 if last is None else last), count, b"stored")
    return list(RecordReader().records(head, parted(content, part)))


def trailer(body: bytes) -> Any:
    return orjson.loads(body.rpartition(b"\n")[2])


@given(records, st.integers(1, 400))
def test_as_the_client_reads_them_in_whichever_parts(
    rows: list[tuple[int, Any, Any, Any]], part: int
) -> None:
    batch = batch_of(rows)
    theirs = [record_of(r.offset, r.value, tuple(r.headers)) for r in DefaultRecordBatch(batch)]
    assert read(batch[HEAD_BYTES:], len(rows), part=part) == theirs
    assert theirs[0].offset == BASE


@given(records, st.data())
def test_a_batch_that_is_cut_has_as_many_records_all_the_same(
    rows: list[tuple[int, Any, Any, Any]], data: st.DataObject
) -> None:
    content = batch_of(rows)[HEAD_BYTES:]
    whole = read(content, len(rows))
    found = read(content[: data.draw(st.integers(0, len(content) - 1))], len(rows))
    assert [one.offset for one in found] == [one.offset for one in whole]
    for one, other in zip(found, whole, strict=True):
        assert one == other or one.cut is Code.NOT_JSON
    assert found[-1].cut is Code.NOT_JSON
    assert trailer(found[-1].value or b"") == {"batch_sha256": sha256(b"stored").hexdigest()}


@given(st.binary(max_size=60), st.integers(0, 5))
def test_whatever_arrives_is_so_many_records(content: bytes, count: int) -> None:
    found = read(content, count)
    assert [one.offset for one in found] == [BASE + number for number in range(count)]


@pytest.mark.parametrize(("count", "last"), [(3, 1), (-1, 5)])
def test_a_batch_without_offsets_for_its_records_is_damaged(count: int, last: int) -> None:
    with pytest.raises(BadRecordError):
        read(b"", count, last=last)


@pytest.mark.parametrize("deltas", [(0, 1000), (0, 0), (-5, 1), (7, 3)])
def test_no_writer_chooses_its_offsets(deltas: tuple[int, int]) -> None:
    content = b"".join(record(delta, b"%d" % delta) for delta in deltas)
    found = read(content, 2)
    assert [one.offset for one in found] == [BASE, BASE + 1]
    assert [one.value for one in found] == [b"%d" % delta for delta in deltas]


@pytest.mark.parametrize(
    ("deltas", "offsets"),
    [
        ((2, 5, 9), (2, 5, 9)),
        ((2, 2, 9), (2, 8, 9)),
        ((2, 99, 9), (2, 8, 9)),
        ((-1, 5, 9), (7, 8, 9)),
        ((9, 5, 9), (7, 8, 9)),
    ],
)
def test_of_a_compacted_batch_the_records_that_are_left_have_their_offsets(
    deltas: tuple[int, ...], offsets: tuple[int, ...]
) -> None:
    content = b"".join(record(delta, b"%d" % delta) for delta in deltas)
    found = read(content, len(deltas), last=9)
    assert [one.offset - BASE for one in found] == list(offsets)


def sized(size: int) -> bytes:
    """A record that has so many bytes behind its length."""
    room = size - len(record(0, b"")) - len(varint(size)) + 1
    for length in range(room - 8, room + 8):
        made = record(0, b"v" * length, key=b"k")
        if len(made) == size + len(varint(size)):
            return made
    raise AssertionError("no record has this size")


@pytest.mark.parametrize("part", [100_000, 1 << 30])
def test_a_record_above_the_bound_is_passed_over_and_the_next_is_read(part: int) -> None:
    for size, cut in (
        (RECORD_BYTES - 1, None),
        (RECORD_BYTES, None),
        (RECORD_BYTES + 1, Code.TOO_LARGE),
    ):
        large, after = read(sized(size) + record(1, b"after"), 2, part=part)
        assert large.cut is cut, size
        assert after == record_of(BASE + 1, b"after", ())
    body = large.value or b""
    assert body[:KEPT_BYTES] == b"v" * KEPT_BYTES
    assert len(body) < KEPT_BYTES + 200
    assert trailer(body)["bytes"] == RECORD_BYTES + 1


def test_the_same_large_record_is_the_same_letter_wherever_it_is() -> None:
    value = b"x" * RECORD_BYTES
    one, other, another = (
        read(record(delta, text), 1)[0].value
        for delta, text in ((0, value), (9, value), (0, value + b"!"))
    )
    assert one == other != another


def test_a_key_above_the_bound_is_kept_instead_of_the_value() -> None:
    (found,) = read(record(0, b"value", key=b"k" * RECORD_BYTES), 1, part=50_000)
    assert found.cut is Code.TOO_LARGE
    assert (found.value or b"")[:KEPT_BYTES] == b"k" * KEPT_BYTES


def test_a_record_with_too_many_headers_is_too_large() -> None:
    for count, cut in (
        (RECORD_HEADERS - 1, None),
        (RECORD_HEADERS, None),
        (RECORD_HEADERS + 1, Code.TOO_LARGE),
    ):
        many = [(b"h%d" % number, b"") for number in range(count)]
        found, after = read(record(0, b"value", many) + record(1, b"after"), 2)
        assert (found.cut, len(found.headers)) == (cut, 0 if cut else count)
        assert after.value == b"after"
    assert (found.value or b"").startswith(b"value\n")


@pytest.mark.parametrize(
    ("fault", "code"), [(TooMuchError(), Code.TOO_LARGE), (NotExpandableError(), Code.NOT_JSON)]
)
def test_what_follows_the_end_of_the_parts_are_records_that_nobody_read(
    fault: Exception, code: Code
) -> None:
    def parts() -> Iterator[bytes]:
        yield record(0, b"read") + sized(3 * RECORD_BYTES)[:RECORD_BYTES]
        raise fault

    head = BatchHead(BASE, BASE + 4, 5, gzip.compress(b"whatever"))
    first, begun, *others = RecordReader().records(head, parts())
    assert (first.value, first.cut) == (b"read", None)
    assert [one.cut for one in (begun, *others)] == [code] * 4
    assert (begun.value or b"").startswith(b"v" * KEPT_BYTES)
    assert {one.value for one in others} == {
        b'\n{"batch_sha256":"%b"}' % sha256(head.stored).hexdigest().encode()
    }
    assert [one.offset for one in others] == [BASE + 2, BASE + 3, BASE + 4]


def test_a_name_that_is_no_utf_8_is_one_all_the_same() -> None:
    batch = batch_of([(0, None, b"{}", [("na\u00efve", b"x")])])
    spoiled = batch.replace("\u00ef".encode(), b"\xff\xff")
    assert read(spoiled[HEAD_BYTES:], 1)[0].headers == (("na??ve", b"x"),)


def test_headers_of_many_kinds_are_remembered_up_to_a_number() -> None:
    reader = RecordReader()
    for number in range(1_100):
        content = record(0, b"{}", [(b"n", b"%d" % number)])
        (found,) = reader.records(BatchHead(BASE, BASE, 1, b""), iter([content]))
        assert found.headers == (("n", b"%d" % number),)
    assert len(reader._headers) == 1_000
