"""The ledger as the main loop needs it: bookmarks, recording, stored halts, waiting answers.

The port, and its implementation on an open `Ledger`. The database is the truth about progress; the offsets
that Kafka stores are never read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

import msgspec

from consumers.register import accepted_now, known_now
from consumers.source import Partition
from ledger.application import Ledger
from ledger.errors import Busy
from ledger.recording.batch import Batch, Outcome, hash_of_record
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from schemas import AdmissionRules

# One request to Kafka carries them; more come with the next call.
ANSWERS_AT_ONCE = 500


class StoredBookmark(msgspec.Struct, frozen=True):
    """A bookmark as it is stored. `last_record`: keyed hash of the last record before it, if any."""

    cluster_id: str
    topic_id: str
    next_offset: int
    last_record: bytes | None = None


class Store(Protocol):
    """One open ledger. Every method raises ServiceAway when its database is."""

    def bookmark(self, partition: Partition) -> StoredBookmark | None:
        """How far the ledger is with a partition; None when it is new."""

    def begin(self, partition: Partition, bookmark: StoredBookmark) -> StoredBookmark:
        """Store the first bookmark of a partition, unless there is one by now; returns the stored one."""

    def record_each(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Record batches in order: see `Ledger.record_each`."""

    def accepted(self, intake: AdmissionRules) -> AdmissionRules:
        """The rules for messages just now: see `consumers.register`."""

    def known(self, intake: AdmissionRules, topic: str) -> frozenset[str]:
        """The sources that the ledger knows on a topic just now: see `consumers.register`."""

    def hash_of(self, record: bytes) -> bytes:
        """The hash by which a bookmark knows a record."""

    def halted(self, topics: Iterable[str]) -> frozenset[str]:
        """The topics, among the given, that have a stored halt."""

    def halt(self, topic: str) -> None:
        """Store that a topic is not read any more."""

    def resume(self, topics: Iterable[str]) -> None:
        """Clear stored halts."""

    def answer(self, send: Callable[[Sequence[bytes]], None]) -> int:
        """Hand waiting answers to `send`, forget them when it returns; how many they were."""

    def close(self) -> None:
        """Close the ledger."""


class LedgerStore:
    """The store of an open ledger, which it owns."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._session = ledger.session.of("consumers")

    def bookmark(self, partition: Partition) -> StoredBookmark | None:
        """How far the ledger is with a partition; None when it is new."""
        row = self._session.row("bookmark", topic=partition.topic, partition=partition.number)
        if row is None:
            return None
        cluster_id, topic_id, next_offset, last = row
        return StoredBookmark(
            cluster_id, topic_id, next_offset, bytes(last) if last is not None else None
        )

    def begin(self, partition: Partition, bookmark: StoredBookmark) -> StoredBookmark:
        """Store the first bookmark of a partition, unless there is one by now; returns the stored one."""
        start = bookmark.next_offset
        place = Span(partition.topic, partition.number, start, start)
        self._ledger.begin_bookmark(place, Bookmark(bookmark.cluster_id, bookmark.topic_id))
        return self.bookmark(partition) or bookmark

    def record_each(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Record batches in order: see `Ledger.record_each`."""
        return self._ledger.record_each(batches)

    def accepted(self, intake: AdmissionRules) -> AdmissionRules:
        """The rules for messages just now: see `consumers.register`."""
        return accepted_now(intake, self._ledger.session)

    def known(self, intake: AdmissionRules, topic: str) -> frozenset[str]:
        """The sources that the ledger knows on a topic just now: see `consumers.register`."""
        return known_now(intake, self._ledger.session, topic)

    def hash_of(self, record: bytes) -> bytes:
        """The hash by which a bookmark knows a record."""
        return hash_of_record(self._ledger.keyring, record)

    def halted(self, topics: Iterable[str]) -> frozenset[str]:
        """The topics, among the given, that have a stored halt."""
        rows = self._session.rows("halted_topics", topics=list(topics))
        return frozenset(topic for (topic,) in rows)

    def halt(self, topic: str) -> None:
        """Store that a topic is not read any more."""
        self._ledger.halt_topics([topic])

    def resume(self, topics: Iterable[str]) -> None:
        """Clear stored halts."""
        self._ledger.resume_topics(list(topics))

    def answer(self, send: Callable[[Sequence[bytes]], None]) -> int:
        """Hand waiting answers to `send`, forget them when it returns; how many they were.

        At least once: answers sent before a crash are sent again. Of several consumers one sends.
        """
        if not self._session.rows("answers", count=1):
            return 0
        with suppress(Busy):
            return self._answer_alone(send)
        return 0

    def _answer_alone(self, send: Callable[[Sequence[bytes]], None]) -> int:
        """Raises Busy when another consumer answers."""
        with self._session.transaction():
            self._session.run("lock_answers")
            rows = self._session.rows("answers", count=ANSWERS_AT_ONCE)
            if rows:
                send([bytes(payload) for _, payload in rows])
                self._session.run("remove_answers", answers=[answer for answer, _ in rows])
            return len(rows)

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()


def resume(open_ledger: Callable[[], Ledger], topics: Sequence[str]) -> None:
    """Clear the stored halts of topics, so that they are read again."""
    store = LedgerStore(open_ledger())
    try:
        store.resume(topics)
    finally:
        store.close()
