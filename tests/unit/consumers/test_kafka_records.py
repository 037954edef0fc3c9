"""What a fetch brings is read in bounded memory, whoever wrote it, and each offset is one record."""

import gzip
import tracemalloc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import lz4.frame
import orjson
import pytest
from kafka import TopicPartition
from kafka.consumer.fetcher import IsolationLevel
from kafka.record import MemoryRecords

from consumers import kafka_batches, kafka_records
from consumers.kafka_records import FetchedRecords, PollBudget
from consumers.source import Record, Unreadable
from schemas import Code
from tests.fixtures.batches import (
    GZIP,
    LZ4,
    MIB,
    PACKED,
    ZSTD,
    batch,
    old_batch,
    record,
    zeros,
)

CODECS = sorted(set(PACKED) - {"none"})
POLLED = 8_000


def fetched(
    raw: bytes, start: int = 0, budget: PollBudget | None = None, **options: Any
) -> FetchedRecords:
    return FetchedRecords(
        budget or PollBudget(),
        start,
        TopicPartition("topic", 0),
        MemoryRecords(raw),
        isolation_level=IsolationLevel.READ_COMMITTED,
        **options,
    )


def taken(raw: bytes, most: int = POLLED, **options: Any) -> Iterator[list[Record]]:
    """What one poll after the other takes, each fetch from where the one before ended."""
    start, end = 0, MemoryRecords(raw)
    last = max(one.next_offset if one.magic == 2 else one.base_offset + 1 for one in end)
    budget = PollBudget()
    while start < last:
        fetch = fetched(raw, start, budget, **options)
        while fetch:
            budget.begin()
            if records := fetch.take(most):
                yield records
        assert fetch.next_fetch_offset > start, "a fetch that goes nowhere is made for ever"
        start = fetch.next_fetch_offset


def whole(raw: bytes) -> list[Record]:
    return [one for records in taken(raw) for one in records]


def content(*values: bytes) -> bytes:
    return b"".join(record(number, value) for number, value in enumerate(values))


@pytest.mark.parametrize("name", CODECS)
def test_a_record_that_expands_to_much_is_passed_over_in_little_memory(name: str) -> None:
    codec, pack = PACKED[name]
    raw = batch(pack(content(b"before", bytes(20 * MIB), b"after")), 3, codec)
    tracemalloc.start()
    found = whole(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(one.offset, one.cut) for one in found] == [
        (0, None),
        (1, Code.TOO_LARGE),
        (2, None),
    ]
    assert (found[0].value, found[2].value) == (b"before", b"after")
    assert peak < (28 if name == "snappy" else 7) * MIB  # a block of snappy is expanded as a whole


def test_no_batch_is_expanded_beyond_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 3 * MIB
    monkeypatch.setattr(kafka_records, "EXPANDED_BYTES", bound)
    fixed = len(content(b"good", b"")) + len(record(2, b"last")) + 3  # the length takes more bytes
    for size, cut in (
        (bound - 1, (Code.TOO_LARGE, None)),
        (bound, (Code.TOO_LARGE, None)),
        (bound + 1, (Code.TOO_LARGE, Code.TOO_LARGE)),
    ):
        value = bytes(size - fixed - 3)
        text = content(b"good", value, b"last")
        assert len(text) == size
        found = whole(batch(gzip.compress(text), 3, GZIP))
        assert [one.offset for one in found] == [0, 1, 2]
        assert tuple(one.cut for one in found[1:]) == cut, size


def test_a_bomb_of_zeros_costs_its_bound_and_no_more() -> None:
    raw = batch(zeros(300 * MIB, record(1, b"after")), 2, ZSTD)
    assert len(raw) < 20_000
    budget = PollBudget()
    fetch = fetched(raw, budget=budget)
    first = fetch.take(POLLED)
    assert 0 < budget.expanded <= kafka_records.EXPANDED_BYTES
    assert [one.cut for one in first] == [Code.TOO_LARGE]
    assert not fetch, "the rest is fetched anew"
    assert [one.cut for one in whole(raw)] == [Code.TOO_LARGE] * 2


def test_no_poll_takes_more_than_its_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kafka_records, "POLL_BYTES", 2 * MIB)
    values = [b"%d" % number * 100_000 for number in range(10)] * 10  # 10 MB
    codec, pack = PACKED["zstd"]
    polls = [*taken(batch(pack(content(*values)), len(values), codec))]
    assert [one.value for records in polls for one in records] == values
    assert len(polls) > 3
    assert max(sum(one.size for one in records) for records in polls) <= 3 * MIB + 100_000


def test_a_poll_that_is_spent_takes_nothing_of_other_partitions_until_the_next() -> None:
    bomb, good = batch(zeros(300 * MIB), 1, ZSTD), batch(content(b"good"), 1)
    budget = PollBudget()
    first, second = fetched(bomb, budget=budget), fetched(good, budget=budget)
    assert [one.cut for one in first.take(POLLED)] == [Code.TOO_LARGE]
    assert second.take(POLLED) == []
    assert not second, "it is fetched anew"
    assert second.next_fetch_offset == 0
    budget.begin()
    assert [one.value for one in fetched(good, budget=budget).take(POLLED)] == [b"good"]


