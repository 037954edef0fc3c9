"""The subject index, as the sealing side needs it: which data subject a reference names at a time.

A person who was erased as a whole and registers again is a new data subject under the same reference;
the index keeps all of them with their periods. A new subject is written with the batch that it was made for;
where two consumers meet on a new person, the first row stays, and the other batch is made again with it.
"""

from collections.abc import Collection, Sequence, Set
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.crypto.places import reference_place
from ledger.crypto.sealing import DataKey, seal_value, subject_of
from ledger.journal.remembering import mac_of_named
from ledger.keys.fresh import periods_of
from ledger.keys.keyring import KeyNeed, Keyring
from ledger.keys.rows import NewKey, NewSubject
from ledger.names import LedgerName
from ledger.storage.postgres import Session

# Category of the key that a data subject is made of; it seals the reference.
REFERENCE = "reference"
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
INDEX_VERSION = 1


class Mention(msgspec.Struct, frozen=True):
    """A reference to a person in an event. `starts`: the event may start a new data subject."""

    reference: str
    time: datetime
    starts: bool = False


class Period(msgspec.Struct, frozen=True):
    """From when a reference names a data subject, and whether all of that person was erased."""

    subject: UUID
    valid_from: datetime
    erased_through: datetime | None


class KeysOf(NamedTuple):
    """Which keys of a person are asked for: of some categories. `month`: none that begins later."""

    subject: UUID
    categories: Collection[str]
    month: int | None = None

    def names(self, category: str, start: int) -> bool:
        """Whether it asks for a key of a category that begins with a month."""
        return category in self.categories and (self.month is None or start <= self.month)


class SubjectIndex:
    """Data subjects for one sealing process, cached as briefly as its keyring."""

    def __init__(self, session: Session, keyring: Keyring, ledger: LedgerName) -> None:
        self._session = session
        self._keyring = keyring
        self._ledger = ledger
        self._periods: dict[str, list[Period]] = {}
        self._references: dict[UUID, str] = {}

    def forget(self, streams: Set[UUID] | None = None) -> None:
        """Drop what was cached about some streams; about everyone without an argument."""
        if streams is None:
            self._periods.clear()
            self._references.clear()
        for stream in streams or ():
            reference = self._references.pop(stream, None)
            if reference is not None:
                self._periods.pop(reference, None)

    def settled(self, reference: str) -> bool:
        """Whether a reference is known as one data subject that was not erased: then none is missing."""
        periods = self._periods.get(reference)
        return periods is not None and len(periods) == 1 and periods[0].erased_through is None

    def admit(self, mentions: Sequence[Mention]) -> None:
        """Make sure that every mentioned person has a data subject; a new one is written with the batch."""
        self._load_periods({mention.reference for mention in mentions})
        for mention in mentions:
            periods = self._periods[mention.reference]
            start = _start_of_new_subject(periods, mention)
            if start is not None:
                subject = self._make(mention.reference, start, periods)
                periods.append(Period(subject, start, None))

    def period_of(self, reference: str, time: datetime) -> Period:
        """The data subject whose period holds this instant. The reference must have been admitted."""
        periods = self._periods[reference]
        if len(periods) == 1:
            return periods[0]
        # An event from before the first period belongs to the first data subject.
        begun = [period for period in periods if period.valid_from <= time]
        return begun[-1] if begun else periods[0]

    def _load_periods(self, references: Set[str]) -> None:
        """Hold the periods of references. Only what was read in full is believed."""
        hash_of = self._keyring.reference_hmac
        by_hmac = {hash_of(reference): reference for reference in references - self._periods.keys()}
        for hmac, rows in periods_of(self._session, list(by_hmac)).items():
            reference = by_hmac[hmac]
            self._references.update((subject, reference) for subject, *_ in rows)
            for subject, *_, nameless in rows:
                if nameless:
                    self._name_again(subject, reference)
            self._periods[reference] = [
                Period(subject, start, through) for subject, start, through, _ in rows
            ]

    def _make(self, reference: str, start: datetime, known: Collection[Period]) -> UUID:
        """Make a data subject with its own key, which seals the reference."""
        keyring, fresh = self._keyring, self._keyring.fresh
        secret, hmac = keyring.secret(), keyring.reference_hmac(reference)
        subject = subject_of(secret, str(self._ledger), reference)
        sealed = self._sealed_reference(subject, reference, DataKey(secret))
        kind = kind_of(reference)
        fresh.as_read[hmac] = [period.subject for period in known]
        fresh.subjects.append(NewSubject(subject, hmac, INDEX_VERSION, kind, start, sealed))
        fresh.keys.append(NewKey(subject, REFERENCE, 1, 0, secret))
        keyring.of(subject).new = True
        self._references[subject] = reference
        return subject

    def _name_again(self, subject: UUID, reference: str) -> None:
        """Give a subject that came back from the erasure journal its reference again."""
        keys = self._keyring.of(subject)
        self._keyring.provide([KeyNeed(keys, REFERENCE)])
        sealed = self._sealed_reference(subject, reference, keys.ready[REFERENCE, 0])
        mac = mac_of_named(self._session, self._keyring.macs, subject, sealed)
        self._keyring.fresh.named.append((subject, sealed, mac))

    def _sealed_reference(self, subject: UUID, reference: str, key: DataKey) -> str:
        place = reference_place(self._ledger, subject, key.id)
        return seal_value(key.cipher, reference, place, self._keyring.nonces())


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
