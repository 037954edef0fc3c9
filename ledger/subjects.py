"""The subject index, as the sealing side needs it: which data subject a reference names at a time.

A person who was erased as a whole and registers again is a new data subject under the same reference;
the index keeps all of them with their periods. New subjects are committed before anything is sealed
for them; where two consumers meet on a new person, the first row stays and both read it back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ledger.keyring import Keyring, Need
from ledger.names import LedgerName
from ledger.places import reference_place
from ledger.postgres import Session
from ledger.sealing import DataKey, seal_value

__all__ = ["BEGINNING", "INDEX_VERSION", "Mention", "Period", "SubjectIndex", "kind_of"]

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
INDEX_VERSION = 1


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


class SubjectIndex:
    """Data subjects for one sealing process, cached as briefly as its keyring."""

    def __init__(self, session: Session, keyring: Keyring, ledger: LedgerName) -> None:
        self._session = session
        self._keyring = keyring
        self._ledger = ledger
        self._periods: dict[str, list[Period]] = {}

    def forget(self) -> None:
        """Drop everything that was cached."""
        self._periods.clear()

    def admit(self, mentions: Sequence[Mention]) -> None:
        """Make sure that every mentioned person has a data subject. Commits in a transaction of its own."""
        references = {mention.reference for mention in mentions}
        self._load_periods(references)
        periods = {reference: list(self._periods[reference]) for reference in references}
        new: dict[tuple[str, datetime], UUID] = {}
        for mention in mentions:
            start = _start_of_new_subject(periods[mention.reference], mention)
            if start is not None:
                new[mention.reference, start] = subject = uuid4()
                periods[mention.reference].append(Period(subject, start, None))
        if new:
            self._add_subjects(new)
            for reference in {reference for reference, _ in new}:
                del self._periods[reference]
            self._load_periods(references)

    def period_of(self, reference: str, time: datetime) -> Period:
        """The data subject whose period holds this instant. The reference must have been admitted."""
        periods = self._periods[reference]
        begun = [period for period in periods if period.valid_from <= time]
        return begun[-1] if begun else periods[0]

    def _load_periods(self, references: Iterable[str]) -> None:
        by_hmac = {
            self._keyring.reference_hmac(reference): reference
            for reference in references
            if reference not in self._periods
        }
        if not by_hmac:
            return
        found: dict[str, list[Period]] = {reference: [] for reference in by_hmac.values()}
        rows = self._session.rows("periods_of", hmacs=list(by_hmac))
        for hmac, subject, valid_from, erased_through, unnamed in rows:
            reference = by_hmac[bytes(hmac)]
            found[reference].append(Period(subject, valid_from, erased_through))
            if unnamed:
                self._name_subject(subject, reference)
        self._periods |= found  # only what was read in full may be believed

    def _add_subjects(self, new: dict[tuple[str, datetime], UUID]) -> None:
        """Write new subjects with their reference keys; where another process was faster, its row stays."""
        secrets = {subject: self._keyring.secret() for subject in new.values()}
        rows = sorted(
            (
                self._keyring.reference_hmac(reference),
                subject,
                kind_of(reference),
                valid_from,
                reference,
            )
            for (reference, valid_from), subject in new.items()
        )
        with self._session.transaction():
            self._keyring.lock()
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
            self._keyring.add_keys([(need, 1, secret) for need, secret in winners])

    def _sealed_reference(self, subject: UUID, reference: str, secret: bytes) -> str:
        key = DataKey(secret)
        place = reference_place(self._ledger, subject, key.id)
        return seal_value(key.cipher, reference, place, self._keyring.nonce())

    def _name_subject(self, subject: UUID, reference: str) -> None:
        """Give a subject that came back from the erasure journal its reference again."""
        need = Need(subject, "reference")
        self._keyring.provide([need])
        key = self._keyring.key(need)
        place = reference_place(self._ledger, subject, key.id)
        sealed = seal_value(key.cipher, reference, place, self._keyring.nonce())
        self._session.run("name_subject", subject=subject, sealed=sealed)


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
