"""Being told to stop: by SIGTERM, by Ctrl-C, or by a terminal that closes (SIGHUP)."""

import atexit
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Variable with the process id of the supervisor: a child that has lost it stops as if told to.
SUPERVISOR = "LEDGER_SUPERVISOR_PID"


def end_in_order() -> None:
    """Let SIGTERM and a closed terminal end this process as Ctrl-C does: what it started is stopped first.

    The last user of an embedded PostgreSQL stops it. The process then dies of the same signal, so who waits
    for it sees what it would have seen.
    """
    told: list[int] = []
    screens = _screens()

    def leave(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        _leave_closed(screens, number)
        raise SystemExit(128 + number)

    @atexit.register  # the first one here is the last one to run
    def die() -> None:
        if told:
            signal.signal(told[-1], signal.SIG_DFL)
            os.kill(os.getpid(), told[-1])

    for number in _ending():
        signal.signal(number, leave)


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """A function that is True once this process was told to stop: long work asks it between two steps.

    A second Ctrl-C ends at once.
    """
    received: list[int] = []
    supervisor = os.environ.get(SUPERVISOR)
    screens = _screens()

    def tell(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        _leave_closed(screens, number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, *_ending())}
    try:
        yield lambda: bool(received) or supervisor not in {None, str(os.getppid())}
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ending() -> tuple[signal.Signals, ...]:
    """The signals that end a process, but for Ctrl-C. `nohup` lets one outlive its terminal."""
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGTERM,) if outlives else (signal.SIGTERM, signal.SIGHUP)


def _screens() -> list[int]:
    """Standard output and errors, where they go to a terminal."""
    return [stream for stream in (1, 2) if os.isatty(stream)]


def _leave_closed(screens: list[int], number: int) -> None:
    """Let last words go nowhere once the terminal is closed: to write to it would be an error."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in screens:
            os.dup2(nowhere, stream)
        os.close(nowhere)
