"""Blocks that several processes make, each of a share of the streams.

They only read and fold (`folding`). The process that started them writes all rows, so a folding process that
outlives it can do no harm.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from multiprocessing.connection import Connection, Pipe, wait

from ledger.errors import Halt, LedgerError
from projections.folds.digest import SLICES, Share
from projections.following.blocks import StreamBlock
from projections.following.derive import Content
from projections.following.folding import FoldingTask, Message, Told

# A process that folds fewer events takes longer to start than it saves.
_LEAST_EVENTS = 20_000
# More wait for the process that writes.
MOST_PROCESSES = 16
_Folders = dict[Connection, "subprocess.Popen[bytes]"]


def worthwhile(events: int) -> int:
    """The number of processes that folds this many events soonest: at most one a core."""
    return max(1, min(cores(), MOST_PROCESSES, events // _LEAST_EVENTS))


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shares(processes: int) -> list[Share]:
    """The streams in about equal shares, whose number is at least 1 and at most that of slices."""
    count = max(1, min(processes, SLICES))
    edges = [SLICES * n // count for n in range(count + 1)]
    return [range(*pair) for pair in pairwise(edges)]


def blocks_apart(
    tasks: Sequence[FoldingTask], contents: Sequence[Content]
) -> Iterator[StreamBlock]:
    """Blocks of each task's share in the order of its streams. Raises what one of the processes met with.

    `contents`: of each goal, which take in what was seen of each share in the end.
    """
    with _folders(tasks) as folders:
        while folders:
            for connection in wait(list(folders)):
                assert isinstance(connection, Connection)
                message = _received(connection, folders)
                if isinstance(message, StreamBlock):
                    yield message
                else:
                    for content, seen in zip(contents, message, strict=True):
                        content.take(seen)
                    del folders[connection]


@contextmanager
def _folders(tasks: Sequence[FoldingTask]) -> Iterator[_Folders]:
    """A process for each task, by the connection to it; none of them is left in the end."""
    started: _Folders = {}
    try:
        for task in tasks:
            ours, theirs = Pipe()
            with theirs:
                started[ours] = _started(theirs.fileno())
            with suppress(ConnectionError):  # it has died, which is noticed soon
                ours.send(task)
        yield dict(started)
    finally:
        for connection, process in started.items():
            connection.close()
            process.terminate()
        for process in started.values():
            process.wait()


def _started(descriptor: int) -> "subprocess.Popen[bytes]":
    """A process that loads what it needs from where this one does: it starts in a quarter of a second."""
    command = [sys.executable, "-P", "-m", "projections.following.folding", str(descriptor)]
    places = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(command, env=places, pass_fds=[descriptor])  # noqa: S603  our own module


def _received(connection: Connection, folders: _Folders) -> StreamBlock | Told:
    try:
        message: Message = connection.recv()
    except (EOFError, OSError):  # before a message, or within one
        code = folders[connection].wait()
        raise Halt(f"a process that folds events has ended (status {code}): run it again") from None
    if isinstance(message, LedgerError):
        raise message
    return message
