"""Audits on demand: one at a time a ledger, in a process of its own. A page shows how far it is.

What the last one found is kept in the memory of the console. Nothing of it is recorded: an audit changes
nothing.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import IO, Literal

import msgspec

from application.answer import Answer
from application.queries.upkeep.health import AuditReport
from host.settings import Settings
from ledger.errors import Retry
from ledger.event import instant
from web.proof.audit_process import VIEWS
from web.proof.audit_words import Began, Ended, Failed, Reached, Word

# What is told when the process ended without a word, such as when the machine ran out of memory.
_NO_WORD = Retry("the audit ended before it was complete: run it again")
_WORDS = msgspec.json.Decoder(Word)


class AuditRun(Answer, frozen=True):
    """An audit on demand. `state`: `none` before the first one.

    `looked_at`: the parts that are done or begun, the last one is at work. `reached`: the position up to
    which the events are read. `recorded`: the position of the last event when it began. `failure`: why it
    could not be made.
    """

    state: Literal["none", "running", "done", "failed"]
    started_at: str | None = None
    ended_at: str | None = None
    views: bool = False
    recorded: int = 0
    reached: int = 0
    looked_at: tuple[str, ...] = ()
    report: AuditReport | None = None
    failure: str | None = None


NO_AUDIT = AuditRun("none")


class Audits:
    """The audits of one ledger."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: _Followed | None = None

    @property
    def last(self) -> AuditRun:
        """The audit that runs, or the one that ran last."""
        return self._newest.told if self._newest else NO_AUDIT

    def start(
        self, settings: Settings, clock: Callable[[], datetime], recorded: int, *, views: bool
    ) -> AuditRun:
        """Start an audit, unless one runs."""
        with self._lock:
            if self.last.state != "running":
                began = AuditRun("running", instant(clock()), views=views, recorded=recorded)
                self._newest = _Followed(began, _process(settings, views=views), clock)
            return self.last


class _Followed:
    """One audit. `told`: what it said until now. Its process, slow to end, says nothing of the next one."""

    def __init__(
        self, began: AuditRun, process: "subprocess.Popen[bytes]", clock: Callable[[], datetime]
    ) -> None:
        self.told = began
        self._clock = clock
        threading.Thread(target=partial(self._follow, process), name="audit", daemon=True).start()

    def _follow(self, process: "subprocess.Popen[bytes]") -> None:
        """Take down what the audit says, until it ends."""
        try:
            with process:
                assert process.stdout is not None
                self._listen(process.stdout)
        finally:
            if self.told.state == "running":
                self._end(state="failed", failure=str(_NO_WORD))

    def _listen(self, words: IO[bytes]) -> None:
        for line in words:
            match _WORDS.decode(line):
                case Began(what):
                    self._change(looked_at=(*self.told.looked_at, what))
                case Reached(position):
                    self._change(reached=position)
                case Ended(report):
                    self._end(state="done", report=report, reached=report.size)
                case Failed(why):
                    self._end(state="failed", failure=why)

    def _end(self, **changes: object) -> None:
        self._change(ended_at=instant(self._clock()), **changes)

    def _change(self, **changes: object) -> None:
        self.told = msgspec.structs.replace(self.told, **changes)


def _process(settings: Settings, *, views: bool) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  this program itself
        [sys.executable, "-m", "web.proof.audit_process", *([VIEWS] if views else [])],
        env={**os.environ, **settings.texts},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )


_AUDITS: dict[tuple[object, ...], Audits] = {}
_LOCK = threading.Lock()


def audits_of(settings: Settings) -> Audits:
    """The audits of a ledger in this process."""
    place = (settings.ledger, settings.database_url, settings.data_dir)
    with _LOCK:
        return _AUDITS.setdefault(place, Audits())
