"""A view: pure functions from events to rows, and the one encoding of rows.

A view maps an event to the rows that it touches, each known by the event's stream and a subkey, and folds the
event into them. Folds are commutative: a row is a function of the *set* of its events, so it does not depend
on order, batches or crashes. Nothing here knows positions, keys or a clock.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from ledger.errors import Halt
from ledger.event import RecordedEvent
from projections.folds.compression import NONE, RowCompression

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)
Key = tuple[UUID, str]
"""Of a row: the stream, and the subkey within it."""
Cell = UUID | str | bytes | int | datetime | None
Cells = tuple[Cell, ...]
StoredRow = tuple[UUID, str, bytes, *Cells]
"""A row before its state is compressed: stream, subkey, encoded state, and the extra columns."""
NOWHERE = UUID(int=2**128 - 1)
"""Stands in the place of a stream where something belongs to none; greater than every stream."""
# Between the labels of a count; no code of the contract holds it.
_LABEL_SEPARATOR = "/"

_ENCODER = msgspec.json.Encoder(order="sorted")


class RowChange(msgspec.Struct, Generic[S_co], frozen=True, gc=False):
    """A row before and after a batch; None: no row."""

    before: S_co | None
    after: S_co | None


Changes = Mapping[UUID, Mapping[str, RowChange[S]]]
"""Rows by stream and subkey. Many are of one stream, and a UUID takes long to hash: Python does it."""


class BatchStart(NamedTuple):
    """The state before a batch: events up to a position, without the streams that the batch begins."""

    position: int
    begun: Collection[UUID] = ()


class Order(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """The order that decides every "latest": time, then withdrawal, sequence, source, id; never position.

    `rank`: 0 for an act that gives, more for an act that takes away (a withdrawal, a removal). `sequence`: -1
    if the producer gave none.
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


def place_of(position: int) -> str:
    """A position in a subkey: its hexadecimal digits, after a letter for their number, so that text sorts."""
    digits = f"{position:x}"
    return f"{chr(96 + len(digits))}{digits}"


class Value(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The sealed group that a value came from, with all that the reading edge needs to open it.

    No key is here. Its associated data are ledger, stream, `source`, `id`, category, `fields` and `key`.
    """

    order: Order
    key: str
    fields: tuple[str, ...]
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


def encode(state: object) -> bytes:
    """Deterministic bytes of a state: JSON with sorted names."""
    return _ENCODER.encode(state)


@cache  # one of each view
def _decoder(type: object) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)


@dataclass(frozen=True)
class View(Generic[S]):
    """One view. A change in the results of its functions needs a new `version`, and a rebuild.

    `keys`: the subkeys of its stream that an event touches. `names`: short names of the event types that may
    touch a row; None: any. `evolve`: maps subkey, state before (None: no row) and event to the state after
    (None: no row). `forget`: removes from a past state what an erasure took, because the key is gone there
    too. `evolve_many`: `evolve` for a run of at least one event, in a view that can do so. `single`: whether
    one event makes a row, and the row's key names it.

    `cell_types`: the extra columns of the table, for a view whose `layout` (its `copy_` and, unless it is
    `single`, `change_` statements, and its place in the functions that make tables) has some; `cells`: their
    content. `join`: derives entries over all streams from the rows (`joins`); None: no entries. `labels`: a
    closed list of codes by which metrics count rows; None: not counted. `compression`: of states.
    """

    name: str
    version: str
    type: object
    keys: Callable[[RecordedEvent], tuple[str, ...]]
    evolve: Callable[[str, S | None, RecordedEvent], S | None]
    names: frozenset[str] | None = None
    forget: Callable[[S, RecordedEvent], S] | None = None
    evolve_many: Callable[[str, S | None, Sequence[RecordedEvent]], S | None] | None = None
    single: bool = False
    layout: str = "rows"
    cell_types: Mapping[str, str] = field(default_factory=dict)
    cells: Callable[[Key, S], Cells] = lambda _key, _state: ()
    join: Literal["activities", "findings"] | None = None
    labels: Callable[[S], tuple[str, ...]] | None = None
    compression: RowCompression = NONE

    def evolved(self, subkey: str, state: S | None, events: Sequence[RecordedEvent]) -> S | None:
        """The state after some events, one after the other."""
        if self.evolve_many and events:
            return self.evolve_many(subkey, state, events)
        evolve = self.evolve
        for event in events:
            state = evolve(subkey, state, event)
        return state

    @property
    def column_types(self) -> tuple[str, ...]:
        """The types of the columns of a row, by PostgreSQL's names."""
        return "uuid", "text", "bytea", *self.cell_types.values()

    def row(self, key: Key, state: S) -> StoredRow:
        """The row of a state, which is compressed when it is stored."""
        stream, subkey = key
        return stream, subkey, encode(state), *self.cells(key, state)

    def label(self, state: S) -> str:
        """The code by which a row is counted, in a view that has labels."""
        assert self.labels
        return _LABEL_SEPARATOR.join(self.labels(state))

    def decode(self, state: bytes) -> S:
        """Reverse of `encode`. Raises Halt for bytes of another version, and for damaged ones."""
        try:
            decoded: S = _decoder(self.type).decode(state)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Halt(f"a row of view {self.name} cannot be read: rebuild it") from error
        return decoded

    def read(self, stored: bytes) -> S:
        """The state of a row as it is stored. Raises Halt as `decode` does."""
        return self.decode(self.compression.decompress(stored))

    def decompressed(self, rows: Iterable[tuple[UUID, str, bytes]]) -> list[StoredRow]:
        """Rows as they are stored with what their states were before."""
        decompress = self.compression.decompress
        return [(stream, subkey, decompress(stored)) for stream, subkey, stored in rows]


AnyView = View[Any]
"""A view whose rows are of no matter to the code that takes it."""
AnyRows = Mapping[str, Any]
"""Rows of one stream by subkey, of such a view."""
