"""Records of a batch are read as the Kafka client itself reads them, and what is no record is never one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from consumers.kafka_batches import BadRecordError, RecordReader
from consumers.source import Record, record_of

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


def read(batch: bytes, count: int) -> list[Record]:
    start = DefaultRecordBatch.HEADER_STRUCT.size
    return list(RecordReader().records(batch, start, count, BASE))


@given(records)
def test_as_the_client_reads_them(rows: list[tuple[int, Any, Any, Any]]) -> None:
    batch = batch_of(rows)
    theirs = [record_of(r.offset, r.value, tuple(r.headers)) for r in DefaultRecordBatch(batch)]
    assert read(batch, len(rows)) == theirs
    assert theirs[0].offset == BASE


@given(records, st.data())
def test_a_batch_that_is_cut_or_goes_on_is_bad(
    rows: list[tuple[int, Any, Any, Any]], data: st.DataObject
) -> None:
    batch = batch_of(rows)
    start = DefaultRecordBatch.HEADER_STRUCT.size
    for bad in (batch[: data.draw(st.integers(start, len(batch) - 1))], batch + b"\0"):
        with pytest.raises(BadRecordError):
            read(bad, len(rows))


@given(st.binary(max_size=60))
def test_whatever_arrives_is_read_or_bad(content: bytes) -> None:
    try:
        found = list(RecordReader().records(content, 0, 1, BASE))
    except BadRecordError:
        return
    assert len(found) == 1


def test_a_name_that_is_no_utf_8_is_one_all_the_same() -> None:
    batch = batch_of([(0, None, b"{}", [("na\u00efve", b"x")])])
    spoiled = batch.replace("\u00ef".encode(), b"\xff\xff")
    assert read(spoiled, 1)[0].headers == (("na??ve", b"x"),)


def test_headers_of_many_kinds_are_remembered_up_to_a_number() -> None:
    reader, start = RecordReader(), DefaultRecordBatch.HEADER_STRUCT.size
    for number in range(1_100):
        batch = batch_of([(0, None, b"{}", [("n", b"%d" % number)])])
        (record,) = reader.records(batch, start, 1, BASE)
        assert record.headers == (("n", b"%d" % number),)
    assert len(reader._headers) == 1_000
