"""How kafka-python reads what it fetched, mended in two places; the only other file that knows it.

A header's name that is no UTF-8 does not stop a partition, and what stops it says where it is.
"""

from collections.abc import Iterable
from typing import Any

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher
from kafka.record.default_records import DefaultRecordBatch
from kafka.record.util import decode_varint

from consumers.source import Partition, Record, Unreadable, record_of

_ASCII = bytes(range(128)) + b"?" * 128


class FetchedRecords(Fetcher.PartitionRecords):  # type: ignore[misc]
    """The records of a fetch. An unreadable batch raises Unreadable with its offsets, each time.

    The client alone names no place, and spins when it is polled after such a record.
    """

    _damage: Unreadable | None = None

    def take(self, n: int | None = None) -> Any:
        """The next records, at most `n`. Raises Unreadable once they are at their end before the end."""
        if self._damage:
            raise self._damage
        try:
            return super().take(n)
        except (kafka_errors.UnsupportedCodecError, MemoryError):
            raise  # nothing is wrong with the record
        except Exception:  # whatever a codec or a parser raises; its text may quote the record
            start, place = self.next_fetch_offset, self.topic_partition
            place = Partition(place.topic, place.partition)
            self._damage = Unreadable(place, start, max(self._batches.end, start + 1))
            raise self._damage from None

    def _unpack_records(self, tp: Any, records: Any, *deserializers: Any) -> Any:
        self._batches = _Batches(records)
        return super()._unpack_records(tp, self._batches, *deserializers)


class _Batches:
    """The batches of a fetch, in order. `end`: the offset after the last one, as it says itself."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.end = 0

    def next_batch(self) -> Any:
        """The next batch, None after the last one."""
        batch = self._records.next_batch()
        if isinstance(batch, DefaultRecordBatch):
            batch.__class__ = _Batch
            self.end = batch.next_offset
        return batch


class _Batch(DefaultRecordBatch):  # type: ignore[misc]
    """A batch in which a header's name may be anything: Kafka lets through what is no UTF-8.

    Such a record is a message like any other, and is refused where it is no event.
    """

    __slots__ = ()

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except kafka_errors.CorruptRecordError as error:
            if not isinstance(error.__context__, UnicodeDecodeError):
                raise
        self._mend_names()
        return super().__next__()

    def _mend_names(self) -> None:
        """Replace what is no ASCII in the header names of the record at hand by question marks."""
        buffer, place = self._buffer, self._pos
        for _ in ("length", "attributes", "timestamp", "offset"):
            _, place = decode_varint(buffer, place)
        for _ in ("key", "value"):
            place = _after_bytes(buffer, place)
        headers, place = decode_varint(buffer, place)
        for _ in range(headers):
            size, place = decode_varint(buffer, place)
            buffer[place : place + size] = buffer[place : place + size].translate(_ASCII)
            place = _after_bytes(buffer, place + size)


def _after_bytes(buffer: bytearray, place: int) -> int:
    size, place = decode_varint(buffer, place)
    return int(place + max(size, 0))


def ours(key: Any) -> Partition:
    """A partition of the client as ours."""
    return Partition(key.topic, key.partition)


def theirs(partition: Partition) -> Any:
    """A partition of ours as the client knows it."""
    return TopicPartition(partition.topic, partition.number)


def records_of(records: Iterable[Any]) -> list[Record]:
    """What the client fetched."""
    return [record_of(record.offset, record.value, record.headers) for record in records]
