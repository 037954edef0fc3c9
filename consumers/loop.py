"""The main loop: poll, batch, record; one transaction moves a batch and its bookmark together.

Whatever disturbs it (a rebalance, a fence, a service that is away) ends in the same place: everything
polled is dropped, all partitions are paused, and each is placed again from its stored bookmark. Polling
goes on meanwhile, so that the group does not take this member for dead.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import msgspec

from consumers.answers import AnswerSender
from consumers.backlog import Backlog, BacklogShare
from consumers.backoff import wait_s
from consumers.floods import Floods
from consumers.observer import ConsumerObserver
from consumers.pipeline import BatchLimits, body_of, messages_of_records
from consumers.placing import check_record, identify, place
from consumers.source import (
    Answers,
    Identity,
    KafkaAway,
    OffsetRange,
    OutOfRange,
    Partition,
    PollResult,
    Record,
    Source,
    Unreadable,
)
from consumers.store import LedgerStore, Store
from ledger.application import Ledger
from ledger.clocks import Clocks
from ledger.errors import Fenced, Halt, Remedy, Retry
from ledger.recording.arrivals import Arrivals
from ledger.recording.batch import Batch, Outcome
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from schemas import AdmissionRules

# SIGTERM and a new fault are noticed within this time, where there is nothing to do.
POLL_SECONDS = 0.5
# While there always is more, they are noticed, and answers are sent, within this time: whenever recording
# pauses, the last batch is waited for, which costs a twentieth of a second.
STRETCH_SECONDS = 3.0
# The time to write a record, about. The consumer waits this long for more records meanwhile.
WRITE_SECONDS = 25e-6
# A topic made anew is noticed within this time; asking costs one small request.
IDENTITY_SECONDS = 30.0
# Lag tools need no more.
ACKNOWLEDGE_SECONDS = 1.0
# How old a lag may be that is shown; asking costs two small requests.
EXTENTS_SECONDS = 5.0
# Asking in vain may take twice ANSWER_MS.
EXTENTS_AGAIN_SECONDS = 60.0


class Job(msgspec.Struct, frozen=True):
    """The topics that a consumer reads, and how.

    `from_log_start`: accept that a new partition has lost records.
    """

    topics: tuple[str, ...]
    intake: AdmissionRules
    limits: BatchLimits = BatchLimits()
    from_log_start: bool = False


class Consumer:
    """One member of the consumer group, from Kafka to the ledger. `run` returns when told to stop."""

    def __init__(
        self,
        job: Job,
        source: Source,
        open_store: Callable[[], Store],
        clocks: Clocks,
        *,
        answers: Answers | None = None,
        observer: ConsumerObserver | None = None,
    ) -> None:
        self._job, self._source, self._open_store = job, source, open_store
        self._clock, self._monotonic = clocks.now, clocks.monotonic
        self._observer = observer or ConsumerObserver()
        self._answering = AnswerSender(answers, clocks.monotonic, self._observer)
        self._store: Store | None = None
        self._identity = Identity("", {})
        self._backlogs: dict[Partition, Backlog] | None = None
        self._reassigned = False
        self._halted: frozenset[str] = frozenset()
        self._floods = Floods()
        self._unacknowledged: dict[Partition, int] = {}
        self._failures = 0
        now = clocks.monotonic()
        self._settle_at = self._identify_at = self._acknowledge_at = self._extents_at = now
        self.polled_at = now
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
            raise _halted(self._halted)

    def turn(self) -> None:
        """Poll, record, and do the work that is due."""
        try:
            self._poll(self._patience_s())
            if self.settled and not self._reassigned:
                self._record()
            if self._reassigned:
                self._reassigned = False
                self._observer.reassigned(self._source.assignment())
                self._unsettle()
            if self.settled:
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
            # Record the records before the fault, so that the bookmark is where reading cannot go on. The
            # bookmark knows more than the client about a missing offset.
            self._finish()
            if isinstance(fault, OutOfRange):
                with suppress(Retry):
                    self._settle()
            raise fault

    def _patience_s(self) -> float:
        """How long a poll may wait."""
        now = self._monotonic()
        if self._backlogs is None:
            return min(POLL_SECONDS, max(0.0, self._settle_at - now))
        due = [b.due_in(now, self._job.limits) for b in self._backlogs.values()]
        return max(0.0, min((d for d in due if d is not None), default=POLL_SECONDS))

    # Losing the place, and finding it again

    def _unsettle(self) -> None:
        """Drop the polled records; nothing is read until every partition is placed again."""
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
        for topic in sorted(self._halted):
            self._observer.halted(topic)
        if self._halted.issuperset(self._job.topics):
            raise _halted(self._halted)
        partitions = sorted(p for p in self._source.assignment() if p.topic not in self._halted)
        extents = self._source.extents(partitions)
        backlogs = {p: self._place(p, extents[p]) for p in partitions}
        self._source.resume(partitions)
        self._backlogs = backlogs

    def _place(self, partition: Partition, extent: OffsetRange) -> Backlog:
        accepted = self._job.from_log_start
        backlog, start = place(self._ledger(), partition, self._identity, extent, accepted)
        self._source.seek(partition, start)
        self._observer.placed(partition, backlog.next_offset)
        return backlog

    def _identify(self, known: Identity | None = None) -> None:
        self._identify_at = self._monotonic() + IDENTITY_SECONDS
        self._identity = identify(self._source, self._job.topics, known)

    # From records to the ledger

    def _poll(self, patience_s: float) -> bool:
        """Poll, and add what came to the backlogs; whether there is something to go on with.

        After a change of the assignment nothing is taken.
        """
        polled = self._source.poll(patience_s)
        self.polled_at = self._monotonic()
        self._observer.polled()
        self._reassigned = self._reassigned or polled.reassigned
        if self._backlogs is None or self._reassigned:
            return False
        self._take(polled, self._backlogs)
        return bool(polled.records)

    def _take(self, polled: PollResult, backlogs: dict[Partition, Backlog]) -> None:
        """Add the polled records to the backlogs. An idle poll may still have passed markers."""
        now = self._monotonic()
        for partition in polled.records or backlogs:
            records = polled.records.get(partition, ())
            backlog = backlogs[partition]
            if records:
                records = self._after_bookmark(partition, backlog, records)
            backlog.add(records, self._source.position(partition), now)

    def _after_bookmark(
        self, partition: Partition, backlog: Backlog, records: Sequence[Record]
    ) -> Sequence[Record]:
        """The records from the bookmark on; the record before it must be the one last recorded."""
        first = records[0]
        if first.offset >= backlog.next_offset:
            backlog.compare = None
            return records
        if backlog.compare is not None:
            record_hash = self._ledger().hash_of(body_of(first))
            check_record(partition, first.offset, backlog.compare, record_hash)
            backlog.compare = None
        return records[1:]

    def _record(self, everything: bool = False) -> None:
        """Record the batches that are due, and go on while polls bring more: nothing waits for a write but
        the next.

        A batch that halts its topic ends it, and every partition is placed again.
        """
        handed: deque[_PendingBatch] = deque()
        for outcome in self._ledger().record_each(self._due(handed, everything)):
            pending = handed.popleft()
            # Take note of a batch that is committed. Of withheld messages not even the number is reported.
            partition, share = pending.partition, pending.share
            reported = len(share.records) - len(outcome.withheld)
            if reported or not share.records:
                self._observer.timed(reported, self._monotonic() - pending.started)
            self._failures = 0
            self._unacknowledged[partition] = share.end
            if outcome.rejections:
                self._answering.wanted()
            for index, rejection in outcome.rejections:
                self._observer.rejected(partition, share.records[index].offset, rejection)
            self._observer.recorded(partition, share.end, outcome)
            if outcome.quarantined:
                self._observer.quarantined(pending.partition.topic, len(outcome.quarantined))
            if outcome.halted or self._is_flooded(pending.partition.topic, outcome):
                self._halted |= {pending.partition.topic}
                self._unsettle()
                return

    def _is_flooded(self, topic: str, outcome: Outcome) -> bool:
        """Whether so much of a topic is withheld that it must halt; then that is stored."""
        letters, size = len(outcome.withheld), outcome.withheld_bytes
        flooded = self._floods.add(topic, letters, size, self._monotonic())
        if flooded:
            self._ledger().halt(topic)
            self._floods.forget(topic)
        return flooded

    def _due(self, handed: "deque[_PendingBatch]", everything: bool) -> Iterator[Batch]:
        """Batches that are due, taken out of the backlogs; polls again while one is being written.

        Not for long, since acknowledgements and answers wait.
        """
        until = self._monotonic() + STRETCH_SECONDS
        written_at = 0.0
        more = True
        while more:
            for partition, backlog in (self._backlogs or {}).items():
                if self._is_due(backlog, everything):
                    for share in backlog.take(self._job.limits):
                        yield self._batch(_PendingBatch(partition, backlog.topic_id, share), handed)
                        written_at = self._monotonic() + WRITE_SECONDS * len(share.records)
            now = self._monotonic()
            goes_on = bool(handed) and not everything and now < until
            more = goes_on and self._poll(max(0.0, written_at - now))

    def _is_due(self, backlog: Backlog, everything: bool) -> bool:
        due_s = backlog.due_in(self._monotonic(), self._job.limits)
        return due_s is not None and (everything or due_s <= 0)

    def _batch(self, pending: "_PendingBatch", handed: "deque[_PendingBatch]") -> Batch:
        """The batch to record next; notes that it was handed over."""
        now, pending.started = self._clock(), self._monotonic()
        partition, share = pending.partition, pending.share
        intake = self._ledger().accepted(self._job.intake)
        known = self._ledger().known(intake, partition.topic)
        read = partial(messages_of_records, partition, intake=intake, now=now)
        last = body_of(share.records[-1]) if share.records else None
        bookmark = Bookmark(self._identity.cluster_id, pending.topic_id, last)
        handed.append(pending)
        span = Span(partition.topic, partition.number, share.start, share.end)
        return Batch(Arrivals(share.records, read), span, bookmark, registered=known)

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
        """Record the polled records. Those that cannot be recorded now will be read again."""
        if not self.settled:
            return
        try:
            self._record(everything=True)
            self._answering.turn(self._ledger())
            self._acknowledge()
        except Retry as fault:
            self._observer.away(fault, 0.0)


@dataclass(slots=True)
class _PendingBatch:
    """A batch from its decoding to its outcome."""

    partition: Partition
    topic_id: str
    share: BacklogShare
    started: float = 0.0


def _halted(topics: frozenset[str]) -> Halt:
    return Halt(
        f"too many messages of {', '.join(sorted(topics))} were rejected, so it is not read any more",
        remedy=Remedy("resume-topic"),
    )


def consume(
    job: Job,
    source: Source,
    open_ledger: Callable[[], Ledger],
    clocks: Clocks,
    *,
    answers: Answers | None = None,
    observer: ConsumerObserver | None = None,
) -> Consumer:
    """A consumer that records in a ledger. `open_ledger` is called again after each lost connection."""
    return Consumer(
        job,
        source,
        lambda: LedgerStore(open_ledger()),
        clocks,
        answers=answers,
        observer=observer,
    )
