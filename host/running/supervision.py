"""`ledger run`: its parts as child processes, started again when they crash or hang, stopped together.

A part that ends by itself has decided so (a halt, a wrong setting): then all of it ends, with the
part's exit status. Only a service that is away and a crash are waited out.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from host.logs import Log
from host.running.heart import Heart
from host.running.listening import Address
from host.running.serving import ask_live, ask_ready, ask_waiting
from host.signals import SUPERVISOR
from host.statuses import AWAY, BAD_NEWS, FINE

# How soon a signal or the end of a child is noticed.
LOOK_S = 0.2
# A batch is finished in less; a process that has not ended then is killed, and nothing is lost by it.
STOP_S = 30.0
FIRST_PAUSE_S = 0.5
LAST_PAUSE_S = 60.0
# A process that ran so long had started well: the pauses begin anew.
STEADY_S = 60.0
_LOG = Log("run")


def ended_for_good(status: int) -> bool:
    """Whether a child must not be started again. Negative: killed by a signal."""
    return status >= 0 and status != AWAY


class RestartDelay(msgspec.Struct, frozen=True):
    """How long to wait before the next start of a child."""

    failures: int = 0

    def after(self, ran_s: float) -> "RestartDelay":
        """After one more crash of a child that had run for so long."""
        return RestartDelay(1 if ran_s >= STEADY_S else self.failures + 1)

    @property
    def pause_s(self) -> float:
        """Seconds, doubled with each failure in a row."""
        return min(LAST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self.failures - 1, 16))


class ChildProcess:
    """One child process and what is known about it. `environment`: over that of this process.

    `address`: where it says how it is.
    """

    def __init__(self, name: str, environment: Mapping[str, str], address: Address) -> None:
        self.name = name
        self._environment = environment
        self._address = address
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._restarts = RestartDelay()
        self._heart: Heart | None = None

    def check(self) -> str | None:
        """Why it is not ready. May be asked in another thread; answers within seconds."""
        return ask_ready(self._address) if self._process else "it does not run"

    def waiting(self) -> str | None:
        """The outside cause that holds it up. May be called in another thread."""
        return ask_waiting(self._address) if self._process else None

    def look(self, now: float) -> int | None:
        """Start it when it is time to; the exit status once it has ended for good."""
        if self._process is None:
            if now >= self._start_at:
                self._start(now)
            return None
        self._end_silent()
        status = self._process.poll()
        if status is None:
            return None
        self._process = None
        self._still()
        if ended_for_good(status):
            return status
        self._restarts = self._restarts.after(now - self._started_at)
        self._start_at = now + self._restarts.pause_s
        why = "is away from its services" if status == AWAY else "crashed"
        pause_s = self._restarts.pause_s
        message = f"{self.name} {why}; starting it again in {pause_s:.1f} s"
        _LOG.warning("part-ended", message, part=self.name, status=status, pause_s=pause_s)
        return None

    def _start(self, now: float) -> None:
        # A session of its own: Ctrl-C reaches the supervisor, which tells the children.
        self._process = subprocess.Popen(  # noqa: S603  this program, no shell, fixed arguments
            [sys.executable, "-m", "console.main", self.name],
            env={**os.environ, **self._environment, SUPERVISOR: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started_at = now
        self._heart = Heart(partial(ask_live, self._address))
        self._heart.start()
        message = f"{self.name} is started"
        _LOG.info("part-started", message, part=self.name, pid=self._process.pid)

    def _end_silent(self) -> None:
        """Kill it when it hangs: nothing is lost by that, and it is started again like one that crashed."""
        why = self._heart.stopped() if self._heart else None
        if self._process is None or why is None:
            return
        message = f"{self.name} hangs: {why}; it is killed, and started again"
        _LOG.error("part-hangs", message, part=self.name, pid=self._process.pid)
        self._still()
        self._process.kill()
        self._process.wait()

    def _still(self) -> None:
        if self._heart:
            self._heart.stop()
        self._heart = None

    def tell(self) -> None:
        """Ask it to stop."""
        self._still()
        if self._process:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, until: float) -> int:
        """Wait for its end, kill it when it takes too long; its exit status."""
        if self._process is None:
            return FINE
        try:
            return self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return FINE


def supervise(
    parts: Sequence[ChildProcess], stop: Callable[[], bool], look: Callable[[], None]
) -> int:
    """Run commands of this program side by side until told to stop; the exit status of it all.

    `look`: called some times a second; what it raises stops everything.
    """
    status = FINE
    try:
        while not stop() and status == FINE:
            look()
            status = _first_end(parts, time.monotonic())
            time.sleep(LOOK_S)
    finally:
        # Tell all parts to stop and wait for them; their worst exit status.
        for part in parts:
            part.tell()
        until = time.monotonic() + STOP_S
        last = max(max(part.wait(until), FINE) for part in parts)
    return status or last


def _first_end(parts: Sequence[ChildProcess], now: float) -> int:
    """Exit status of the first part that ended for good, 0 while none has."""
    for part in parts:
        status = part.look(now)
        if status is not None:
            message = f"{part.name} ended with status {status}; everything stops"
            _LOG.error("part-ended", message, part=part.name, status=status)
            return status or BAD_NEWS
    return FINE
