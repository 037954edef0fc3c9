"""Digests of views: the same rows and entries come to the same digest, however they were shared out."""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Literal
from uuid import UUID

from projections.folds.view import NOWHERE, AnyView, StoredRow

# As many as processors can ever share the streams of a ledger; a stream tells by its first three digits.
SLICES = 4_096
_SHIFT = 116
Share = range
"""Slices of the streams, one after the other."""
EVERYTHING: Share = range(SLICES)
_Kind = Literal["entries", "rows"]
_Place = tuple[_Kind, int]
Sums = Mapping[_Place, bytes]
"""SHA-256 of what was taken in, by kind and slice."""


def bounds(slices: Share) -> tuple[UUID, UUID]:
    """The first and the last stream that can be in some slices, which follow each other."""
    return UUID(int=slices.start << _SHIFT), UUID(int=(slices.stop << _SHIFT) - 1)


class Digest:
    """SHA-256 over the name and version of a view, and over its rows and its entries, slice by slice.

    A slice belongs to the streams with the same first hexadecimal digits; one more slice belongs to no
    stream. Input comes in the order of its keys, so one slice follows the other. Each slice is hashed
    separately, so that a process that reads some of the streams can hand over the sums. Each hashed part is
    preceded by its length, unless that is always the same, so no two lists of rows have the same input.
    """

    def __init__(self, view: AnyView) -> None:
        self._named = [view.name.encode(), view.version.encode()]
        self._open: dict[_Kind, tuple[_Place, hashlib._Hash]] = {}
        self._taken: dict[_Place, bytes] = {}

    def rows(self, rows: Iterable[StoredRow]) -> None:
        """Take in rows, by stream, subkey and state: the other columns follow from the state."""
        for stream, its_rows in groupby(rows, key=itemgetter(0)):
            key = stream.int.to_bytes(16, "big")
            parts = []
            for _, subkey, state, *_ in its_rows:
                name = subkey.encode()
                parts.append(b"%b%d:%b%d:%b" % (key, len(name), name, len(state), state))
            self._hashed("rows", stream).update(b"".join(parts))

    def entry(self, stream: UUID, parts: list[bytes]) -> None:
        """Take in an entry of a joined view."""
        self._hashed("entries", stream).update(_measured(parts))

    def take(self, sums: Sums) -> None:
        """Take in slices that were read elsewhere, each as a whole."""
        self._taken |= sums

    def sums(self) -> Sums:
        """The hash of each slice so far."""
        return self._taken | {place: hashed.digest() for place, hashed in self._open.values()}

    def hex(self) -> str:
        """The digest of what was taken in so far, 64 hexadecimal digits."""
        sums = self.sums()
        parts = [
            part
            for kind, n in sorted(sums)
            for part in (kind.encode(), n.to_bytes(2, "big"), sums[kind, n])
        ]
        return hashlib.sha256(_measured(self._named + parts)).hexdigest()

    def _hashed(self, kind: _Kind, stream: UUID) -> "hashlib._Hash":
        number = stream.int
        place = kind, SLICES if number == NOWHERE.int else number >> _SHIFT
        opened = self._open.get(kind)
        if opened is None or opened[0] != place:
            if opened:
                self._taken[opened[0]] = opened[1].digest()
            assert place not in self._taken, "not in the order of keys"
            opened = self._open[kind] = place, hashlib.sha256()
        return opened[1]


def _measured(parts: list[bytes]) -> bytes:
    return b"".join([b"%d:%b" % (len(part), part) for part in parts])
