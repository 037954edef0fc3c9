"""Rows of the server's catalogue as they lie there, read without a function of anybody."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

import msgspec

from ledger.storage.postgres import Session

Row = Sequence[str | None]
"""Cells as COPY writes them; None: null."""
FIRST_OF_SITE = 16384
"""Numbers from here on are given out after the cluster was made."""


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a table of the catalogue is compared; see `catalogues.toml`."""

    named: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    of: str = ""
    added: str = ""
    passing: Mapping[str, str] = {}
    left_out: str = ""


@cache
def catalogues() -> Mapping[str, Catalogue]:
    """Every table of the catalogue that the program knows."""
    text = (files("ledger.audit.server") / "catalogues.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Catalogue])


class Reference(msgspec.Struct, frozen=True):
    """What a column refers to. `with_`: for the number of a column, the column that says of which table."""

    table: str
    several: bool
    with_: str = ""


class Table(msgspec.Struct):
    """A table with its columns, their types, and its rows. `columns`: places in a row."""

    columns: Mapping[str, int]
    types: Sequence[str]
    rows: Sequence[Row]


class Server(msgspec.Struct):
    """What was read. `unknown`: tables that the program does not know. `hidden`: what no reader may read.

    `low`: a digest of all rows with low numbers, which few servers have in another way than others.
    """

    tables: dict[str, Table]
    references: dict[str, dict[str, Reference]]
    unknown: list[str]
    hidden: list[str]
    low: bytes


def is_low(row: Row) -> bool:
    """Whether the first number of a row is of those that come with a cluster."""
    return int(row[0] or 0) < FIRST_OF_SITE if (row[0] or "0").isdigit() else True


def read_server(session: Session) -> Server:
    """Every table of the catalogue that is compared, in the caller's snapshot."""
    columns: dict[tuple[str, str], list[_Column]] = {}
    hidden, unknown = [], set()
    for table, source, name, is_function, readable, type in session.rows("server_columns"):
        if table not in catalogues():
            unknown.add(table)
        elif not readable and not catalogues()[table].left_out:
            if name not in catalogues()[table].passing:
                hidden.append(f"{table}.{name}")
        elif not catalogues()[table].left_out:
            columns.setdefault((table, source), []).append(_Column(name, is_function, type))
    tables = {
        table: _table(session, source, catalogues()[table], its)
        for (table, source), its in columns.items()
    }
    _leave_out_other_databases(session, tables)
    return Server(tables, _references(session), sorted(unknown), hidden, _low(tables))


class _Column(NamedTuple):
    name: str
    is_function: bool
    type: str


def _table(session: Session, source: str, known: Catalogue, columns: list[_Column]) -> Table:
    """A table, in whose rows the number comes first, or that of the object that a row is part of."""
    first = ["oid", *known.within, *known.named]
    columns.sort(key=lambda one: first.index(one.name) if one.name in first else len(first))
    functions = {column.name for column in columns if column.is_function}
    rows = _rows(session, source, [column.name for column in columns], functions)
    places = {column.name: place for place, column in enumerate(columns)}
    return Table(places, [column.type for column in columns], rows)


def _low(tables: Mapping[str, Table]) -> bytes:
    low = sha256()
    for name, table in tables.items():
        low.update(f"{name} {table.columns}\n".encode())
        lines = ("\t".join(cell or "\\N" for cell in row) for row in table.rows if is_low(row))
        low.update("\n".join(sorted(lines)).encode())
    return low.digest()


def _leave_out_other_databases(session: Session, tables: Mapping[str, Table]) -> None:
    """Of who holds rights where only this database is looked at; who owns what stands with what is owned."""
    ((database,),) = session.rows("server_database")
    for name, column in (("pg_shdepend", "dbid"), ("pg_subscription", "subdbid")):
        of = tables[name].columns[column]
        tables[name].rows = [row for row in tables[name].rows if row[of] == f"{database}"]
    rights = tables["pg_shdepend"]
    kind = rights.columns["deptype"]
    rights.rows = [row for row in rights.rows if row[kind] != "o"]


def _rows(session: Session, source: str, names: Sequence[str], functions: set[str]) -> list[Row]:
    """As text, with the numbers of functions: their names can be those of several."""
    blocks = session.copy_out("server_rows", {"catalogue": source}, names, functions)
    lines = b"".join(blocks).decode().split("\n")[:-1]
    return [[None if cell == "\\N" else cell for cell in line.split("\t")] for line in lines]


def _references(session: Session) -> dict[str, dict[str, Reference]]:
    references: dict[str, dict[str, Reference]] = {}
    for table, columns, target, several in session.rows("server_references"):
        other = columns[0] if len(columns) > 1 else ""
        references.setdefault(table, {})[columns[-1]] = Reference(target, several, other)
    return references
