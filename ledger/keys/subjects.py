"""The subject index, as the sealing side needs it: which data subject a reference names at a time.

A person who was erased as a whole and registers again is a new data subject under the same reference;
the index keeps all of them with their periods. New subjects are committed before anything is sealed
for them; where two consumers meet on a new person, the first row stays and both read it back.
"""

from collections.abc import Iterable, Sequence, Set
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.crypto.places import reference_place
from ledger.crypto.sealing import DataKey, seal_value, subject_of
from ledger.errors import Overtaken
from ledger.journal.remembering import name_subject
from ledger.keys.keyring import KeyNeed, Keyring
from ledger.names import LedgerName
from ledger.storage.postgres import Session

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


class _NewSubject(NamedTuple):
    """A row that the index is to get. Sorted by hash, so that two processes lock in the same order."""

    hmac: bytes
    subject: UUID
    kind: str
    valid_from: datetime
    reference: str


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
        """Make sure that every mentioned person has a data subject. Commits in a transaction of its own."""
        known = self._load_periods({mention.reference for mention in mentions})
        periods = {reference: list(stored) for reference, stored in known.items()}
        new: dict[tuple[str, datetime], UUID] = {}
        secrets: dict[UUID, bytes] = {}
        for mention in mentions:
            start = _start_of_new_subject(periods[mention.reference], mention)
            if start is not None:
                secret = self._keyring.secret()
                subject = subject_of(secret, str(self._ledger), mention.reference)
                new[mention.reference, start], secrets[subject] = subject, secret
                periods[mention.reference].append(Period(subject, start, None))
        if new:
            references = {reference for reference, _ in new}
            self._add_subjects(
                new, secrets, {reference: known[reference] for reference in references}
            )
            for reference in references:
                self._periods.pop(reference, None)
            self._load_periods(references)

    def period_of(self, reference: str, time: datetime) -> Period:
        """The data subject whose period holds this instant. The reference must have been admitted."""
        periods = self._periods[reference]
        if len(periods) == 1:
            return periods[0]
        # An event from before the first period belongs to the first data subject.
        begun = [period for period in periods if period.valid_from <= time]
        return begun[-1] if begun else periods[0]

    def _load_periods(self, references: Set[str]) -> dict[str, list[Period]]:
        """The periods of references; those of a person who is not known yet are not cached."""
        periods_of, unnamed = self._read_periods({r for r in references if r not in self._periods})
        for subject, reference in unnamed:
            self._name_subject(subject, reference)
        for reference, periods in periods_of.items():  # only what was read in full may be believed
            if periods:
                self._periods[reference] = periods
                self._references.update((period.subject, reference) for period in periods)
        return periods_of | {r: self._periods[r] for r in references if r in self._periods}

    def _read_periods(
        self, references: Iterable[str]
    ) -> tuple[dict[str, list[Period]], list[tuple[UUID, str]]]:
        """The stored periods of references, and the subjects whose reference is not stored."""
        by_hmac = {self._keyring.reference_hmac(reference): reference for reference in references}
        periods: dict[str, list[Period]] = {reference: [] for reference in by_hmac.values()}
        unnamed = []
        rows = self._session.rows("periods_of", hmacs=list(by_hmac)) if by_hmac else []
        for hmac, subject, valid_from, erased_through, nameless in rows:
            reference = by_hmac[bytes(hmac)]
            periods[reference].append(Period(subject, valid_from, erased_through))
            if nameless:
                unnamed.append((subject, reference))
        return periods, unnamed

    def _add_subjects(
        self,
        new: dict[tuple[str, datetime], UUID],
        secrets: dict[UUID, bytes],
        as_read: dict[str, list[Period]],
    ) -> None:
        """Write new subjects with their reference keys; where another process was faster, its row stays."""
        rows = sorted(
            _NewSubject(
                self._keyring.reference_hmac(reference),
                subject,
                kind_of(reference),
                valid_from,
                reference,
            )
            for (reference, valid_from), subject in new.items()
        )
        with self._session.transaction():
            unchanged = self._keyring.lock() == frozenset()
            # Who is new to this process may be known to another; the row that is there then stays.
            self._check({r: p for r, p in as_read.items() if p or not unchanged})
            added = self._write(rows, secrets)
            winners = [(KeyNeed(subject, "reference"), secrets[subject]) for subject in added]
            self._keyring.add_keys([(need, 1, secret) for need, secret in winners])
        for need, _ in winners:
            self._keyring.of(need.subject).new = True

    def _write(self, rows: Sequence[_NewSubject], secrets: dict[UUID, bytes]) -> list[UUID]:
        """Write rows of the index in one statement; the subjects whose rows were not there before."""
        sealed = [
            self._sealed_reference(row.subject, row.reference, secrets[row.subject]) for row in rows
        ]
        added = self._session.rows(
            "add_subjects",
            hmacs=[row.hmac for row in rows],
            subjects=[row.subject for row in rows],
            kinds=[row.kind for row in rows],
            starts=[row.valid_from for row in rows],
            sealed=sealed,
            macs=self._macs(rows, sealed),
            version=INDEX_VERSION,
        )
        return [subject for (subject,) in added]

    def _macs(self, rows: Sequence[_NewSubject], sealed: Sequence[str]) -> list[bytes]:
        """The MACs of rows, in one call of the key provider."""
        columns = [
            (row.subject, row.hmac, INDEX_VERSION, row.kind, row.valid_from, text)
            for row, text in zip(rows, sealed, strict=True)
        ]
        return list(self._keyring.macs.of_each("subject_index", columns))

    def _check(self, as_read: dict[str, list[Period]]) -> None:
        """Raise Overtaken when these references name other data subjects than when they were read."""
        if as_read and self._read_periods(as_read)[0] != as_read:
            for reference in as_read:
                self._periods.pop(reference, None)
            raise Overtaken

    def _sealed_reference(self, subject: UUID, reference: str, secret: bytes) -> str:
        key = DataKey(secret)
        place = reference_place(self._ledger, subject, key.id)
        return seal_value(key.cipher, reference, place, self._keyring.nonces())

    def _name_subject(self, subject: UUID, reference: str) -> None:
        """Give a subject that came back from the erasure journal its reference again."""
        self._keyring.provide([KeyNeed(subject, "reference")])
        key = self._keyring.of(subject).ready["reference", 0]
        place = reference_place(self._ledger, subject, key.id)
        sealed = seal_value(key.cipher, reference, place, self._keyring.nonces())
        name_subject(self._session, self._keyring.macs, subject, sealed)


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
