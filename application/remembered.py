"""What takes reading about every person, remembered between answers.

Where that takes no time worth mentioning it is done for each answer. On a large ledger a thread does it
again when what is remembered has become old, and answers say up to which event it goes. It is old after ten
times as long as it took: so that takes a tenth of the time at most, however large the ledger is.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from threading import Lock, Thread
from typing import Generic, NamedTuple, TypeVar, cast

from ledger.errors import Busy, LedgerError
from ledger.storage.postgres import Session
from projections.findings.view import VIEW
from projections.following.storage import bookmarks
from rulebook.calendar import day_of

T = TypeVar("T")
Work = Callable[[Session], T]
"""Reads about every person; nobody is named, and nothing opens."""
SHORT_S = 0.25
"""What takes less is done for each answer."""
SHARE = 10
"""For so many times as long as it took, what is remembered is new enough."""
MOST = 32
"""So many things are remembered; the one that was asked for longest ago is forgotten."""
FIRST_S = 1.0
"""How long an answer waits for another one that makes the same thing for the first time."""


class Known(NamedTuple, Generic[T]):
    """What is known. `until`: up to which event, where the views know later ones by now."""

    value: T
    until: int | None = None


class _Memory(NamedTuple):
    value: object
    position: int
    day: date
    took_s: float
    at: float

    def is_new(self, position: int, day: date, now_s: float) -> bool:
        if self.day != day:
            return False
        return self.position == position or (
            self.took_s >= SHORT_S and now_s - self.at < SHARE * self.took_s
        )


class _Thing:
    """One thing to remember, and who makes it anew: one at a time."""

    def __init__(self) -> None:
        self.memory: _Memory | None = None
        self.making = Lock()
        self.thread: Thread | None = None


class Remembered:
    """Of one ledger, for many readers. `open_session`: for a thread. `now_s`: never goes back."""

    def __init__(self, open_session: Callable[[], Session], now_s: Callable[[], float]) -> None:
        self._open_session, self._now_s = open_session, now_s
        self._things: OrderedDict[str, _Thing] = OrderedDict()
        self._lock = Lock()
        self._turn = Lock()

    def of(self, name: str, session: Session, clock: datetime, work: Work[T]) -> Known[T]:
        """What `work` makes: as it is, or on a large ledger as it was a moment ago.

        `name`: of the work, with all that decides what it makes beside the ledger and the day. Raises Busy
        where another answer makes it for the first time, and takes long.
        """
        thing, day, position = self._thing(name), day_of(clock), _position(session)
        memory = thing.memory
        if memory is None or memory.took_s < SHORT_S:
            if not thing.making.acquire(timeout=FIRST_S):
                raise Busy("what this answer rests on is being made: ask again in a moment")
            try:
                if thing.memory is None or not thing.memory.is_new(position, day, self._now_s()):
                    thing.memory = self._made(session, day, work)
                return Known(cast(T, thing.memory.value))
            finally:
                thing.making.release()
        if not memory.is_new(position, day, self._now_s()):
            self._begin(thing, day, work)
        return Known(cast(T, memory.value), memory.position if memory.position < position else None)

    def _thing(self, name: str) -> _Thing:
        with self._lock:
            thing = self._things.pop(name, None) or _Thing()
            self._things[name] = thing
            if len(self._things) > MOST:
                self._things.popitem(last=False)
            return thing

    def _begin(self, thing: _Thing, day: date, work: Work[object]) -> None:
        with self._lock:
            if thing.thread is None or not thing.thread.is_alive():
                make = (thing, day, work)
                thing.thread = Thread(target=self._make, args=make, name="remember", daemon=True)
                thing.thread.start()

    def _make(self, thing: _Thing, day: date, work: Work[object]) -> None:
        try:
            with self._turn:  # one thing at a time, however many are old
                session = self._open_session()
                try:
                    thing.memory = self._made(session, day, work)
                finally:
                    session.close()
        except LedgerError:
            return  # what is remembered stays, and the next answer begins again

    def _made(self, session: Session, day: date, work: Work[object]) -> _Memory:
        position, began = _position(session), self._now_s()
        value = work(session)
        ended = self._now_s()
        return _Memory(value, position, day, ended - began, ended)

    def close(self) -> None:
        """Wait for the threads."""
        for thing in self._things.values():
            if thing.thread is not None:
                thing.thread.join()


def _position(session: Session) -> int:
    """How far the view is from which all of this is made, or nearly all."""
    bookmark = bookmarks(session).get(VIEW.name)
    return bookmark.position if bookmark else 0
