"""Upkeep in a thread of its own: a rotation of keys never delays being told to stop.

It is interrupted between two of its steps, each committed by itself; the next start goes on. A passing
fault is tried again; anything else ends the whole process, loudly.
"""

from collections.abc import Callable
from threading import Event, Thread

from host.logs import Log
from ledger.errors import Halt, LedgerError, Retry

UPKEEP_S = 3600.0
# A service that was away: sooner than in an hour.
AGAIN_S = 60.0
# A step takes less; a thread that hangs in a dead connection ends with the process.
STOP_S = 10.0
Work = Callable[[Callable[[], bool]], None]
"""Does what is due. Its argument says whether to stop; then it raises Retry."""


class Upkeep:
    """Does some work once an hour."""

    def __init__(self, work: Work, log: Log, *, period_s: float = UPKEEP_S) -> None:
        self._work = work
        self._log = log
        self._period_s = period_s
        self._stop = Event()
        self._failure: LedgerError | None = None
        self._thread = Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin now."""
        self._thread.start()

    def look(self) -> None:
        """Raise what has ended the work, if anything has."""
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Ask it to stop, and wait for the step at hand."""
        self._stop.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(self._turn())

    def _turn(self) -> float:
        """Work once; seconds until the next time."""
        try:
            self._work(self._stop.is_set)
        except Retry as fault:
            if not self._stop.is_set():
                message = f"upkeep: {fault}; trying again in {AGAIN_S:.0f} s"
                self._log.warning("away", message, fault=type(fault).__name__)
            return AGAIN_S
        except LedgerError as error:
            self._end(error)
        except Exception as error:  # its text may quote values
            self._end(Halt(f"upkeep failed with an unexpected {type(error).__name__}"))
        return self._period_s

    def _end(self, error: LedgerError) -> None:
        self._log.error("upkeep-ended", f"upkeep: {error}", fault=type(error).__name__)
        self._failure = error
        self._stop.set()
