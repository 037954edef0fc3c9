"""Keys, as the sealing side needs them: made when missing, cached briefly.

The cache is true as long as no erasure has happened: `head.erasures` is read before a batch is sealed
and compared under the head lock before it is recorded. Nothing here destroys a key.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.errors import Halt, Lost, Overtaken
from ledger.names import LedgerName
from ledger.places import data_key_place, ledger_key_place
from ledger.postgres import Session
from ledger.provider import EpochCiphers, FileKeyProvider
from ledger.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    DataKey,
    keyed_hash,
    next_month_key,
    unwrap_key,
    wrap_key,
)

__all__ = ["Keyring", "Need"]

# Keys live in memory for at most this long, even when nothing is erased.
CACHE_SECONDS = 60
# And at most this many, so that a long run over many people stays flat.
CACHE_KEYS = 200_000


class Need(NamedTuple):
    """A key that a batch needs. `month` is 0 except for a rolling category."""

    subject: UUID
    category: str
    month: int = 0


@dataclass(slots=True)
class _Chain:
    """Keys of one (subject, category) in its current generation: from_month -> secret."""

    generation: int = 0
    secrets: dict[int, bytes] = field(default_factory=dict)
    erased_through: datetime | None = None


class Keyring:
    """Keys for one sealing process. Not for two threads at once."""

    def __init__(
        self,
        session: Session,
        provider: FileKeyProvider,
        ledger: LedgerName,
        monotonic: Callable[[], float],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._session = session
        self._epochs = EpochCiphers(provider)
        self._ledger = ledger
        self._monotonic = monotonic
        self._random = random
        self._ledger_keys: dict[str, bytes] = {}
        self._erasures = -1
        self.forget()

    def forget(self) -> None:
        """Drop everything that was cached about people, and the keys of past days."""
        self._since = self._monotonic()
        self._ledger_keys = {
            purpose: key for purpose, key in self._ledger_keys.items() if "/" not in purpose
        }
        self._epochs.forget()
        self._chains: dict[tuple[UUID, str], _Chain] = {}
        self._ready: dict[Need, DataKey] = {}

    def sync(self, erasures: int) -> bool:
        """Drop the cache when there was an erasure since, or when it is old or large; True when it was."""
        old = self._monotonic() - self._since > CACHE_SECONDS
        stale = erasures != self._erasures or old or len(self._ready) > CACHE_KEYS
        if stale:
            self.forget()
        self._erasures = erasures
        return stale

    def secret(self) -> bytes:
        """A fresh random key."""
        return self._random(KEY_BYTES)

    def nonce(self) -> bytes:
        """A fresh random nonce."""
        return self._random(NONCE_BYTES)

    # Keys of the ledger itself

    def ledger_key(self, purpose: str) -> bytes:
        """Key of the ledger for one purpose; made on first use, in a transaction of its own.

        Never ask for a new one inside a write transaction: a rollback would take it away again.
        """
        if purpose not in self._ledger_keys:
            self._ledger_keys[purpose] = self._load_ledger_key(purpose)
        return self._ledger_keys[purpose]

    def _load_ledger_key(self, purpose: str) -> bytes:
        self._epochs.hold()
        row = self._session.row("ledger_key", purpose=purpose)
        if row is None:
            with self._session.transaction():
                self._session.rows("lock_keys", namespace=self._ledger.keys)
                epoch = self._current_epoch()
                place = ledger_key_place(self._ledger, purpose, epoch)
                wrapped = wrap_key(
                    self._epochs.of(epoch), self._random(KEY_BYTES), place, self.nonce()
                )
                self._session.run("add_ledger_key", purpose=purpose, epoch=epoch, wrapped=wrapped)
            row = self._session.row("ledger_key", purpose=purpose)
        if row is None:
            raise Halt(f"the ledger's key {purpose} was neither found nor made")
        epoch, wrapped = row
        place = ledger_key_place(self._ledger, purpose, epoch)
        return unwrap_key(self._epochs.of(epoch), wrapped, place)

    def reference_hmac(self, reference: str) -> bytes:
        """The keyed hash under which the subject index knows a reference."""
        return keyed_hash(self.ledger_key("index"), reference.encode())

    # Data keys

    def provide(self, needs: Iterable[Need]) -> None:
        """Make sure that every needed key exists and is cached. Commits in a transaction of its own."""
        missing = sorted({need for need in needs if need not in self._ready})
        unknown = {(need.subject, need.category) for need in missing} - self._chains.keys()
        self._load_chains(unknown)
        absent = [need for need in missing if self._covering(need) is None]
        if absent:
            self._make_keys(absent)
        for need in missing:
            self._ready[need] = self._derive(need)

    def key(self, need: Need) -> DataKey:
        """A key that `provide` has made ready."""
        return self._ready[need]

    def generation(self, subject: UUID, category: str) -> int:
        """Generation of a key that `provide` has made ready."""
        return self._chains[subject, category].generation

    def fenced(self, subject: UUID, category: str, time: datetime) -> bool:
        """Whether a value of this instant may no longer be sealed. The subject must be provided for."""
        through = self._chains[subject, category].erased_through
        return through is not None and time <= through

    def load_fences(self, pairs: Iterable[tuple[UUID, str]]) -> None:
        """Read what `fenced` and `provide` need to know about these subjects and categories."""
        self._load_chains(set(pairs) - self._chains.keys())

    def _load_chains(self, pairs: set[tuple[UUID, str]]) -> None:
        if not pairs:
            return
        self._epochs.hold()
        ordered = sorted(pairs)
        subjects = [subject for subject, _ in ordered]
        categories = [category for _, category in ordered]
        found = {pair: _Chain() for pair in ordered}
        for subject, category, generation, through in self._session.rows(
            "fences_of", subjects=subjects, categories=categories
        ):
            found[subject, category] = _Chain(generation, {}, through)
        rows = self._session.rows("data_keys_of", subjects=subjects, categories=categories)
        for subject, category, generation, month, epoch, wrapped in rows:
            chain = found[subject, category]
            chain.generation = generation
            place = data_key_place(self._ledger, subject, category, generation, month, epoch)
            chain.secrets[month] = unwrap_key(self._epochs.of(epoch), wrapped, place)
        self._chains |= found  # only what was read in full may be believed: it holds the fences

    def _make_keys(self, needs: Sequence[Need]) -> None:
        """Make what is missing, judged again under the lock of all writers of keys."""
        pairs = {(need.subject, need.category) for need in needs}
        with self._session.transaction():
            self.lock()
            self._load_chains(pairs)
            first: dict[tuple[UUID, str], Need] = {}
            for need in needs:  # sorted: the earliest month of a rolling category covers later ones
                if self._covering(need) is None:
                    first.setdefault((need.subject, need.category), need)
            self.add_keys([self._new_key(need) for need in first.values()])
        self._load_chains(pairs)

    def _new_key(self, need: Need) -> tuple[Need, int, bytes]:
        chain = self._chains[need.subject, need.category]
        generation = chain.generation if chain.secrets else chain.generation + 1
        return need, generation, self.secret()

    def lock(self) -> None:
        """Be the only writer of keys and subjects until the end of the caller's transaction.

        Raises Overtaken when there was an erasure since `sync`: what was read before is not true any more.
        """
        self._session.rows("lock_keys", namespace=self._ledger.keys)
        row = self._session.row("head")
        if row is None or row[1] != self._erasures:
            raise Overtaken

    def add_keys(self, rows: Sequence[tuple[Need, int, bytes]]) -> None:
        """Write new keys (need, generation, secret), wrapped, inside the caller's transaction."""
        epoch = self._current_epoch()
        cipher = self._epochs.of(epoch)
        wrapped = [
            wrap_key(
                cipher,
                secret,
                data_key_place(
                    self._ledger, need.subject, need.category, generation, need.month, epoch
                ),
                self.nonce(),
            )
            for need, generation, secret in rows
        ]
        self._session.run(
            "add_data_keys",
            subjects=[need.subject for need, _, _ in rows],
            categories=[need.category for need, _, _ in rows],
            generations=[generation for _, generation, _ in rows],
            months=[need.month for need, _, _ in rows],
            wrapped=wrapped,
            epoch=epoch,
        )

    def _covering(self, need: Need) -> int | None:
        """Month of the stored key from which the needed one is derived."""
        months = self._chains[need.subject, need.category].secrets
        return max((month for month in months if month <= need.month), default=None)

    def _derive(self, need: Need) -> DataKey:
        month = self._covering(need)
        if month is None:
            raise Lost(f"no key of category {need.category} was found or made")
        secret = self._chains[need.subject, need.category].secrets[month]
        for _ in range(need.month - month):
            secret = next_month_key(secret)
        return DataKey(secret)

    # Epochs

    def _current_epoch(self) -> int:
        """The current epoch, which cannot end while this transaction holds the lock of the keys."""
        row = self._session.row("current_epoch")
        if row is None:
            raise Halt("the ledger has no key epoch; run `ledger init`")
        return int(row[0])
