"""`Ledger`: a `LedgerReader` that also records, and the one way to do so.

Composition only: it wires sessions, keys, sealer and recorder of one ledger. `record` takes batches.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment

from ledger.crypto.provider import KeyProvider
from ledger.crypto.sealing import KeyedHash
from ledger.keys.keyring import Keyring
from ledger.keys.subjects import SubjectIndex
from ledger.library.reader import LedgerReader, RecorderFactory
from ledger.names import LedgerName, Role
from ledger.recorder import LedgerRecorder
from ledger.recording.batch import (
    USUAL,
    Batch,
    Means,
    Outcome,
    PreparedBatch,
    RefusalPolicy,
    prepare,
    record,
    write,
)
from ledger.recording.intake import Sealer
from ledger.recording.pipelined import pipelined
from ledger.recording.quarantine import resume_source
from ledger.recording.writer_cache import WriterCache
from ledger.storage.postgres import Database, Session
from ledger.writing.append import Span, append, lock_head
from ledger.writing.bookmarks import Bookmark, begin_bookmark, halt_topics
from ledger.writing.chain import CHAIN, ChainLink


def utc_now() -> datetime:
    """The clock of entry points; everything else gets its time as an argument."""
    return datetime.now(UTC)


class Ledger(LedgerReader):
    """One open ledger, as one role. Close it when done."""

    def __init__(
        self,
        database: Database,
        ledger: LedgerName,
        provider: KeyProvider,
        *,
        role: Role = "recorder",
        clock: Callable[[], datetime] = utc_now,
        refusals: RefusalPolicy = USUAL,
    ) -> None:
        self.ledger = ledger
        self._connect = partial(database.connect, ledger, role)
        self._writer: Session | None = None
        self._library_session: Session | None = None
        self.session: Session = self._connect()
        self.keyring = Keyring(self.session, provider, ledger, time.monotonic)
        subjects = SubjectIndex(self.session, self.keyring, ledger)
        sealer = Sealer(self.keyring, subjects, ledger)
        self._means = Means(self.session, self.keyring, sealer, refusals.withheld_key)
        self._clock = clock
        self._limit = refusals.limit
        self._before = WriterCache()
        super().__init__(self.session)

    def record(self, batch: Batch) -> Outcome:
        """Record a batch: see `recording.record`."""
        return record(self._means, self.ledger, batch, self._clock(), self._limit)

    def record_each(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Record batches in order, each one sealed while the one before it is written.

        Gives each outcome once it is committed. Raises what `record` raises: then neither that batch
        nor a later one is recorded.
        """
        return pipelined(batches, self._prepare, self._write, self.record)

    def _prepare(self, batch: Batch) -> PreparedBatch:
        return prepare(self._means, batch, self._clock())

    def _write(self, prepared: PreparedBatch) -> Outcome:
        """Runs in a thread of its own, so it has a session of its own."""
        if self._writer is None:
            self._writer = self._connect()
        return write(self._writer, self.ledger, prepared, self._limit, self._before)

    @property
    def chain(self) -> KeyedHash:
        """The keyed hash that vouches for batches.

        Makes its key on first use: never first in a write transaction.
        """
        return self.keyring.hash(CHAIN)

    def begin_bookmark(self, place: Span, bookmark: Bookmark) -> None:
        """Begin with a new Kafka partition at the start of an empty span, unless that was done."""
        link = ChainLink(self.chain)
        with self.session.transaction():
            lock_head(self.session)
            if begin_bookmark(self.session, link, place, bookmark):
                append(self.session, [], place, link, channel=self.ledger.channel)

    def halt_topics(self, topics: Sequence[str]) -> None:
        """Store that some topics are not read any more."""
        self._set_halts(topics, self._clock(), Span("command:halt"))

    def resume_topics(self, topics: Sequence[str]) -> None:
        """Clear stored halts of some topics."""
        self._set_halts(topics, None, Span("command:resume"))

    def _set_halts(self, topics: Sequence[str], halted_at: datetime | None, span: Span) -> None:
        link = ChainLink(self.chain)
        with self.session.transaction():
            lock_head(self.session)
            if halt_topics(self.session, link, topics, halted_at):
                append(self.session, [], span, link, channel=self.ledger.channel)

    def resume_source(self, topic: str, source: str) -> bool:
        """Let a quarantined source in again; False when it is not quarantined on the topic."""
        link = ChainLink(self.chain)
        with self.session.transaction():
            lock_head(self.session)
            resumed = resume_source(self.session, link, topic, source)
            if resumed:
                span = Span("command:resume")
                append(self.session, [], span, link, channel=self.ledger.channel)
            return resumed

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Our recorder on our sessions."""
        recorder = LedgerRecorder(self.ledger, self.session, self._to_read, lambda: self.chain)
        return RecorderFactory(recorder)

    def _to_read(self) -> Session:
        """The session of the library, which reads from several threads. Opened on first use.

        A ledger that only records never opens it.
        """
        if self._library_session is None:
            self._library_session = self._connect()
        return self._library_session

    def close(self) -> None:
        """Close the library's parts and all sessions."""
        super().close()
        for session in (self.session, self._library_session, self._writer):
            if session is not None:
                session.close()
