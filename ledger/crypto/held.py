"""The keys of one stream in memory, and the sets of them that seal messages of one kind. Pure."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.crypto.layouts import Layout, Seal
from ledger.crypto.sealing import DataKey, KeyedHash, month_of
from schemas import ROLLING_CATEGORIES

# Category of the key under which a data subject's events are told apart; nothing is sealed with it.
FINGERPRINT = "fingerprint"


class KeyChain(msgspec.Struct, gc=False):
    """Keys of one (subject, category) in its current generation: from_month -> secret.

    `erased_through`: up to when none of its values may be sealed; `fields`: of single fields of it.
    """

    generation: int = 0
    secrets: dict[int, bytes] = {}
    erased_through: datetime | None = None
    fields: dict[str, datetime] = {}

    def through(self, fields: Iterable[str]) -> datetime | None:
        """Up to when no event with these fields may be sealed; None: any may."""
        ends = [self.fields[field] for field in fields if field in self.fields]
        ends += [self.erased_through] if self.erased_through else []
        return max(ends, default=None)

    def fences(self, time: datetime, fields: Iterable[str]) -> bool:
        """Whether values of these fields of this instant may no longer be sealed."""
        through = self.through(fields)
        return through is not None and time <= through

    def covering(self, category: str, month: int) -> int | None:
        """The month of the stored key for a month: of a rolling category an earlier one may lead to it."""
        if month in self.secrets:
            return month
        earlier = (stored for stored in self.secrets if stored <= month)
        return max(earlier, default=None) if category in ROLLING_CATEGORIES else None


class KeySet(msgspec.Struct, frozen=True, gc=False):
    """The seals for a layout's groups.

    `erased_through`: the time up to which some of its keys may seal nothing.
    """

    seals: tuple[Seal, ...]
    erased_through: datetime | None


class StreamKeys:
    """The keys of one stream in memory: its chains by category, and keys ready for use by (category, month).

    `fingerprint`: the hash that tells its events apart, once its key was provided; `generation`: of that key,
    0 without one. `new`: this process has just made the stream, so keys that are not held do not exist
    either.
    """

    __slots__ = (
        "_sets",
        "chains",
        "fingerprint",
        "generation",
        "new",
        "ready",
        "stream",
        "text",
    )

    def __init__(self, stream: UUID) -> None:
        self.stream = stream
        self.text = str(stream)
        self.chains: dict[str, KeyChain] = {}
        self.ready: dict[tuple[str, int], DataKey] = {}
        self.fingerprint: KeyedHash | None = None
        self.generation = 0
        self.new = False
        self._sets: dict[tuple[Layout, int], KeySet] = {}

    def keys_for(self, layout: Layout, time: datetime) -> KeySet | None:
        """The keys that seal the values of an event of this instant; None when one is not ready."""
        month = month_of(time)
        key_set = self._sets.get((layout, month))
        return key_set or self._gather(layout, month)

    def _gather(self, layout: Layout, month: int) -> KeySet | None:
        keys, fences = [], []
        for category, fields in layout.groups:
            key = self.ready.get((category, month))
            if key is None:
                return None
            keys.append(key)
            if through := self.chains[category].through(fields):
                fences.append(through)
        key_set = self._sets[layout, month] = KeySet(layout.seals(keys), max(fences, default=None))
        return key_set

    def has(self, category: str, month: int) -> bool:
        """Whether a key is ready for use."""
        if category == FINGERPRINT:
            return self.fingerprint is not None
        return (category, month) in self.ready

    def add(self, category: str, month: int, key: DataKey) -> None:
        """Make a key ready for use."""
        self.ready[category, month] = key
        # A set may hold the key that this one replaces.
        self._sets.clear()
