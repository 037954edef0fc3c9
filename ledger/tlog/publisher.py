"""The publisher: integrates what is recorded into the tree, and signs and publishes what it has become.

One step: read entries, write tiles and bundles, prove from the files that the tree extends the one that was
signed last, sign, keep the checkpoint in the history, publish it as soon as the witnesses of the policy have
signed it too. Nothing is promised that is not on disk. After a fault everything is read again from the files
and checked, so a step may die anywhere.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import Any

import msgspec

from ledger.errors import Fenced, Halt, LedgerError, Misconfigured, Retry, RolledBack
from ledger.event import ENTRY_LIMIT_BYTES
from ledger.names import LedgerName, Role
from ledger.postgres import Database, Session
from ledger.reading import head_position
from ledger.tlog.bundles import entry_of
from ledger.tlog.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.delivery import Delivery
from ledger.tlog.folder import LogFolder
from ledger.tlog.keys import SigningKey, VerifierKey
from ledger.tlog.merkle import EMPTY_ROOT, hash_leaf
from ledger.tlog.notes import parse_note
from ledger.tlog.observer import Observer
from ledger.tlog.state import State, check_extension, grown, last_promise, load
from ledger.tlog.witnesses import Witnesses

__all__ = ["INTERVAL_S", "Published", "Publisher"]

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
# May read, and change nothing.
_ROLE: Role = "reader"
_OTHER_PAST = (
    "the database holds another entry at position {} than was published: it was rolled back and written"
    " to, or changed; stop recording, look with `ledger audit`, then run `ledger restore`"
)
_LOG = logging.getLogger(__name__)


class Published(msgspec.Struct, frozen=True):
    """What is published. `entries`: how many the call added."""

    size: int
    root: bytes
    entries: int = 0


class _Work(msgspec.Struct):
    """What the publisher holds between two steps; dropped with the first fault."""

    session: Session
    promise: Checkpoint
    state: State


class Publisher:
    """Publishes one ledger's log. Not for two threads at once. Close it when done."""

    def __init__(
        self,
        database: Database,
        ledger: LedgerName,
        folder: LogFolder,
        key: SigningKey,
        keys: Sequence[VerifierKey],
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        observer: Observer | None = None,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._folder = folder
        self._key = key
        self._keys = tuple({*keys, key.verifier})
        self._clock = clock
        self._monotonic = monotonic
        self._pause = pause
        self._observer = observer or Observer()
        self._delivery = Delivery(folder, witnesses, self._observer)
        self._held = ExitStack()
        self._work: _Work | None = None

    def publish_once(self) -> Published:
        """Publish what is recorded by now. Raises Retry, or Halt, among them RolledBack."""
        return self._publish(lambda: False)

    def _publish(self, stop: Callable[[], bool]) -> Published:
        entries = 0
        try:
            work = self._ready()
            while not stop() and (added := self._step(work)):
                entries += added
        except BaseException as error:
            self.close()
            if isinstance(error, LedgerError):
                self._observer.failed(error)
            raise
        return Published(work.promise.size, work.promise.root, entries)

    def follow(self, stop: Callable[[], bool]) -> None:
        """Publish what is recorded until told to stop; a passing fault is waited out.

        Raises Halt, or Misconfigured: then a person must look.
        """
        pause_s = FIRST_PAUSE_S
        while not stop():
            began = self._monotonic()
            try:
                published = self._publish(stop)
                pause_s = FIRST_PAUSE_S
                if published.entries:
                    self._rest(began + INTERVAL_S, stop)
                else:
                    self._ready().session.notified(WAKE_S)
            except Retry as fault:
                _LOG.warning("publishing pauses for %.1f s: %s", pause_s, fault)
                self.close()
                self._rest(self._monotonic() + pause_s, stop)
                pause_s = min(2 * pause_s, LAST_PAUSE_S)

    def close(self) -> None:
        """Let go of the connection and the locks; the next call begins anew."""
        self._work = None
        self._held.close()

    def _rest(self, until: float, stop: Callable[[], bool]) -> None:
        while not stop() and (left := until - self._monotonic()) > 0:
            self._observer.looked()
            self._pause(min(left, WAKE_S))

    def _ready(self) -> _Work:
        """The work at hand, or a beginning: locks, database, and what the files say was signed last."""
        if self._work is None:
            with ExitStack() as stack:
                stack.enter_context(self._folder.locked())
                session = self._database.connect(self._ledger, _ROLE)
                stack.callback(session.close)
                if session.row("try_lock_log", namespace=self._ledger.events) != (True,):
                    raise Fenced("another publisher is at work on this ledger")
                stack.callback(self._unlock, session)
                session.named("listen", {"channel": self._ledger.channel})
                self._work = self._begin(session)
                self._held = stack.pop_all()
        return self._work

    def _unlock(self, session: Session) -> None:
        """The server sees a closed connection only some time later; the next publisher is not to wait."""
        with suppress(LedgerError):
            session.row("unlock_log", namespace=self._ledger.events)

    def _begin(self, session: Session) -> _Work:
        found = last_promise(self._folder, self._keys)
        if found is None:
            empty = Checkpoint(self._key.verifier.name, 0, EMPTY_ROOT)
            self._sign(None, empty)
            return _Work(session, empty, State())
        content, promise = found
        if promise.origin != self._key.verifier.name:
            raise Misconfigured(f"the log in {self._folder.path} is that of {promise.origin}")
        work = _Work(session, promise, load(self._folder, promise))
        head = self._head(work)
        if promise.size:
            self._read(work, min(head, promise.size))
        if not any(one.by(self._key.verifier) for one in parse_note(content).signatures):
            # The first checkpoint of a new key repeats the last of the old one.
            self._sign(promise, promise)
        elif not self._delivery.is_done(content):
            self._delivery.deliver(content, promise)
        return work

    def _step(self, work: _Work) -> int:
        """Publish the next entries; how many there were."""
        self._observer.looked()
        head = self._head(work)
        if head == work.promise.size:
            return 0
        entries = self._read(work, head)
        made = grown(work.state, entries)
        self._folder.put(made.tiles, made.bundles)
        edge = made.state.edge
        checkpoint = Checkpoint(work.promise.origin, edge.size, edge.root())
        self._sign(work.promise, checkpoint)
        work.promise, work.state = checkpoint, made.state
        self._observer.published(edge.size, len(entries))
        self._folder.tidy((tile.level, tile.number) for tile in made.full)
        return len(entries)

    def _head(self, work: _Work) -> int:
        head = head_position(work.session)
        if head < work.promise.size:
            raise RolledBack(
                f"the database ends at position {head}, and position {work.promise.size} is"
                " published: run `ledger restore`, which brings the entries back from the log"
            )
        return head

    def _read(self, work: _Work, head: int) -> list[bytes]:
        """Entries after what is published, at most a step's; the last published one is checked first."""
        size, entries, length = work.promise.size, list[bytes](), 0
        position = max(0, size - 1)
        upto = min(head, size + STEP_ENTRIES)
        while position < upto and length < STEP_BYTES:
            block = work.session.rows(
                "events_after", position=position, upto=upto, count=_BLOCK_ENTRIES
            )
            if not block:
                raise Halt(f"position {position + 1} is missing: see `ledger audit`")
            for row in block:
                entry = _checked(row, position + 1)
                position += 1
                if position > size:
                    entries.append(entry)
                    length += len(entry)
                elif hash_leaf(entry) != work.state.last_leaf:
                    raise RolledBack(_OTHER_PAST.format(position))
        return entries

    def _sign(self, old: Checkpoint | None, new: Checkpoint) -> None:
        """Sign and publish a tree whose files are written. `old`: what was signed last."""
        found = last_promise(self._folder, self._keys)
        if (found[1] if found else None) != old:
            raise Halt(f"the checkpoints in {self._folder.path} were changed by somebody else")
        check_extension(self._folder, old or new, new)
        content = sign_checkpoint(new, self._key)
        self._folder.history.append(content, self._clock().date())
        self._delivery.deliver(content, new)


def _checked(row: Sequence[Any], position: int) -> bytes:
    """The entry of a row, which must be that of a position and fit into a bundle."""
    if row[4] != position:
        raise Halt(f"position {position} is missing: see `ledger audit`")
    entry = entry_of(row)
    if len(entry) > ENTRY_LIMIT_BYTES:
        raise Halt(f"position {position}: the entry has more than {ENTRY_LIMIT_BYTES} bytes")
    return entry
