"""Processor time and memory of a piece of work: of this process and of the whole database server.

On a machine that others use as well, it says more than the clock on the wall.
"""

import os
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

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
    before, ours, began = server_seconds(server), time.process_time(), time.perf_counter()
    work()
    seconds, used = time.perf_counter() - began, time.process_time() - ours + elsewhere()
    used += server_seconds(server) - before
    return {name: events / seconds, f"{name}_core": events / used}


def megabytes() -> float:
    """The most that this process has held since it began."""
    return _megabytes(Path("/proc/self"), "VmHWM")


def resident(process: int) -> float:
    """Megabytes that another process holds, also those that it shares."""
    return _megabytes(Path(f"/proc/{process}"), "VmRSS")


def private_megabytes(server: int) -> float:
    """Memory that the processes of the server hold for themselves, without the buffers that they share."""
    held = 0.0
    for process in _processes(server):
        with suppress(OSError):  # it has just ended
            held += _megabytes(process, "RssAnon")
    return held


def _megabytes(process: Path, kind: str) -> float:
    """What `status` says; a process that is ending has no memory any more, and no such line."""
    said = (process / "status").read_text().partition(f"{kind}:")[2].split()
    return int(said[0]) / 1024 if said else 0.0


def seconds_of(process: int) -> float:
    """What another process has used."""
    used = _members(Path(f"/proc/{process}/stat"))[11:13]
    return sum(map(int, used)) / TICKS_A_SECOND


def seconds_below() -> Figures:
    """What the processes below this one have used: `java`, and `folding`, which are all others.

    Those that are still there, and those that were waited for.
    """
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = {"folding": waited.ru_utime + waited.ru_stime, "java": 0.0}
    children = defaultdict[int, list[Path]](list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            children[int(_members(path)[1])].append(path)
    below = list(children[os.getpid()])
    for path in below:  # which grows meanwhile
        below += children[int(path.parent.name)]
        with suppress(OSError):
            who = "java" if "(java)" in path.read_text() else "folding"
            used[who] += sum(map(int, _members(path)[11:15])) / TICKS_A_SECOND
    return used


def server_seconds(server: int) -> float:
    """What the server has used, with its processes, those that have ended too."""
    of_server = _members(Path(f"/proc/{server}/stat"))[11:15]
    running = (members[11:13] for members in _processes(server).values())
    return sum(int(used) for members in (of_server, *running) for used in members) / TICKS_A_SECOND


def _processes(server: int) -> dict[Path, list[str]]:
    """The processes that a server has started, with what `stat` says of them."""
    found: dict[Path, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            members = _members(path)
            if int(members[1]) == server:
                found[path.parent] = members
    return found


def _members(path: Path) -> list[str]:
    """What follows the name of the program."""
    return path.read_text().rpartition(")")[2].split()
