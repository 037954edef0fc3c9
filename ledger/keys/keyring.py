"""Keys, as the sealing side needs them: made when missing, cached briefly.

The cache is true as long as nothing of its streams was erased: the head is read before a batch is
sealed and compared under the head lock before it is recorded. Nothing here destroys a key.
"""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from ledger.crypto.authentic import RowMacs, row_macs
from ledger.crypto.held import KeyChain, StreamKeys
from ledger.crypto.places import data_key_place, ledger_key_place, wrapped_data_keys
from ledger.crypto.provider import KeyProvider, Placed, Wrapped, each_unwrapped, once_more
from ledger.crypto.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    DataKey,
    KeyedHash,
    next_month_key,
)
from ledger.errors import Halt, KeyLost, Overtaken
from ledger.journal.overtaking import Moment, erased_between, moment
from ledger.names import LedgerName
from ledger.storage.postgres import Session

# Category of the key under which a data subject's events are told apart; nothing is sealed with it.
FINGERPRINT = "fingerprint"

# Keys live in memory for at most this long, even when nothing is erased.
CACHE_SECONDS = 60
# And at most this many, so that a long run over many people stays flat.
CACHE_KEYS = 200_000


class KeyNeed(NamedTuple):
    """A key that a batch needs. `month` is 0 except for a rolling category."""

    subject: UUID
    category: str
    month: int = 0


