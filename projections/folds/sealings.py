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


def seal(sealings: Sealings, sealing: Sealing) -> Sealings:
    """Add what a new sealing has that is the latest under its key, and not removed since."""
    late = _sealed_later(sealings, sealing) | _removed_later(sealings, sealing)
    if late:
        sealing = _without(sealing, late)
    others = [
        _without(other, sealing.values) if other.key == sealing.key else other
        for other in sealings.kept
    ]
    return Sealings(_in_order([*others, sealing]), sealings.removed)


def _sealed_later(sealings: Sealings, sealing: Sealing) -> set[str]:
    """Fields that a later event sealed under the same key."""
    later = [
        other for other in sealings.kept if other.key == sealing.key and other.order > sealing.order
    ]
    return set(chain.from_iterable(other.values for other in later))


def _removed_later(sealings: Sealings, sealing: Sealing) -> set[str]:
    return {field for field, removal in sealings.removed.items() if removal > sealing.order}


def remove(sealings: Sealings, field: str, removal: Order) -> Sealings:
    """Take the values of a field that are earlier than its latest removal."""
    latest = max(sealings.removed.get(field, removal), removal)
    left = [
        sealing if sealing.order > latest else _without(sealing, (field,))
        for sealing in sealings.kept
    ]
    return Sealings(_in_order(left), sealings.removed | {field: latest})


def without_keys(sealings: Sealings, destroyed: Collection[str]) -> Sealings:
    """Take the values of destroyed keys."""
    remaining = tuple(sealing for sealing in sealings.kept if sealing.key not in destroyed)
    return Sealings(remaining, sealings.removed)


def live(sealings: Sealings) -> dict[str, Value]:
    """Field -> the value that counts, sorted."""
    newest: dict[str, Value] = {}
    # Oldest first, so that the newest value of a field is written last and stays.
    for sealing in reversed(sealings.kept):
        for field, blob in sealing.values.items():
            newest[field] = Value(sealing.order, sealing.key, blob)
    return dict(sorted(newest.items()))


def _without(sealing: Sealing, fields: Collection[str]) -> Sealing:
    left = {field: blob for field, blob in sealing.values.items() if field not in fields}
    return Sealing(sealing.order, sealing.key, left)


def _in_order(sealings: Iterable[Sealing]) -> tuple[Sealing, ...]:
    left = [sealing for sealing in sealings if sealing.values]
    return tuple(sorted(left, key=lambda sealing: sealing.order, reverse=True))
