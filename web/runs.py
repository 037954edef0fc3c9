"""Runs of retention that somebody started by form: one at a time a ledger, beside the requests.

A page shows how far it is; the browser may leave, and come back. How far the last one came is kept in the
memory of the console. What was erased by then stays erased when a run ends early: the next one does the rest.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Literal

import msgspec

from application.acts.deciding import erase_due
from application.answer import Answer
from host.logs import Log
from host.settings import Settings
from host.wiring import bare_site
from ledger.errors import LedgerError, Retry
from ledger.event import instant

_LOG = Log("serve")
# What is told when the run ended for a reason that nobody foresaw, which the log names.
_BROKEN = Retry("the run ended before it was complete: run it again")


class RetentionRun(Answer, frozen=True):
    """A run of retention. `state`: `none` before the first one.

    `planned`: erasures that were due when it began; `done`: those that were carried out. `failure`: why it
    ended early.
    """

    state: Literal["none", "running", "done", "failed"]
    started_at: str | None = None
    ended_at: str | None = None
    planned: int = 0
    done: int = 0
    failure: str | None = None


class Runs:
    """The runs of one ledger."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = RetentionRun("none")

    @property
    def last(self) -> RetentionRun:
        """The run at work, or the one before."""
        return self._last

    def start(self, settings: Settings, clock: Callable[[], datetime], planned: int) -> None:
        """Start a run, unless one is at work."""
        with self._lock:
            if self._last.state == "running":
                return
            self._last = RetentionRun("running", instant(clock()), planned=planned)
            work = partial(self._run, settings, clock)
            threading.Thread(target=work, name="retention", daemon=True).start()

    def _run(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        """Erase what is due, person by person."""
        try:
            with bare_site(settings, clock) as site:
                for done, _ in enumerate(erase_due(site), 1):
                    self._change(done=done)
                site.expire_tombstones()
            self._end(clock, state="done")
        except LedgerError as error:
            self._end(clock, state="failed", failure=str(error))
        except Exception as error:
            name = type(error).__name__
            _LOG.error("retention", f"a run of retention ended with {name}", error=name)
            self._end(clock, state="failed", failure=str(_BROKEN))

    def _end(self, clock: Callable[[], datetime], **changes: object) -> None:
        """At once: nobody sees a run that is done and has no end."""
        self._change(ended_at=instant(clock()), **changes)

    def _change(self, **changes: object) -> None:
        self._last = msgspec.structs.replace(self._last, **changes)


_RUNS: dict[tuple[object, ...], Runs] = {}
_LOCK = threading.Lock()


def runs_of(settings: Settings) -> Runs:
    """The runs of a ledger in this process."""
    place = (settings.ledger, settings.database_url, settings.data_dir)
    with _LOCK:
        return _RUNS.setdefault(place, Runs())
