"""Each index of the ledger compared with its table.

Rows that somebody writes while an index is off are missing in it. The program and all other checks read by
the index; a reader who scans the table sees those rows. The server counts both: the memory is flat, and the
time is that of one scan of the table, and one of each index.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import LiteralString, NamedTuple

from ledger.audit.catalogue import expected
from ledger.audit.findings import Findings
from ledger.errors import NotInstalled
from ledger.storage.postgres import Session

UNINDEXED = "unindexed"
_INDEX = re.compile(r"\{(\w+)\}\.(\S+) btree \((.+?)\)(?: WHERE \((.+)\))?")
_ALL = "true"
_BY_TABLE = ["enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"]
# Without sorting, only the index itself gives its order.
_BY_INDEX = ["enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_incremental_sort"]


class Index(NamedTuple):
    """An index as the migrations make it. `condition`, `keys`: as statements write them."""

    space: str
    table: str
    condition: LiteralString
    keys: LiteralString


@cache
def indexes() -> tuple[Index, ...]:
    """The indexes of every ledger, sorted by table, of both colours of each view."""
    return tuple(sorted(set(_made())))


def _made() -> Iterator[Index]:
    """From the program's own file: an attacker may have changed the catalogue."""
    for fact in expected(orders=True):
        if fact.kind == "index":
            found = _INDEX.fullmatch(fact.object)
            assert found, fact.object
            space, table, keys, condition = found.groups()
            for colour in ("blue", "green"):
                yield Index(space, table.format(colour=colour), condition or _ALL, keys)


def check_indexes(session: Session, findings: Findings) -> None:
    """Each index has as many rows as its table. Needs a transaction that sees one moment."""
    spaces = session.ledger.namespaces
    there = {
        (space, table)
        for space, own in spaces.items()
        for table, _ in session.rows("columns_of", namespace=own)
    }
    its = [index for index in indexes() if index[:2] in there]
    rows: dict[tuple[str, ...], int] = {}
    session.run("plan_with", without=_BY_TABLE)
    for space, table, condition in dict.fromkeys(index[:3] for index in its):
        # A rebuild that ends meanwhile removes the tables that it replaces; those that were read stay.
        with suppress(NotInstalled), session.transaction():
            rows[space, table, condition] = session.number(
                "count_rows", (spaces[space], table), condition=condition
            )
    session.run("plan_with", without=_BY_INDEX)
    for index in its:
        if (of_table := rows.get(index[:3])) is not None:
            _compare(session, index, of_table, findings)
    session.run("plan_with", without=None)


def _compare(session: Session, index: Index, rows: int, findings: Findings) -> None:
    table = session.ledger.namespaces[index.space], index.table
    entries = session.number("count_entries", table, condition=index.condition, keys=index.keys)
    if entries != rows:
        of = f"{index.keys} ({index.condition})" if index.condition != _ALL else index.keys
        detail = f"the index of {'.'.join(table)} on {of} has {entries} of {rows} rows"
        findings.note(None, UNINDEXED, detail)
