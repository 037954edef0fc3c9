"""The sealed values that count within one category of one person: what is kept, and what uncovers what.

Pure. Values stay as they were sealed, together: one event's share of a category has one order key and
one data key. Of each field the latest value under every key is kept, not just the latest, because
destroying a key uncovers the value below. A removal takes what is earlier.
"""

from collections.abc import Collection, Iterable
from itertools import chain

import msgspec

from projections.folds.view import Order, Value


class Sealing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The values of one event in the category: field -> blob."""

    order: Order
    key: str
    values: dict[str, str]


class Sealings(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Sealings with the values that are kept of them, newest first; and field -> its latest removal."""

    kept: tuple[Sealing, ...] = ()
    removed: dict[str, Order] = {}


EMPTY = Sealings()


def seal(known: Sealings, new: Sealing) -> Sealings:
    """Add what a new sealing has that is the latest under its key, and not removed since."""
    late = _sealed_later(known, new) | _removed_later(known, new)
    if late:
        new = _without(new, late)
    others = [_without(one, new.values) if one.key == new.key else one for one in known.kept]
    return Sealings(_in_order([*others, new]), known.removed)


def _sealed_later(known: Sealings, new: Sealing) -> set[str]:
    """Fields that a later event sealed under the same key."""
    later = [one for one in known.kept if one.key == new.key and one.order > new.order]
    return set(chain.from_iterable(one.values for one in later))


def _removed_later(known: Sealings, new: Sealing) -> set[str]:
    return {field for field, removal in known.removed.items() if removal > new.order}


def remove(known: Sealings, field: str, removal: Order) -> Sealings:
    """Take the values of a field that are earlier than its latest removal."""
    latest = max(known.removed.get(field, removal), removal)
    left = [one if one.order > latest else _without(one, (field,)) for one in known.kept]
    return Sealings(_in_order(left), known.removed | {field: latest})


def without_keys(known: Sealings, destroyed: Collection[str]) -> Sealings:
    """Take the values of destroyed keys."""
    kept = tuple(one for one in known.kept if one.key not in destroyed)
    return Sealings(kept, known.removed)


def live(known: Sealings) -> dict[str, Value]:
    """Field -> the value that counts, sorted."""
    newest: dict[str, Value] = {}
    for one in reversed(known.kept):
        for field, blob in one.values.items():
            newest[field] = Value(one.order, one.key, blob)
    return dict(sorted(newest.items()))


def _without(sealing: Sealing, fields: Collection[str]) -> Sealing:
    left = {field: blob for field, blob in sealing.values.items() if field not in fields}
    return Sealing(sealing.order, sealing.key, left)


def _in_order(sealings: Iterable[Sealing]) -> tuple[Sealing, ...]:
    left = [one for one in sealings if one.values]
    return tuple(sorted(left, key=lambda one: one.order, reverse=True))
