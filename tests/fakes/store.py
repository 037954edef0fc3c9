"""A ledger in memory as the consumer's main loop sees it: the second `Store`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from consumers.source import Partition
from consumers.store import StoredBookmark
from ledger.errors import Fenced, LedgerError, ServiceAway
from ledger.recording.batch import Batch, Outcome
from ledger.recording.pipelined import pipelined
from ledger.writing.bookmarks import HaltLimit, Window
from ledger.writing.message import KafkaOrigin
from schemas import AdmissionRules, Event, Rejection
from tests.fakes.kafka import FakeTime


@dataclass
class FakeLedger:
    """What is committed. `faults` are raised by the next writes: before storing, or after."""

    time: FakeTime
    bookmarks: dict[Partition, StoredBookmark] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    events: dict[tuple[str, str], KafkaOrigin] = field(default_factory=dict)
    letters: list[bytes] = field(default_factory=list)
    duplicates: int = 0
    halted: set[str] = field(default_factory=set)
    windows: dict[str, Window] = field(default_factory=dict)
    waiting: list[bytes] = field(default_factory=list)
    limit: HaltLimit = field(default_factory=HaltLimit)
    faults: list[LedgerError] = field(default_factory=list)
    faults_after: list[LedgerError] = field(default_factory=list)
    away: bool = False
    opened: int = 0
    closed: int = 0

    def open(self) -> "FakeStore":
        if self.away:
            raise ServiceAway
        self.opened += 1
        return FakeStore(self)

    @property
    def offsets(self) -> list[int]:
        """Offsets of the recorded events, in the order of recording."""
        return [origin.offset for origin in self.events.values()]


class FakeStore:
    """One connection. Useless once it failed, like a real one."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self._broken = False

    def _need(self) -> FakeLedger:
        if self._ledger.away or self._broken:
            self._broken = True
            raise ServiceAway
        return self._ledger

    def bookmark(self, partition: Partition) -> StoredBookmark | None:
        return self._need().bookmarks.get(partition)

    def begin(self, partition: Partition, bookmark: StoredBookmark) -> StoredBookmark:
        return self._need().bookmarks.setdefault(partition, bookmark)

    def record_each(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """One batch is taken ahead, by the very code of the real one."""
        return pipelined(batches, lambda batch: batch, self._record, self._record)

    def _record(self, batch: Batch) -> Outcome:
        ledger = self._need()
        if ledger.faults:
            raise ledger.faults.pop(0)
        outcome = self._write(ledger, batch)
        if ledger.faults_after:
            self._broken = True
            raise ledger.faults_after.pop(0)
        return outcome

    def _write(self, ledger: FakeLedger, batch: Batch) -> Outcome:
        assert batch.bookmark is not None
        partition = Partition(batch.span.topic, batch.span.partition)
        stored = ledger.bookmarks[partition]
        same = (stored.cluster_id, stored.topic_id) == (
            batch.bookmark.cluster_id,
            batch.bookmark.topic_id,
        )
        if stored.next_offset != batch.span.start or not same:
            raise Fenced
        last = batch.bookmark.last_record
        hashed = stored.last_record if last is None else self.hash_of(last)
        ledger.bookmarks[partition] = StoredBookmark(
            stored.cluster_id, stored.topic_id, batch.span.end, hashed
        )
        ledger.batches.append(batch)
        return self._sort(ledger, batch)

    def _sort(self, ledger: FakeLedger, batch: Batch) -> Outcome:
        recorded, duplicates, rejections = 0, 0, []
        for index, message in enumerate(batch.messages):
            assert isinstance(message.origin, KafkaOrigin)
            if not isinstance(message.outcome, Event):
                rejections.append((index, message.outcome))
                ledger.letters.append(message.body)
                ledger.waiting.append(message.outcome.code.value.encode())
            elif (message.outcome.source, message.outcome.id) in ledger.events:
                duplicates += 1
            else:
                ledger.events[message.outcome.source, message.outcome.id] = message.origin
                recorded += 1
        ledger.duplicates += duplicates
        self._judge(ledger, batch, rejections)
        return Outcome(
            recorded,
            duplicates,
            tuple(rejections),
            len(ledger.events),
            batch.span.topic in ledger.halted,
        )

    def _judge(
        self, ledger: FakeLedger, batch: Batch, rejections: Sequence[tuple[int, Rejection]]
    ) -> None:
        """As if all messages were of one source, which is registered."""
        topic = batch.span.topic
        window = ledger.windows.get(topic, Window()).count(
            len(batch.messages), len(rejections), ledger.limit, ledger.time.clock()
        )
        ledger.windows[topic] = window
        if window.halted_at:
            ledger.halted.add(topic)

    def accepted(self, intake: AdmissionRules) -> AdmissionRules:
        return intake

    def known(self, intake: AdmissionRules, topic: str) -> frozenset[str]:
        return frozenset()

    def hash_of(self, record: bytes) -> bytes:
        return sha256(b"key" + record).digest()

    def halted(self, topics: Iterable[str]) -> frozenset[str]:
        return frozenset(topics) & self._need().halted

    def halt(self, topic: str) -> None:
        self._need().halted.add(topic)

    def resume(self, topics: Iterable[str]) -> None:
        for topic in topics:
            self._need().windows.pop(topic, None)
            self._need().halted.discard(topic)

    def answer(self, send: Callable[[Sequence[bytes]], None]) -> int:
        ledger = self._need()
        count = len(ledger.waiting)
        if count:
            send(ledger.waiting)
        ledger.waiting = []
        return count

    def close(self) -> None:
        self._ledger.closed += 1
