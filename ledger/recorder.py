"""The library's recorder on our tables, to read and to write. It passes the library's own suites.

Our own batches go through `recording`; both end in `writing.append`. Reads and writes have a session
of their own, each behind a lock, since the library calls from several threads.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, ProcessRecorder, StoredEvent, Tracking

from ledger.crypto.sealing import KeyedHash
from ledger.library.errors import library_errors
from ledger.library.recorder import ReadingRecorder
from ledger.names import LedgerName
from ledger.storage.postgres import Session
from ledger.writing.append import NewEvent, Span, append, lock_head, new_event
from ledger.writing.chain import ChainLink


class LedgerRecorder(ReadingRecorder, ProcessRecorder):
    """Records and selects stored events. Gapless positions, one recorded time a call."""

    def __init__(
        self,
        ledger: LedgerName,
        writer: Session,
        reader: Callable[[], Session],
        chain: Callable[[], KeyedHash],
    ) -> None:
        """`reader`: gives the session to read with, once there is something to read.

        `chain`: gives what vouches for batches; asked before each write, outside of its transaction.
        """
        super().__init__(reader)
        self._ledger = ledger
        self._chain = chain
        self._writer = writer
        self._write_lock = Lock()

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> list[int]:
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
        with self._write_lock, library_errors():
            chain = self._chain()
            with self._writer.transaction():
                head = lock_head(self._writer)
                self._append(new, tracking, ChainLink(chain))
                return list(range(head.position + 1, head.position + 1 + len(new)))

    def _append(self, new: Sequence[NewEvent], tracking: Tracking | None, link: ChainLink) -> None:
        if tracking:
            name, position = tracking.application_name, tracking.notification_id
            before = self._writer.row("tracking", application=name)
            if before:
                link.goes("tracking", [name, before[0]])
            mac = link.comes("tracking", [name, position])
            moved = self._writer.run("track", application=name, position=position, mac=mac)
            if moved != 1:
                raise IntegrityError("the tracking does not move forward")
        span = Span("application" if new else "command:track")
        append(self._writer, new, span, link, channel=self._ledger.channel)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record the progress of a followed application; it only moves forward."""
        with self._write_lock, library_errors():
            chain = self._chain()
            with self._writer.transaction():
                lock_head(self._writer)
                self._append([], tracking, ChainLink(chain))

    def max_tracking_id(self, application_name: str) -> int | None:
        """Recorded progress of a followed application; None without any."""
        with self._read_lock, library_errors():
            row = self._reader.row("tracking", application=application_name)
        return int(row[0]) if row else None
