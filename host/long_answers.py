"""Long answers: one at a time in a process, whoever asks and whatever is asked.

Nothing says of itself that it is long. The rows that an answer takes from the database are counted: what
reads about everybody, the past of everybody, or a flood of looks is long wherever it is asked for, and what a
page shows is far below. An answer that turns out to be long waits for its turn, or ends as Busy. It also ends
when nobody waits for it, and when it takes too long.
"""

import time
from collections.abc import Callable
from threading import BoundedSemaphore, Event, Lock

from application.reading import TooManyLooks
from ledger.errors import Busy, Misconfigured

SHORT_ROWS = 20_000
"""What takes so many rows or fewer is no long answer: a part of a list looks at 10,000 at most."""
TURN_S = 10.0
"""How long an answer waits for its turn, in its thread and with its site."""
MOST_WAITING = 2
"""So many wait at the same time, each of another reader. With the one that is made they take three sites."""
LONGEST_S = 300.0
"""A long answer ends after so many seconds; so does a statement of the database, whatever it is for."""


class TakesTooLong(Misconfigured):
    """This answer takes too long here: ask for less, or for the same by command."""


class LongAnswers:
    """The turn of one process. `now_s`: never goes back."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.now_s = now_s
        self._room = BoundedSemaphore(1)
        self._lock = Lock()
        self._readers: set[str] = set()

    def take(self, reader: str) -> None:
        """Wait for the turn. Raises Busy: for a reader who has it or waits for it, and when many wait."""
        with self._lock:
            if reader in self._readers or len(self._readers) > MOST_WAITING:
                raise Busy(_BUSY)
            self._readers.add(reader)
        if not self._room.acquire(timeout=TURN_S):
            self._forget(reader)
            raise Busy(_BUSY)

    def give(self, reader: str) -> None:
        """The turn is the next one's."""
        self._forget(reader)
        self._room.release()

    def _forget(self, reader: str) -> None:
        with self._lock:
            self._readers.discard(reader)


class Asking:
    """One request while it is answered, in one thread.

    `looks`: whether, for a reader and a subject, one more look is too many. `left`: is set when nobody waits
    for the answer.
    """

    def __init__(self, turns: LongAnswers, reader: str, looks: Callable[[str], object]) -> None:
        self.left = Event()
        self._turns, self._reader, self._looks = turns, reader, looks
        self._rows = 0
        self._since_s: float | None = None  # it has the turn

    def took(self, rows: int) -> None:
        """Count rows that a statement brought. Raises Busy, and TakesTooLong."""
        if self.left.is_set():
            raise Busy("the client went away while it waited")
        self._rows += max(rows, 1)
        if self._since_s is not None:
            if self._turns.now_s() - self._since_s > LONGEST_S:
                raise TakesTooLong
        elif self._rows > SHORT_ROWS:
            self._turns.take(self._reader)
            self._since_s = self._turns.now_s()

    def look(self, subject: str) -> None:
        """Count a look at a person. Raises TooManyLooks."""
        if self._looks(f"{self._reader} {subject}"):
            raise TooManyLooks

    def end(self) -> None:
        """The request is answered, or given up."""
        if self._since_s is not None:
            self._since_s = None
            self._turns.give(self._reader)


_BUSY = "another answer about everybody, or about all of a long history, is being made: ask again in a moment"
