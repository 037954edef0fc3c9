"""How views are joined: what is derived from their rows over all streams, kept as entries beside them.

One shape for every join: while following, entries are brought up to date with the rows that a batch has
changed; at once, they are gathered from all rows, stream by stream. Both give the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from ledger.storage.postgres import Session
from projections.findings.join import Entry, FindingsJoin, FindingStore
from projections.findings.tables import FOUND_TYPES, found_row, stored_findings
from projections.findings.view import FOUND
from projections.folds.compression import NONE, RowCompression
from projections.folds.view import NOWHERE, BatchStart, Cells, Changes, encode
from projections.views import register_join as joining
from projections.views.processing_register import Row
from projections.views.register_join import EntryRow, EntryStore

R_contra = TypeVar("R_contra", contravariant=True)
"""The rows of the view."""
E = TypeVar("E")
"""Its entries."""
E_co = TypeVar("E_co", covariant=True)
Waiting = TypeVar("Waiting")
"""What a gathering has seen, for another one that takes other streams."""
Placed = tuple[UUID, list[bytes]]
"""An entry for a digest: the stream that it belongs to, or `NOWHERE`, and its parts."""


class JoinStore(EntryStore, FindingStore, Protocol):
    """The questions of joins to a store, inside the caller's transaction."""


class JoinGathering(Protocol[R_contra, E_co, Waiting]):
    """Entries from all rows, in memory that does not grow with persons."""

    def add(self, stream: UUID, rows: Mapping[str, R_contra]) -> Sequence[E_co]:
        """Take all rows of a stream, and give the entries that are complete."""

    def rest(self) -> Sequence[E_co]:
        """The entries that had to wait for the last stream."""

    def seen(self) -> Waiting:
        """The pending rows, for another gatherer that takes other streams."""

    def take(self, state: Waiting) -> None:
        """Go on with what another one has seen."""


class Join(Protocol[R_contra, E, Waiting]):
    """One join. `shared`: types of events whose rows are asked by rows of other streams.

    `width`: how many columns of an entry, as it is stored, are its key; `types`: of all columns.
    `compression`: of states. `into`, `same`, `alike`: the statements that write new entries, that compare two
    tables of them, and that do so but for compressed states.
    """

    shared: frozenset[str]
    width: int
    types: Sequence[str]
    compression: RowCompression
    into: str
    same: str
    alike: str

    def refresh(
        self,
        changes: Changes[R_contra],
        store: JoinStore,
        before: BatchStart,
    ) -> None:
        """Bring the entries up to date with rows that were just written.

        Among them are all rows that were made of events after what was there `before`.
        """

    def reduce(self, changes: Changes[R_contra], store: JoinStore) -> None:
        """Update the entries of rows that lose events; work that needs all rows waits for `settle`."""

    def settle(self, store: JoinStore) -> None:
        """Bring the entries up to date with all rows, after `reduce`."""

    def gathering(
        self, shared: Iterable[tuple[UUID, Mapping[str, R_contra]]]
    ) -> JoinGathering[R_contra, E, Waiting]:
        """Gather from the beginning; `shared`: rows by stream from the events of those types alone."""

    def row(self, entry: E) -> Cells:
        """An entry as it is stored."""

    def parts(self, entry: E) -> Placed:
        """The parts of an entry that a digest takes."""

    def stored(self, session: Session, table: str) -> Iterator[Placed]:
        """The parts of the stored entries, in order. `table`: of a colour, or the view."""


ActivityEntry = tuple[str, EntryRow]


class _Activities:
    """The register: one entry an activity."""

    shared: frozenset[str] = frozenset()
    width = 1
    types: Sequence[str] = ("text", "bytea", "bytea")
    compression = NONE
    into, same, alike = "copy_activities", "same_activities", "same_activities"

    def refresh(self, changes: Changes[Row], store: JoinStore, _before: BatchStart) -> None:
        joining.refresh(changes, store)

    def reduce(self, changes: Changes[Row], store: JoinStore) -> None:
        joining.reduce(changes, store)

    def settle(self, store: JoinStore) -> None:
        joining.settle(store)

    def gathering(self, _shared: Iterable[tuple[UUID, Mapping[str, Row]]]) -> "_ActivityGathering":
        return _ActivityGathering()

    def row(self, entry: ActivityEntry) -> Cells:
        activity, made = entry
        return activity, *made

    def parts(self, entry: ActivityEntry) -> Placed:
        activity, (totals, made) = entry
        return NOWHERE, [activity.encode(), totals, made]

    def stored(self, session: Session, table: str) -> Iterator[Placed]:
        rows = session.of("projections").named("all_entries", {"entries": f"{table}_entries"})
        for activity, totals, made in rows:
            yield NOWHERE, [activity.encode(), totals, made]


class _ActivityGathering:
    def __init__(self) -> None:
        self._gathered = joining.RegisterGathering()

    def add(self, _stream: UUID, rows: Mapping[str, Row]) -> Sequence[ActivityEntry]:
        for subkey, state in rows.items():
            self._gathered.add(subkey, state)
        return ()

    def rest(self) -> Sequence[ActivityEntry]:
        return list(self._gathered.rows().items())

    def seen(self) -> joining.RegisterGathering:
        return self._gathered

    def take(self, gathering: joining.RegisterGathering) -> None:
        self._gathered.take(gathering)


class _Findings(FindingsJoin):
    """Findings: one entry a rule that an event breaks."""

    width = 3
    types: Sequence[str] = FOUND_TYPES
    compression = FOUND
    into, same, alike = "copy_found", "same_found", "same_found_cells"

    def row(self, entry: Entry) -> Cells:
        return found_row(*entry)

    def parts(self, entry: Entry) -> Placed:
        (stream, subkey), rule, finding = entry
        return stream, [stream.bytes, subkey.encode(), rule.encode(), encode(finding)]

    def stored(self, session: Session, table: str) -> Iterator[Placed]:
        for (stream, subkey), rule, state in stored_findings(session, table):
            yield stream, [stream.bytes, subkey.encode(), rule.encode(), state]


AnyJoin = Join[Any, Any, Any]
"""A join whose rows and entries are of no matter to the code that takes it."""
_JOINS: dict[str, AnyJoin] = {"activities": _Activities(), "findings": _Findings()}


def join_of(name: str | None) -> AnyJoin | None:
    """The join of a view, None for a view that has none."""
    return _JOINS[name] if name else None
