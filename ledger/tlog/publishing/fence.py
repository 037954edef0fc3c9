"""A fence against the past: no role writes to a database that lacks, or denies, a promise of its log.

A replica that is promoted, or a copy that is put back, may end before the last promise. A process that
records there writes a second history under positions that are signed already. So each connection of a role
that writes compares the database with every promise that can be read (`Database.connect`), before it writes
anything. Without a readable promise it goes on, and says so; it looks again while it writes.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import NamedTuple, Protocol

import msgspec

from ledger.errors import Halt, LedgerError, NotPublished, RolledBack, ServiceAway, Unproven
from ledger.reading import pruned_through
from ledger.storage.postgres import Session
from ledger.tlog.publishing.promises import promised
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import entry_of
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.proofs import inclusion_proof, verify_inclusion
from ledger.tlog.tree.tiles import TILE_WIDTH, ReadTile, nodes_of, width_at

# After this a promise that could not be read is sought again: a log that is away slows no write.
AGAIN_S = 30.0
_BEHIND = (
    "the database ends at position {}, and position {} is published: write nothing to it, and keep a backup"
    " of it; `ledger restore` into a new database brings the entries back from the log"
)
_OTHER_PAST = (
    "the database holds another entry at position {} than was published: it was rolled back and written"
    " to, or changed; stop recording, look with `ledger audit`, and put it right with `ledger restore`"
)
_STANDBY = (
    "this PostgreSQL follows another one and takes no writes: it must be promoted, or LEDGER_DATABASE_URL"
    " must name the other one"
)


def behind(head: int, size: int) -> RolledBack:
    """The database ends before a position that is published."""
    return RolledBack(_BEHIND.format(head, size))


def other_past(position: int) -> RolledBack:
    """The database has another entry than was published."""
    return RolledBack(_OTHER_PAST.format(position))


class Promises(Protocol):
    """A place where the promises of a log can be read. Reading raises LedgerError."""

    @property
    def name(self) -> str:
        """The name for people."""
        ...

    def newest(self, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """The largest checkpoint there, signed by one of the keys; None before the first one."""
        ...

    def tile(self, level: int, number: int, width: int) -> Sequence[bytes] | None:
        """The first hashes of a tile; None where there are only checkpoints."""
        ...


class FolderPromises:
    """The folder of the log on this machine."""

    def __init__(self, folder: LogFolder) -> None:
        self._folder = folder
        self.tile = folder.tile

    @property
    def name(self) -> str:
        """Its path."""
        return str(self._folder.path)

    def newest(self, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """The larger of the published checkpoint and the last kept one, which witnesses may lack.

        Where no key of the log is known, no signature is asked for: the folder is the owner's, or it is not
        read at all.
        """
        contents = [self._folder.checkpoint(), self._folder.history.last()]
        read = partial(verify_checkpoint, keys=keys) if keys else _unsigned
        found = [read(content) for content in contents if content is not None]
        return max(found, key=lambda checkpoint: checkpoint.size, default=None)


def _unsigned(content: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(content).text)


class FetchedPromises:
    """Promises over HTTP. `fetch`: the file of a path, None for a missing file; raises LedgerError."""

    def __init__(
        self,
        name: str,
        checkpoint: str,
        fetch: Callable[[str], bytes | None],
        read_tile: Callable[[int, int, int], Sequence[bytes]] | None,
    ) -> None:
        """`checkpoint`: its path. `read_tile`: None for a witness, which keeps no tiles."""
        self.name = name
        self._checkpoint = checkpoint
        self._fetch = fetch
        self._read_tile = read_tile

    def newest(self, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """A checkpoint from a network counts only if a known key signed it."""
        content = self._fetch(self._checkpoint)
        if content is None:
            return None
        if not keys:
            raise Unproven("no verification key of the log is known here")
        return verify_checkpoint(content, keys)

    def tile(self, level: int, number: int, width: int) -> Sequence[bytes] | None:
        """See `Promises`."""
        return self._read_tile(level, number, width) if self._read_tile else None


class PromiseState(msgspec.Struct, frozen=True):
    """The result of a comparison without a contradiction. `size`: of the largest promise that was read.

    `unread`: why no promise could be read although there should be some; None where all is well.
    """

    size: int = 0
    unread: str | None = None


class _Life(NamedTuple):
    """One life of one database on a server: a restart, a promotion or a different database is a new life."""

    started: str
    timeline: str
    database: int


class Fence:
    """Compares a database with the promises of its log. One for a process; for several threads."""

    def __init__(
        self,
        places: Sequence[Promises],
        keys: Callable[[], Sequence[VerifierKey]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._keys = keys
        self._monotonic = monotonic
        self._lock = Lock()
        self._life: _Life | None = None
        self._head = 0
        self._state = PromiseState()
        self._looked_at = 0.0

    def passes(self, session: Session) -> bool:
        """Whether this connection need not be compared again; False where no promise could be read.

        Raises RolledBack where the database contradicts a promise, ServiceAway where it takes no writes.
        """
        if session.of("ledger").rows("is_standby") == [(True,)]:
            raise ServiceAway(_STANDBY)
        return self.look(session).unread is None

    def look(self, session: Session) -> PromiseState:
        """Compare, unless this life of the database was compared. Raises RolledBack, Retry or Halt."""
        row = session.of("ledger").row("life")
        if row is None:
            raise Halt("the head row is missing")
        *life, head = row
        with self._lock:
            if self._is_known(_Life(*life), head):
                return self._state
            self._life = None
            state = self._compared(session)
            self._life, self._head, self._state = _Life(*life), head, state
            self._looked_at = self._monotonic()
            return state

    def _is_known(self, life: _Life, head: int) -> bool:
        if life != self._life or head < self._head:
            return False
        self._head = head
        if self._state.unread is not None:
            return self._monotonic() - self._looked_at < AGAIN_S
        # Before the first promise there may be one by now.
        return self._state.size > 0

    def _compared(self, session: Session) -> PromiseState:
        largest, faults = 0, list[str]()
        for place in self._places:
            try:
                promise = place.newest(self._keys())
                if promise is None or not promise.size:
                    continue
                leaf = _last_leaf(promise, place)
            except LedgerError as error:
                faults.append(f"{place.name}: {error}")
                continue
            largest = max(largest, promise.size)
            _check(session, promise.size, leaf)
        if largest:
            return PromiseState(largest)
        if not faults and not promised(session.of("ledger")):
            return PromiseState()
        nothing = NotPublished("nothing that the log has signed is found")
        return PromiseState(unread="; ".join(faults) or str(nothing))


def _last_leaf(promise: Checkpoint, place: Promises) -> bytes | None:
    """The hash of the last entry, as the tree says; None where only checkpoints are kept."""
    index = promise.size - 1
    number, at = divmod(index, TILE_WIDTH)
    leaves = place.tile(0, number, width_at(0, number, promise.size))
    if leaves is None:
        return None

    def tile(level: int, number: int, width: int) -> list[bytes]:
        return list(place.tile(level, number, width) or ())

    read: ReadTile = tile
    proof = inclusion_proof(index, promise.size, nodes_of(promise.size, read))
    verify_inclusion(leaves[at], index, promise.size, proof, promise.root)
    return leaves[at]


def _check(session: Session, size: int, leaf: bytes | None) -> None:
    """Raise RolledBack where the database ends before a promise, or has another entry at its end."""
    reading = session.of("ledger")
    # After the promise was read: the log never promises an entry before it is committed.
    (head, _) = reading.row("head") or (0, 0)
    if head < size:
        raise behind(head, size)
    row = reading.row("events_after", position=size - 1, upto=size, count=1)
    if row is None:
        if pruned_through(session) < size:
            raise Halt(f"position {size} is missing: see `ledger audit`")
    elif leaf is not None and hash_leaf(entry_of(row)) != leaf:
        raise other_past(size)
