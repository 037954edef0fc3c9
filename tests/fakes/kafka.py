"""A Kafka cluster in memory, and a member of a consumer group on it: the second `Source`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from consumers.source import (
    Identity,
    OffsetRange,
    OutOfRange,
    Partition,
    PollResult,
    Record,
    record_of,
)
from ledger.errors import LedgerError, ServiceAway

STRUCTURED = (("content-type", b"application/cloudevents+json"),)


@dataclass
class FakeTime:
    """A clock and a monotonic time that move together, only when told to."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def clock(self) -> datetime:
        return datetime(2026, 11, 24, 12, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)


@dataclass
class Log:
    """Records of a partition from offset `start`; None where a transaction left no record."""

    start: int = 0
    entries: list[Record | None] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + len(self.entries)


@dataclass
class FakeCluster:
    """Topics with their partitions, as they are in Kafka."""

    cluster_id: str = "cluster-1"
    topic_ids: dict[str, str] = field(default_factory=dict)
    logs: dict[Partition, Log] = field(default_factory=dict)
    made: int = 0

    def create(self, topic: str, partitions: int = 1) -> list[Partition]:
        self.made += 1
        self.topic_ids[topic] = f"{topic}-id-{self.made}"
        made = [Partition(topic, number) for number in range(partitions)]
        self.logs.update({partition: Log() for partition in made})
        return made

    def delete(self, topic: str) -> None:
        del self.topic_ids[topic]
        self.logs = {p: log for p, log in self.logs.items() if p.topic != topic}

    def produce(
        self,
        partition: Partition,
        *values: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = STRUCTURED,
    ) -> None:
        log = self.logs[partition]
        for value in values:
            log.entries.append(record_of(log.end, value, headers))

    def leave_gap(self, partition: Partition, offsets: int = 1) -> None:
        """A transaction marker, or records of an aborted transaction."""
        self.logs[partition].entries.extend([None] * offsets)

    def forget(self, partition: Partition, before: int) -> None:
        """Retention removes every offset before one."""
        log = self.logs[partition]
        del log.entries[: before - log.start]
        log.start = before


class FakeSource:
    """A member of a group whose assignment the test decides.

    `faults_after`, `rebalances_after`: what the poll after so many polls meets.
    """

    def __init__(self, cluster: FakeCluster, time: FakeTime, most_records: int = 1000) -> None:
        self.cluster = cluster
        self.acknowledged: dict[Partition, int] = {}
        self.closed = False
        self.faults: list[LedgerError] = []
        self.faults_after: dict[int, LedgerError] = {}
        self.rebalances_after: dict[int, list[Partition]] = {}
        self.polls = 0
        self._time = time
        self._most_records = most_records
        self._coming: frozenset[Partition] | None = None
        self._positions: dict[Partition, int] = {}
        self._paused: set[Partition] = set()

    def assign(self, partitions: Iterable[Partition]) -> None:
        """The group's next rebalance gives this member exactly these."""
        self._coming = frozenset(partitions)

    def poll(self, timeout_s: float) -> PollResult:
        self.polls += 1
        if self.faults:
            raise self.faults.pop(0)
        if fault := self.faults_after.pop(self.polls - 1, None):
            raise fault
        if (coming := self.rebalances_after.pop(self.polls - 1, None)) is not None:
            self.assign(coming)
        reassigned = self._coming is not None
        if self._coming is not None:
            self._positions = dict.fromkeys(self._coming, 0)
            self._paused = set(self._coming)
            self._coming = None
        records: dict[Partition, Sequence[Record]] = {}
        room = self._most_records
        for partition in sorted(self._positions.keys() - self._paused):
            part = self._fetch(partition, room)
            room -= len(part)
            if part:
                records[partition] = part
        if not records and not reassigned:
            self._time.seconds += max(timeout_s, 0.001)
        return PollResult({} if reassigned else records, reassigned)

    def _fetch(self, partition: Partition, room: int) -> list[Record]:
        log = self.cluster.logs.get(partition)
        if log is None:
            return []
        position = self._positions[partition]
        if not log.start <= position <= log.end:
            raise OutOfRange("Kafka lacks the records to read next: OffsetOutOfRange")
        records: list[Record] = []
        while position < log.end and len(records) < room:
            entry = log.entries[position - log.start]
            position += 1
            if entry is not None:
                records.append(entry)
        self._positions[partition] = position
        return records

    def assignment(self) -> frozenset[Partition]:
        return frozenset(self._positions)

    def position(self, partition: Partition) -> int | None:
        return self._positions[partition]

    def extents(self, partitions: Iterable[Partition]) -> Mapping[Partition, OffsetRange]:
        logs = {p: self.cluster.logs.get(p, Log()) for p in partitions}
        return {p: OffsetRange(log.start, log.end) for p, log in logs.items()}

    def identity(self, topics: Iterable[str]) -> Identity:
        ids = {t: self.cluster.topic_ids[t] for t in topics if t in self.cluster.topic_ids}
        return Identity(self.cluster.cluster_id, ids)

    def seek(self, partition: Partition, offset: int) -> None:
        assert partition in self._positions
        self._positions[partition] = offset

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._paused |= set(partitions)

    def resume(self, partitions: Iterable[Partition]) -> None:
        self._paused -= set(partitions)

    def acknowledge(self, offsets: Mapping[Partition, int]) -> None:
        self.acknowledged.update(offsets)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeAnswers:
    """Keeps what was sent; refuses while it is told to."""

    sent: list[bytes] = field(default_factory=list)
    away: bool = False

    def send(self, payloads: Sequence[bytes]) -> None:
        if self.away:
            raise ServiceAway
        self.sent += payloads

    def close(self) -> None:
        """Nothing is open."""
