"""The opening side: references and values for the reading edge. Only the console and the eraser use it.

A missing key has four meanings, and they are never confused: *never* (there was no such value), *not
yet* (it is being made; read again), *erased* (a fence covers the value's time) and *lost* (a key is
missing although no erasure destroyed it: loud, never shown as erased).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.crypto.authentic import RowMacs, row_macs
from ledger.crypto.groups import GroupPlace, open_group
from ledger.crypto.places import (
    data_key_place,
    data_key_places,
    ledger_key_place,
    reference_place,
    wrapped_data_keys,
)
from ledger.crypto.provider import KeyProvider, Placed, Wrapped, each_unwrapped, once_more
from ledger.crypto.sealing import (
    DataKey,
    key_id,
    keyed_hash,
    month_of,
    next_month_key,
    open_value,
)
from ledger.errors import KeyLost
from ledger.event import RecordedEvent, Resealed
from ledger.feeds.lists import FeedLists
from ledger.journal.linking import JournalLinks
from ledger.keys.fresh import current_epoch
from ledger.keys.rows import NewKey, key_row
from ledger.keys.subjects import KeysOf, Period
from ledger.names import LedgerName
from ledger.reading import reseals_of
from ledger.storage.postgres import Session
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES

# Subjects whose keys are held at once; a list over everyone stays flat.
_HELD_SUBJECTS = 5_000
_REFERENCE = ("reference", 0)
# References that are looked up by one statement.
_BLOCK_REFERENCES = 2_000


class Missing(Enum):
    """Why a value is not shown. `MASKED`, `HIDDEN`: the reader may not see it, or not even know of it."""

    ERASED = "erased"
    LOST = "lost"
    MASKED = "masked"
    HIDDEN = "hidden"


class SealedGroup(msgspec.Struct, frozen=True):
    """The sealed values of one category in one event, and everything that says where they belong."""

    subject: UUID
    source: str
    id: str
    category: str
    fields: tuple[str, ...]
    key: str
    blob: str
    time: datetime


class StoredKey(NamedTuple):
    """A stored key of a category: `month` is that with which it begins."""

    generation: int
    month: int
    secret: bytes


class _SubjectKeys(msgspec.Struct):
    """Keys and fences of one subject: (category, from_month) -> secret, category -> erased through.

    `resealed`: (source, id, category) -> the rest of a group, sealed anew, the latest first. `opened`: the
    group of each category that was opened last. An answer asks for its fields one by one.
    """

    secrets: dict[tuple[str, int], bytes] = msgspec.field(default_factory=dict)
    fences: dict[str, datetime] = msgspec.field(default_factory=dict)
    resealed: dict[tuple[str, str, str], list[Resealed]] = msgspec.field(default_factory=dict)
    ready: dict[str, DataKey] = msgspec.field(default_factory=dict)
    opened: dict[str, tuple[SealedGroup, dict[str, Any]]] = msgspec.field(default_factory=dict)


class Opener:
    """Finds data subjects and opens their sealed values."""

    def __init__(self, session: Session, provider: KeyProvider, ledger: LedgerName) -> None:
        self._session = session
        self._wrapping = provider.wrapping()
        self._provider = provider
        self._ledger = ledger
        self._macs: RowMacs | None = None
        self._ledger_keys: dict[str, bytes] = {}
        self._subject_keys: dict[UUID, _SubjectKeys] = {}

    # Rows

    @property
    def macs(self) -> RowMacs:
        """The MACs of rows. Raises Lost when their key is gone."""
        if self._macs is None:
            self._macs = row_macs(self._provider, self._ledger)
        return self._macs

    @property
    def links(self) -> JournalLinks:
        """The links from lines of the erasure journal to persons."""
        return JournalLinks(self._provider.links, lambda: self.macs, self._ledger)

    @property
    def feed_lists(self) -> FeedLists:
        """The lists of feeds about many persons."""
        return FeedLists(self._session, self._provider, self._ledger)

    # References

    def hmac_of(self, reference: str) -> bytes:
        """The keyed hash under which the subject index knows a reference."""
        return keyed_hash(self.ledger_key("index"), reference.encode())

    def periods(self, reference: str) -> list[Period]:
        """Every data subject that a reference has named, in the order of time."""
        rows = self._session.rows("periods_of", hmacs=[self.hmac_of(reference)])
        return [Period(subject, start, through) for _, subject, start, through, _ in rows]

    def known_among(self, references: Sequence[str]) -> set[str]:
        """The references, among the given, that have named a person."""
        known: set[str] = set()
        for start in range(0, len(references), _BLOCK_REFERENCES):
            block = references[start : start + _BLOCK_REFERENCES]
            by_hmac = {self.hmac_of(reference): reference for reference in block}
            rows = self._session.rows("periods_of", hmacs=list(by_hmac))
            known |= {by_hmac[bytes(hmac)] for hmac, *_ in rows}
        return known

    def live_subjects(self, reference: str) -> list[UUID]:
        """Data subjects of a reference that may still have data."""
        return [p.subject for p in self.periods(reference) if p.erased_through is None]

    def references(self, subjects: Iterable[UUID]) -> dict[UUID, str]:
        """References of the subjects that are not wholly erased."""
        distinct = list(dict.fromkeys(subjects))
        secrets = self._reference_keys(distinct)
        rows = self._session.rows("sealed_references", subjects=distinct)
        return {
            subject: self._reference(subject, secrets.get(subject), sealed)
            for subject, sealed in rows
            if sealed is not None
        }

    def _reference_keys(self, subjects: Sequence[UUID]) -> dict[UUID, bytes]:
        """The keys of references alone: a list of names needs no other key of a person."""
        known = {
            subject: secret
            for subject in subjects
            if (keys := self._subject_keys.get(subject))
            and (secret := keys.secrets.get(_REFERENCE))
        }
        unread = [subject for subject in subjects if subject not in self._subject_keys]
        if unread:
            known |= once_more(lambda: self._find_reference_keys(unread))
        return known

    def _find_reference_keys(self, subjects: Sequence[UUID]) -> dict[UUID, bytes]:
        self._wrapping.hold()
        found = self._secrets(subjects, [_REFERENCE[0]])
        return {subject: secret for subject, _, secret in found}

    def _reference(self, subject: UUID, secret: bytes | None, sealed: str) -> str:
        if secret is None:
            raise KeyLost("the key of a reference is missing although no erasure destroyed it")
        key = DataKey(secret)
        return str(open_value(key.cipher, sealed, reference_place(self._ledger, subject, key.id)))

    def people(self, kinds: Sequence[str]) -> list[tuple[str, UUID]]:
        """(reference, subject) of every person of some kinds that is not erased, sorted by reference."""
        subjects = [subject for (subject,) in self._session.rows("subjects", kinds=list(kinds))]
        people: list[tuple[str, UUID]] = []
        for start in range(0, len(subjects), _HELD_SUBJECTS):
            block = self.references(subjects[start : start + _HELD_SUBJECTS])
            people += [(reference, subject) for subject, reference in block.items()]
        return sorted(people)

    def find(self, value_hmac: bytes) -> list[str]:
        """References of the people who have a value, by its blind hash; sorted."""
        subjects = [s for (s,) in self._session.rows("subjects_with", value_hmac=value_hmac)]
        return sorted(self.references(subjects).values())

    # Keys

    def keyed(self, subject: UUID, data: bytes) -> bytes:
        """A hash that cannot be guessed: under the subject's key that goes last, else a key of the ledger."""
        self.load([subject])
        secret = self._subject_keys[subject].secrets.get(_REFERENCE)
        return keyed_hash(secret or self.ledger_key("index"), data)

    def ledger_key(self, purpose: str) -> bytes:
        """A key of the ledger itself. Raises Lost when it is not there."""
        if purpose not in self._ledger_keys:
            self._ledger_keys[purpose] = once_more(lambda: self._find_ledger_key(purpose))
        return self._ledger_keys[purpose]

    def _find_ledger_key(self, purpose: str) -> bytes:
        self._wrapping.hold()
        row = self._session.row("ledger_key", purpose=purpose)
        if row is None:
            raise KeyLost(f"the ledger's key {purpose} is missing; run `ledger init`")
        epoch, wrapped = row
        place = ledger_key_place(self._ledger, purpose, epoch)
        return each_unwrapped(self._wrapping, [Wrapped(epoch, place, wrapped)])[0]

    def load(self, subjects: Iterable[UUID]) -> None:
        """Read the keys of these subjects, unless they are held already."""
        unread = [
            subject for subject in dict.fromkeys(subjects) if subject not in self._subject_keys
        ]
        if not unread:
            return
        if len(self._subject_keys) + len(unread) > _HELD_SUBJECTS:
            self._subject_keys.clear()
        self._subject_keys |= once_more(lambda: self._find_keys(unread))

    def _find_keys(self, subjects: Sequence[UUID]) -> dict[UUID, _SubjectKeys]:
        self._wrapping.hold()
        keys = {subject: _SubjectKeys() for subject in subjects}
        for subject, category, through in self._session.rows(
            "fences_of_subjects", subjects=list(subjects)
        ):
            keys[subject].fences[category] = through
        for event in reseals_of(self._session, subjects):
            for group in event.resealed if event.ours else ():
                known = keys[event.stream].resealed
                known.setdefault((group.source, group.id, group.category), []).insert(0, group)
        for subject, place, secret in self._secrets(subjects, None):
            keys[subject].secrets[place] = secret
        return keys

    def _secrets(
        self, subjects: Sequence[UUID], categories: Sequence[str] | None
    ) -> Iterator[tuple[UUID, tuple[str, int], bytes]]:
        """Keys of some subjects, each with its category and month; `categories`: None for all."""
        rows = self._session.rows(
            "data_keys_of_subjects",
            subjects=list(subjects),
            categories=None if categories is None else list(categories),
        )
        secrets = each_unwrapped(self._wrapping, wrapped_data_keys(self._ledger, rows))
        for (subject, category, _, month, *_), secret in zip(rows, secrets, strict=True):
            yield subject, (category, month), secret

    def forget(self, subject: UUID) -> None:
        """Read the keys of a subject again next time."""
        self._subject_keys.pop(subject, None)

    def value(self, sealed: SealedGroup, field: str) -> Any | Missing:
        """One value of a group, or why it cannot be shown."""
        self.load([sealed.subject])
        opened = self._subject_keys[sealed.subject].opened
        if sealed.category not in opened or opened[sealed.category][0] != sealed:
            values = self.group(sealed)
            if isinstance(values, Missing):
                return values
            # Looked up again: keys that were not there yet may have been read anew.
            opened = self._subject_keys[sealed.subject].opened
            opened[sealed.category] = sealed, values
        return opened[sealed.category][1][field]

    def group(self, sealed: SealedGroup) -> dict[str, Any] | Missing:
        """Field -> value, or why they cannot be shown. A key that is not there yet is looked up once more.

        A field that was erased by itself is `Missing.ERASED` among the others.
        """
        found = self.standing(sealed)
        if found is None:
            return Missing.ERASED if self._is_erased(sealed) else Missing.LOST
        standing, key = found
        place = GroupPlace(
            ledger=str(self._ledger),
            subject=standing.subject,
            source=standing.source,
            id=standing.id,
            category=standing.category,
            fields=standing.fields,
            key=standing.key,
        )
        opened = open_group(key.cipher, standing.blob, place)
        return {field: opened.get(field, Missing.ERASED) for field in sealed.fields}

    def standing(self, sealed: SealedGroup) -> tuple[SealedGroup, DataKey] | None:
        """A group as it is sealed now, with its key; None where nothing opens it."""
        found = next(self.seals(sealed), None)
        if found is None and not self._is_erased(sealed):
            self.forget(sealed.subject)
            found = next(self.seals(sealed), None)
        return found

    def seals(self, sealed: SealedGroup) -> Iterator[tuple[SealedGroup, DataKey]]:
        """A group as it was sealed last, then as before, where the key is there: one, but after a restore."""
        self.load([sealed.subject])
        place = sealed.source, sealed.id, sealed.category
        for later in self._subject_keys[sealed.subject].resealed.get(place, ()):
            anew = msgspec.structs.replace(
                sealed, fields=later.fields, key=later.key, blob=later.blob
            )
            if (key := self._key(anew)) is not None:
                yield anew, key
        if (key := self._key(sealed)) is not None:
            yield sealed, key

    def former_keys(self, sealed: SealedGroup) -> list[str]:
        """The ids of all keys that a group ever lay under."""
        self.load([sealed.subject])
        place = sealed.source, sealed.id, sealed.category
        later = self._subject_keys[sealed.subject].resealed.get(place, ())
        return [sealed.key, *(group.key for group in later)]

    def personal(self, event: RecordedEvent) -> dict[str, Any | Missing]:
        """Every personal value of an event, field by field, sorted."""
        values: dict[str, Any | Missing] = {}
        for category, sealed in event.sealed.items():
            opened = self.group(sealed_group(event, category))
            values |= (
                dict.fromkeys(sealed.fields, opened) if isinstance(opened, Missing) else opened
            )
        return dict(sorted(values.items()))

    def key_ids(self, asked: Sequence[KeysOf], last: int) -> list[tuple[str, ...]]:
        """The ids of the keys of each asked person, in the order asked, sorted by category and month.

        They are read now, whatever is held: rows read under a lock are true. No other key is unwrapped. A
        rolling category has one key for each month up to `last`, or up to the month that is asked for.
        """
        asked_of = {one.subject: one for one in asked}
        ids: dict[UUID, list[str]] = {subject: [] for subject in asked_of}
        for subject, category, start, secret in once_more(lambda: self._find_asked(asked_of)):
            month = asked_of[subject].month
            end = (last if month is None else month) if category in ROLLING_CATEGORIES else start
            ids[subject] += [key_id(key) for key in _chain(secret, max(0, end - start))]
        return [tuple(ids[one.subject]) for one in asked]

    def _find_asked(self, asked_of: Mapping[UUID, KeysOf]) -> list[tuple[UUID, str, int, bytes]]:
        """Subject, category, first month and secret of each key that is asked for, by category and month."""
        self._wrapping.hold()
        categories = {name for one in asked_of.values() for name in one.categories}
        rows = self._session.rows(
            "data_keys_of_subjects", subjects=list(asked_of), categories=list(categories)
        )
        asked = (row for row in rows if asked_of[row[0]].names(row[1], row[3]))
        wanted = sorted(asked, key=itemgetter(1, 3))
        secrets = each_unwrapped(self._wrapping, wrapped_data_keys(self._ledger, wanted))
        return [(row[0], row[1], row[3], key) for row, key in zip(wanted, secrets, strict=True)]

    def stored_keys(self, subject: UUID, category: str) -> list[StoredKey]:
        """The stored keys of a category of a person, read now."""
        return once_more(lambda: self._find_stored(subject, category))

    def _find_stored(self, subject: UUID, category: str) -> list[StoredKey]:
        self._wrapping.hold()
        rows = self._session.rows(
            "data_keys_of_subjects", subjects=[subject], categories=[category]
        )
        secrets = each_unwrapped(self._wrapping, wrapped_data_keys(self._ledger, rows))
        return [StoredKey(row[2], row[3], key) for row, key in zip(rows, secrets, strict=True)]

    def key_rows(self, keys: Sequence[NewKey]) -> bytes:
        """Rows of new keys, wrapped under the epoch of now, for the caller's transaction."""
        epoch = current_epoch(self._session)
        named = [(key.subject, key.category, key.generation, key.month) for key in keys]
        places = data_key_places(self._ledger, named, epoch)
        secrets = [key.secret for key in keys]
        wrapped = self._wrapping.wrap(epoch, list(map(Placed, places, secrets)))
        return b"".join(key_row(key, epoch, one) for key, one in zip(keys, wrapped, strict=True))

    def ratcheted(self, expired: Sequence[tuple[UUID, str, int]]) -> dict[str, list[Any]]:
        """Columns of new rows for keys of rolling categories that begin before a month: they begin there."""
        self._wrapping.hold()
        columns = [list(column) for column in zip(*expired, strict=True)]
        stored = self._session.rows(
            "data_keys_before",
            **dict(zip(("subjects", "categories", "months"), columns, strict=True)),
        )
        old = [row[:6] for row in stored]
        secrets = each_unwrapped(self._wrapping, wrapped_data_keys(self._ledger, old))
        by_epoch: dict[int, list[tuple[Any, ...]]] = {}
        for row, secret in zip(stored, secrets, strict=True):
            by_epoch.setdefault(row[4], []).append((*row[:5], row[6], secret))
        rows = [row for epoch, keys in by_epoch.items() for row in self._ratcheted(epoch, keys)]
        names = ("subjects", "categories", "generations", "starts", "epochs", "months", "wrapped")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}

    def _ratcheted(self, epoch: int, keys: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The rows of keys of one epoch, each with the key of its later month, wrapped in one call."""
        later = [
            Placed(
                data_key_place(self._ledger, subject, category, generation, month, epoch),
                deque(_chain(secret, month - start), maxlen=1)[0],
            )
            for subject, category, generation, start, _, month, secret in keys
        ]
        wrapped = self._wrapping.wrap(epoch, later)
        return [(*key[:6], new) for key, new in zip(keys, wrapped, strict=True)]

    def _is_erased(self, sealed: SealedGroup) -> bool:
        """Whether its category was erased up to its time, or each of its fields was."""
        fences = self._subject_keys[sealed.subject].fences
        fenced = [fences.get(field_fence(field)) for field in sealed.fields]
        return any(
            all(through is not None and sealed.time <= through for through in throughs)
            for throughs in ([fences.get(sealed.category)], fenced)
        )

    def _key(self, sealed: SealedGroup) -> DataKey | None:
        """The key with the id that the group names, derived when it is one of a later month."""
        keys = self._subject_keys[sealed.subject]
        if sealed.key not in keys.ready:
            for (category, month), secret in keys.secrets.items():
                if category == sealed.category and month <= month_of(sealed.time):
                    self._derive(keys, category, month, secret, sealed.time)
        return keys.ready.get(sealed.key)

    @staticmethod
    def _derive(
        keys: _SubjectKeys, category: str, month: int, secret: bytes, time: datetime
    ) -> None:
        steps = month_of(time) - month if category in ROLLING_CATEGORIES else 0
        for step in _chain(secret, steps):
            secret = step
        key = DataKey(secret)
        keys.ready[key.id] = key


def field_fence(field: str) -> str:
    """The name of the fence of one field: its category, and the field."""
    return f"{PERSONAL_FIELDS[field]}/{field}"


def _chain(secret: bytes, steps: int) -> Iterator[bytes]:
    """A month's key and those of the `steps` months after it."""
    yield secret
    for _ in range(steps):
        secret = next_month_key(secret)
        yield secret


def sealed_group(event: RecordedEvent, category: str) -> SealedGroup:
    """The sealed values of a category in an event with their place."""
    sealed = event.sealed[category]
    return SealedGroup(
        subject=event.stream,
        source=event.source,
        id=event.id,
        category=category,
        fields=sealed.fields,
        key=sealed.key,
        blob=sealed.blob,
        time=event.time,
    )
