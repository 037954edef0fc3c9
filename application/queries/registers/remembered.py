"""How retention is kept, remembered between answers: to judge it takes reading about every person.

Where that takes no time worth mentioning it is done for each answer. On a large ledger a thread does it
again when what is remembered has become old, and answers say up to which event it was judged. It is old
after ten times as long as judging took: so that takes a tenth of the time at most, however large the ledger.
"""

import time
from collections.abc import Callable
from datetime import date, datetime
from threading import Lock, Thread
from typing import NamedTuple

from ledger.errors import LedgerError
from ledger.storage.postgres import Session
from projections.following.storage import bookmarks
from projections.reading.adherence import ByCategory
from projections.reading.register import present_adherence
from projections.views import processing_register
from rulebook.calendar import day_of

SHORT_S = 0.25
"""What takes less is done for each answer."""
SHARE = 10
"""So many times as long as judging took, what was judged is new enough."""


class Judged(NamedTuple):
    """By activity and category how retention is kept.

    `until`: the event up to which that was judged, where the view knows later ones by now.
    """

    adherence: dict[str, ByCategory]
    until: int | None


class _Memory(NamedTuple):
    adherence: dict[str, ByCategory]
    position: int
    day: date
    took_s: float
    at: float

    def is_new(self, position: int, day: date) -> bool:
        if self.day != day:
            return False
        return self.position == position or (
            self.took_s >= SHORT_S and time.monotonic() - self.at < SHARE * self.took_s
        )


class RememberedAdherence:
    """Of one ledger, for many readers. `open_session`: a session of the thread."""

    def __init__(self, open_session: Callable[[], Session]) -> None:
        self._open_session = open_session
        self._memory: _Memory | None = None
        self._judging, self._beginning = Lock(), Lock()
        self._thread: Thread | None = None
        self._session: Session | None = None

    def of(self, session: Session, clock: datetime) -> Judged:
        """How retention is kept: as it is, or on a large ledger as it was a moment ago."""
        day, position = day_of(clock), _position(session)
        memory = self._memory
        if memory is None or memory.took_s < SHORT_S:
            with self._judging:
                return Judged(self._known(session, clock, position).adherence, None)
        if not memory.is_new(position, day):
            self._begin(clock)
        return Judged(memory.adherence, memory.position if memory.position < position else None)

    def _known(self, session: Session, clock: datetime, position: int) -> _Memory:
        memory = self._memory
        if memory is None or not memory.is_new(position, day_of(clock)):
            memory = self._memory = _judged(session, clock)
        return memory

    def _begin(self, clock: datetime) -> None:
        with self._beginning:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(
                    target=self._judge, args=[clock], name="retention", daemon=True
                )
                self._thread.start()

    def _judge(self, clock: datetime) -> None:
        try:
            if self._session is None or self._session.broken:
                self._session = self._open_session()
            self._memory = _judged(self._session, clock)
        except LedgerError:
            self._session = None  # what is remembered stays, and the next answer begins again

    def close(self) -> None:
        """Wait for the thread."""
        if self._thread is not None:
            self._thread.join()


def _position(session: Session) -> int:
    bookmark = bookmarks(session).get(processing_register.VIEW.name)
    return bookmark.position if bookmark else 0


def _judged(session: Session, clock: datetime) -> _Memory:
    position, began = _position(session), time.monotonic()
    adherence = present_adherence(session, clock)
    ended = time.monotonic()
    return _Memory(adherence, position, day_of(clock), ended - began, ended)
