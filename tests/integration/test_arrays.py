"""Lists as parameters: what the fast dumper packs reaches PostgreSQL as psycopg's own would send it."""

from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from ledger.storage.arrays import ArrayDumper

pytestmark = pytest.mark.both_engines

LISTS: list[tuple[LiteralString, list[Any]]] = [
    ("uuid", [UUID(int=2**100 + 7), UUID(int=0)]),
    ("text", ["a", "", 'é"\\,{} NULL', "\U0001f600"]),
    ("bytea", [b"", b"\x00\xff", bytes(1000)]),
    ("bigint", [0, 1, -1]),
    ("integer", [32_768, -(2**31)]),
    ("bigint", [2**31, -(2**63), 2**63 - 1]),
    ("text", [None, "a"]),
    ("uuid", [None, UUID(int=2**100 + 7)]),
    ("text", [["a", "b"], ["c", "d"]]),
    ("boolean", [True, False]),
    ("float8", [1.5]),
]


@pytest.mark.parametrize(("kind", "values"), LISTS, ids=repr)
@pytest.mark.parametrize("binary", [False, True])
def test_a_list_comes_back_as_it_was(
    any_database_url: str, kind: LiteralString, values: list[Any], binary: bool
) -> None:
    query = sql.SQL("SELECT %s::{}[]").format(sql.SQL(kind))
    with psycopg.connect(any_database_url, autocommit=True) as connection:
        connection.adapters.register_dumper(list, ArrayDumper)
        row = connection.execute(query, [values], binary=binary).fetchone()
    assert row == (values,)


def test_an_empty_list_has_the_type_that_the_statement_says(any_database_url: str) -> None:
    with psycopg.connect(any_database_url, autocommit=True) as connection:
        connection.adapters.register_dumper(list, ArrayDumper)
        row = connection.execute("SELECT %s::uuid[], %s::text[]", ([], [])).fetchone()
    assert row == ([], [])
