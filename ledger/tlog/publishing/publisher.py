"""The publisher: integrates recorded entries into the tree, and signs and publishes the grown tree.

One step: read entries, write tiles and bundles, prove from the files that the tree extends the one that was
signed last, keep in the database what is promised, sign, keep the checkpoint in the history, publish it as
soon as the witnesses of the policy have signed it too. Nothing is promised that is not on disk. After a fault
everything is read again from files and database and checked, so a step may die anywhere. Files that are
behind what the database says was promised grow to that very tree before anything is signed.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec

from ledger.clocks import Clocks
from ledger.errors import Busy, Fenced, Halt, LedgerError, Misconfigured, Retry, RolledBack
from ledger.event import ENTRY_LIMIT_BYTES
from ledger.names import LedgerName, Role
from ledger.reading import head_position, pruned_through
from ledger.storage.locks import Check, held
from ledger.storage.postgres import Database, Session
from ledger.tlog.publishing.delivery import Delivery
from ledger.tlog.publishing.fence import behind, other_past
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.publishing.promises import bound_to, keep_promise, promised
from ledger.tlog.publishing.pruned import next_leaves
from ledger.tlog.publishing.state import (
    State,
    check_extension,
    grown,
    grown_by_leaves,
    last_promise,
    load,
)
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.signing.keys import Signer, VerifierKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.history import bind
from ledger.tlog.tree.bundles import entry_of
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_leaf
from ledger.tlog.witnessing.witnesses import Witnesses

# How many entries are integrated before a checkpoint promises them, and how many are read at once.
STEP_ENTRIES = 16_384
STEP_BYTES = 32 * 1024 * 1024
_BLOCK_ENTRIES = 2_048
# Shortest time between two checkpoints: each costs some files and flushes, whatever it covers.
INTERVAL_S = 1.0
# How long a lost notification can delay a checkpoint, and a request to stop.
WAKE_S = 1.0
FIRST_PAUSE_S = 0.1
LAST_PAUSE_S = 30.0
# May read entries, and change nothing but the promises in the database.
_ROLE: Role = "publisher"
_ELSEWHERE = (
    "the log {0.origin} has signed {0.size} entries, and {1} holds nothing of it: set LEDGER_LOG_DIR to where"
    " it is; only if its folder is lost, make it again with `ledger log rebuild`"
)
_OTHER_TREE = (
    "the entries up to position {} make up another tree than the log promised: nothing is signed, see"
    " `ledger audit`"
)
_LOG = logging.getLogger(__name__)


class Published(msgspec.Struct, frozen=True):
    """The published tree. `entries`: how many the call promised for the first time."""

    size: int
    root: bytes
    entries: int = 0


class _Work(msgspec.Struct):
    """The state of the publisher between two steps; dropped with the first fault.

    `pruned`: the position up to which entries may be gone: their hashes are in the database. `promise`: the
    last promise on disk, None before the first. `bound`: the last tree that the database counts as signed,
    and the digest of the history up to it.
    """

    session: Session
    pruned: int
    promise: Checkpoint | None
    state: State
    bound: tuple[Checkpoint | None, bytes] = (None, b"")

    @property
    def size(self) -> int:
        """How many entries are in the files."""
        return self.state.edge.size

    def published(self, entries: int = 0) -> Published:
        """The tree that is promised by now. `entries`: see `Published`."""
        assert self.promise
        return Published(self.promise.size, self.promise.root, entries)


class OwnLog(msgspec.Struct, frozen=True):
    """The log that is published: its folder, the key that signs it, and every key that it ever had."""

    folder: LogFolder
    key: Signer
    keys: Sequence[VerifierKey]


class Publisher:
    """Publishes one ledger's log. Not for two threads at once. Close it when done."""

    def __init__(
        self,
        database: Database,
        ledger: LedgerName,
        log: OwnLog,
        clocks: Clocks,
        *,
        observer: PublisherObserver | None = None,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._folder = log.folder
        self._key = log.key
        self._origin = log.key.verifier.name
        self._keys = tuple({*log.keys, log.key.verifier})
        self._clocks = clocks
        self._observer = observer or PublisherObserver()
        self._delivery = Delivery(log.folder, witnesses, self._observer)
        self._locks = ExitStack()
        self._work: _Work | None = None
        self._check: Check = lambda: None

    def publish_once(self) -> Published:
        """Publish the entries that are recorded by now. Raises Retry, or Halt, among them RolledBack."""
        return self._publish(lambda: False)

    def rebuild(self) -> Published:
        """Write the files of a log again that were lost, up to the tree that it promised last, and sign that.

        Raises Misconfigured when nothing was promised or the folder holds a log, Retry, or Halt when the
        database holds other entries by now.
        """
        self.close()
        with self._reporting_faults():
            work = self._current_work(self._begin_again)
            return work.published()

    def _publish(self, stop: Callable[[], bool]) -> Published:
        with self._reporting_faults():
            work = self._current_work(self._begin)
            self._observer.looked()
            # Entries that arrive meanwhile wait for the next call: each checkpoint costs as much, whatever it
            # covers.
            began, upto = work.size, _head(work.session, work.size)
            while work.size < upto and not stop():
                self._step(work, upto)
            if work.size == began:
                self._delivery.add_late()
        return work.published(work.size - began)

    @contextmanager
    def _reporting_faults(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.close()
            if isinstance(error, LedgerError):
                self._observer.failed(error)
            raise

    def follow(self, stop: Callable[[], bool], between: Callable[[], None] = lambda: None) -> None:
        """Publish recorded entries until told to stop; a passing fault is waited out.

        `between`: called whenever everything is published. Raises Halt, or Misconfigured: then a person must
        look.
        """
        pause_s = FIRST_PAUSE_S
        while not stop():
            began = self._clocks.monotonic()
            try:
                published = self._publish(stop)
                pause_s = FIRST_PAUSE_S
                between()
                if published.entries:
                    self._rest(began + INTERVAL_S, stop)
                # Take announcements that arrived meanwhile out of memory too, before the next look.
                wake_s = 0 if published.entries else WAKE_S
                self._current_work(self._begin).session.notified(wake_s)
            except Retry as fault:
                _LOG.warning("publishing pauses for %.1f s: %s", pause_s, fault)
                self.close()
                self._rest(self._clocks.monotonic() + pause_s, stop)
                pause_s = min(2 * pause_s, LAST_PAUSE_S)

    def close(self) -> None:
        """Let go of the connection and the locks; the next call begins anew."""
        self._work = None
        self._locks.close()

    def _rest(self, until: float, stop: Callable[[], bool]) -> None:
        while not stop() and (left := until - self._clocks.monotonic()) > 0:
            self._observer.looked()
            self._clocks.pause(min(left, WAKE_S))

    def _current_work(self, begin: Callable[[Session], _Work]) -> _Work:
        """The work at hand, or a beginning: locks, database, and what files and database say was promised."""
        if self._work is None:
            with ExitStack() as stack:
                stack.enter_context(self._folder.locked())
                session = self._database.connect(self._ledger, _ROLE)
                stack.callback(session.close)
                self._check = _only_publisher(stack, session)
                session.named("listen", {"channel": self._ledger.channel})
                self._work = begin(session)
                self._locks = stack.pop_all()
        return self._work

    def _begin(self, session: Session) -> _Work:
        on_disk = last_promise(self._folder, self._keys)
        database_promise, pruned = promised(session).get(self._origin), pruned_through(session)
        if on_disk is None:
            if database_promise is not None:
                raise Misconfigured(_ELSEWHERE.format(database_promise, self._folder.path))
            work = _Work(session, pruned, None, State())
            self._sign(work)
            return work
        content, promise = on_disk
        if promise.origin != self._origin:
            raise Misconfigured(f"the log in {self._folder.path} is that of {promise.origin}")
        bound = bound_to(session, self._folder.history, self._origin, self._keys)
        work = _Work(session, pruned, promise, load(self._folder, promise), bound)
        _head(session, promise.size)
        self._read(work, promise.size)
        if database_promise is not None and database_promise.size > promise.size:
            self._catch_up(work, database_promise)
        else:
            self._repeat(work, content, database_promise or promise)
        return work

    def _begin_again(self, session: Session) -> _Work:
        database_promise = promised(session).get(self._origin)
        if database_promise is None:
            raise Misconfigured(f"the log {self._origin} has signed nothing: run `ledger publish`")
        if last_promise(self._folder, self._keys) is not None:
            raise Misconfigured(
                f"{self._folder.path} holds a log, and the publisher goes on with it"
            )
        work = _Work(session, pruned_through(session), None, State())
        self._catch_up(work, database_promise)
        return work

    def _keep(self, work: _Work, promise: Checkpoint) -> None:
        """Keep a promise in the database, and the digest of the history up to it."""
        last, history = work.bound
        if promise != last:
            history = bind(history, promise)
        keep_promise(work.session, promise, history)
        work.bound = promise, history

    def _repeat(self, work: _Work, content: bytes, database_promise: Checkpoint) -> None:
        """Finish with the last checkpoint on disk. `database_promise`: never a later one."""
        assert work.promise
        check_extension(self._folder, database_promise, work.promise)
        if not any(
            signature.by(self._key.verifier) for signature in parse_note(content).signatures
        ):
            # The first checkpoint of a new key repeats the last of the old one.
            self._sign(work)
            return
        self._keep(work, work.promise)
        if not self._delivery.is_done(content):
            self._delivery.deliver(content, work.promise)

    def _catch_up(self, work: _Work, promise: Checkpoint) -> None:
        """Let the files grow to the promise that the database kept: to its tree, or nothing is signed."""
        _head(work.session, promise.size)
        while work.size < promise.size:
            self._observer.looked()
            self._folder.tidy(self._grow(work, promise.size))
        if work.state.edge.root() != promise.root:
            raise RolledBack(_OTHER_TREE.format(promise.size))
        if work.promise is None:
            # Let a history that is begun again begin with the empty tree too, as every other one does.
            empty = Checkpoint(self._origin, 0, EMPTY_ROOT)
            work.bound = empty, bind(b"", empty)
            self._keep(work, promise)
            signed = sign_checkpoint(empty, self._key)
            self._folder.history.append(signed, self._clocks.now().date())
            work.promise = empty
        self._sign(work)

    def _step(self, work: _Work, upto: int) -> None:
        """Publish the next entries, up to a position."""
        self._observer.looked()
        size = work.size
        full = self._grow(work, upto)
        self._sign(work)
        self._observer.published(work.size, work.size - size)
        self._folder.tidy(full)

    def _grow(self, work: _Work, upto: int) -> list[tuple[int, int]]:
        """Write the files of the next entries; level and number of each tile that became full."""
        if work.size < work.pruned:
            # The tree with the next hashes of pruned entries; the log says first that it lacks their
            # bundles.
            if self._folder.minimum_index() < work.pruned:
                self._folder.prune(work.pruned)
            growth = grown_by_leaves(work.state, next_leaves(work.session, work.size))
        else:
            growth = grown(work.state, self._read(work, upto))
        self._folder.put(growth.tiles, growth.bundles)
        work.state = growth.state
        return [(tile.level, tile.number) for tile in growth.full]

    def _read(self, work: _Work, head: int) -> list[bytes]:
        """Entries after those of the files, at most a step's; the last one of the files is checked first."""
        size, entries, length = work.size, list[bytes](), 0
        # The last entry of a log that was made again may be pruned.
        position = max(0, size - 1) if size > work.pruned else size
        upto = min(head, size + STEP_ENTRIES)
        while position < upto and length < STEP_BYTES:
            block = work.session.rows(
                "events_after", position=position, upto=upto, count=_BLOCK_ENTRIES
            )
            if not block:
                raise Halt(f"position {position + 1} is missing: see `ledger audit`")
            for row in block:
                entry = _entry_at(row, position + 1)
                position += 1
                if position > size:
                    entries.append(entry)
                    length += len(entry)
                elif hash_leaf(entry) != work.state.last_leaf:
                    raise other_past(position)
        return entries

    def _sign(self, work: _Work) -> None:
        """Sign and publish the tree whose files are written."""
        on_disk = last_promise(self._folder, self._keys)
        if work.promise and on_disk is None:  # lost, or not mounted any more, while this runs
            raise Misconfigured(_ELSEWHERE.format(work.promise, self._folder.path))
        if (on_disk[1] if on_disk else None) != work.promise:
            raise Halt(f"the checkpoints in {self._folder.path} were changed by somebody else")
        new = Checkpoint(self._origin, work.size, work.state.edge.root())
        check_extension(self._folder, work.promise or new, new)
        self._check()
        self._keep(work, new)
        content = sign_checkpoint(new, self._key)
        self._folder.history.append(content, self._clocks.now().date())
        self._delivery.deliver(content, new)
        work.promise = new


def _only_publisher(stack: ExitStack, session: Session) -> Check:
    """Lock out every other publisher of this ledger while the stack is open. Raises Fenced."""
    try:
        return stack.enter_context(held(session, "lock_log", [{}]))
    except Busy:
        raise Fenced("another publisher is at work on this ledger") from None


def _head(session: Session, size: int) -> int:
    """Position of the last event. Raises RolledBack when it is below the size of a tree that was promised."""
    head = head_position(session)
    if head < size:
        raise behind(head, size)
    return head


def _entry_at(row: Sequence[Any], position: int) -> bytes:
    """The entry of a row, which must be that of a position and fit into a bundle."""
    if row[4] != position:
        raise Halt(f"position {position} is missing: see `ledger audit`")
    entry = entry_of(row)
    if len(entry) > ENTRY_LIMIT_BYTES:
        raise Halt(f"position {position}: the entry has more than {ENTRY_LIMIT_BYTES} bytes")
    return entry
