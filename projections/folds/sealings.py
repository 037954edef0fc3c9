"""The sealed groups that count within one category of one person, and the values that a destroyed key
uncovers.

Pure. Values stay sealed: the share of one event in a category is one group, which opens as a whole or not at
all. The latest value of each field under *every* key is kept, because destroying a key uncovers the value
below it. A removal takes earlier values away. A group goes once none of its fields counts under its key;
until then it stays whole, including fields that no longer count.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

import msgspec

from projections.folds.view import Order, Value


class Sealing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The values of one event in the category, sealed together.

    `fields`: all of the group, as its blob is bound to them. `gone`: those that do not count any more.
    """

    order: Order
    key: str
    fields: tuple[str, ...]
    blob: str
    gone: tuple[str, ...] = ()

    @property
    def left(self) -> list[str]:
        """The fields that count."""
        return [field for field in self.fields if field not in self.gone]


class Sealings(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The groups that are kept, newest first; and field -> its latest removal."""

    kept: tuple[Sealing, ...] = ()
    removed: dict[str, Order] = {}


EMPTY = Sealings()


def seal(sealings: Sealings, sealing: Sealing) -> Sealings:
    """Add a new group with what is the latest under its key, and not removed since."""
    if not sealings.removed and (not sealings.kept or sealings.kept[0].order < sealing.order):
        # As events come, nearly always: the newest group of all, before what it leaves of the others.
        return Sealings((sealing, *_beneath(sealings.kept, sealing)))
    late = _sealed_later(sealings, sealing) | _removed_later(sealings, sealing)
    others = [
        _without(other, sealing.fields)
        if other.key == sealing.key and other.order < sealing.order
        else other
        for other in sealings.kept
    ]
    return Sealings(_in_order([*others, _without(sealing, late)]), sealings.removed)


def _beneath(kept: Iterable[Sealing], newest: Sealing) -> Iterator[Sealing]:
    """The groups that remain below a later one."""
    for sealing in kept:
        if sealing.key != newest.key:
            yield sealing
        elif sealing.fields != newest.fields:
            left = _without(sealing, newest.fields)
            if len(left.gone) < len(left.fields):
                yield left


def _sealed_later(sealings: Sealings, sealing: Sealing) -> set[str]:
    """Fields that a later event sealed under the same key."""
    later = [
        other for other in sealings.kept if other.key == sealing.key and other.order > sealing.order
    ]
    return set(chain.from_iterable(other.left for other in later))


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
    """Take the groups of destroyed keys."""
    remaining = tuple(sealing for sealing in sealings.kept if sealing.key not in destroyed)
    return Sealings(remaining, sealings.removed)


def live(sealings: Sealings) -> dict[str, Value]:
    """Field -> the group of the value that counts, sorted."""
    newest: dict[str, Value] = {}
    # Oldest first, so that the newest value of a field is written last and stays.
    for sealing in reversed(sealings.kept):
        value = Value(sealing.order, sealing.key, sealing.fields, sealing.blob)
        newest |= dict.fromkeys(sealing.left, value)
    return dict(sorted(newest.items()))


def _without(sealing: Sealing, fields: Collection[str]) -> Sealing:
    """A group of which these fields, too, do not count any more; the same one where nothing changes."""
    gone = tuple(f for f in sealing.fields if f in fields or f in sealing.gone)
    return sealing if gone == sealing.gone else msgspec.structs.replace(sealing, gone=gone)


def _in_order(sealings: Iterable[Sealing]) -> tuple[Sealing, ...]:
    left = [sealing for sealing in sealings if len(sealing.gone) < len(sealing.fields)]
    return tuple(sorted(left, key=lambda sealing: sealing.order, reverse=True))
