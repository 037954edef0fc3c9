"""Lists as parameters: what the fast dumper packs reaches PostgreSQL as psycopg's own would send it."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.postgres import _ArrayDumper

LISTS: list[list[Any]] = [
    [uuid4(), UUID(int=0)],
    ["a", "", 'é"\\,{} NULL', "\U0001f600"],
    [b"", b"\x00\xff", bytes(1000)],
    [0, 1, -1],
    [32_768, -(2**31)],
    [2**31, -(2**63), 2**63 - 1],
    [None, "a"],
    [None, uuid4()],
    [["a", "b"], ["c", "d"]],
    [True, False],
    [1.5],
]


@pytest.mark.parametrize("values", LISTS, ids=repr)
@pytest.mark.parametrize("binary", [False, True])
def test_a_list_comes_back_as_it_was(
    any_database_url: str, values: list[Any], binary: bool
) -> None:
    with psycopg.connect(any_database_url, autocommit=True) as connection:
        query = "SELECT %(list)s, pg_typeof(%(list)s)::text"
        theirs = connection.execute(query, {"list": values}, binary=binary).fetchone()
        connection.adapters.register_dumper(list, _ArrayDumper)
        ours = connection.execute(query, {"list": values}, binary=binary).fetchone()
    assert ours == theirs
    assert ours is not None
    assert ours[0] == values


def test_an_empty_list_has_the_type_that_the_statement_says(any_database_url: str) -> None:
    with psycopg.connect(any_database_url, autocommit=True) as connection:
        connection.adapters.register_dumper(list, _ArrayDumper)
        row = connection.execute("SELECT %s::uuid[], %s::text[]", ([], [])).fetchone()
    assert row == ([], [])
