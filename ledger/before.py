"""What a writer knows from the batch before, so that the next one need not ask the database again.

Believed under the head lock only, and only where the head is still where this writer's last commit left
it: then nobody has written since. After a failure nothing is known.
"""

from collections.abc import Iterable
from uuid import UUID

from ledger.postgres import Session
from ledger.writing import Head, latest_versions

__all__ = ["Before", "Versions"]

# More streams than so many are not remembered, so that a long run over many people stays flat.
_MOST_STREAMS = 50_000

# By the number of a UUID, whose own hash runs in Python.
Versions = dict[int, int]


class Before:
    """Memory of one writer. Not for two threads at once.

    `repeats`: events of the batch before were recorded already, so some of the next one may be. Nobody
    knows of the first.
    """

    def __init__(self) -> None:
        self.repeats = True
        self._position: int | None = None
        self._versions: Versions = {}

    def versions(self, session: Session, head: Head, streams: Iterable[UUID]) -> Versions:
        """Highest versions of at least these streams, to be counted on. Needs the head lock.

        They are forgotten unless `keep` is called once the transaction is committed.
        """
        if head.position != self._position or len(self._versions) > _MOST_STREAMS:
            self._versions = {}
        self._position = None
        versions = self._versions
        unknown = {stream.int: stream for stream in streams if stream.int not in versions}
        if unknown:
            found = latest_versions(session, list(unknown.values()))
            versions.update((stream.int, version) for stream, version in found.items())
        return versions

    def keep(self, position: int, *, repeats: bool) -> None:
        """The transaction is committed and left the head at this position."""
        self._position = position
        self.repeats = repeats
