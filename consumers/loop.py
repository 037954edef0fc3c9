"""The main loop: poll, batch, record; one transaction moves a batch and its bookmark together.

Whatever disturbs it (a rebalance, a fence, a service that is away) ends in the same place: everything
polled is dropped, all partitions are paused, and each is placed again from its stored bookmark. Polling
goes on meanwhile, so that the group does not take this member for dead.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import msgspec

from consumers.answers import Answering
from consumers.backlog import Backlog
from consumers.backoff import wait_s
from consumers.observer import Observer
from consumers.pipeline import BatchLimits, body_of, to_message
from consumers.placing import check_record, identify, place
from consumers.source import (
    Answers,
    Extent,
    Identity,
    KafkaAway,
    OutOfRange,
    Partition,
    Polled,
    Record,
    Source,
    Unreadable,
)
from consumers.store import LedgerStore, Store
from ledger.application import Ledger
from ledger.errors import Fenced, Halt, Retry
from ledger.recording import Batch, Bookmark, Outcome
from ledger.writing import Span
from schemas import Intake

__all__ = ["Consumer", "Job", "consume", "resume"]

# SIGTERM and a new fault are noticed within this time.
POLL_SECONDS = 0.5
# A topic made anew is noticed within this time; asking costs one small request.
IDENTITY_SECONDS = 30.0
# Lag tools need no more.
ACKNOWLEDGE_SECONDS = 1.0
# How old a lag may be that is shown; asking costs two small requests.
EXTENTS_SECONDS = 5.0
# Asking in vain may take twice ANSWER_MS.
EXTENTS_AGAIN_SECONDS = 60.0


class Job(msgspec.Struct, frozen=True):
    """What a consumer reads, and how. `from_log_start`: accept that a new partition has lost records."""

    topics: tuple[str, ...]
    intake: Intake
    limits: BatchLimits = BatchLimits()
    from_log_start: bool = False


class Consumer:
    """One member of the consumer group, from Kafka to the ledger. `run` returns when told to stop."""

    def __init__(
        self,
        job: Job,
        source: Source,
        open_store: Callable[[], Store],
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        answers: Answers | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._job = job
        self._source = source
        self._open_store = open_store
        self._clock = clock
        self._monotonic = monotonic
        self._observer = observer or Observer()
        self._answering = Answering(answers, monotonic, self._observer)
        self._store: Store | None = None
        self._identity = Identity("", {})
        self._backlogs: dict[Partition, Backlog] | None = None
        self._halted: frozenset[str] = frozenset()
        self._unacknowledged: dict[Partition, int] = {}
        self._failures = 0
        self._settle_at = self._identify_at = self._acknowledge_at = monotonic()
        self._extents_at = monotonic()
        self.polled_at = monotonic()
        """When the last poll returned (monotonic): the heartbeat of the process."""

    @property
    def settled(self) -> bool:
        """Whether the ledger was read, and every partition that this member has was placed."""
        return self._backlogs is not None

    def run(self, stop: Callable[[], bool]) -> None:
        """Consume until `stop` says so; the batches at hand are then finished.

        Raises Halt (also at the end, when a topic is halted) or Misconfigured.
        """
        try:
            while not stop():
                self.turn()
            self._finish()
        finally:
            self._drop_store()
        if self._halted:
            raise Halt(_halted(self._halted))

    def turn(self) -> None:
        """Poll once, and do what is due."""
        try:
            polled = self._source.poll(self._patience_s())
            self.polled_at = self._monotonic()
            self._observer.polled()
            if polled.reassigned:
                self._observer.reassigned(self._source.assignment())
                self._unsettle()
            if self._backlogs is not None:
                self._take(polled, self._backlogs)
                self._flush(self._backlogs)
                self._look_around()
            elif self.polled_at >= self._settle_at:
                self._settle()
            self._look_at_extents()
        except Fenced:
            self._failures += 1
            self._settle_at = self._monotonic() + wait_s(self._failures)
            self._observer.fenced()
            self._unsettle()
        except Retry as fault:
            self._wait(fault)
        except (OutOfRange, Unreadable) as fault:
            self._stop_before(fault)

    def _patience_s(self) -> float:
        """How long a poll may wait."""
        now = self._monotonic()
        if self._backlogs is None:
            return min(POLL_SECONDS, max(0.0, self._settle_at - now))
        due = [b.due_in(now, self._job.limits) for b in self._backlogs.values()]
        return max(0.0, min((d for d in due if d is not None), default=POLL_SECONDS))

    def _stop_before(self, fault: Halt) -> NoReturn:
        """Record what lies before the fault, so that the bookmark is where reading cannot go on.

        Of an offset that is not there, the bookmark knows more than the client.
        """
        self._finish()
        if isinstance(fault, OutOfRange):
            with suppress(Retry):
                self._settle()
        raise fault

    # Losing the place, and finding it again

    def _unsettle(self) -> None:
        """Drop what was polled; nothing is read until every partition is placed again."""
        self._backlogs = None
        self._unacknowledged = {}
        self._source.pause(self._source.assignment())

    def _wait(self, fault: Retry) -> None:
        """A service is away: start over later, with a new connection."""
        self._failures += 1
        delay_s = wait_s(self._failures)
        self._settle_at = self._monotonic() + delay_s
        self._observer.away(fault, delay_s)
        self._unsettle()
        self._drop_store()

    def _drop_store(self) -> None:
        if self._store:
            self._store.close()
        self._store = None

    def _ledger(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _settle(self) -> None:
        """Place every partition at its bookmark, and read on. Raises Halt when one does not fit."""
        self._identify()
        self._halted = self._ledger().halted(self._job.topics)
        self._check_halted()
        for topic in sorted(self._halted):
            self._observer.halted(topic)
        wanted = sorted(p for p in self._source.assignment() if p.topic not in self._halted)
        extents = self._source.extents(wanted)
        backlogs = {p: self._place(p, extents[p]) for p in wanted}
        self._source.resume(wanted)
        self._backlogs = backlogs

    def _place(self, partition: Partition, extent: Extent) -> Backlog:
        accepted = self._job.from_log_start
        backlog, start = place(self._ledger(), partition, self._identity, extent, accepted)
        self._source.seek(partition, start)
        self._observer.placed(partition, backlog.next_offset)
        return backlog

    def _identify(self, known: Identity | None = None) -> None:
        self._identify_at = self._monotonic() + IDENTITY_SECONDS
        self._identity = identify(self._source, self._job.topics, known)

    # From records to the ledger

    def _take(self, polled: Polled, backlogs: dict[Partition, Backlog]) -> None:
        """Add what was polled to the backlogs. An idle poll may still have passed markers."""
        now = self._monotonic()
        for partition in polled.records or backlogs:
            records = polled.records.get(partition, ())
            backlog = backlogs[partition]
            if records:
                records = self._compared(partition, backlog, records)
            backlog.add(records, self._source.position(partition), now)

    def _compared(
        self, partition: Partition, backlog: Backlog, records: Sequence[Record]
    ) -> Sequence[Record]:
        """The records from the bookmark on; the one before it must be the one that was recorded."""
        first = records[0]
        if first.offset >= backlog.next_offset:
            backlog.compare = None
            return records
        if backlog.compare is not None:
            found = self._ledger().hash_of(body_of(first))
            check_record(partition, first.offset, backlog.compare, found)
            backlog.compare = None
        return records[1:]

    def _flush(self, backlogs: dict[Partition, Backlog], everything: bool = False) -> None:
        """Record what is due."""
        while halted := self._record_due(backlogs, everything):
            self._halt(halted)
            backlogs = self._backlogs or {}

    def _record_due(self, backlogs: dict[Partition, Backlog], everything: bool) -> str | None:
        """Record what is due, up to the batch that halts its topic: then its name."""
        handed: deque[_Handed] = deque()
        due = (
            self._batch(one, handed)
            for partition, backlog in backlogs.items()
            if self._is_due(partition, backlog, everything)
            for one in _parts(partition, backlog, self._job.limits)
        )
        for outcome in self._ledger().record_each(due):
            one = handed.popleft()
            self._recorded(one, outcome)
            if outcome.halted:
                return one.partition.topic
        return None

    def _is_due(self, partition: Partition, backlog: Backlog, everything: bool) -> bool:
        due_s = backlog.due_in(self._monotonic(), self._job.limits)
        return due_s is not None and (everything or due_s <= 0)

    def _batch(self, one: "_Handed", handed: "deque[_Handed]") -> Batch:
        """Decode a batch that is about to be recorded, and note that it was handed over."""
        now, one.started = self._clock(), self._monotonic()
        partition, records = one.partition, one.records
        messages = [to_message(partition, record, self._job.intake, now) for record in records]
        last = body_of(records[-1]) if records else None
        bookmark = Bookmark(self._identity.cluster_id, one.backlog.topic_id, last)
        handed.append(one)
        return Batch(
            messages, Span(partition.topic, partition.number, one.start, one.end), bookmark
        )

    def _recorded(self, one: "_Handed", outcome: Outcome) -> None:
        """Take note of a batch that is committed."""
        partition = one.partition
        self._observer.timed(len(one.records), self._monotonic() - one.started)
        one.backlog.recorded(len(one.records), one.end)
        self._failures = 0
        self._unacknowledged[partition] = one.end
        if outcome.rejections:
            self._answering.wanted()
        for index, rejection in outcome.rejections:
            self._observer.rejected(partition, one.records[index].offset, rejection)
        self._observer.recorded(partition, one.end, outcome)

    def _halt(self, topic: str) -> None:
        """Stop reading one topic; the others go on. The halt is stored with the batch already."""
        self._halted |= {topic}
        self._source.pause(p for p in self._source.assignment() if p.topic == topic)
        self._backlogs = {p: b for p, b in (self._backlogs or {}).items() if p.topic != topic}
        self._observer.halted(topic)
        self._check_halted()

    def _check_halted(self) -> None:
        if self._halted.issuperset(self._job.topics):
            raise Halt(_halted(self._halted))

    # Beside the main work

    def _look_around(self) -> None:
        """Answers, acknowledgements, and whether the topics are still the same."""
        self._answering.turn(self._ledger())
        now = self._monotonic()
        if self._unacknowledged and now >= self._acknowledge_at:
            self._acknowledge_at = now + ACKNOWLEDGE_SECONDS
            self._acknowledge()
        if now >= self._identify_at:
            self._identify(self._identity)

    def _look_at_extents(self) -> None:
        """Say now and then how much Kafka holds, also while the ledger is away and lag grows."""
        now = self._monotonic()
        if now >= self._extents_at:
            self._extents_at = now + EXTENTS_SECONDS
            try:
                extents = self._source.extents(self._source.assignment())
            except KafkaAway as fault:
                # A partition without a leader must not stop the others, nor hold them up all the time.
                self._extents_at = now + EXTENTS_AGAIN_SECONDS
                self._observer.away(fault, EXTENTS_AGAIN_SECONDS)
                return
            for partition, extent in extents.items():
                self._observer.extents(partition, extent, now)

    def _acknowledge(self) -> None:
        self._source.acknowledge(self._unacknowledged)
        self._unacknowledged = {}

    def _finish(self) -> None:
        """Record what was polled already. What cannot be recorded now will be read again."""
        if self._backlogs is None:
            return
        try:
            self._flush(self._backlogs, everything=True)
            self._answering.turn(self._ledger())
            self._acknowledge()
        except Retry as fault:
            self._observer.away(fault, 0.0)


@dataclass(slots=True)
class _Handed:
    """A batch from its decoding to its outcome."""

    partition: Partition
    backlog: Backlog
    records: Sequence[Record]
    start: int
    end: int
    started: float = 0.0


def _parts(partition: Partition, backlog: Backlog, limits: BatchLimits) -> Iterator[_Handed]:
    """The batches of a backlog, each from where the one before it ends."""
    start = backlog.next_offset
    for records, end in backlog.cut(limits):
        yield _Handed(partition, backlog, records, start, end)
        start = end


def _halted(topics: frozenset[str]) -> str:
    return (
        f"too many messages of {', '.join(sorted(topics))} were rejected, so it is not read any more: "
        "see `ledger dead-letters list`, then run `ledger consume --resume`"
    )


def consume(
    job: Job,
    source: Source,
    open_ledger: Callable[[], Ledger],
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    answers: Answers | None = None,
    observer: Observer | None = None,
) -> Consumer:
    """A consumer that records in a ledger. `open_ledger` is called again after each lost connection."""
    return Consumer(
        job,
        source,
        lambda: LedgerStore(open_ledger()),
        clock=clock,
        monotonic=monotonic,
        answers=answers,
        observer=observer,
    )


def resume(open_ledger: Callable[[], Ledger], topics: Sequence[str]) -> None:
    """Clear the stored halts of topics, so that they are read again."""
    store = LedgerStore(open_ledger())
    try:
        store.resume(topics)
    finally:
        store.close()
