"""Ids that count once: each is remembered until what it names has ended by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

MOST = 100_000


class UsedOnce:
    """Remembers ids. `skew_s`: how much longer a token counts than it says."""

    def __init__(self, clock: Callable[[], datetime], skew_s: float) -> None:
        self._clock = clock
        self._skew = timedelta(seconds=skew_s)
        self._used: dict[str, datetime] = {}
        self._lock = Lock()

    def take(self, id: str, until: datetime) -> bool:
        """Whether an id comes for the first time; False also without room, so that none counts twice."""
        now = self._clock()
        with self._lock:
            if len(self._used) >= MOST:
                self._used = {id: end for id, end in self._used.items() if now < end}
            if id in self._used or len(self._used) >= MOST:
                return False
            self._used[id] = until + self._skew
            return True
