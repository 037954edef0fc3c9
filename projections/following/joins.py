"""How views are joined: what is derived from their rows over all streams, kept as entries beside them.

One shape for every join: while following, entries are brought up to date with the rows that a batch has
changed; at once, they are gathered from all rows, stream by stream. Both give the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from ledger.storage.postgres import Session
from projections.findings.join import Entry, FindingsJoin, FindingStore
from projections.findings.tables import stored_findings
from projections.folds.digest import Share, bounds
from projections.folds.view import NOWHERE, Key, encode
from projections.views import register_join as joining
from projections.views.register_join import EntryRow, EntryStore

_Rows = Mapping[str, Any]
Placed = tuple[UUID, list[bytes]]
"""An entry for a digest: the stream that it belongs to, or `NOWHERE`, and its parts."""


class JoinStore(EntryStore, FindingStore, Protocol):
    """What joins ask of a store, inside the caller's transaction."""


class JoinGathering(Protocol):
    """Entries from all rows, in memory that does not grow with persons."""

    def add(self, stream: UUID, rows: _Rows) -> Sequence[Any]:
        """Take all rows of a stream, and give the entries that are complete."""

    def rest(self) -> Sequence[Any]:
        """The entries that had to wait for the last stream."""

    def seen(self) -> Any:
        """What they wait with; for another gathering, which takes other streams."""

    def take(self, state: Any) -> None:
        """Go on with what another one has seen."""


class Join(Protocol):
    """One join. `shared`: types of events whose rows are asked by rows of other streams."""

    shared: frozenset[str]

    def refresh(self, changes: Mapping[Key, Any], store: JoinStore) -> None:
        """Bring the entries up to date with rows (before, after) that were just written."""

    def gathering(self, shared: Iterable[tuple[UUID, _Rows]]) -> JoinGathering:
        """Gather from the beginning; `shared`: rows by stream from the events of those types alone."""

    def write(self, entries: Sequence[Any], store: JoinStore) -> None:
        """Write entries that do not exist yet."""

    def parts(self, entry: Any) -> Placed:
        """What a digest takes of an entry."""

    def stored(self, session: Session, table: str, share: Share) -> Iterator[Placed]:
        """The same of the stored entries of a share, in order. `table`: of a colour, or the view."""


class _Activities:
    """The register: one entry an activity."""

    shared: frozenset[str] = frozenset()

    def refresh(self, changes: Mapping[Key, Any], store: JoinStore) -> None:
        joining.refresh(changes, store)

    def gathering(self, _shared: Iterable[tuple[UUID, _Rows]]) -> JoinGathering:
        return _ActivityGathering()

    def write(self, entries: Sequence[Any], store: JoinStore) -> None:
        store.put_entries(dict(entries))

    def parts(self, entry: Any) -> Placed:
        activity, (totals, made) = entry
        return NOWHERE, [activity.encode(), totals, made]

    def stored(self, session: Session, table: str, share: Share) -> Iterator[Placed]:
        if bounds(share)[1] < NOWHERE:
            return
        rows = session.of("projections").named("all_entries", {"entries": f"{table}_entries"})
        for activity, totals, made in rows:
            yield NOWHERE, [activity.encode(), totals, made]


class _ActivityGathering:
    def __init__(self) -> None:
        self._gathered = joining.RegisterGathering()

    def add(self, _stream: UUID, rows: _Rows) -> Sequence[tuple[str, EntryRow]]:
        for subkey, state in rows.items():
            self._gathered.add(subkey, state)
        return ()

    def rest(self) -> Sequence[tuple[str, EntryRow]]:
        return list(self._gathered.rows().items())

    def seen(self) -> joining.RegisterGathering:
        return self._gathered

    def take(self, gathering: joining.RegisterGathering) -> None:
        self._gathered.take(gathering)


class _Findings(FindingsJoin):
    """Findings: one entry a rule that an event breaks."""

    def write(self, entries: Sequence[Entry], store: JoinStore) -> None:
        store.put_findings([], entries)

    def parts(self, entry: Entry) -> Placed:
        (stream, subkey), rule, finding = entry
        return stream, [stream.bytes, subkey.encode(), rule.encode(), encode(finding)]

    def stored(self, session: Session, table: str, share: Share) -> Iterator[Placed]:
        for (stream, subkey), rule, state in stored_findings(session, table, share):
            yield stream, [stream.bytes, subkey.encode(), rule.encode(), state]


_JOINS: dict[str, Join] = {"activities": _Activities(), "findings": _Findings()}


def join_of(name: str | None) -> Join | None:
    """The join of a view, None for a view that has none."""
    return _JOINS[name] if name else None
