"""The rows of a view in PostgreSQL: tables of two colours, one in use, one for a rebuild beside it.

Readers use a view's own name, which always shows the colour in use. Functions of the database make and drop
the tables with their owner's rights; the projector writes rows, and owns nothing. Its progress is a row that
moves by compare-and-set, in the transaction of the rows that it speaks of.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any, Literal
from uuid import UUID

import msgspec

from ledger.errors import Fenced, NotInstalled
from ledger.event import RecordedEvent
from ledger.names import LedgerName
from ledger.reading import decoded, events_of
from ledger.storage.copy_format import blocks_of, packed
from ledger.storage.postgres import Session
from projections.findings.tables import FindingTables
from projections.folds.digest import Digest
from projections.folds.dispatch import Dispatch
from projections.folds.view import AnyView, Changes, Key, RowChange, StoredRow
from projections.following.batch import EventBatch, NamedEvent
from projections.following.joins import join_of
from projections.views.processing_register import OBSERVED, activity_of, declared_as
from projections.views.register_join import EntryRow

Colour = Literal["blue", "green"]
_PAGE_ROWS = 1_000
NO_ROW = ""


class Bookmark(msgspec.Struct, frozen=True):
    """Progress of a view: built by which version of its code, up to which position, in which colour."""

    view: str
    version: str
    position: int
    colour: Colour


def other(colour: Colour) -> Colour:
    """The colour that is not in use."""
    return "green" if colour == "blue" else "blue"


def bookmarks(session: Session) -> dict[str, Bookmark]:
    """Progress of every view that was ever followed."""
    rows = session.of("projections").rows("bookmarks")
    return {view: Bookmark(view, *rest) for view, *rest in rows}


def locked_bookmark(session: Session, view: AnyView) -> Bookmark:
    """Progress of a view, locked until the end of the transaction. Raises NotInstalled without one."""
    row = session.of("projections").row("lock_bookmark", view=view.name)
    if row is None:
        raise NotInstalled
    return Bookmark(*row)


def pass_over(session: Session, passed: Sequence[tuple[Bookmark, int]]) -> None:
    """Move views up to a position without a row, all at once; who is elsewhere by now stays there."""
    if passed:
        places = [bookmark for bookmark, _ in passed]
        session.of("projections").run(
            "pass_over",
            views=[bookmark.view for bookmark in places],
            versions=[bookmark.version for bookmark in places],
            colours=[bookmark.colour for bookmark in places],
            starts=[bookmark.position for bookmark in places],
            ends=[end for _, end in passed],
        )


def prepare(session: Session, ledger: LedgerName, views: Iterable[AnyView]) -> None:
    """Make the tables of views that have none yet. Idempotent; as the projector."""
    session = session.of("projections")
    with session.transaction():
        session.rows("make_shared")
        places = bookmarks(session)
        for view in views:
            if view.name not in places:
                tables = Tables(session, ledger, view, "blue")
                tables.create()
                tables.index()
                tables.show()
                session.run("add_bookmark", view=view.name, version=view.version, colour="blue")


def relax(session: Session) -> None:
    """Let commits of this session return before they are on disk: what is lost is made again."""
    session.of("projections").run("relax")


class NamedEvents:
    """Events that annulments have named, of all views together, inside the caller's transaction.

    An event that is missing here is named by no annulment that a view has folded.
    """

    def __init__(self, session: Session) -> None:
        self._session = session.of("projections")

    def of(self, streams: Iterable[UUID]) -> set[NamedEvent]:
        """The annulments in some streams."""
        rows = self._session.rows("named_of", streams=list(streams))
        return {(stream, source, id) for stream, source, id in rows}

    def add(self, events: Collection[NamedEvent]) -> None:
        """Write down what annulments name; what is there already stays."""
        if events:
            streams, sources, ids = (list(column) for column in zip(*sorted(events), strict=True))
            self._session.run("add_named", streams=streams, sources=sources, ids=ids)


def batch_of(
    session: Session,
    events: Sequence[RecordedEvent],
    dispatch: Dispatch,
    privacy_office: Collection[str],
) -> EventBatch:
    """The part of a batch that all views share. Make it after reading the bookmarks of those views."""
    end = events[-1].position

    def history(streams: Sequence[UUID], names: Collection[str] | None) -> list[RecordedEvent]:
        if names is None:
            return events_of(session, streams, end)
        named = {"streams": list(streams), "names": sorted(names), "upto": end}
        return decoded(session.of("projections").rows("deciding_events", **named))

    # By number: a UUID is hashed and compared by Python.
    streams = {event.stream.int: event.stream for event in events}
    awaited = NamedEvents(session).of(streams.values())
    return EventBatch(events, dispatch, awaited, history, privacy_office)


class Tables(FindingTables):
    """The tables of one view in one colour: a `Store` inside the caller's transaction."""

    def __init__(self, session: Session, ledger: LedgerName, view: AnyView, colour: Colour) -> None:
        self._session = session.of("projections")
        self._view = view
        self._colour = colour
        # Without columns of its own a table is written as any other.
        self._layout = view.layout if view.cell_types else "rows"
        self._place = {"view": view.name, "colour": colour}
        table = f"{view.name}_{colour}"
        self.table = table
        self._names = {
            "table": table,
            "entries": f"{table}_entries",
            "counts": f"{table}_counts",
        }

    # The tables themselves

    def create(self) -> None:
        """Make the tables, empty; what was left of an earlier attempt goes.

        Raises Busy, as `drop` and `show` do, while a reader holds the old tables.
        """
        layout, counted = self._view.layout, self._view.labels is not None
        self._session.rows("make_tables", **self._place, layout=layout, counted=counted)

    def index(self) -> None:
        """Make what the extra columns are searched by. Rows that are there by then cost less."""
        self._session.rows("make_indexes", **self._place, layout=self._view.layout)

    def drop(self) -> None:
        """Throw the tables away."""
        self._session.rows("drop_tables", **self._place)

    def show(self) -> None:
        """Let readers see these rows under the view's own name from the commit on."""
        self._session.rows("show_tables", **self._place)

    def move(self, start: int, end: int) -> None:
        """Move the view's progress. Raises Fenced when it is not at `start` in this colour."""
        moved = self._session.run(
            "move_bookmark",
            view=self._view.name,
            version=self._view.version,
            colour=self._colour,
            start=start,
            end=end,
        )
        if moved != 1:
            raise Fenced

    # Rows

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that exist."""
        if not keys:
            return {}
        streams, subkeys = [stream for stream, _ in keys], [subkey for _, subkey in keys]
        return self._read(self.named("rows_by_key", streams=streams, subkeys=subkeys))

    def rows_of(self, streams: Sequence[UUID]) -> dict[Key, bytes]:
        """States of all rows of some streams."""
        return self._read(self.named("rows_of_streams", streams=list(streams)))

    def _read(self, rows: Iterable[tuple[UUID, str, bytes]]) -> dict[Key, bytes]:
        decompressed = self._view.decompressed(rows)
        return {(stream, subkey): state for stream, subkey, state, *_ in decompressed}

    def put(self, changes: Changes[object]) -> None:
        """Write the rows after. An index is touched only where a row comes, goes or moves in it."""
        removed: list[Key] = []
        changed: list[tuple[Key, object]] = []
        new: list[tuple[Key, object]] = []
        for stream, rows in changes.items():
            for subkey, row in rows.items():
                if row.after is None:
                    removed.append((stream, subkey))
                else:
                    (new if row.before is None else changed).append(((stream, subkey), row.after))
        if removed:
            streams, subkeys = [stream for stream, _ in removed], [subkey for _, subkey in removed]
            self.named("delete_rows", streams=streams, subkeys=subkeys)
        # Made when they are asked for, so that few are in memory in the form of the table.
        self._change(starmap(self._view.row, changed))
        self._insert(starmap(self._view.row, new))
        self._count(row for rows in changes.values() for row in rows.values())

    def add(self, rows: bytes, labels: Counter[str]) -> None:
        """Write packed rows that do not exist yet; `labels`: how many by label."""
        self.copy(f"copy_{self._layout}", rows)
        self._move_counts(labels, labels)

    def _insert(self, rows: Iterable[StoredRow]) -> None:
        compress = self._view.compression.compress
        self.copy(f"copy_{self._layout}", packed(self._view.column_types, rows, compress))

    def _change(self, rows: Iterable[StoredRow]) -> None:
        """A statement for each block: parameters take several times the memory of their bytes."""
        names = ("streams", "subkeys", "states", *self._view.cell_types)
        for block in blocks_of(rows):
            columns = (list(column) for column in zip(*block, strict=True))
            parameters = dict(zip(names, columns, strict=True))
            parameters["states"] = list(map(self._view.compression.compress, parameters["states"]))
            self.named(f"change_{self._layout}", **parameters)

    def same_as(self, replaced: "Tables") -> bool:
        """Whether other tables of the view have the same rows and entries. PostgreSQL compares them."""
        join = join_of(self._view.join)
        return self._answer_yes(replaced, "same_rows", *([join.same] if join else ()))

    def like(self, replaced: "Tables") -> bool:
        """Whether two tables are alike, states aside: their bytes depend on the compressor."""
        join = join_of(self._view.join)
        return self._answer_yes(replaced, "same_row_cells", *([join.alike] if join else ()))

    def _answer_yes(self, replaced: "Tables", *statements: str) -> bool:
        others = {f"replaced_{name}": table for name, table in replaced._names.items()}
        names = self._names | others
        return all(self._session.named(name, names) == [(True,)] for name in statements)

    def keep_counting(self, replaced: "Tables") -> None:
        """Let what was ever added never fall, although what was annulled is not built again."""
        if self._view.labels:
            names = self._names | {"replaced": replaced._names["counts"]}
            self._session.named("keep_added", names)

    def _count(self, changes: Iterable[RowChange[object]]) -> None:
        """Rows that came or went, in the counts of a view that has some."""
        if self._view.labels is None:
            return
        rows: Counter[str] = Counter()
        added: Counter[str] = Counter()
        label = self._view.label
        for change in changes:
            old = NO_ROW if change.before is None else label(change.before)
            new = NO_ROW if change.after is None else label(change.after)
            if old != new:
                rows[old] -= 1
                rows[new] += 1
                added[new] += 1
        self._move_counts(rows, added)

    def _move_counts(self, rows: Counter[str], added: Counter[str]) -> None:
        """Rows without a label are not counted."""
        if labels := [label for label in rows if label != NO_ROW]:
            self.named(
                "add_counts",
                labels=labels,
                rows=[rows[label] for label in labels],
                added=[added[label] for label in labels],
            )

    # Entries of a joined view

    def declared(self, activities: Sequence[str]) -> dict[str, bytes]:
        """The rows of declarations of those activities that have one."""
        rows = self.named("declared_of", subkeys=list(map(declared_as, activities)))
        decompress = self._view.compression.decompress
        return {activity_of(subkey): decompress(state) for subkey, state in rows}

    def entries(self, activities: Sequence[str]) -> dict[str, EntryRow]:
        """The entries of those activities that have one."""
        rows = self.named("entries_of", activities=list(activities))
        return {activity: (totals, made) for activity, totals, made in rows}

    def all_entries(self) -> dict[str, EntryRow]:
        """Every entry."""
        return {activity: (totals, made) for activity, totals, made in self.named("all_entries")}

    def observed(self) -> Iterator[bytes]:
        """The observations of every stream, as written so far, in flat memory."""
        decompress = self._view.compression.decompress
        for (state,) in self.streamed("states_of_subkey", subkey=OBSERVED):
            yield decompress(state)

    def add_entries(self, entries: bytes) -> None:
        """Write packed entries that do not exist yet."""
        if join := join_of(self._view.join):
            self.copy(join.into, entries)

    def put_entries(self, entries: Mapping[str, EntryRow | None]) -> None:
        """Write or, for None, remove the entries of activities."""
        present = {activity: row for activity, row in entries.items() if row}
        absent = [activity for activity in entries if activity not in present]
        if present:
            totals, made = (
                [row[0] for row in present.values()],
                [row[1] for row in present.values()],
            )
            self.named("put_entries", activities=list(present), totals=totals, made=made)
        if absent:
            self.named("delete_entries", activities=absent)

    def named(self, name: str, /, **parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement on these tables."""
        return self._session.named(name, self._names, **parameters)

    def streamed(self, name: str, /, **parameters: object) -> Iterator[tuple[Any, ...]]:
        """All rows of a statement on these tables, in flat memory."""
        return self._session.stream(name, _PAGE_ROWS, self._names, **parameters)

    def copy(self, name: str, rows: bytes) -> None:
        """Write packed rows into one of these tables."""
        if rows:
            self._session.copy_rows(name, rows, self._names)


def each_row(session: Session, view: AnyView, table: str) -> Iterator[tuple[Key, bytes]]:
    """Every row in the order of keys, in flat memory. `table`: of a colour, or the view's name."""
    for stream, subkey, state, *_ in _rows(session, view, table):
        yield (stream, subkey), state


def _rows(session: Session, view: AnyView, table: str) -> Iterator[StoredRow]:
    decompress = view.compression.decompress
    rows = session.of("projections").stream("all_rows", _PAGE_ROWS, {"table": table})
    return ((stream, subkey, decompress(state)) for stream, subkey, state, *_ in rows)


def stored_digest(session: Session, view: AnyView, table: str) -> str:
    """Digest of all rows as they are stored. `table`: of a colour, or the view's own name."""
    digest = Digest(view)
    digest.rows(_rows(session, view, table))
    if join := join_of(view.join):
        for stream, parts in join.stored(session, table):
            digest.entry(stream, parts)
    return digest.hex()
