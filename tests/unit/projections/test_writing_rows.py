"""A batch's rows are made as they are written: few of them lie in memory at once in the form of the table."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest

from ledger.names import LedgerName
from ledger.storage.copy_format import BLOCK_ROWS
from projections.folds.view import Cells, Key, RowChange, View
from projections.following.storage import Tables

ROWS = 2 * BLOCK_ROWS + 7


class Server:
    """Stands in for a session: remembers which rows were written, and how many had been made by then."""

    def __init__(self) -> None:
        self.made = 0
        self.waiting: list[int] = []
        self.statements: list[str] = []
        self.changed: list[UUID] = []
        self._written = 0

    def of(self, _package: str) -> "Server":
        return self

    def cells(self, _key: Key, _state: object) -> Cells:
        self.made += 1
        return ()

    def named(self, name: str, _tables: object, **parameters: Any) -> list[tuple[Any, ...]]:
        self.statements.append(name)
        if name == "change_rows":
            self.waiting.append(self.made - self._written)
            self.changed += parameters["streams"]
            self._written += len(parameters["streams"])
        return []

    def copy_rows(self, name: str, _rows: bytes, _tables: object) -> None:
        self.statements.append(name)


def view_of(server: Server) -> View[str]:
    return View(
        "rows", "1", str, keys=lambda _: (), evolve=lambda _, state, __: state, cells=server.cells
    )


def changes_of(rows: Iterable[int], before: str | None) -> dict[UUID, dict[str, RowChange[str]]]:
    return {UUID(int=number): {"": RowChange(before, "after")} for number in rows}


@pytest.fixture
def server() -> Server:
    return Server()


def test_rows_that_change_are_made_and_written_block_by_block(server: Server) -> None:
    changes = changes_of(range(ROWS), "before")
    tables = Tables(server, LedgerName(), view_of(server), "blue")  # type: ignore[arg-type]
    tables.put(changes)
    assert server.waiting == [BLOCK_ROWS, BLOCK_ROWS, 7]
    assert server.changed == list(changes)


def test_each_row_is_written_once_as_what_it_is(server: Server) -> None:
    new, old = changes_of(range(3), None), changes_of(range(3, 5), "before")
    gone = {UUID(int=9): {"": RowChange("before", None)}}
    tables = Tables(server, LedgerName(), view_of(server), "blue")  # type: ignore[arg-type]
    tables.put({**new, **old, **gone})
    assert server.statements == ["delete_rows", "change_rows", "copy_rows"]
    assert (server.made, len(server.changed)) == (5, 2)
