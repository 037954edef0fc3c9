"""`Ledger`: the application of the `eventsourcing` library on our tables, and the one way to record.

Composition only: it wires sessions, keys, sealer and recorder of one ledger. The library's repository
(with a projector function), notification log and subscriptions work on it; `record` takes batches.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    JSONTranscoder,
    Mapper,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from ledger.crypto.provider import FileKeyProvider
from ledger.crypto.sealing import KeyedHash
from ledger.errors import Misconfigured
from ledger.event import RecordedEvent, decode_event, encode_state, instant, present
from ledger.keys.keyring import Keyring
from ledger.keys.subjects import SubjectIndex
from ledger.names import LedgerName, Role
from ledger.recorder import LedgerRecorder, RecordedRow
from ledger.recording.ahead import ahead
from ledger.recording.batch import (
    USUAL,
    Batch,
    Means,
    Outcome,
    Prepared,
    RefusalPolicy,
    prepare,
    record,
    write,
)
from ledger.recording.before import Before
from ledger.recording.intake import Sealer
from ledger.recording.quarantine import resume_source
from ledger.storage.postgres import Database, Session
from ledger.writing.append import Span, append, lock_head
from ledger.writing.bookmarks import Bookmark, begin_bookmark, resume_topics
from ledger.writing.chain import CHAIN, Link


def utc_now() -> datetime:
    """The clock of entry points; everything else gets its time as an argument."""
    return datetime.now(UTC)


class EventMapper(Mapper[UUID]):
    """Between stored rows and `RecordedEvent`. Knows positions; resolves no Python paths."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_domain_event(self, stored_event: StoredEvent) -> RecordedEvent:
        """The recorded event of a row. Raises Halt when its bytes cannot be read."""
        if not isinstance(stored_event, RecordedRow):
            raise Misconfigured("only rows of this ledger's recorder can be read")
        return decode_event(
            UUID(str(stored_event.originator_id)),
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
            stored_event.id,
            stored_event.recorded_at,
        )

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The row of a recorded event: byte for byte what was read."""
        event: RecordedEvent = domain_event
        members = {
            "id": event.id,
            "source": event.source,
            "time": instant(event.time),
            "categories": list(event.categories),
            "facts": event.facts,
            "sealed": {
                category: {"key": sealed.key, "values": sealed.values}
                for category, sealed in event.sealed.items()
            },
            "origin": event.origin,
            **present(
                subject=event.subject,
                sequence=event.sequence,
                activity=event.activity,
                legal_basis=event.legal_basis,
                provision=event.provision,
            ),
            **event.trace,
        }
        state = encode_state(members)
        return StoredEvent(event.stream, event.version, event.type, state)


class _Factory(InfrastructureFactory[TrackingRecorder]):
    """Hands the library our recorder; there is nothing to construct from an environment."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        super().__init__(Environment())
        self._recorder = recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Our recorder."""
        return self._recorder

    def application_recorder(self) -> ApplicationRecorder:
        """Our recorder."""
        return self._recorder

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:
        """Our recorder."""
        return self._recorder

    def process_recorder(self) -> ProcessRecorder:
        """Our recorder."""
        return self._recorder


class Ledger(Application[UUID]):
    """One open ledger, as one role. Close it when done."""

    name = "ledger"

    def __init__(
        self,
        database: Database,
        ledger: LedgerName,
        provider: FileKeyProvider,
        *,
        role: Role = "recorder",
        clock: Callable[[], datetime] = utc_now,
        refusals: RefusalPolicy = USUAL,
    ) -> None:
        self.ledger = ledger
        self._connect = partial(database.connect, ledger, role)
        self._writer: Session | None = None
        self.session: Session = self._connect()
        try:
            self._reader: Session = self._connect()
        except BaseException:
            self.session.close()
            raise
        self.keyring = Keyring(self.session, provider, ledger, time.monotonic)
        subjects = SubjectIndex(self.session, self.keyring, ledger)
        sealer = Sealer(self.keyring, subjects, ledger)
        self._means = Means(self.session, self.keyring, sealer, refusals.withheld_key)
        self._clock = clock
        self._limit = refusals.limit
        self._before = Before()
        super().__init__()

    def record(self, batch: Batch) -> Outcome:
        """Record a batch: see `recording.record`."""
        return record(self._means, self.ledger, batch, self._clock(), self._limit)

    def record_each(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Record batches in order, each one sealed while the one before it is written.

        Gives each outcome once it is committed. Raises what `record` raises: then neither that batch
        nor a later one is recorded.
        """
        return ahead(batches, self._prepare, self._write, self.record)

    def _prepare(self, batch: Batch) -> Prepared:
        return prepare(self._means, batch, self._clock())

    def _write(self, prepared: Prepared) -> Outcome:
        """Runs in a thread of its own, so it has a session of its own."""
        if self._writer is None:
            self._writer = self._connect()
        return write(self._writer, self.ledger, prepared, self._limit, self._before)

    @property
    def chain(self) -> KeyedHash:
        """What vouches for batches. Makes its key when there is none: never first in a write transaction."""
        return self.keyring.hash(CHAIN)

    def begin_bookmark(self, place: Span, bookmark: Bookmark) -> None:
        """Begin with a new Kafka partition at the start of an empty span, unless somebody did already."""
        link = Link(self.chain)
        with self.session.transaction():
            lock_head(self.session)
            if begin_bookmark(self.session, link, place, bookmark):
                append(self.session, [], place, link, channel=self.ledger.channel)

    def resume_topics(self, topics: Sequence[str]) -> None:
        """Clear stored halts of some topics, and begin to count their rejections anew."""
        link = Link(self.chain)
        with self.session.transaction():
            lock_head(self.session)
            if resume_topics(self.session, link, topics):
                span = Span("command:resume")
                append(self.session, [], span, link, channel=self.ledger.channel)

    def resume_source(self, topic: str, source: str) -> bool:
        """Let a quarantined source in again; False when it is not quarantined on the topic."""
        link = Link(self.chain)
        with self.session.transaction():
            lock_head(self.session)
            resumed = resume_source(self.session, link, topic, source)
            if resumed:
                span = Span("command:resume")
                append(self.session, [], span, link, channel=self.ledger.channel)
            return resumed

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Nothing of the process environment reaches the library."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Our recorder on our sessions."""
        return _Factory(LedgerRecorder(self.ledger, self.session, self._reader, lambda: self.chain))

    def construct_mapper(self) -> Mapper[UUID]:
        """Our mapper."""
        return EventMapper()

    def close(self) -> None:
        """Close the library's parts and both sessions."""
        super().close()
        self.session.close()
        self._reader.close()
        if self._writer is not None:
            self._writer.close()
