"""Processor time of a piece of work: of this process and of the whole database server.

On a machine that others use as well, it says more than the clock on the wall.
"""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg

__all__ = ["Figures", "rates", "server_of"]

Figures = dict[str, float]
TICKS_A_SECOND = 100


def server_of(url: str) -> int:
    """The process that started all others of the server."""
    with psycopg.connect(url) as connection:
        return int(_members(Path(f"/proc/{connection.info.backend_pid}/stat"))[1])


def rates(
    name: str,
    work: Callable[[], object],
    server: int,
    events: int,
    elsewhere: Callable[[], float] = lambda: 0.0,
) -> Figures:
    """Events a second on the wall, and `<name>_core`: events a second of processor time.

    `elsewhere`: seconds that a process of its own has used, asked afterwards.
    """
    before, ours, began = _server_seconds(server), time.process_time(), time.perf_counter()
    work()
    seconds, used = time.perf_counter() - began, time.process_time() - ours + elsewhere()
    used += sum(now - before.get(pid, 0.0) for pid, now in _server_seconds(server).items())
    return {name: events / seconds, f"{name}_core": events / used}


def _server_seconds(server: int) -> dict[int, float]:
    """What each process of the server has used; one that has ended is not there any more."""
    seconds: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            members = _members(path)
        except OSError:  # it has just ended
            continue
        if int(members[1]) == server:
            used = (int(members[11]) + int(members[12])) / TICKS_A_SECOND
            seconds[int(path.parent.name)] = used
    return seconds


def _members(path: Path) -> list[str]:
    """What follows the name of the program."""
    return path.read_text().rpartition(")")[2].split()
