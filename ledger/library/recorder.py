"""The library's recorder on our tables, to read: batches of rows by position, rows of one stream."""

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, ProgrammingError, StoredEvent

from ledger.library.errors import library_errors
from ledger.library.mapper import RecordedRow
from ledger.library.subscription import LedgerSubscription
from ledger.storage.postgres import Session


class ReadingRecorder(ApplicationRecorder):
    """Selects recorded events through one session, behind a lock: the library calls from several threads."""

    def __init__(self, session: Callable[[], Session], *, reads: bool = True) -> None:
        """`session`: gives the session, once there is something to read. `reads`: False leaves reads out."""
        self._session = session
        self._ascending = "stream_ascending" if reads else "stream_but_reads"
        self._read_lock = Lock()

    @cached_property
    def _reader(self) -> Session:
        """Asked for behind the lock."""
        return self._session().of("ledger")

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> list[int]:
        """Records nothing. Raises ProgrammingError."""
        raise ProgrammingError("this application reads the ledger: events are recorded by `Ledger`")

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[RecordedRow]:
        """Events of one stream with gt < version <= lte, ascending unless `desc`."""
        name = "stream_descending" if desc else self._ascending
        return self._select(name, stream=originator_id, gt=gt, lte=lte, limit=limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[RecordedRow]:
        """Events by position, from `start` to `stop` (inclusive), of the given event types."""
        after = (start or 0) - 1 if inclusive_of_start else (start or 0)
        types = list(topics) or None
        return self._select("notifications", after=after, stop=stop, types=types, limit=limit)

    def max_notification_id(self) -> int | None:
        """Position of the last event; None for an empty ledger."""
        with self._read_lock, library_errors():
            row = self._reader.row("head")
        return int(row[0]) if row and row[0] else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LedgerSubscription:
        """Events after a position, and those that are recorded from now on, over another connection."""
        with self._read_lock:
            session = self._reader.again()
        return LedgerSubscription(ReadingRecorder(lambda: session), session, gt, topics)

    def _select(self, name: str, **parameters: Any) -> list[RecordedRow]:
        with self._read_lock, library_errors():
            return list(map(RecordedRow, self._reader.rows(name, **parameters)))
