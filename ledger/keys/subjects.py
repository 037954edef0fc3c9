"""The subject index, as the sealing side needs it: which data subject a reference names at a time.

A person who was erased as a whole and registers again is a new data subject under the same reference;
the index keeps all of them with their periods. A new subject is written with the batch that it was made for;
where two consumers meet on a new person, the first row stays, and the other batch is made again with it.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from datetime import UTC, datetime
from struct import iter_unpack
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.crypto.places import reference_places
from ledger.crypto.sealing import NONCE_BYTES, DataKey, named_subject, seal_value
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


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A reference to a person in an event. `starts`: the event may start a new data subject."""

    reference: str
    time: datetime
    starts: bool = False


class Period(msgspec.Struct, frozen=True, gc=False):
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
        """Drop the cache of some streams; without an argument, all of it."""
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
        references = dict.fromkeys(mention.reference for mention in mentions)
        hashes = self._load_periods(references)
        unknown = [its for its in hashes.items() if not self._periods[its[0]]]
        self._make_each(unknown, BEGINNING)
        for mention in mentions:
            start = _start_of_another(self._periods[mention.reference], mention)
            if start is not None:
                reference = mention.reference
                self._make_each([(reference, self._keyring.reference_hmac(reference))], start)

    def period_of(self, reference: str, time: datetime) -> Period:
        """The data subject whose period holds this instant. The reference must have been admitted."""
        periods = self._periods[reference]
        if len(periods) == 1:
            return periods[0]
        # An event from before the first period belongs to the first data subject.
        begun = [period for period in periods if period.valid_from <= time]
        return begun[-1] if begun else periods[0]

    def _load_periods(self, references: Iterable[str]) -> dict[str, bytes]:
        """Hold the periods of references. Only periods that were read in full are believed.

        Gives the hashes of those that were not known.
        """
        unread = [reference for reference in references if not self._periods.get(reference)]
        hashes = list(map(self._keyring.reference_hmac, unread))
        by_hmac = dict(zip(hashes, unread, strict=True))
        for hmac, rows in periods_of(self._session, list(by_hmac)).items():
            reference = by_hmac[hmac]
            self._references.update((subject, reference) for subject, *_ in rows)
            for subject, *_, nameless in rows:
                if nameless:
                    # Give a subject that came back from the erasure journal its reference again.
                    keys = self._keyring.of(subject)
                    self._keyring.provide([KeyNeed(keys, REFERENCE)])
                    (sealed,) = self._sealed_references(
                        [reference], [(subject, keys.ready[REFERENCE, 0])]
                    )
                    mac = mac_of_named(self._session, self._keyring.macs, subject, sealed)
                    self._keyring.fresh.named.append((subject, sealed, mac))
            self._periods[reference] = [
                Period(subject, start, through) for subject, start, through, _ in rows
            ]
        return dict(zip(unread, hashes, strict=True))

    def _make_each(self, hashed: Sequence[tuple[str, bytes]], start: datetime) -> None:
        """Make data subjects of references, with their hashes, from a time on.

        Keys of their own seal the references.
        """
        keyring, fresh, name = self._keyring, self._keyring.fresh, str(self._ledger)
        references = [reference for reference, _ in hashed]
        secrets = keyring.secrets(len(hashed))
        named = [named_subject(*its, name) for its in zip(secrets, references, strict=True)]
        sealed = self._sealed_references(references, named)
        for (reference, hmac), secret, (subject, _), its_reference in zip(
            hashed, secrets, named, sealed, strict=True
        ):
            periods = self._periods[reference]
            fresh.as_read[hmac] = [period.subject for period in periods]
            fresh.subjects.append(
                NewSubject(subject, hmac, INDEX_VERSION, kind_of(reference), start, its_reference)
            )
            fresh.keys.append(NewKey(subject, REFERENCE, 1, 0, secret))
            keyring.of(subject).new = True
            self._references[subject] = reference
            periods.append(Period(subject, start, None))

    def _sealed_references(
        self, references: Sequence[str], named: Sequence[tuple[UUID, DataKey]]
    ) -> list[str]:
        """References, each sealed with the key of its data subject."""
        places = reference_places(self._ledger, [(subject, key.id) for subject, key in named])
        nonces = self._keyring.nonces(len(named))
        return [
            seal_value(key.cipher, reference, place, nonce)
            for reference, (_, key), place, (nonce,) in zip(
                references, named, places, iter_unpack(f"{NONCE_BYTES}s", nonces), strict=True
            )
        ]


def kind_of(reference: str) -> str:
    """`customer`, `contact`, `visitor` or `employee`: the kind of person behind a reference."""
    parts = reference.split("/")
    return "contact" if len(parts) == 4 else parts[0]


def _start_of_another(periods: Sequence[Period], mention: Mention) -> datetime | None:
    """From when another data subject is needed for this mention; None when the known ones do."""
    last = periods[-1]
    through = last.erased_through
    if mention.starts and through is not None and mention.time > through:
        return mention.time
    return None
