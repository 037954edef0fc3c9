"""The engines that fold the events of a rebuild: this process, other processes, or machines without the
database.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from ledger.names import LedgerName
from ledger.storage.postgres import Database, Session
from projections.following.apart import blocks_apart, shares
from projections.following.blocks import StreamBlock, blocks
from projections.following.derive import Content, Goal, contents_of, streams_to
from projections.following.folding import FoldingTask
from projections.following.work import work_of


class Engine(Protocol):
    """Folds all streams. It makes rows and writes none, so what dies in it does no harm."""

    def contents(self, goals: Sequence[Goal]) -> list[Content]:
        """The gatherers of each goal's rows. Call it before `blocks`."""

    def blocks(self, goals: Sequence[Goal], contents: Sequence[Content]) -> Iterator[StreamBlock]:
        """The results of all streams, each once. `contents`: for each goal; told of the rest at the end."""


class Here(NamedTuple):
    """This process alone."""

    session: Session
    privacy_office: Collection[str]

    def contents(self, goals: Sequence[Goal]) -> list[Content]:
        """See `Engine`."""
        return contents_of(self.session, goals, self.privacy_office)

    def blocks(self, goals: Sequence[Goal], contents: Sequence[Content]) -> Iterator[StreamBlock]:
        """See `Engine`."""
        return blocks(streams_to(self.session, goals), goals, contents, self.privacy_office)


class Apart(NamedTuple):
    """Several processes of this machine, each connected by itself."""

    session: Session
    privacy_office: Collection[str]
    database: Database
    ledger: LedgerName
    processes: int

    def contents(self, goals: Sequence[Goal]) -> list[Content]:
        """See `Engine`."""
        return contents_of(self.session, goals, self.privacy_office)

    def blocks(self, goals: Sequence[Goal], contents: Sequence[Content]) -> Iterator[StreamBlock]:
        """See `Engine`."""
        work = work_of(goals, self.privacy_office)
        parts = shares(self.processes)
        tasks = [FoldingTask(self.database, self.ledger, work, share) for share in parts]
        return blocks_apart(tasks, contents)
