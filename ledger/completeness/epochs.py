"""The second log: an entry an hour with the root of the index, which no later epoch can take back.

As the first log it signs nothing that does not extend what it signed last, and the database keeps what it
promises. Killed anywhere, the next epoch goes on: what was promised is finished with the same bytes.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from typing import NamedTuple

from ledger.clocks import Clocks
from ledger.completeness.epoch import Epoch, encode_epoch, parse_epoch
from ledger.completeness.index import Index
from ledger.errors import LedgerError, Misconfigured, NotPublished, RolledBack
from ledger.storage.postgres import Session
from ledger.tlog.proving.reading import published
from ledger.tlog.publishing.delivery import Delivery
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.publishing.promises import bound_to, keep_promise, promised
from ledger.tlog.publishing.publisher import OwnLog
from ledger.tlog.publishing.state import State, check_extension, grown, last_promise, load
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.history import bind
from ledger.tlog.tree.tiles import TILE_WIDTH
from ledger.tlog.witnessing.witnesses import Witnesses

INTERVAL = timedelta(hours=1)
# After a failure the first log goes on, and this one is tried again.
_AGAIN = timedelta(minutes=1)
_LOST = (
    "the log {0.origin} has signed {0.size} epochs, and {1} holds nothing of it: set LEDGER_LOG_DIR to where"
    " it is"
)
_OTHER = "the epoch that the database promises last is not in {}: nothing is signed"


class SignedEpoch(NamedTuple):
    """An epoch, its entry's bytes, and how many entries of the first log it covers."""

    entry: bytes
    epoch: Epoch
    covers: int


class Epochs:
    """Takes the epochs of one log. `sessions`: opens one of the publisher's role."""

    def __init__(
        self,
        main: LogFolder,
        own: OwnLog,
        sessions: Callable[[], Session],
        clocks: Clocks,
        observer: PublisherObserver,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._main = main
        self._folder = own.folder
        self._index = Index(own.folder.path)
        self._key = own.key
        self._keys = tuple({*own.keys, own.key.verifier})
        self._sessions = sessions
        self._clocks = clocks
        self._observer = observer
        self._delivery = Delivery(own.folder, witnesses, observer)
        self._next = clocks.now()

    def take_due(self) -> None:
        """Take an epoch where the last is an hour old. A failure is told, and tried again a minute later."""
        now = self._clocks.now()
        if now < self._next:
            return
        self._next = now + _AGAIN
        try:
            if now.timestamp() >= self._folder.checkpoint_time() + INTERVAL.total_seconds():
                self.take()
        except LedgerError as error:
            self._observer.failed(error)

    def take(self) -> SignedEpoch | None:
        """The epoch of what the first log has published; None when that is nothing yet.

        Raises Retry when too few witnesses signed it, Unproven or Halt where files are not what was signed.
        """
        with self._folder.locked(), closing(self._sessions()) as session:
            state, promise = self._begun(session)
            last = epoch_at(self._folder, promise.size) if promise.size else None
            signed = published(self._main)
            if signed is None or signed.checkpoint.size == (last.covers if last else 0):
                self._make_rows_again(last)
                return last
            size = signed.checkpoint.size
            root = self._index.advance(self._main, size, self._observer.looked)
            entry = encode_epoch(Epoch(root, signed.content))
            growth = grown(state, [entry])
            self._folder.put(growth.tiles, growth.bundles)
            self._sign(session, growth.state, promise)
            self._folder.tidy([(tile.level, tile.number) for tile in growth.full])
            # Those before it are kept until the next, for who reads them at this moment.
            self._index.keep([size, *([last.covers] if last else [])])
            return SignedEpoch(entry, Epoch(root, signed.content), size)

    def _make_rows_again(self, last: SignedEpoch | None) -> None:
        """Rows that were lost follow from the entries: `ledger prune` and proofs need them."""
        if last and last.covers not in self._index.sizes():
            self._index.advance(self._main, last.covers, self._observer.looked)

    def _begun(self, session: Session) -> tuple[State, Checkpoint]:
        """The tree that was signed last and its checkpoint, with what a crash left undone finished."""
        on_disk = last_promise(self._folder, self._keys)
        database_promise = promised(session).get(self._key.verifier.name)
        if on_disk is None:
            if database_promise is not None:
                raise Misconfigured(_LOST.format(database_promise, self._folder.path))
            return State(), self._sign(session, State(), None)
        content, promise = on_disk
        state = load(self._folder, promise)
        if database_promise is not None and database_promise.size > promise.size:
            state = self._promised_state(state, database_promise)
            return state, self._sign(session, state, promise)
        if not self._delivery.is_done(content):
            self._delivery.deliver(content, promise)
        return state, promise

    def _promised_state(self, state: State, promise: Checkpoint) -> State:
        """The tree that was promised and not signed: its entry was on disk before. Raises RolledBack."""
        number, width = divmod(state.edge.size, TILE_WIDTH)
        with suppress(NotPublished):
            entry = self._folder.bundle(number, width + 1)[width]
            finished = grown(state, [entry]).state
            if (finished.edge.size, finished.edge.root()) == (promise.size, promise.root):
                return finished
        raise RolledBack(_OTHER.format(self._folder.path))

    def _sign(self, session: Session, state: State, old: Checkpoint | None) -> Checkpoint:
        """Sign and publish a tree whose files are written."""
        new = Checkpoint(self._key.verifier.name, state.edge.size, state.edge.root())
        check_extension(self._folder, old or new, new)
        last, history = bound_to(session, self._folder.history, new.origin, self._keys)
        keep_promise(session, new, history if new == last else bind(history, new))
        content = sign_checkpoint(new, self._key)
        self._folder.history.append(content, self._clocks.now().date())
        self._delivery.deliver(content, new)
        return new


def epoch_at(folder: LogFolder, number: int) -> SignedEpoch:
    """An epoch of a second log, from 1. Raises Unproven."""
    number, place = divmod(number - 1, TILE_WIDTH)
    entry = folder.bundle(number, place + 1)[place]
    epoch = parse_epoch(entry)
    return SignedEpoch(entry, epoch, covered(epoch).size)


def covered(epoch: Epoch) -> Checkpoint:
    """The content of an epoch's checkpoint. Its signature is not checked here. Raises Unproven."""
    return parse_checkpoint(parse_note(epoch.checkpoint).text)
