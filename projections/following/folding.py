"""A process that folds a share of the streams for the process that writes.

It is started as `python -m projections.following.folding FD`.

Over that descriptor, a connection of `multiprocessing`, comes a `FoldingTask` with a share; back go the
blocks, then what is told of the share in the end, or the error that ended it.
"""

import signal
import sys
from collections.abc import Collection
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

from ledger import cycles
from ledger.errors import LedgerError
from ledger.names import LedgerName
from ledger.storage.postgres import Database, Session
from projections import view_named
from projections.folds.digest import Share, Sums
from projections.following.blocks import StreamBlock, blocks
from projections.following.derive import Goal, Seen, contents_of, streams_to
from projections.following.storage import bookmarks, stored_sums

Told = list[tuple[Seen, Sums | None]]
"""Of each goal what was seen, and what its rows in use come to; None where they have moved on."""
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
    results = zip(
        (content.seen() for content in contents), _stored(session, goals, share), strict=True
    )
    connection.send(list(results))


def _stored(session: Session, goals: Collection[Goal], share: Share) -> list[Sums | None]:
    """What the rows in use come to, of views that are where they are compared."""
    with session.transaction():
        session.run("one_snapshot")
        places = bookmarks(session)
        return [
            stored_sums(session, view, view.name, share)
            if places[view.name].position == upto and places[view.name].version == view.version
            else None
            for view, upto in goals
        ]


if __name__ == "__main__":
    main(int(sys.argv[1]))
