"""Findings in PostgreSQL: what the join asks of the view's tables, and the pages of what it found."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.storage.copy_format import packed
from ledger.storage.postgres import Session
from projections.dossier.fact import LETTERS
from projections.findings.judging import Finding
from projections.findings.reach import EVER
from projections.findings.view import FOUND, VIEW, hash_of
from projections.folds.view import NOWHERE, Cells, Key, encode, place_of

_BLOCK_ROWS = 1_000
_START = UUID(int=0)
FOUND_TYPES = (
    "uuid",
    "text",
    "text",
    "bytea",
    "uuid",
    "timestamptz",
    "timestamptz",
    "text",
    "text",
)


class FindingTables(ABC):
    """The part of a view's tables that the join of findings needs, inside the caller's transaction."""

    @abstractmethod
    def named(self, name: str, /, **parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement on these tables."""

    @abstractmethod
    def streamed(self, name: str, /, **parameters: object) -> Iterator[tuple[Any, ...]]:
        """All rows of a statement on these tables, in flat memory."""

    @abstractmethod
    def copy(self, name: str, rows: bytes) -> None:
        """Write packed rows into one of these tables."""

    def facts_of(
        self, since_by_kind: Mapping[tuple[UUID, str], datetime], upto: int
    ) -> dict[Key, bytes]:
        """Facts by stream and kind up to a position, of those that occurred since a time."""
        streams, kinds = (
            [stream for stream, _ in since_by_kind],
            [LETTERS[kind] for _, kind in since_by_kind],
        )
        since = list(since_by_kind.values())
        before = place_of(upto + 1)
        return _rows(
            self.named("facts_of", streams=streams, kinds=kinds, since=since, before=before)
        )

    def dependents(self, names: Mapping[str, datetime], upto: int) -> Iterator[dict[Key, bytes]]:
        """Block by block rows that depend on dossiers of some names, since a time; facts up to a position."""
        last: tuple[datetime, str, UUID] = (EVER, "", _START)
        while page := self.named(
            "dependents",
            names=list(map(hash_of, names)),
            since=list(names.values()),
            before=place_of(upto + 1),
            **dict(zip(("occurred_at", "subkey", "stream"), last, strict=True)),
            count=_BLOCK_ROWS,
        ):
            yield _rows([(stream, subkey, state) for _, subkey, stream, state in page])
            last = page[-1][:3]

    def dossiers(self, names: Sequence[str]) -> dict[str, bytes]:
        """The existing dossiers among these names, by name."""
        return _decompressed(self.named("dossiers", **dossiers_named(names)))

    def systems(self) -> dict[str, bytes]:
        """Dossiers of all systems by name."""
        return _decompressed(self.named("systems"))

    def traces(self) -> Iterator[tuple[UUID, bytes]]:
        """The traces of every stream, in flat memory."""
        decompress = VIEW.compression.decompress
        for stream, state in self.streamed("traces"):
            yield stream, decompress(state)

    def findings_at(self, keys: Sequence[Key] | None) -> dict[tuple[Key, str], bytes]:
        """Findings of some rows, by row and rule; None: those that belong to no stream."""
        if keys is None:
            rows = self.named("findings_of_stream", stream=NOWHERE)
        else:
            streams, subkeys = [stream for stream, _ in keys], [subkey for _, subkey in keys]
            rows = self.named("findings_of_rows", streams=streams, subkeys=subkeys)
        decompress = FOUND.decompress
        return {((stream, subkey), rule): decompress(state) for stream, subkey, rule, state in rows}

    def put_findings(
        self, places: Sequence[tuple[Key, str]], entries: Sequence[tuple[Key, str, Finding]]
    ) -> None:
        """Remove findings, and write others: key, rule and finding."""
        if places:
            self.named(
                "delete_findings",
                streams=[stream for (stream, _), _ in places],
                subkeys=[subkey for (_, subkey), _ in places],
                rules=[rule for _, rule in places],
            )
        if entries:
            rows = (found_row(*entry) for entry in entries)
            self.copy("copy_found", packed(FOUND_TYPES, rows, FOUND.compress))


def _rows(rows: Sequence[tuple[UUID, str, bytes]]) -> dict[Key, bytes]:
    decompressed = VIEW.decompressed(rows)
    return {(stream, subkey): state for stream, subkey, state, *_ in decompressed}


def _decompressed(rows: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    decompress = VIEW.compression.decompress
    return {name: decompress(state) for name, state in rows}


def dossiers_named(names: Sequence[str]) -> dict[str, list[Any]]:
    """Parameters of the statement `dossiers`: names, and the persons whose dossiers have one of them."""
    streams = [stream for stream in map(_person_named, names) if stream]
    return {"names": list(names), "streams": streams}


def _person_named(name: str) -> UUID | None:
    """The person whose dossier has a name; None for the name of another dossier, which is a reference."""
    try:
        return UUID(name)
    except ValueError:
        return None


def found_row(key: Key, rule: str, finding: Finding) -> Cells:
    """A finding in its place, not compressed yet. `about`: only where it is not the stream of its place."""
    about = None if finding.about == key[0] else finding.about
    when = finding.due, finding.occurred_at
    return (*key, rule, encode(finding), about, *when, finding.source, finding.id)


def stored_findings(session: Session, table: str) -> Iterator[tuple[Key, str, bytes]]:
    """Every finding in the order of its place, in flat memory. `table`: of a colour, or the view."""
    names = {"table": f"{table}_entries"}
    rows = session.of("projections").stream("all_findings", _BLOCK_ROWS, names)
    for stream, subkey, rule, state, *_ in rows:
        yield (stream, subkey), rule, FOUND.decompress(state)
