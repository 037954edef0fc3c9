"""Mended reading of the records that kafka-python fetched; the only other file that knows it.

The client expands a batch as a whole, whatever it expands to. Here the records of a batch are read part by
part (`consumers.kafka_batches`), no batch is expanded beyond a bound, and no poll takes more than fits memory
and in time. A damaged batch stops a partition, and the error says where; no content of a writer ever does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher, IsolationLevel

from consumers.expanding import NotExpandableError, TooMuchError, parts_of
from consumers.kafka_batches import BatchHead, RecordReader, unread_records
from consumers.source import Partition, Record, Unreadable, record_of
from schemas import Code

# No batch is expanded further. Brokers take batches of 1 MiB by default, and events compress some ten to
# forty times; zeros compress 32,000 times, and would keep a consumer busy for a minute.
EXPANDED_BYTES = 256 * 1024 * 1024
# The bound for the formats before Kafka 0.11, which are read as a whole: no broker since 3.0 takes them.
OLD_EXPANDED_BYTES = 8 * 1024 * 1024
# When a poll has taken this much, the rest is fetched anew: a poll is in memory as a whole.
POLL_BYTES = 32 * 1024 * 1024
# Of batches as Kafka stores them since 0.11.
_FORMAT = 2


@dataclass(slots=True)
class PollBudget:
    """The bytes that a poll has read so far, of all partitions: `taken` for its records, and all `expanded`.

    A batch that is read once more, from a record in its middle on, counts again in `expanded` alone.
    """

    taken: int = 0
    expanded: int = 0

    def begin(self) -> None:
        """A poll begins."""
        self.taken = self.expanded = 0

    @property
    def is_spent(self) -> bool:
        """Whether the poll has read enough."""
        return self.taken > POLL_BYTES or self.expanded > EXPANDED_BYTES


class FetchedRecords(Fetcher.PartitionRecords):  # type: ignore[misc]
    """The records of a fetch. A damaged batch raises Unreadable with its offsets, each time.

    The client alone names no place, and spins when it is polled after such a record. `budget`: of the poll.
    """

    _damage: Unreadable | None = None

    def __init__(self, budget: PollBudget, *fetched: Any, **options: Any) -> None:
        self._budget = budget
        super().__init__(*fetched, **options)

    def take(self, n: int | None = None) -> Any:
        """The next records, at most `n`. Raises Unreadable once they are at their end before the end."""
        if self._damage:
            raise self._damage
        if self._budget.is_spent:
            self.drain()  # the client fetches it anew, from where this is
            return []
        try:
            return super().take(n)
        except MemoryError:
            raise  # nothing is wrong with the record
        except Exception:  # whatever a parser raises; its text may quote the record
            start, place = self.next_fetch_offset, self.topic_partition
            place = Partition(place.topic, place.partition)
            self._damage = Unreadable(place, start, max(self._batches.end, start + 1))
            raise self._damage from None

    def _unpack_records(self, tp: Any, records: Any, *deserializers: Any) -> Any:
        """As the client does it, but for the records of a batch, and until enough was read."""
        self._batches, taken = _Batches(records), self._budget.taken
        while (batch := self._batches.next_batch()) is not None:
            if self.check_crcs and not batch.validate_crc():
                raise kafka_errors.CorruptRecordError("a batch fails the check of its CRC")
            for record in self._records_of(batch):
                if record.offset < self.fetch_offset:
                    self._budget.taken = taken
                    continue
                self.next_fetch_offset = record.offset + 1
                self.records_read += 1
                self.bytes_read += record.size
                yield record
                if self._budget.taken > POLL_BYTES:
                    self.drain()
                    return
            self.next_fetch_offset = self._batches.end
        self.drain()

    def _records_of(self, batch: Any) -> Iterable[Record]:
        if batch.magic != _FORMAT:
            return self._old_records(batch)
        if not self._is_committed_data(batch):
            return ()
        stored = bytes(memoryview(batch._buffer)[batch._pos :])
        parts = self._counted(parts_of(batch.compression_type, stored), EXPANDED_BYTES)
        head = BatchHead(batch.base_offset, batch.last_offset, batch.records_count, stored)
        return _READER.records(head, parts)

    def _old_records(self, batch: Any) -> Iterator[Record]:
        """Records of a batch of an old format. Where it is too large, or no batch: one for each offset."""
        if batch.compression_type:
            _, stored = batch._read_key_value(
                batch.KEY_OFFSET_V1 if batch.magic else batch.KEY_OFFSET_V0
            )
            parts = self._counted(parts_of(batch.compression_type, stored), OLD_EXPANDED_BYTES)
            try:
                batch._buffer, batch._decompressed = memoryview(b"".join(parts)), True
            except (TooMuchError, NotExpandableError) as fault:
                why = Code.TOO_LARGE if isinstance(fault, TooMuchError) else Code.NOT_JSON
                first, last = self.next_fetch_offset, batch.base_offset
                head = BatchHead(first, last, max(0, last + 1 - first), stored)
                yield from unread_records(head, 0, why, b"")
                return
        for record in batch:
            if self.check_crcs and not record.validate_crc():
                raise kafka_errors.CorruptRecordError("a record fails the check of its CRC")
            yield record_of(record.offset, record.value)

    def _counted(self, parts: Iterator[bytes], most: int) -> Iterator[bytes]:
        """Count the parts as they pass. Raises TooMuchError beyond `most` bytes."""
        size = 0
        for part in parts:
            size += len(part)
            if size > most:
                raise TooMuchError
            self._budget.taken += len(part)
            self._budget.expanded += len(part)
            yield part

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


def read_within(consumer: Any) -> PollBudget:
    """Let a consumer read so; the budget of its polls."""
    budget = PollBudget()
    consumer._fetcher.PartitionRecords = partial(FetchedRecords, budget)
    return budget


_READER = RecordReader()


class _Batches:
    """The batches of a fetch, in order. `end`: the offset after the last one, as it says itself."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.end = 0

    def next_batch(self) -> Any:
        """The next batch, None after the last one."""
        batch = self._records.next_batch()
        if batch is not None:
            # A batch of an old format has the offset of its last record.
            self.end = batch.next_offset if batch.magic == _FORMAT else batch.base_offset + 1
        return batch


def ours(key: Any) -> Partition:
    """A partition of the client as ours."""
    return Partition(key.topic, key.partition)


def theirs(partition: Partition) -> Any:
    """A partition of ours as the client knows it."""
    return TopicPartition(partition.topic, partition.number)
