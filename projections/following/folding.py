"""A process that folds a share of the streams for the process that writes.

It is started as `python -m projections.following.folding FD`.

Over that descriptor, a connection of `multiprocessing`, comes a `FoldingTask` with a share; back go the
blocks, then what is told of the share in the end, or the error that ended it.
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
from projections import view_named
from projections.folds.digest import Share
from projections.following.blocks import StreamBlock, blocks
from projections.following.derive import Seen, contents_of, streams_to

Told = list[Seen]
"""Of each goal what was seen."""
Message = StreamBlock | Told | LedgerError


class FoldingTask(NamedTuple):
    """What is derived of which ledger, for a process that knows nothing else."""

    database: Database
    ledger: LedgerName
    goals: list[tuple[str, int]]
    privacy_office: frozenset[str]


def main(descriptor: int) -> None:
    """Fold what is asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked hears it too, and ends this process
    with suppress(ConnectionError, EOFError), Connection(descriptor) as connection:  # it has died
        work, share = connection.recv()
        try:
            with closing(work.database.connect(work.ledger, "projector")) as session:
                _fold(session.of("projections"), work, share, connection)
        except LedgerError as error:
            connection.send(error)


def _fold(session: Session, work: FoldingTask, share: Share, connection: Connection) -> None:
    goals = [(view, upto) for name, upto in work.goals if (view := view_named(name))]
    contents = contents_of(session, goals, work.privacy_office)
    cycles.settle()  # modules, registers and staff stay
    streams = streams_to(session, goals, share)
    for block in blocks(streams, goals, contents, work.privacy_office):
        connection.send(block)
    connection.send([content.seen() for content in contents])


if __name__ == "__main__":
    main(int(sys.argv[1]))
