"""Telling systemd that a process lives, as sd_notify does: a datagram to the socket that the unit names.

Without a unit that asks for it (`WatchdogSec`) nothing is sent.
"""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread

_ALIVE = b"WATCHDOG=1"


def watchdog_s(environment: Mapping[str, str], pid: int) -> float | None:
    """How many seconds this process may be silent; None where nobody listens to it."""
    asked, whom = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(pid))
    if not environment.get("NOTIFY_SOCKET") or not asked.isdecimal() or whom != str(pid):
        return None
    return int(asked) / 1e6


@contextmanager
def watched(
    lives: Callable[[], bool], environment: Mapping[str, str] = os.environ
) -> Iterator[None]:
    """Say that the process lives, thrice in the time that it may be silent, while it does."""
    silent_s = watchdog_s(environment, os.getpid())
    if silent_s is None:
        yield
        return
    stop, address = Event(), environment["NOTIFY_SOCKET"]

    def run() -> None:
        while not stop.is_set():
            if lives():
                _tell(address)
            stop.wait(silent_s / 3)

    Thread(target=run, name="watchdog", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _tell(address: str) -> None:
    """`address`: a path, or with @ one of the abstract namespace."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(_ALIVE, address.replace("@", "\0", 1))