class Keyring:
    """Keys for one sealing process. Not for two threads at once."""

    def __init__(
        self,
        session: Session,
        provider: KeyProvider,
        ledger: LedgerName,
        monotonic: Callable[[], float],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._session = session
        self._wrapping = provider.wrapping()
        self._provider = provider
        self._macs: RowMacs | None = None
        self._ledger = ledger
        self._monotonic = monotonic
        self._random = random
        self._ledger_keys: dict[str, bytes] = {}
        self._hashes: dict[str, KeyedHash] = {}
        self._moment = Moment(-1, -1)
        self.forget()

    def forget(self) -> None:
        """Drop everything that was cached about people, and the keys of past days."""
        self._since = self._monotonic()
        self._ledger_keys = {
            purpose: key for purpose, key in self._ledger_keys.items() if "/" not in purpose
        }
        self._wrapping.forget()
        self._streams: dict[UUID, StreamKeys] = {}
        self._keys = 0

    def sync(self, now: Moment) -> frozenset[UUID] | None:
        """Drop what was erased since the last call; all of it when it is old or large: then None.

        Gives the streams that were dropped.
        """
        old = self._monotonic() - self._since > CACHE_SECONDS or self._keys > CACHE_KEYS
        erased = None if old else erased_between(self._session, self._moment, now)
        self._moment = now
        if erased is None:
            self.forget()
        for stream in erased or ():
            self._streams.pop(stream, None)
        return erased

    def of(self, stream: UUID) -> StreamKeys:
        """What is held of one stream."""
        keys = self._streams.get(stream)
        if keys is None:
            keys = self._streams[stream] = StreamKeys(stream)
        return keys

    def secret(self) -> bytes:
        """A fresh random key."""
        return self._random(KEY_BYTES)

    def nonces(self, count: int = 1) -> bytes:
        """Fresh random nonces, one after the other."""
        return self._random(count * NONCE_BYTES)

    # Keys of the ledger itself

    def ledger_key(self, purpose: str) -> bytes:
        """Key of the ledger for one purpose; made on first use, in a transaction of its own.

        Never ask for a new one inside a write transaction: a rollback would take it away again.
        """
        if purpose not in self._ledger_keys:
            key = self._stored_ledger_key(purpose)
            if key is None:
                self._make_ledger_key(purpose)
                key = self._stored_ledger_key(purpose)
            if key is None:
                raise Halt(f"the ledger's key {purpose} was neither found nor made")
            self._ledger_keys[purpose] = key
        return self._ledger_keys[purpose]

    def known_ledger_key(self, purpose: str) -> bytes:
        """Key of the ledger for one purpose, to open what is sealed under it: never made.

        Raises Lost when there is none.
        """
        if purpose not in self._ledger_keys:
            key = self._stored_ledger_key(purpose)
            if key is None:
                raise KeyLost(f"the ledger's key {purpose} is missing")
            self._ledger_keys[purpose] = key
        return self._ledger_keys[purpose]

    def _stored_ledger_key(self, purpose: str) -> bytes | None:
        return once_more(lambda: self._find_ledger_key(purpose))

    def _find_ledger_key(self, purpose: str) -> bytes | None:
        self._wrapping.hold()
        row = self._session.row("ledger_key", purpose=purpose)
        if row is None:
            return None
        epoch, wrapped = row
        place = ledger_key_place(self._ledger, purpose, epoch)
        return each_unwrapped(self._wrapping, [Wrapped(epoch, place, wrapped)])[0]

    def _make_ledger_key(self, purpose: str) -> None:
        """Make a key, unless another process was faster."""
        with self._session.transaction():
            self._session.run("lock_keys")
            epoch = self._current_epoch()
            place = ledger_key_place(self._ledger, purpose, epoch)
            (wrapped,) = self._wrapping.wrap(epoch, [Placed(place, self.secret())])
            self._session.run("add_ledger_key", purpose=purpose, epoch=epoch, wrapped=wrapped)

    def hash(self, purpose: str) -> KeyedHash:
        """The ledger's keyed hash for one purpose."""
        if purpose not in self._hashes:
            self._hashes[purpose] = KeyedHash(self.ledger_key(purpose))
        return self._hashes[purpose]

    def reference_hmac(self, reference: str) -> bytes:
        """The keyed hash under which the subject index knows a reference."""
        return self.hash("index").of(reference.encode())

    @property
    def macs(self) -> RowMacs:
        """What authenticates rows. Raises Lost when its key is gone."""
        if self._macs is None:
            self._macs = row_macs(self._provider, self._ledger)
        return self._macs

    # Data keys

    def know(self, pairs: Iterable[tuple[UUID, str]]) -> None:
        """Hold the chains of (stream, category): fences and stored keys."""
        unknown = []
        for stream, category in pairs:
            keys = self.of(stream)
            if keys.new:
                keys.chains.setdefault(category, KeyChain())
            elif category not in keys.chains:
                unknown.append((stream, category))
        once_more(lambda: self._read(unknown))

    def _read(self, pairs: Iterable[tuple[UUID, str]]) -> None:
        ordered = sorted(set(pairs), key=_sortable)
        if not ordered:
            return
        self._wrapping.hold()
        parameters = {
            "subjects": [stream for stream, _ in ordered],
            "categories": [category for _, category in ordered],
        }
        chains = {pair: KeyChain() for pair in ordered}
        for subject, category, generation, through in self._session.rows("fences_of", **parameters):
            chains[subject, category] = KeyChain(generation, {}, through)
        rows = self._session.rows("data_keys_of", **parameters)
        secrets = each_unwrapped(self._wrapping, wrapped_data_keys(self._ledger, rows))
        for (subject, category, generation, month, *_), secret in zip(rows, secrets, strict=True):
            chain = chains[subject, category]
            chain.generation = generation
            chain.secrets[month] = secret
        for (stream, category), chain in chains.items():  # only what was read in full is believed
            self.of(stream).chains[category] = chain

    def provide(self, needs: Collection[KeyNeed]) -> None:
        """Make sure that every needed key exists and is ready. Commits in a transaction of its own."""
        self.know((need.subject, need.category) for need in needs)
        absent = [need for need in needs if self._covering(need) is None]
        if absent:
            self._make_keys(absent)
        for need in needs:
            keys, secret = self.of(need.subject), self._derive(need)
            if need.category == FINGERPRINT:
                keys.fingerprint = KeyedHash(secret)
                keys.generation = keys.chains[FINGERPRINT].generation
            else:
                through = keys.chains[need.category].erased_through
                keys.add(need.category, need.month, DataKey(secret, through))
        self._keys += len(needs)

    def _chains_of(self, need: KeyNeed) -> dict[str, KeyChain]:
        return self.of(need.subject).chains

    def _covering(self, need: KeyNeed) -> int | None:
        return self._chains_of(need)[need.category].covering(need.month)

    def _make_keys(self, needs: Sequence[KeyNeed]) -> None:
        """Make what is missing, judged again under the lock of all writers of keys."""
        with self._session.transaction():
            erased = self.lock()
            if erased is None or any(need.subject in erased for need in needs):
                raise Overtaken
            self._read((need.subject, need.category) for need in needs)
            first: dict[tuple[UUID, str], KeyNeed] = {}
            # The earliest month of a rolling category covers the later ones.
            for need in sorted(needs, key=lambda need: need.month):
                if self._covering(need) is None:
                    first.setdefault((need.subject, need.category), need)
            new_keys = [self._new_key(need) for need in first.values()]
            self.add_keys(new_keys)
        for (
            need,
            generation,
            secret,
        ) in new_keys:  # no other process could make one: the lock was ours
            chain = self._chains_of(need)[need.category]
            chain.generation, chain.secrets[need.month] = generation, secret

    def _new_key(self, need: KeyNeed) -> tuple[KeyNeed, int, bytes]:
        chain = self._chains_of(need)[need.category]
        generation = chain.generation if chain.secrets else chain.generation + 1
        return need, generation, self.secret()

    def lock(self) -> frozenset[UUID] | None:
        """Be the only writer of keys and subjects until the end of the caller's transaction.

        Gives the streams of which something was erased since `sync`, None when that cannot be told:
        what was read of these is not true any more.
        """
        self._session.run("lock_keys")
        return erased_between(self._session, self._moment, moment(self._session))

    def add_keys(self, rows: Sequence[tuple[KeyNeed, int, bytes]]) -> None:
        """Write new keys (need, generation, secret), wrapped, inside the caller's transaction."""
        epoch = self._current_epoch()
        to_wrap = [
            Placed(
                data_key_place(
                    self._ledger, need.subject, need.category, generation, need.month, epoch
                ),
                secret,
            )
            for need, generation, secret in rows
        ]
        self._session.run(
            "add_data_keys",
            subjects=[need.subject for need, _, _ in rows],
            categories=[need.category for need, _, _ in rows],
            generations=[generation for _, generation, _ in rows],
            months=[need.month for need, _, _ in rows],
            wrapped=self._wrapping.wrap(epoch, to_wrap),
            epoch=epoch,
        )

    def _derive(self, need: KeyNeed) -> bytes:
        chain = self._chains_of(need)[need.category]
        month = chain.covering(need.month)
        if month is None:
            raise KeyLost(f"no key of category {need.category} was found or made")
        secret = chain.secrets[month]
        for _ in range(need.month - month):
            secret = next_month_key(secret)
        return secret

    # Epochs

    def _current_epoch(self) -> int:
        """The current epoch, which cannot end while this transaction holds the lock of the keys."""
        row = self._session.row("current_epoch")
        if row is None:
            raise Halt("the ledger has no key epoch; run `ledger init`")
        return int(row[0])


def _sortable(pair: tuple[UUID, str]) -> tuple[int, str]:
    return pair[0].int, pair[1]
