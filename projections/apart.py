"""Blocks that several processes make, each of a share of the streams.

They only read and fold. All rows are written by the one that asked, so what is left of such a process after
that one has died can do no harm.
"""

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from ledger.errors import Halt, LedgerError
from ledger.names import LedgerName
from ledger.postgres import Database, Session
from projections import view_named
from projections.blocks import Block, blocks
from projections.derive import Content, Seen, Share
from projections.digest import SLICES

__all__ = ["Apart", "Work", "blocks_apart", "shares", "worthwhile"]

# A process that folds fewer events takes longer to start than it saves.
_LEAST_EVENTS = 20_000


class Apart(NamedTuple):
    """How many processes, and by which database they connect themselves."""

    database: Database
    processes: int


class Work(NamedTuple):
    """What is derived of which ledger, for a process that knows nothing else."""

    database: Database
    ledger: LedgerName
    goals: list[tuple[str, int]]
    privacy_office: frozenset[str]


def worthwhile(events: int) -> int:
    """The number of processes in which so many events are folded soonest: at most one a core."""
    return max(1, min(cores(), SLICES, events // _LEAST_EVENTS))


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


def blocks_apart(work: Work, contents: Sequence[Content], processes: int) -> Iterator[Block]:
    """Blocks of each share in the order of its streams. Raises what one of the processes met with."""
    with _workers(work, shares(processes)) as workers:
        while workers:
            for receiving in wait(list(workers)):
                assert isinstance(receiving, Connection)
                message = _received(receiving, workers)
                if isinstance(message, Block):
                    yield message
                else:
                    for content, seen in zip(contents, message, strict=True):
                        content.take(seen)
                    del workers[receiving]


@contextmanager
def _workers(work: Work, parts: Sequence[Share]) -> Iterator[dict[Connection, BaseProcess]]:
    """A process for each share, by the connection on which it sends; none of them is left in the end."""
    context = multiprocessing.get_context("spawn")
    started: dict[Connection, BaseProcess] = {}
    try:
        for share in parts:
            receiving, sending = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(
                target=_fold, args=(work, share, sending), daemon=True
            )
            process.start()
            sending.close()
            started[receiving] = process
        yield dict(started)
    finally:
        for receiving, process in started.items():
            receiving.close()
            process.terminate()
            process.join()


def _received(receiving: Connection, workers: dict[Connection, BaseProcess]) -> Block | list[Seen]:
    try:
        message: Block | list[Seen] | LedgerError = receiving.recv()
    except (EOFError, OSError):  # before a message, or within one
        workers[receiving].join()
        code = workers[receiving].exitcode
        raise Halt(f"a process that folds events has ended (status {code}): run it again") from None
    if isinstance(message, LedgerError):
        raise message
    return message


def _fold(work: Work, share: Share, sending: Connection) -> None:
    """Send the blocks of a share, then what was seen in it, or the error that ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked hears it too, and ends this process
    with suppress(BrokenPipeError):  # unless it has died
        try:
            with closing(work.database.connect(work.ledger, "projector")) as session:
                _send(session, work, share, sending)
        except LedgerError as error:
            sending.send(error)


def _send(session: Session, work: Work, share: Share, sending: Connection) -> None:
    goals = [(view, upto) for name, upto in work.goals if (view := view_named(name))]
    contents = [Content(session, view, upto, work.privacy_office) for view, upto in goals]
    gc.freeze()  # modules, registers and staff stay: no search for cycles needs to look at them
    for block in blocks(session, goals, contents, work.privacy_office, share):
        sending.send(block)
    sending.send([content.seen() for content in contents])
