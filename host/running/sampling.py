"""Samples figures of the database in a thread of its own, so that no scrape waits for it.

The session only reads, and its statements are short. A sample is shown until the next one; after several
missed samples it is not shown at all.
"""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from ledger.errors import LedgerError
from ledger.figures import watch_only
from ledger.metrics import Figures
from ledger.storage.install import check_installed
from ledger.storage.postgres import Session

SAMPLE_S = 5.0
# Longer than a sample may take, with its connecting.
STALE_S = 30.0
# Whether the database answers is asked more often than what it knows: a balancer sends work by it.
PROBE_S = 1.0
# How soon readiness says that something is away, and that it is back. The other checks look when asked.
READY_WITHIN_S = 5.0
PROBE_STALE_S = READY_WITHIN_S - PROBE_S
# A sampler that hangs in a dead connection does not hold up the end of the process.
STOP_S = 2.0


class Sampler:
    """Reads, hands over what it read, and knows whether it could."""

    def __init__(
        self,
        connect: Callable[[], Session],
        read: Callable[[Session], Figures],
        show: Callable[[Figures | None], None],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        every_s: float = SAMPLE_S,
        stale_s: float = STALE_S,
    ) -> None:
        self._connect = connect
        self._read = read
        self._show = show
        self._monotonic = monotonic
        self._every_s = every_s
        self._stale_s = stale_s
        self._session: Session | None = None
        self._why: str | None = "it was not asked yet"
        self._sampled_at = monotonic()
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sampler", daemon=True)

    def start(self) -> None:
        """Take samples until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more samples."""
        self._stop.set()
        self._thread.join(STOP_S)

    def check(self) -> str | None:
        """The reason why the database cannot be used. A sample that is too old is not shown from now on."""
        with self._lock:
            silent_s = self._monotonic() - self._sampled_at
            if silent_s <= self._stale_s:
                return self._why
            self._show(None)
        return f"it has not answered for {silent_s:.0f} s"

    def sample(self) -> None:
        """Read once, and show what was read."""
        figures, why = self._figures()
        with self._lock:
            self._why, self._sampled_at = why, self._monotonic()
            self._show(figures)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self.sample()
                self._stop.wait(self._every_s)
        finally:
            self._close()

    def _figures(self) -> tuple[Figures | None, str | None]:
        try:
            if self._session is None:
                self._session = self._connect()
                watch_only(self._session)
            check_installed(self._session)
            return self._read(self._session), None
        except LedgerError as error:
            self._close()
            return None, str(error)
        except Exception as error:  # its text may quote values
            self._close()
            return None, f"it was read with an unexpected {type(error).__name__}"

    def _close(self) -> None:
        session, self._session = self._session, None
        if session:
            session.close()
