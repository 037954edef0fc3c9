"""Forms that are sent once: the second of two clicks is told what the first one did.

Each form that is shown has a name of its own. In the memory of the one process: after a restart the state of
a case refuses what was done already.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_MOST = 10_000
# A name is shorter. What is longer would fill the memory.
_LONGEST = 64


class Sending:
    """One sending of a form. `address`: where an earlier one led; None: nothing was done yet."""

    def __init__(self) -> None:
        self.address: str | None = None
        self.lock = Lock()


class Done:
    """What each login did last, until the next page has said it. `most`: so many logins, the latest."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._acts: dict[str, str] = {}
        self._lock = Lock()

    def note(self, login: str, name: str) -> None:
        """Remember what a login did, by the name of the act."""
        with self._lock:
            self._acts[login] = name
            while len(self._acts) > self._most:
                del self._acts[next(iter(self._acts))]

    def take(self, login: str) -> str | None:
        """What a login did last, once."""
        with self._lock:
            return self._acts.pop(login, None)


class Once:
    """What forms of all logins led to."""

    def __init__(self, most: int = _MOST) -> None:
        """`most`: so many are remembered, the latest."""
        self._most = most
        self._sendings: dict[tuple[str, str], Sending] = {}
        self._lock = Lock()

    @contextmanager
    def sending(self, login: str, name: str) -> Iterator[Sending]:
        """One sending, while no other one of the same form is at work; without a name it is always new."""
        sending = self._of(login, name) if 0 < len(name) <= _LONGEST else Sending()
        with sending.lock:
            yield sending

    def _of(self, login: str, name: str) -> Sending:
        with self._lock:
            sending = self._sendings.setdefault((login, name), Sending())
            while len(self._sendings) > self._most:
                del self._sendings[next(iter(self._sendings))]
            return sending
