"""Data subjects and their keys, as the sealing side needs them: made when missing, cached briefly.

The cache is true as long as no erasure has happened: `head.erasures` is read before a batch is sealed
and compared under the head lock before it is recorded. Nothing here destroys a key.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import Halt, Lost
from ledger.names import LedgerName
from ledger.postgres import Session
from ledger.provider import FileKeyProvider
from ledger.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    DataKey,
    associated_data,
    keyed_hash,
    next_month_key,
    seal_value,
    unwrap_key,
    wrap_key,
)

__all__ = [
    "BEGINNING",
    "INDEX_SOURCE",
    "INDEX_VERSION",
    "Keyring",
    "Mention",
    "Need",
    "Period",
    "data_key_place",
    "ledger_key_place",
    "reference_place",
]

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
INDEX_VERSION = 1
INDEX_SOURCE = "urn:processing-ledger:subject-index"
# Keys live in memory for at most this long, even when nothing is erased.
CACHE_SECONDS = 60
# And at most this many, so that a long run over many people stays flat.
CACHE_KEYS = 200_000
_FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference to a person in an event. `starts`: the event may start a new data subject."""

    reference: str
    time: datetime
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """From when a reference names a data subject, and whether all of that person was erased."""

    subject: UUID
    valid_from: datetime
    erased_through: datetime | None


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


def data_key_place(
    ledger: LedgerName, subject: UUID, category: str, generation: int, month: int, epoch: int
) -> Sequence[str | int]:
    """The row that a wrapped data key belongs to."""
    return [_FORMAT, str(ledger), str(subject), category, generation, month, epoch]


def ledger_key_place(ledger: LedgerName, purpose: str, epoch: int) -> Sequence[str | int]:
    """The row that a wrapped key of the ledger itself belongs to."""
    return [_FORMAT, str(ledger), purpose, epoch]


def reference_place(ledger: LedgerName, subject: UUID, key: str) -> bytes:
    """Associated data of a sealed reference."""
    return associated_data(
        ledger=str(ledger),
        subject=subject,
        source=INDEX_SOURCE,
        id=str(subject),
        category="reference",
        field="reference",
        key=key,
    )


