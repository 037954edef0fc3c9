"""The state that a writer keeps from the batch before, so that the next one need not ask the database again.

It is trusted under the head lock only. Versions: while the head is where this writer's last commit left it,
no other process has written since. The blind index: while no erasure was counted. After a failure that
changed any of it, all of it is forgotten.
"""

from collections.abc import Iterable
from uuid import UUID

from ledger.storage.postgres import Session
from ledger.writing.append import Head, latest_versions
from ledger.writing.packing import PackedMessage

# The most streams or hashes to remember, so that a long run over many people stays flat.
_MOST = 50_000

# By the number of a UUID, whose own hash runs in Python.
Versions = dict[int, int]
# A row of the blind index: hash, subject, category, field.
BlindRow = tuple[bytes, UUID, str, str]


class WriterCache:
    """Memory of one writer. Not for two threads at once.

    `repeats`: the batch before had events that were recorded already, so the next may have some. True before
    the first batch, for which it is unknown.
    """

    def __init__(self) -> None:
        self.repeats = True
        self._position: int | None = None
        self._erasures = -1
        self._versions: Versions = {}
        self._searchable: dict[bytes, int] = {}

    def believe(self, head: Head) -> None:
        """Forget everything that may no longer be true. Needs the head lock.

        Versions and rows asked from here on are forgotten unless `keep` is called once the transaction is
        committed.
        """
        position, self._position = self._position, None
        if head.position != position or len(self._versions) > _MOST:
            self._versions = {}
        if position is None or head.erasures != self._erasures or len(self._searchable) > _MOST:
            self._searchable = {}
        self._erasures = head.erasures

    def versions(self, session: Session, streams: Iterable[UUID]) -> Versions:
        """Highest versions of at least these streams, to be counted on."""
        versions = self._versions
        unknown = {stream.int: stream for stream in streams if stream.int not in versions}
        if unknown:
            latest = latest_versions(session, list(unknown.values()))
            versions.update((stream.int, version) for stream, version in latest.items())
        return versions

    def unwritten(self, new: Iterable[PackedMessage]) -> list[BlindRow]:
        """Rows of the blind index that these events need and that this writer did not write before.

        Only an erasure takes rows away for good: a process that makes the index again, such as after a crash,
        puts the rows of every recorded event into it.
        """
        searchable, rows = self._searchable, []
        for item in new:
            for hmac, category, field in item.blind:
                assert item.stream is not None
                if searchable.get(hmac) != item.stream.int:
                    searchable[hmac] = item.stream.int
                    rows.append((hmac, item.stream, category, field))
        return rows

    def keep(self, position: int, *, repeats: bool) -> None:
        """Keep the additions: the transaction is committed and left the head at this position."""
        self._position = position
        self.repeats = repeats
