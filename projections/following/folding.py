"""A process that folds a share of the streams for the process that writes.

It is started as `python -m projections.following.folding FD`.

Over that descriptor, a connection of `multiprocessing`, comes a `FoldingTask`; back go the blocks, then what
is told of the share in the end, or the error that ended it.
"""

import signal
import sys
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

from ledger import cycles
from ledger.errors import LedgerError
from ledger.names import LedgerName
from ledger.storage.postgres import Database, Session
from projections.folds.digest import Share
from projections.following.blocks import StreamBlock, blocks
from projections.following.derive import Seen, contents_of, streams_to
from projections.following.work import Work

Told = list[Seen]
"""Of each goal what was seen."""
Message = StreamBlock | Told | LedgerError


class FoldingTask(NamedTuple):
    """The goals to derive, and the share and ledger to read, for a process that knows nothing else."""

    database: Database
    ledger: LedgerName
    work: Work
    share: Share


def main(descriptor: int) -> None:
    """Fold what is asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked hears it too, and ends this process
    with suppress(ConnectionError, EOFError), Connection(descriptor) as connection:  # it has died
        task: FoldingTask = connection.recv()
        try:
            with closing(task.database.connect(task.ledger, "projector")) as session:
                _fold(session.of("projections"), task.work, task.share, connection)
        except LedgerError as error:
            connection.send(error)


def _fold(session: Session, work: Work, share: Share, connection: Connection) -> None:
    goals, office = work.goals(), work.privacy_office
    contents = contents_of(session, goals, office)
    cycles.settle()  # modules, registers and staff stay
    for block in blocks(streams_to(session, goals, share), goals, contents, office):
        connection.send(block)
    connection.send([content.seen() for content in contents])


if __name__ == "__main__":
    main(int(sys.argv[1]))
