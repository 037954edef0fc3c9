"""Rows of the server's catalogue as they lie there, read without a function of anybody."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from operator import itemgetter
from typing import NamedTuple

import msgspec

from ledger.storage.postgres import Session

Row = Sequence[str | None]
"""Cells as COPY writes them; None: null."""
_OF_SERVER = "11"
"""The number of the namespace `pg_catalog`, in every cluster."""
_OWNER = re.compile(r"owner$|^defaclrole$|^umuser$")
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
    """The table that a column refers to. `with_`: for an object's number, the column that names its table."""

    table: str
    several: bool
    with_: str = ""


class Table(msgspec.Struct):
    """A table with its columns, their types, and its rows. `columns`: places in a row."""

    columns: Mapping[str, int]
    types: Sequence[str]
    rows: Sequence[Row]


class Server(msgspec.Struct):
    """The rows that were read. `unknown`: tables that the program does not know.

    `hidden`: columns that no reader may read.

    `low`: a digest of all rows with low numbers, which are the same on nearly every server.
    """

    tables: dict[str, Table]
    references: dict[str, dict[str, Reference]]
    unknown: list[str]
    hidden: list[str]
    low: bytes


def is_low(row: Row) -> bool:
    """Whether the first number of a row is one that comes with a cluster."""
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
    references = _references(session)
    _leave_out_other_databases(session, tables, references)
    return Server(tables, references, sorted(unknown), hidden, _low(tables))


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


def _leave_out_other_databases(
    session: Session,
    tables: Mapping[str, Table],
    references: Mapping[str, Mapping[str, Reference]],
) -> None:
    """Of subscriptions, and of who holds rights where, only this database is looked at."""
    ((database,),) = session.rows("server_database")
    its = tables["pg_subscription"]
    its.rows = [row for row in its.rows if row[its.columns["subdbid"]] == f"{database}"]
    tables["pg_shdepend"].rows = _holders(f"{database}", tables, _owned(tables, references))


def _holders(
    database: str,
    tables: Mapping[str, Table],
    owned: Mapping[tuple[str | None, str | None], str | None],
) -> list[Row]:
    """Rows of `pg_shdepend` about this database's objects that say more than the objects themselves.

    An object names its own owner. `REASSIGN OWNED` and `DROP OWNED` believe the owner that stands here,
    without a look at the object: so a row that names another role stays, and is compared.
    """
    relations, its = tables["pg_class"], tables["pg_shdepend"]
    place = relations.columns["relisshared"]
    shared = {row[0] for row in relations.rows if row[place] == "t"}
    said = ("dbid", "classid", "objid", "refobjid", "deptype")
    cells = itemgetter(*(its.columns[name] for name in said))

    def is_compared(row: Row) -> bool:
        of, kind, object, role, how = cells(row)
        is_here = of == database or (of == "0" and kind not in shared)
        return is_here and (how != "o" or owned.get((kind, object)) != role)

    return [row for row in its.rows if is_compared(row)]


def _owned(
    tables: Mapping[str, Table], references: Mapping[str, Mapping[str, Reference]]
) -> dict[tuple[str | None, str | None], str | None]:
    """The owner of each object, by the numbers of its table and its own."""
    names, space = (tables["pg_class"].columns[name] for name in ("relname", "relnamespace"))
    numbers = {row[names]: row[0] for row in tables["pg_class"].rows if row[space] == _OF_SERVER}
    owned: dict[tuple[str | None, str | None], str | None] = {}
    for name, table in tables.items():
        for column, reference in references.get(name, {}).items():
            is_owner = reference.table == "pg_authid" and _OWNER.search(column)
            if is_owner and column in table.columns:
                place = table.columns[column]
                owned |= {(numbers.get(name), row[0]): row[place] for row in table.rows}
    return owned


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