def test_what_was_read_before_is_no_part_of_what_a_poll_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a batch that is read from its middle on would be read a record at a time."""
    monkeypatch.setattr(kafka_records, "POLL_BYTES", 2 * MIB)
    values = [b"%d" % number * 100_000 for number in range(10)] * 10
    raw = batch(gzip.compress(content(*values)), len(values), GZIP)
    for start in (0, 50, 90):
        budget = PollBudget()
        found = fetched(raw, start, budget).take(POLLED)
        assert [one.offset for one in found][:10] == [*range(start, start + 10)]
        assert budget.taken <= 4 * MIB


@pytest.mark.parametrize("stored", [content(*[b"a"] * 7), b""])
@pytest.mark.parametrize("start", [0, 4, 6])
def test_beyond_so_many_records_one_letter_names_the_offsets_that_are_left(
    monkeypatch: pytest.MonkeyPatch, stored: bytes, start: int
) -> None:
    monkeypatch.setattr(kafka_batches, "BATCH_RECORDS", 3)
    raw = batch(gzip.compress(stored), 7, GZIP) + batch(content(b"after"), 1, base=7)
    fetch = fetched(raw, start)
    *each, rest, after = fetch.take(POLLED)
    assert [one.offset for one in each] == [*range(start, 3)]
    assert (rest.offset, rest.cut) == (6, Code.TOO_LARGE)
    named = orjson.loads((rest.value or b"").removeprefix(b"\n"))
    assert (named["first_offset"], named["last_offset"]) == (3, 6)
    assert (after.offset, after.value) == (7, b"after")
    assert fetch.next_fetch_offset == 8


def test_an_empty_member_of_gzip_is_not_the_end() -> None:
    """As brokers read it."""
    members = [gzip.compress(text) for text in (b"", record(0, b"a"), b"", record(1, b"b"))]
    assert [one.value for one in whole(batch(b"".join(members), 2, GZIP))] == [b"a", b"b"]


def test_as_many_records_as_are_read_have_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_batches, "BATCH_RECORDS", 3)
    assert [one.cut for one in whole(batch(content(*[b"a"] * 3), 3))] == [None] * 3


def test_a_batch_that_claims_as_many_records_as_it_can_costs_its_bound_and_no_more() -> None:
    claimed = 2**31 - 1
    records = [one for polled in taken(batch(b"", claimed)) for one in polled]
    assert len(records) == kafka_batches.BATCH_RECORDS + 1
    assert records[-1].offset == claimed - 1


def test_many_small_records_are_made_as_they_are_taken() -> None:
    count = kafka_batches.BATCH_RECORDS
    raw = batch(gzip.compress(content(*[b""] * count)), count, GZIP)
    assert len(raw) < MIB
    tracemalloc.start()
    polls = taken(raw)
    first = next(polls)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(first) == POLLED
    assert peak < 12 * MIB
    assert len(first) + sum(map(len, polls)) == count


def test_what_was_aborted_is_not_expanded() -> None:
    head = batch(zeros(300 * MIB), 1, ZSTD)
    raw = bytearray(head)
    raw[21:23] = (0x14).to_bytes(2, "big")  # transactional, by zstd
    raw[43:51] = (7).to_bytes(8, "big")  # the producer's id
    aborted = SimpleNamespace(producer_id=7, first_offset=0)
    budget = PollBudget()
    fetch = fetched(bytes(raw), 0, budget, check_crcs=False, aborted_transactions=[aborted])
    assert fetch.take(POLLED) == []
    assert budget == PollBudget()
    assert fetch.next_fetch_offset == 1


@pytest.mark.parametrize(
    "stored",
    [
        b"this is nothing that LZ4 knows",
        lz4.frame.compress(content(b"a"), content_checksum=True)[:-9],
        lz4.frame.compress(b"no records at all, but text that is long enough"),
    ],
)
def test_what_a_writer_compressed_badly_stops_nothing(stored: bytes) -> None:
    good = batch(gzip.compress(content(b"good")), 1, GZIP, base=3)
    found = whole(batch(stored, 3, LZ4) + good)
    assert [one.offset for one in found] == [0, 1, 2, 3]
    assert found[-1].value == b"good"
    assert {one.cut for one in found[:-1]} <= {None, Code.NOT_JSON}
    assert found[2].cut is Code.NOT_JSON


def test_a_batch_whose_sum_is_wrong_stops_and_says_where() -> None:
    raw = bytearray(batch(content(b"a", b"b"), 2))
    raw[-1] ^= 1
    fetch = fetched(bytes(raw))
    for _ in range(2):
        with pytest.raises(Unreadable) as damage:
            fetch.take(POLLED)
        assert (damage.value.start, damage.value.end) == (0, 2)


# The formats before Kafka 0.11


def test_an_old_batch_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = whole(old_batch([b"a", b"b"], last=1) + batch(content(b"c"), 1, base=2))
    assert [(one.offset, one.value) for one in found] == [(0, b"a"), (1, b"b"), (2, b"c")]


def test_no_old_batch_is_expanded_beyond_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 2 * MIB
    monkeypatch.setattr(kafka_records, "OLD_EXPANDED_BYTES", bound)
    overhead = len(gzip.decompress(old_batch([b"", b""], last=1)[34:]))
    after = batch(content(b"after"), 1, base=2)
    for size, cut in (
        (bound - 1, (None, None)),
        (bound, (None, None)),
        (bound + 1, (Code.TOO_LARGE, Code.TOO_LARGE)),
    ):
        raw = old_batch([b"first", bytes(size - overhead - 5)], last=1)
        *old, new = whole(raw + after)
        assert [one.offset for one in old] == [0, 1]
        assert tuple(one.cut for one in old) == cut, size
        assert (new.offset, new.value) == (2, b"after")


def test_a_new_batch_behind_an_old_one_has_its_bound_too() -> None:
    raw = old_batch([b"a"], last=0) + batch(zeros(300 * MIB), 1, ZSTD, base=1)
    assert [one.cut for one in whole(raw)] == [None, Code.TOO_LARGE]