class Keyring:
    """Subjects and keys for one sealing process. Not for two threads at once."""

    def __init__(
        self,
        session: Session,
        provider: FileKeyProvider,
        ledger: LedgerName,
        monotonic: Callable[[], float],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._session = session
        self._provider = provider
        self._ledger = ledger
        self._monotonic = monotonic
        self._random = random
        self._ledger_keys: dict[str, bytes] = {}
        self._erasures = -1
        self.forget()

    def forget(self) -> None:
        """Drop everything that was cached about people."""
        self._since = self._monotonic()
        self._epochs: dict[int, AESGCM] = {}
        self._periods: dict[str, list[Period]] = {}
        self._chains: dict[tuple[UUID, str], _Chain] = {}
        self._ready: dict[Need, DataKey] = {}

    def sync(self, erasures: int) -> None:
        """Drop the cache when there was an erasure since, or when it is old or large."""
        old = self._monotonic() - self._since > CACHE_SECONDS
        if erasures != self._erasures or old or len(self._ready) > CACHE_KEYS:
            self.forget()
        self._erasures = erasures

    def nonce(self) -> bytes:
        """A fresh random nonce."""
        return self._random(NONCE_BYTES)

    # Keys of the ledger itself

    def ledger_key(self, purpose: str) -> bytes:
        """Key of the ledger for one purpose; made on first use. Purposes: index, fingerprint, …"""
        if purpose not in self._ledger_keys:
            self._ledger_keys[purpose] = self._load_ledger_key(purpose)
        return self._ledger_keys[purpose]

    def _load_ledger_key(self, purpose: str) -> bytes:
        row = self._session.row("ledger_key", purpose=purpose)
        if row is None:
            with self._session.transaction():
                epoch = self._current_epoch()
                place = ledger_key_place(self._ledger, purpose, epoch)
                wrapped = wrap_key(
                    self._cipher(epoch), self._random(KEY_BYTES), place, self.nonce()
                )
                self._session.run("add_ledger_key", purpose=purpose, epoch=epoch, wrapped=wrapped)
            row = self._session.row("ledger_key", purpose=purpose)
        if row is None:
            raise Halt(f"the ledger's key {purpose} was neither found nor made")
        epoch, wrapped = row
        place = ledger_key_place(self._ledger, purpose, epoch)
        return unwrap_key(self._cipher(epoch), wrapped, place)

    def forget_ledger_key(self, purpose: str) -> None:
        """Drop one cached key of the ledger, such as that of a past day."""
        self._ledger_keys.pop(purpose, None)

    def reference_hmac(self, reference: str) -> bytes:
        """The keyed hash under which the subject index knows a reference."""
        return keyed_hash(self.ledger_key("index"), reference.encode())

    # Data subjects

    def admit(self, mentions: Sequence[Mention]) -> None:
        """Make sure that every mentioned person has a data subject. Commits in a transaction of its own."""
        self._load_periods({mention.reference for mention in mentions})
        new: dict[tuple[str, datetime], UUID] = {}
        for mention in mentions:
            periods = self._periods[mention.reference]
            start = _start_of_new_subject(periods, mention)
            if start is not None:
                subject = uuid4()
                new[mention.reference, start] = subject
                periods.append(Period(subject, start, None))
        if new:
            self._add_subjects(new)
            references = {reference for reference, _ in new}
            for reference in references:
                del self._periods[reference]
            self._load_periods(references)

    def subject_of(self, reference: str, time: datetime) -> UUID:
        """The data subject whose period holds this instant. The reference must have been admitted."""
        periods = self._periods[reference]
        chosen = periods[0]
        for period in periods[1:]:
            if period.valid_from <= time:
                chosen = period
        return chosen.subject

    def _load_periods(self, references: Iterable[str]) -> None:
        by_hmac = {
            self.reference_hmac(reference): reference
            for reference in references
            if reference not in self._periods
        }
        if not by_hmac:
            return
        for reference in by_hmac.values():
            self._periods[reference] = []
        rows = self._session.rows("periods_of", hmacs=list(by_hmac))
        for hmac, subject, valid_from, erased_through, unnamed in rows:
            reference = by_hmac[bytes(hmac)]
            self._periods[reference].append(Period(subject, valid_from, erased_through))
            if unnamed:
                self._name_subject(subject, reference)

    def _add_subjects(self, new: dict[tuple[str, datetime], UUID]) -> None:
        """Write new subjects with their reference keys; where another process was faster, its row stays."""
        secrets = {subject: self._random(KEY_BYTES) for subject in new.values()}
        rows = sorted(
            (self.reference_hmac(reference), subject, kind_of(reference), valid_from, reference)
            for (reference, valid_from), subject in new.items()
        )
        with self._session.transaction():
            added = self._session.rows(
                "add_subjects",
                hmacs=[row[0] for row in rows],
                subjects=[row[1] for row in rows],
                kinds=[row[2] for row in rows],
                starts=[row[3] for row in rows],
                sealed=[self._sealed_reference(row[1], row[4], secrets[row[1]]) for row in rows],
                version=INDEX_VERSION,
            )
            winners = [(Need(subject, "reference"), secrets[subject]) for (subject,) in added]
            self._write_keys([(need, 1, secret) for need, secret in winners])

    def _sealed_reference(self, subject: UUID, reference: str, secret: bytes) -> str:
        key = DataKey(secret)
        place = reference_place(self._ledger, subject, key.id)
        return seal_value(key.cipher, reference, place, self.nonce())

    def _name_subject(self, subject: UUID, reference: str) -> None:
        """Give a subject that came back from the erasure journal its reference again."""
        need = Need(subject, "reference")
        self.provide([need])
        key = self.key(need)
        place = reference_place(self._ledger, subject, key.id)
        sealed = seal_value(key.cipher, reference, place, self.nonce())
        self._session.run("name_subject", subject=subject, sealed=sealed)

    # Data keys

    def provide(self, needs: Iterable[Need]) -> None:
        """Make sure that every needed key exists and is cached. Commits in a transaction of its own."""
        missing = sorted({need for need in needs if need not in self._ready})
        unknown = {(need.subject, need.category) for need in missing} - self._chains.keys()
        self._load_chains(unknown)
        absent = [need for need in missing if self._covering(need) is None]
        if absent:
            self._make_keys(absent)
            self._load_chains({(need.subject, need.category) for need in absent})
        for need in missing:
            self._ready[need] = self._derive(need)

    def key(self, need: Need) -> DataKey:
        """A key that `provide` has made ready."""
        return self._ready[need]

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
        ordered = sorted(pairs)
        subjects = [subject for subject, _ in ordered]
        categories = [category for _, category in ordered]
        for pair in ordered:
            self._chains[pair] = _Chain()
        for subject, category, generation, through in self._session.rows(
            "fences_of", subjects=subjects, categories=categories
        ):
            self._chains[subject, category] = _Chain(generation, {}, through)
        rows = self._session.rows("data_keys_of", subjects=subjects, categories=categories)
        for subject, category, generation, month, epoch, wrapped in rows:
            chain = self._chains[subject, category]
            chain.generation = generation
            place = data_key_place(self._ledger, subject, category, generation, month, epoch)
            chain.secrets[month] = unwrap_key(self._cipher(epoch), wrapped, place)

    def _make_keys(self, needs: Sequence[Need]) -> None:
        first: dict[tuple[UUID, str], Need] = {}
        for need in needs:  # sorted: the earliest month of a rolling category covers the later ones
            first.setdefault((need.subject, need.category), need)
        rows = []
        for need in first.values():
            chain = self._chains[need.subject, need.category]
            generation = chain.generation if chain.secrets else chain.generation + 1
            rows.append((need, generation, self._random(KEY_BYTES)))
        with self._session.transaction():
            self._write_keys(rows)

    def _write_keys(self, rows: Sequence[tuple[Need, int, bytes]]) -> None:
        epoch = self._current_epoch()
        cipher = self._cipher(epoch)
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
        """The current epoch, which cannot end before this transaction does."""
        row = self._session.row("share_current_epoch")
        if row is None:
            raise Halt("the ledger has no key epoch; run `ledger init`")
        return int(row[0])

    def _cipher(self, epoch: int) -> AESGCM:
        if epoch not in self._epochs:
            self._epochs[epoch] = AESGCM(self._provider.get(epoch))
        return self._epochs[epoch]


def kind_of(reference: str) -> str:
    """`customer`, `contact`, `visitor` or `employee`: the kind of person behind a reference."""
    parts = reference.split("/")
    return "contact" if len(parts) == 4 else parts[0]


def _start_of_new_subject(periods: Sequence[Period], mention: Mention) -> datetime | None:
    """From when a new data subject is needed for this mention; None when the known ones do."""
    if not periods:
        return BEGINNING
    last = periods[-1]
    through = last.erased_through
    if mention.starts and through is not None and mention.time > through:
        return mention.time
    return None
