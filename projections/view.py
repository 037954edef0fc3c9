"""What a view is: pure functions from events to rows, and the one encoding of rows.

A view maps an event to the rows that it touches, each known by the event's stream and a subkey, and
folds it into them. Folds are commutative: a row is a function of the *set* of its events, so neither
order, nor batches, nor crashes show in it. Nothing here knows positions, keys or a clock.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent

__all__ = ["Digest", "EntriesDigest", "Key", "Order", "Value", "View", "encode", "order_of"]

S = TypeVar("S")
Key = tuple[UUID, str]
"""Of a row: the stream, and the subkey within it."""

_ENCODER = msgspec.json.Encoder(order="sorted")


class Order(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """What decides every "latest": later time, then withdrawal, sequence, source, id; never position.

    `rank`: 1 for what takes something away (a withdrawal, a removal), 0 for what gives it.
    `sequence`: -1 when the producer gave none.
    """

    time: datetime
    rank: int
    sequence: int
    source: str
    id: str


def order_of(event: RecordedEvent, rank: int = 0) -> Order:
    """The order key of an event."""
    sequence = -1 if event.sequence is None else event.sequence
    return Order(event.time, rank, sequence, event.source, event.id)


class Value(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A sealed value, copied with all that the reading edge needs to open it: no key is here.

    Its associated data are ledger, stream, `source`, `id`, category, field and `key`.
    """

    order: Order
    key: str
    blob: str

    @property
    def source(self) -> str:
        """Source of the event that sealed the value."""
        return self.order.source

    @property
    def id(self) -> str:
        """Id of the event that sealed the value."""
        return self.order.id

    @property
    def time(self) -> datetime:
        """When the event that sealed the value occurred."""
        return self.order.time


def encode(state: Any) -> bytes:
    """Deterministic bytes of a state: JSON with sorted names."""
    return _ENCODER.encode(state)


@cache  # one of each view
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)


@dataclass(frozen=True)
class View(Generic[S]):
    """One view. Changing what any of its functions returns means a new `version`, and a rebuild.

    `keys`: the subkeys of its stream that an event touches. `names`: the event types that may touch a
    row, by their short names; None: any. `evolve`: subkey, state before (None when there is no row) and
    event -> state after (None: no row). `forget`: what an erasure takes from a state of the past,
    because the key is gone there too. `single`: whether a row is made by one event, which its key names.
    `cell_types`: the table's extra columns, for a view whose `layout` (its `create_`, `index_`, `copy_`
    and, unless it is `single`, `change_` statements) has some; `cells`: what they hold. `join`:
    how entries over all streams are derived from the rows (`joins`); None: there are none. `labels`: by
    what rows are counted for whoever watches, a closed list of codes; None: they are not.
    """

    name: str
    version: str
    type: Any
    keys: Callable[[RecordedEvent], tuple[str, ...]]
    evolve: Callable[[str, S | None, RecordedEvent], S | None]
    names: frozenset[str] | None = None
    forget: Callable[[S, RecordedEvent], S] | None = None
    single: bool = False
    layout: str = "rows"
    cell_types: Mapping[str, str] = field(default_factory=dict)
    cells: Callable[[Key, S], tuple[Any, ...]] = lambda _key, _state: ()
    join: Literal["activities", "findings"] | None = None
    labels: Callable[[S], tuple[str, ...]] | None = None

    def decode(self, state: bytes) -> S:
        """Reverse of `encode`. Raises msgspec.DecodeError for bytes of another version."""
        decoded: S = _decoder(self.type).decode(state)
        return decoded


def _measured(parts: Iterable[bytes]) -> bytes:
    return b"".join(byte for part in parts for byte in (len(part).to_bytes(8, "big"), part))


class EntriesDigest:
    """SHA-256 over entries in their order: taken in while the rows are, and added after them."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, parts: Iterable[bytes]) -> None:
        """Take one entry into account."""
        self._hash.update(_measured(parts))

    def digest(self) -> bytes:
        """Of what was added so far."""
        return self._hash.digest()


class Digest:
    """SHA-256 over the name and version of a view, its rows in the order of their keys, then its entries.

    Every part is preceded by its length in 8 bytes, so no two lists of rows have the same input.
    """

    def __init__(self, view: View[Any]) -> None:
        self._hash = hashlib.sha256()
        self.add([view.name.encode(), view.version.encode()])

    def add(self, parts: Iterable[bytes]) -> None:
        """Take one row into account: its key and its state."""
        self._hash.update(_measured(parts))

    def end(self, entries: Iterable[list[bytes]]) -> None:
        """Take the entries of a joined view into account, once all rows are."""
        digest = EntriesDigest()
        for parts in entries:
            digest.add(parts)
        self.add([digest.digest()])

    def hex(self) -> str:
        """The digest of what was added so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()
