"""The port to Kafka: the calls of the main loop to a consumer in a group, and nothing more.

`consumers.kafka` is the real one; the tests have one in memory. Every method is called from one
thread. A newly assigned partition is paused and stands nowhere, until it has been placed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from ledger.errors import Halt, Remedy, ServiceAway
from schemas import Code, Headers


class KafkaAway(ServiceAway):
    """Kafka does not answer."""


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"partition {self.number} of {self.topic}"


class Record(msgspec.Struct, frozen=True, gc=False):
    """A Kafka record, raw. A null value is a tombstone. `size`: bytes that it holds in memory, about.

    `cut`: why it is refused, where its bytes are not all here; `value` is then the body of its letter.
    """

    offset: int
    value: bytes | None
    headers: Headers
    size: int
    cut: Code | None = None


def record_of(offset: int, value: bytes | None, headers: Headers = ()) -> Record:
    """A record with its size."""
    size = len(value or b"")
    for name, text in headers:
        size += len(name) + len(text or b"")
    return Record(offset, value, headers, size)


class OutOfRange(Halt):
    """Kafka lacks the records to read next."""


class Unreadable(Halt):
    """Offsets [start, end) of a partition are no readable Kafka records. Everything before was polled."""

    def __init__(self, partition: Partition, start: int, end: int) -> None:
        super().__init__(
            f"offsets {start} to {end - 1} of {partition} cannot be read: they are damaged",
            remedy=Remedy("restore-records", (partition.topic, partition.number)),
        )
        self.partition = partition
        self.start = start
        self.end = end


class PollResult(msgspec.Struct, frozen=True):
    """The result of a poll. `reassigned`: the assignment was touched; drop the records, place again."""

    records: Mapping[Partition, Sequence[Record]]
    reassigned: bool = False


class Identity(msgspec.Struct, frozen=True):
    """Which cluster this is, and which incarnation of each topic. Absent topics do not exist."""

    cluster_id: str
    topic_ids: Mapping[str, str]


class OffsetRange(msgspec.Struct, frozen=True):
    """The readable offsets of a partition: [start, end).

    `held_back`: how many offsets follow that may not be read yet, since a transaction is open.
    """

    start: int
    end: int
    held_back: int = 0

    @property
    def log_end(self) -> int:
        """The offset after everything that Kafka holds (the high watermark)."""
        return self.end + self.held_back


class Source(Protocol):
    """A member of a consumer group. Methods raise KafkaAway, Misconfigured or Halt."""

    def poll(self, timeout_s: float) -> PollResult:
        """Records of the partitions that are not paused, in order; waits for them, but not longer.

        Raises OutOfRange or Unreadable, after what lies before, where a partition cannot be read on.
        """

    def assignment(self) -> frozenset[Partition]:
        """The partitions that this member has now."""

    def position(self, partition: Partition) -> int | None:
        """Offset up to which everything was polled, transaction markers included. None: unknown."""

    def extents(self, partitions: Iterable[Partition]) -> Mapping[Partition, OffsetRange]:
        """The readable offsets of the partitions, and how many an open transaction holds back."""

    def identity(self, topics: Iterable[str]) -> Identity:
        """The ids of the cluster and of those topics that exist."""

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue at an offset."""

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Poll nothing from these until they are resumed or reassigned."""

    def resume(self, partitions: Iterable[Partition]) -> None:
        """Poll from these again."""

    def acknowledge(self, offsets: Mapping[Partition, int]) -> None:
        """Tell Kafka how far the ledger is, for lag tools only. Does not wait and does not promise."""

    def close(self) -> None:
        """Leave the group, within seconds."""


class Answers(Protocol):
    """Where answers to upstream go."""

    def send(self, payloads: Sequence[bytes]) -> None:
        """Send all and wait until Kafka has them. Raises KafkaAway: some may have arrived."""

    def close(self) -> None:
        """Give up the messages that were not sent."""
