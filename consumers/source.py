"""The port to Kafka: what the main loop asks of a consumer in a group, and nothing more.

`consumers.kafka` is the real one; the tests have one in memory. Every method is called from one
thread. A newly assigned partition is paused and stands nowhere, until it has been placed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

__all__ = ["Answers", "Extent", "Identity", "Partition", "Polled", "Record", "Source"]

Headers = Sequence[tuple[str, bytes | None]]


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"partition {self.number} of {self.topic}"


class Record(NamedTuple):
    """A Kafka record, raw. A null value is a tombstone."""

    offset: int
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """Bytes that it holds in memory, about."""
        return len(self.value or b"") + sum(len(n) + len(v or b"") for n, v in self.headers)


class Polled(msgspec.Struct, frozen=True):
    """What a poll returned. `reassigned`: the assignment was touched; drop the records, place again."""

    records: Mapping[Partition, Sequence[Record]]
    reassigned: bool = False


class Identity(msgspec.Struct, frozen=True):
    """Which cluster this is, and which incarnation of each topic. Absent topics do not exist."""

    cluster_id: str
    topic_ids: Mapping[str, str]


class Extent(msgspec.Struct, frozen=True):
    """What a partition holds: offsets [start, end)."""

    start: int
    end: int


class Source(Protocol):
    """A member of a consumer group. Methods raise ServiceAway, Misconfigured or Halt."""

    def poll(self, timeout_s: float) -> Polled:
        """Records of the partitions that are not paused, in order; waits for them, but not longer."""

    def assignment(self) -> frozenset[Partition]:
        """The partitions that this member has now."""

    def position(self, partition: Partition) -> int | None:
        """Offset up to which everything was polled, transaction markers included. None: unknown."""

    def extents(self, partitions: Iterable[Partition]) -> Mapping[Partition, Extent]:
        """What the partitions hold that may be read."""

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
        """Send all and wait until Kafka has them. Raises ServiceAway: some may have arrived."""

    def close(self) -> None:
        """Give up what was not sent."""
