"""The library's subscription on LISTEN and NOTIFY: one thread pulls rows over a connection of its own.

The library's own one for PostgreSQL has two of each. Ours looks again when no notification came for a second,
so that a lost one delays and never hangs; and it ends with the program, also when the caller did not stop it.
"""

import threading
from collections.abc import Sequence
from contextlib import closing
from queue import Empty, Full
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription, ShutDown

from ledger.library.errors import library_errors
from ledger.library.mapper import RecordedRow
from ledger.storage.postgres import Session

# How long a notification that was lost can delay events.
LOST_S = 1.0
# How often the thread looks whether it was stopped.
LOOK_S = 0.2
# How long to wait for the thread's end. A thread that waits for a silent server ends when it gives that up.
END_S = 1.0


class LedgerSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Rows after a position, one by one as the library gives them, or as many as there are."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        session: Session,
        gt: int | None = None,
        topics: Sequence[str] = (),
    ) -> None:
        """`session`: the session of the recorder's reads. It belongs to the thread, which closes it."""
        self._session = session
        super().__init__(recorder=recorder, gt=gt, topics=topics)

    def wait(self, wait_s: float, after: int = 0) -> bool:
        """Wait until a row after a position is there, False when none comes in time; others are let pass.

        Raises what ended the pulling.
        """
        while self._has_rows(wait_s):
            if self._notifications[self._notifications_index].id > after:
                return True
            self._notifications_index += 1
        return False

    def take(self, count: int, wait_s: float, after: int = 0) -> list[RecordedRow]:
        """At most `count` of the next rows, as many as are there; waits for the first one as `wait` does."""
        rows: list[Any] = []
        while len(rows) < count and self.wait(0 if rows else wait_s, after):
            start, room = self._notifications_index, count - len(rows)
            block = self._notifications[start : start + room]
            self._notifications_index += len(block)
            rows += block
        return rows

    def _has_rows(self, wait_s: float) -> bool:
        if self._notifications_index < len(self._notifications):
            return True
        try:
            self._notifications = self._notifications_queue.get(timeout=wait_s)
        except Empty:
            return False
        except ShutDown:
            if self._thread_error:
                raise self._thread_error from None
            return False
        self._notifications_index = 0
        return True

    def end(self) -> None:
        """Stop, and let the thread close its connection. Its server may be silent: then it does so later."""
        self.stop()
        self._pull_thread.join(END_S)

    def _loop_on_pull(self) -> None:
        """The thread's work. It listens before it looks, so it misses nothing that is recorded later."""
        try:
            with closing(self._session), library_errors():
                self._session.named("listen", {"channel": self._session.ledger.channel})
                while not self._is_over():
                    self._pull()
                    self._rest()
        except BaseException as error:
            if not self._has_been_stopped:
                self._thread_error = error
        finally:
            self.stop()

    def _pull(self) -> None:
        """Put the events that were recorded after the last row into the queue."""
        while not self._is_over():
            rows = self._recorder.select_notifications(
                start=self._last_notification_id,
                limit=self._select_limit,
                topics=self._topics,
                inclusive_of_start=False,
            )
            if rows:
                self._put(rows)
                self._last_notification_id = rows[-1].id
            if len(rows) < self._select_limit:
                return

    def _put(self, rows: Sequence[Any]) -> None:
        """Wait for room in the queue, but not for a reader that is gone."""
        while not self._is_over():
            try:
                self._notifications_queue.put(rows, timeout=LOOK_S)
            except Full:
                continue
            except ShutDown:
                pass
            return

    def _rest(self) -> None:
        """Wait until something is recorded, but not for ever."""
        for _ in range(round(LOST_S / LOOK_S)):
            if self._is_over() or self._session.notified(LOOK_S):
                return

    def _is_over(self) -> bool:
        return self._has_been_stopped or not threading.main_thread().is_alive()
