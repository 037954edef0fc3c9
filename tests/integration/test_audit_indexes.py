"""A row that somebody wrote while an index was off: of every table and every index the audit names it."""

from collections.abc import Sequence

import pytest

from ledger.audit.findings import Finding, Findings
from ledger.audit.indexes import UNINDEXED, Index, check_indexes, indexes
from tests.fixtures.alterations import Table, tables
from tests.fixtures.tampered import World, world

__all__ = ["world"]

WITHOUT = {"{events}.removed_letters"}
"""Tables without an index: all who read them scan them."""
INDEXED = {t.name: t for t in tables() if t.name not in WITHOUT}
FLAGS = "UPDATE pg_index SET indisready = {} WHERE indrelid = '{}'::regclass"
HEAP = "UPDATE pg_class SET relhasindex = {} WHERE oid = '{}'::regclass"
OFF = {"not ready": FLAGS, "a table that seems to have none": HEAP}


def found(world: World) -> Sequence[Finding]:
    findings = Findings()
    with world.as_reader() as session, findings.guarded(session, "the indexes"):
        check_indexes(session, findings)
    return findings.sorted()


def of(table: Table) -> list[Index]:
    """The indexes of a table, of one colour."""
    name = table.name.replace("{colour}", "blue").translate({ord("{"): None, ord("}"): None})
    return [index for index in indexes() if f"{index.space}.{index.table}" == name]


def off(how: str, table: Table, *statements: str) -> tuple[str, ...]:
    """What is written while all indexes of a table are off."""
    begin, end = (how.format(word, table.name) for word in ("false", "true"))
    return table.unguarded(begin, *statements, end)


def test_nothing_is_found_where_nothing_was_done(world: World) -> None:
    assert found(world) == ()
    assert {t.name for t in tables() if of(t)} == INDEXED.keys()


@pytest.mark.parametrize("how", OFF)
@pytest.mark.parametrize("name", INDEXED)
def test_a_row_that_was_copied_while_the_indexes_were_off_is_named(
    world: World, name: str, how: str
) -> None:
    table = INDEXED[name]
    columns = ", ".join(f'"{column.name}"' for column in table.written)
    copy = f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {name} LIMIT 1"
    with world.altered(*off(OFF[how], table, copy)):
        named = found(world)
    assert {finding.kind for finding in named} == {UNINDEXED}
    there = world.names(name)
    assert all(f" of {there} on " in finding.detail for finding in named)
    whole = [index for index in of(table) if index.condition == "true"]
    assert len(named) >= len(whole)


@pytest.mark.parametrize("name", INDEXED)
def test_rows_that_one_index_alone_lacks_are_named(world: World, name: str) -> None:
    """Whoever looks them up by it finds none of them; the others of the table have them all."""
    table = INDEXED[name]
    columns = ", ".join(f'"{column.name}"' for column in table.written)
    for index in of(table):
        one = f" AND pg_get_indexdef(indexrelid) LIKE '%({index.keys.replace(chr(39), '_')})%'"
        where = "" if index.condition == "true" else f" ({index.condition})"
        again = (
            f"CREATE TEMPORARY TABLE moved ON COMMIT DROP AS TABLE {name}",
            f"DELETE FROM {name}",
            FLAGS.format("false", name) + one,
            f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM moved",
            FLAGS.format("true", name) + one,
            "DROP TABLE moved",
        )
        with world.altered(*table.unguarded(*again)):
            rows = world.rows(world.names(f"SELECT 1 FROM {name} WHERE {index.condition}"))
            details = [finding.detail for finding in found(world)]
        of_index = f"{world.names(name)} on {index.keys}{where}"
        wanted = f"the index of {of_index} has 0 of {len(rows)} rows"
        assert (wanted in details) == bool(rows), (index, details)
