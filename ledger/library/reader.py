"""`LedgerReader`: a ledger to read, as an application of the library."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import InfrastructureFactory, TrackingRecorder
from eventsourcing.utils import Environment, EnvType

from ledger.event import RecordedEvent
from ledger.library.mapper import EventMapper
from ledger.library.recorder import ReadingRecorder
from ledger.reading import LAST
from ledger.storage.postgres import Session

S = TypeVar("S")
# Rows of the notification log that are in memory together.
SECTION_EVENTS = 5_000
_REPLAYED_EVENTS = 2_000


class RecorderFactory(InfrastructureFactory[TrackingRecorder]):
    """Hands the library our recorder; there is nothing to construct from an environment."""

    def __init__(self, recorder: Any) -> None:
        super().__init__(Environment())
        self._recorder = recorder

    def aggregate_recorder(self, purpose: str = "events") -> Any:
        """Our recorder."""
        return self._recorder

    def application_recorder(self) -> Any:
        """Our recorder."""
        return self._recorder

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> Any:
        """Our recorder."""
        return self._recorder

    def process_recorder(self) -> Any:
        """Our recorder."""
        return self._recorder


class LedgerReader(Application[UUID]):
    """One ledger: its repository, notification log and subscriptions. Values stay sealed.

    `session`: belongs to the caller, who closes it. `reads`: False for the events of a stream but reads, of
    which there may be any number. Takes no snapshots: a snapshot would be a further place of data that may
    have to be erased.
    """

    name = "ledger"
    log_section_size = SECTION_EVENTS
    recorder: ReadingRecorder
    mapper: EventMapper

    def __init__(self, session: Session, *, reads: bool = True) -> None:
        self._reader = session
        self._reads = reads
        super().__init__()

    def events_after(self, position: int, count: int, upto: int = LAST) -> list[RecordedEvent]:
        """At most `count` events with position in (`position`, `upto`], from the notification log."""
        rows = self.notification_log.select(position, count, upto, inclusive_of_start=False)
        return list(map(self.mapper.to_domain_event, rows))

    def replay(self, position: int = 0, upto: int = LAST) -> Iterator[RecordedEvent]:
        """Every event with position in (`position`, `upto`], in order, in flat memory."""
        while block := self.events_after(position, _REPLAYED_EVENTS, upto):
            yield from block
            position = block[-1].position

    def folded(self, stream: UUID, fold: Callable[[list[RecordedEvent]], S]) -> S | None:
        """The result of a function over the events of one stream, by the repository; None without events."""

        def project(_initial: Any, events: Iterable[RecordedEvent]) -> Any:
            recorded = list(events)
            return fold(recorded) if recorded else None

        try:
            state: S = self.repository.get(stream, projector_func=project)
        except AggregateNotFoundError:
            return None
        return state

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Nothing of the process environment reaches the library."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Our recorder on our session."""
        return RecorderFactory(ReadingRecorder(lambda: self._reader, reads=self._reads))

    def construct_mapper(self) -> EventMapper:
        """Our mapper."""
        return EventMapper()
