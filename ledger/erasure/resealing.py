"""Erasure of single fields: the values that share a key with them are sealed anew, and the key is destroyed.

A group opens as a whole, so to take one field out of it is to seal the others again under another key. In a
lasting category these are the groups of the months that have the field; in a rolling category the whole
chain, since each month's key leads to the next. Bounded by the size of one category of one person.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from ledger.crypto.groups import GroupPlace, seal_group
from ledger.crypto.layouts import BLIND_FIELDS
from ledger.crypto.sealing import KEY_BYTES, NONCE_BYTES, DataKey, key_id, month_of, next_month_key
from ledger.event import RecordedEvent, Resealed
from ledger.journal.entries import ErasureEntry
from ledger.keys.opening import Missing, Opener, SealedGroup, StoredKey, sealed_group
from ledger.keys.rows import NewKey
from ledger.names import LedgerName
from ledger.writing.packing import blind_hash
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES
from schemas.personal import each_of

Random = Callable[[int], bytes]


class Reseal(NamedTuple):
    """The result of erasing single fields. Nothing is written yet.

    `groups`: the remaining values, sealed anew. `new`: their keys. `gone`: stored keys to destroy: category,
    generation, month. `destroyed`: ids of all keys that those open. `emptied`: ids, as events name them, of
    the keys without any value left. `kept_hashes`: of values of the fields that stay searchable.
    """

    groups: tuple[Resealed, ...] = ()
    new: tuple[NewKey, ...] = ()
    gone: tuple[tuple[str, int, int], ...] = ()
    destroyed: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    kept_hashes: tuple[bytes, ...] = ()


class _Held(NamedTuple):
    """A group that opens: as its event has it, every way in which it is sealed now, and its values.

    `former`: the keys that it lies and lay under.
    """

    first: SealedGroup
    seals: tuple[SealedGroup, ...]
    values: dict[str, Any]
    former: tuple[str, ...]

    @property
    def keys(self) -> set[str]:
        """The keys that open it."""
        return {seal.key for seal in self.seals}


def reseal(
    opener: Opener,
    ledger: LedgerName,
    entry: ErasureEntry,
    events: Sequence[RecordedEvent],
    *,
    again: bool = False,
    random: Random = os.urandom,
) -> Reseal:
    """Work out the effect of an entry that erases single fields. `events`: all of the stream, reads aside.

    `again`: after a restore; then it accounts for every key of what it moves, whatever became of it.
    """
    opener.forget(entry.subject)
    parts = [
        _of_category(
            opener, ledger, entry, list(_held(opener, events, category)), random, again=again
        )
        for category in sorted({PERSONAL_FIELDS[field] for field in entry.fields or ()})
    ]
    opener.forget(entry.subject)
    return Reseal(
        groups=tuple(chain.from_iterable(part.groups for part in parts)),
        new=tuple(chain.from_iterable(part.new for part in parts)),
        gone=tuple(chain.from_iterable(part.gone for part in parts)),
        destroyed=tuple(chain.from_iterable(part.destroyed for part in parts)),
        emptied=tuple(chain.from_iterable(part.emptied for part in parts)),
        kept_hashes=tuple(chain.from_iterable(part.kept_hashes for part in parts)),
    )


def _held(opener: Opener, events: Iterable[RecordedEvent], category: str) -> Iterator[_Held]:
    for event in events:
        if category in event.sealed:
            first = sealed_group(event, category)
            values = opener.group(first)
            if not isinstance(values, Missing):
                seals = tuple(seal for seal, _ in opener.seals(first))
                yield _Held(first, seals, values, tuple(opener.former_keys(first)))


def _of_category(
    opener: Opener,
    ledger: LedgerName,
    entry: ErasureEntry,
    held: Sequence[_Held],
    random: Random,
    *,
    again: bool,
) -> Reseal:
    hashes = tuple(_kept_hashes(opener, held, entry))
    touched = _touched(held, entry)
    if not touched:
        return Reseal(kept_hashes=hashes)
    category = held[0].first.category
    stored = opener.stored_keys(entry.subject, category)
    rolls = category in ROLLING_CATEGORIES
    moved = list(held) if rolls else _moved(held, touched)
    opening = _opening(moved)
    going = [key for key in stored if rolls or key_id(key.secret) in opening]
    staying = [one for one in moved if _left(one, entry)]
    new = _new_keys(entry.subject, category, stored, going, staying, random)
    sealer = _Sealer(str(ledger), new, rolls=rolls, random=random)
    emptied = _named(moved) - _named(staying)
    return Reseal(
        tuple(sealer.sealed(one.first, _left(one, entry)) for one in staying),
        tuple(new),
        tuple((category, key.generation, key.month) for key in going),
        tuple(sorted({*_ids(going, moved, rolls=rolls), *emptied, *_former(moved, again=again)})),
        tuple(sorted(emptied)),
        hashes,
    )


def _touched(held: Sequence[_Held], entry: ErasureEntry) -> set[str]:
    """The keys that open a value that goes."""
    fields = frozenset(entry.fields or ())
    return {
        seal.key
        for one in held
        for seal in one.seals
        if seal.time <= entry.through and fields.intersection(seal.fields)
    }


def _named(groups: Iterable[_Held]) -> set[str]:
    """The keys of some groups as their events name them."""
    return {one.first.key for one in groups}


def _former(groups: Iterable[_Held], *, again: bool) -> Iterator[str]:
    """The keys that groups ever lay under; after a restore alone, as each was told of before."""
    return chain.from_iterable(one.former for one in groups if again)


def _opening(groups: Iterable[_Held]) -> set[str]:
    """The keys that open some groups."""
    return set[str]().union(*(one.keys for one in groups))


def _moved(held: Sequence[_Held], touched: set[str]) -> list[_Held]:
    """The groups that some keys open, and those that share a key with one of them."""
    while True:
        moved = [one for one in held if touched & one.keys]
        opening = _opening(moved)
        if opening <= touched:
            return moved
        touched = touched | opening


def _left(one: _Held, entry: ErasureEntry) -> dict[str, Any]:
    """The values of a group that stay, sorted by field."""
    gone = frozenset(entry.fields or ()) if one.first.time <= entry.through else frozenset()
    return {
        field: value
        for field, value in sorted(one.values.items())
        if field not in gone and not isinstance(value, Missing)
    }


def _new_keys(
    subject: UUID,
    category: str,
    stored: Sequence[StoredKey],
    going: Sequence[StoredKey],
    left: Sequence[_Held],
    random: Random,
) -> list[NewKey]:
    """Keys of the next generation: of a rolling category one chain, else one for each that goes."""
    generation = max(key.generation for key in stored) + 1
    months = [month_of(one.first.time) for one in left]
    if category in ROLLING_CATEGORIES:
        starts = [min(months)] if months else []
    else:
        used = _opening(left)
        starts = [key.month for key in going if key_id(key.secret) in used]
    return [
        NewKey(subject, category, generation, month, random(KEY_BYTES))
        for month in sorted(set(starts))
    ]


def _ids(going: Sequence[StoredKey], moved: Sequence[_Held], *, rolls: bool) -> Iterator[str]:
    """The ids of keys that go; of a rolling chain those of each month up to the last that has values."""
    last = max(month_of(one.first.time) for one in moved)
    for key in going:
        secret = key.secret
        yield key_id(secret)
        for _ in range(max(0, last - key.month) if rolls else 0):
            secret = next_month_key(secret)
            yield key_id(secret)


class _Sealer:
    """Seals the remaining values of groups with new keys of a category."""

    def __init__(self, ledger: str, new: Sequence[NewKey], *, rolls: bool, random: Random) -> None:
        self._ledger, self._rolls, self._random = ledger, rolls, random
        self._secrets = {key.month: key.secret for key in new}
        self._ready: dict[int, DataKey] = {}

    def sealed(self, first: SealedGroup, values: dict[str, Any]) -> Resealed:
        """A group without the values that go, bound to its event as it was before."""
        key, fields = self._key(month_of(first.time)), tuple(values)
        place = GroupPlace(
            ledger=self._ledger,
            subject=first.subject,
            source=first.source,
            id=first.id,
            category=first.category,
            fields=fields,
            key=key.id,
        )
        blob = seal_group(key.cipher, list(values.values()), place, self._random(NONCE_BYTES))
        return Resealed(first.source, first.id, first.time, first.category, key.id, fields, blob)

    def _key(self, month: int) -> DataKey:
        """The key of a month: of the chain, its own, or the one key that came before months had their own."""
        if month not in self._ready:
            start = max(known for known in self._secrets if known <= month)
            secret = self._secrets[start]
            for _ in range(month - start if self._rolls else 0):
                secret = next_month_key(secret)
            self._ready[month] = DataKey(secret)
        return self._ready[month]


def _kept_hashes(opener: Opener, held: Iterable[_Held], entry: ErasureEntry) -> Iterator[bytes]:
    """The hashes of later values of the fields, by which the person is still found."""
    searchable = BLIND_FIELDS.intersection(entry.fields or ())
    for one in held:
        yield from hashes_of(opener, _left(one, entry), searchable)


def hashes_of(
    opener: Opener, values: Mapping[str, Any], searchable: Collection[str]
) -> Iterator[bytes]:
    """The hashes by which the values of some fields are found, but for those that are erased."""
    for field in values.keys() & searchable:
        value = values[field]
        for one in () if isinstance(value, Missing) else each_of(value):
            yield blind_hash(opener.ledger_key("blind"), field, one)
