"""Keys, as the sealing side needs them: made when missing, cached briefly.

The cache is true as long as nothing of its streams was erased: the head is read before a batch is
sealed and compared under the head lock before it is recorded. Nothing here destroys a key.
"""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter
from uuid import UUID

import msgspec

from ledger.crypto.authentic import RowMacs, row_macs
from ledger.crypto.held import FINGERPRINT, KeyChain, StreamKeys
from ledger.crypto.places import ledger_key_place, wrapped_data_keys
from ledger.crypto.provider import KeyProvider, Placed, Wrapped, each_unwrapped, once_more
from ledger.crypto.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    DataKey,
    KeyedHash,
    next_month_key,
)
from ledger.errors import Halt, KeyLost
from ledger.journal.overtaking import HeadState, erased_between
from ledger.keys.fresh import Fate, Fresh, current_epoch
from ledger.keys.rows import NewKey
from ledger.names import LedgerName
from ledger.storage.postgres import Session

# Keys live in memory for at most this long, even when nothing is erased.
CACHE_SECONDS = 60
# And at most this many, so that a long run over many people stays flat.
CACHE_KEYS = 200_000


class KeyNeed(msgspec.Struct, frozen=True, gc=False):
    """A key that a batch needs. `month`: of the event that it seals; 0 of a fingerprint."""

    keys: StreamKeys
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
        self._moment = HeadState(-1, -1)
        self._undecided: list[Fresh] = []
        self.fresh = Fresh()
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

    def sync(self, now: HeadState) -> frozenset[UUID] | None:
        """Begin with a batch: drop keys that were erased or not kept since the last one.

        None: all was dropped.

        All of it is dropped when it is old or large. Gives the streams that were dropped.
        """
        old = self._monotonic() - self._since > CACHE_SECONDS or self._keys > CACHE_KEYS
        erased = None if old else erased_between(self._session, self._moment, now)
        self._moment = now
        void = self._begin()
        if erased is None:
            self.forget()
            return None
        for stream in erased | void:
            self._streams.pop(stream, None)
        return erased | void

    def _begin(self) -> frozenset[UUID]:
        """Begin to make subjects and keys for the next batch; returns the data subjects whose rows were not
        kept.
        """
        if self.fresh not in self._undecided:  # it never became part of a batch
            self.fresh.fate = Fate.VOID
        made = {*self._undecided, self.fresh}
        self._undecided = [fresh for fresh in self._undecided if fresh.fate is Fate.OPEN]
        self.fresh = Fresh(self._undecided)
        void = [fresh.streams for fresh in made if fresh.fate is Fate.VOID]
        return frozenset[UUID]().union(*void)

    def made(self) -> Fresh:
        """The subjects and keys made for the batch since `sync`, ready to be written with it."""
        fresh = self.fresh
        if not fresh.empty:
            fresh.pack(self._session, self._wrapping, self.macs, self._ledger)
            self._undecided.append(fresh)
        return fresh

    def of(self, stream: UUID) -> StreamKeys:
        """The keys of one stream in memory."""
        keys = self._streams.get(stream)
        if keys is None:
            keys = self._streams[stream] = StreamKeys(stream)
        return keys

    def secrets(self, count: int) -> list[bytes]:
        """Fresh random keys, in one call of the source of randomness."""
        random = self._random(count * KEY_BYTES)
        return [random[at : at + KEY_BYTES] for at in range(0, len(random), KEY_BYTES)]

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
                # Make a key, unless another process was faster.
                with self._session.transaction():
                    self._session.run("lock_keys")
                    epoch = current_epoch(self._session)
                    place = ledger_key_place(self._ledger, purpose, epoch)
                    (wrapped,) = self._wrapping.wrap(epoch, [Placed(place, *self.secrets(1))])
                    self._session.run(
                        "add_ledger_key", purpose=purpose, epoch=epoch, wrapped=wrapped
                    )
                key = self._stored_ledger_key(purpose)
            if key is None:
                raise Halt(f"the ledger's key {purpose} was neither found nor made")
            self._ledger_keys[purpose] = key
        return self._ledger_keys[purpose]

    def known_ledger_key(self, purpose: str) -> bytes:
        """Key of the ledger for one purpose, to open values that are sealed under it: never made.

        Raises Lost when it is missing.
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
        """The MACs of rows. Raises Lost when their key is gone."""
        if self._macs is None:
            self._macs = row_macs(self._provider, self._ledger)
        return self._macs

    # Data keys

    def know(self, pairs: Iterable[tuple[StreamKeys, str]]) -> None:
        """Hold the chains of (stream, category): fences and stored keys."""
        unknown = set()
        for keys, category in pairs:
            if category not in keys.chains:
                if keys.new:
                    keys.chains[category] = KeyChain()
                else:
                    unknown.add((keys.stream, category))
        if unknown:
            once_more(lambda: self._read(unknown))

    def _read(self, pairs: Collection[tuple[UUID, str]]) -> None:
        ordered = sorted(pairs, key=_sortable)
        self._wrapping.hold()
        parameters = {
            "subjects": [stream for stream, _ in ordered],
            "categories": [category for _, category in ordered],
        }
        chains = {pair: KeyChain() for pair in ordered}
        for subject, fenced, generation, through in self._session.rows("fences_of", **parameters):
            category, _, field = fenced.partition("/")
            chain = chains[subject, category]
            chain.generation = max(chain.generation, generation)
            if field:
                chain.fields[field] = through
            else:
                chain.erased_through = through
        rows = self._session.rows("data_keys_of", **parameters)
        secrets = each_unwrapped(self._wrapping, wrapped_data_keys(self._ledger, rows))
        for (subject, category, generation, month, *_), secret in zip(rows, secrets, strict=True):
            chain = chains[subject, category]
            chain.generation = generation
            chain.secrets[month] = secret
        for (stream, category), chain in chains.items():  # only chains read in full
            self.of(stream).chains[category] = chain

    def provide(self, needs: Sequence[KeyNeed]) -> None:
        """Make sure that every needed key is ready. A missing one is made, to be written with the batch."""
        self.know((need.keys, need.category) for need in needs)
        secrets = iter(self.secrets(len(needs)))
        # The earliest month of a rolling category covers the later ones.
        for need in sorted(needs, key=_MONTH):
            keys, category, month = need.keys, need.category, need.month
            if keys.has(category, month):  # two events of one person need the same key
                continue
            chain = keys.chains[category]
            start = chain.covering(category, month)
            if start is None:
                start = self._make(keys, category, month, next(secrets))
            secret = chain.secrets[start]
            for _ in range(month - start):
                secret = next_month_key(secret)
            if category == FINGERPRINT:
                keys.fingerprint, keys.generation = KeyedHash(secret), chain.generation
            else:
                keys.add(category, month, DataKey(secret))
            self._keys += 1

    def _make(self, keys: StreamKeys, category: str, month: int, secret: bytes) -> int:
        """Make a key that begins with a month; that month."""
        chain = keys.chains[category]
        if month and not keys.new:
            self.fresh.starts.setdefault((keys.stream, category), frozenset(chain.secrets))
        if not chain.secrets:
            chain.generation += 1
        chain.secrets[month] = secret
        new = NewKey(keys.stream, category, chain.generation, month, secret)
        self.fresh.keys.append(new)
        return month


_MONTH = attrgetter("month")


def _sortable(pair: tuple[UUID, str]) -> tuple[int, str]:
    return pair[0].int, pair[1]
