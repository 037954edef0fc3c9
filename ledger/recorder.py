"""The `eventsourcing` library's recorder on our tables: its Repository, notification log and suites.

Our own batches go through `recording`; both end in `writing.append`. Reads and writes have a session
of their own, each behind a lock, since the library calls from several threads.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)

from ledger.crypto.sealing import KeyedHash
from ledger.errors import Retry
from ledger.names import LedgerName
from ledger.storage.postgres import Conflict, Session, UniqueConflict
from ledger.writing.append import NewEvent, Span, append, lock_head, new_event
from ledger.writing.chain import Link


class RecordedRow(Notification):
    """A stored event with its position (`id`) and the time when it was recorded."""

    recorded_at: datetime

    def __init__(
        self,
        stream: UUID,
        version: int,
        topic: str,
        state: bytes,
        position: int,
        recorded_at: datetime,
    ) -> None:
        super().__init__(
            originator_id=stream,
            originator_version=version,
            topic=topic,
            state=bytes(state),
            id=position,
        )
        object.__setattr__(self, "recorded_at", recorded_at)


class LedgerRecorder(ProcessRecorder):
    """Records and selects stored events. Gapless positions, one recorded time a call."""

    def __init__(
        self,
        ledger: LedgerName,
        writer: Session,
        reader: Session,
        chain: Callable[[], KeyedHash],
    ) -> None:
        """`chain`: gives what vouches for batches; asked before each write, outside of its transaction."""
        self._ledger = ledger
        self._chain = chain
        self._writer = writer
        self._reader = reader
        self._write_lock = Lock()
        self._read_lock = Lock()

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Record events at the versions that they carry, and `tracking` when it is given.

        Raises IntegrityError when a version or the tracking is taken: then nothing is recorded.
        """
        tracking: Tracking | None = kwargs.get("tracking")
        new = [
            new_event(UUID(str(e.originator_id)), e.originator_version, e.topic, e.state)
            for e in stored_events
        ]
        if not new and not tracking:
            return []
        with self._write_lock, _library_errors():
            chain = self._chain()
            with self._writer.transaction():
                head = lock_head(self._writer)
                self._append(new, tracking, Link(chain))
                return list(range(head.position + 1, head.position + 1 + len(new)))

    def _append(self, new: Sequence[NewEvent], tracking: Tracking | None, link: Link) -> None:
        if tracking:
            self._track(tracking, link)
        span = Span("application" if new else "command:track")
        append(self._writer, new, span, link, channel=self._ledger.channel)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream with gt < version <= lte, ascending unless `desc`."""
        name = "stream_descending" if desc else "stream_ascending"
        return self._select(name, stream=originator_id, gt=gt, lte=lte, limit=limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events by position, from `start` to `stop` (inclusive), of the given event types."""
        after = (start or 0) - 1 if inclusive_of_start else (start or 0)
        types = list(topics) or None
        return self._select("notifications", after=after, stop=stop, types=types, limit=limit)

    def max_notification_id(self) -> int | None:
        """Position of the last event, None when there is none."""
        with self._read_lock, _library_errors():
            row = self._reader.row("head")
        return int(row[0]) if row and row[0] else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription["LedgerRecorder"]:
        """Events after a position, in the library's pull loop."""
        return ListenNotifySubscription(recorder=self, gt=gt, topics=topics)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record the progress of a followed application; it only moves forward."""
        with self._write_lock, _library_errors():
            chain = self._chain()
            with self._writer.transaction():
                lock_head(self._writer)
                self._append([], tracking, Link(chain))

    def max_tracking_id(self, application_name: str) -> int | None:
        """Recorded progress of a followed application, None when there is none."""
        with self._read_lock, _library_errors():
            row = self._reader.row("tracking", application=application_name)
        return int(row[0]) if row else None

    def _track(self, tracking: Tracking, link: Link) -> None:
        name, position = tracking.application_name, tracking.notification_id
        before = self._writer.row("tracking", application=name)
        if before:
            link.goes("tracking", [name, before[0]])
        mac = link.comes("tracking", [name, position])
        moved = self._writer.run("track", application=name, position=position, mac=mac)
        if moved != 1:
            raise IntegrityError("the tracking does not move forward")

    def _select(self, name: str, **parameters: Any) -> list[RecordedRow]:
        with self._read_lock, _library_errors():
            return [RecordedRow(*row) for row in self._reader.rows(name, **parameters)]


class _library_errors:  # noqa: N801
    """Our errors in the library's words, at its own boundary."""

    def __enter__(self) -> None:
        """Nothing to set up."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, UniqueConflict | Conflict):
            raise IntegrityError(str(error)) from error
        if isinstance(error, Retry):
            raise OperationalError(str(error)) from error
