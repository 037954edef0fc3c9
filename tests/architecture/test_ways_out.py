"""Each message that names a command is followed by a test, or a row says why not. No row is left over."""

import ast
from functools import cache
from pathlib import Path

from tests.architecture.test_messages import ALL
from tests.fixtures.ways_out import NAMED, said, ways

ROOT = Path(__file__).parents[2]
PLACES = ("test", "elsewhere", "why_not")


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_message_that_names_a_command_has_a_row() -> None:
    rows = [row["message"] for row in ways()]
    assert len(rows) == len(set(rows))
    assert set(rows) == {message for message in ALL if NAMED.search(message)}


def test_a_row_names_a_test_or_says_why_there_is_none() -> None:
    for row in ways():
        (place,) = (name for name in PLACES if name in row)
        if place != "why_not":
            path, _, function = row[place].partition("::")
            assert function in _functions(path), row
        assert row[place], row


def test_a_message_is_found_with_its_values() -> None:
    assert said(
        "order {} was decided on {}: give `ledger x {}`",
        "ledger: order O was decided on 1: give `ledger x O`",
    )
    assert said("order {} was decided", "order O was refused") is None
