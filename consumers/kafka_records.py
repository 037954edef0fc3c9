"""How kafka-python reads what it fetched, mended in two places; the only other file that knows it.

The records of a batch are read here (`consumers.kafka_batches`), and what stops a partition says where it is.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher, IsolationLevel
from kafka.record.default_records import DefaultRecordBatch

from consumers.kafka_batches import RecordReader
from consumers.source import Partition, Record, Unreadable, record_of

# Of batches as Kafka stores them since 0.11.
_FORMAT = 2


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
        """As the client does it, but for the records of a batch. Batches of old formats are the client's."""
        self._batches = _Batches(records)
        while (batch := self._batches.next_batch()) is not None:
            if batch.magic != _FORMAT:
                self._batches.again(batch)
                yield from super()._unpack_records(tp, self._batches, *deserializers)
                return
            if self.check_crcs and not batch.validate_crc():
                raise kafka_errors.CorruptRecordError("a batch fails the check of its CRC")
            if self._is_committed_data(batch):
                for record in _records(batch):
                    self.next_fetch_offset = record.offset + 1
                    self.records_read += 1
                    self.bytes_read += record.size
                    yield record
            self.next_fetch_offset = batch.next_offset
        self.drain()

    def _is_committed_data(self, batch: Any) -> bool:
        """Whether a batch is for readers: it holds no markers, and its transaction was not aborted."""
        self.leader_epoch = batch.leader_epoch
        if self.isolation_level == IsolationLevel.READ_COMMITTED and batch.has_producer_id():
            self._consume_aborted_transactions_up_to(batch.last_offset)
            if self._contains_abort_marker(batch):
                self.aborted_producer_ids.discard(batch.producer_id)
            elif self._is_batch_aborted(batch):
                return False
        return not batch.is_control_batch


_READER = RecordReader()


def _records(batch: Any) -> Iterator[Record]:
    batch._maybe_uncompress()
    content, count = bytes(batch._buffer), batch.records_count
    return _READER.records(content, batch._pos, count, batch.base_offset)


class _Batches:
    """The batches of a fetch, in order. `end`: the offset after the last one, as it says itself."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self._waiting: list[Any] = []
        self.end = 0

    def next_batch(self) -> Any:
        """The next batch, None after the last one."""
        if self._waiting:
            return self._waiting.pop()
        batch = self._records.next_batch()
        if isinstance(batch, DefaultRecordBatch):
            self.end = batch.next_offset
        return batch

    def again(self, batch: Any) -> None:
        """Give this batch once more."""
        self._waiting.append(batch)


def ours(key: Any) -> Partition:
    """A partition of the client as ours."""
    return Partition(key.topic, key.partition)


def theirs(partition: Partition) -> Any:
    """A partition of ours as the client knows it."""
    return TopicPartition(partition.topic, partition.number)


def records_of(records: Iterable[Any]) -> list[Record]:
    """What the client fetched."""
    return [
        record
        if isinstance(record, Record)
        else record_of(record.offset, record.value, record.headers)
        for record in records
    ]
