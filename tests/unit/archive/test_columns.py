"""Columns of an archive: each says what its entry says, whatever an entry holds."""

import json
from datetime import datetime
from typing import Any

import pytest

from archive.columns import LIST_FACTS, SCHEMA, TEXT_FACTS, table_of
from ledger.errors import Unproven
from rulebook.calendar import AMSTERDAM
from schemas.names import PREFIX
from tests.fixtures.published import entries, entry


def said_by(content: bytes) -> dict[str, Any]:
    """The row of an entry, read in another way."""
    header, state = (json.loads(part) for part in content.split(b"\n"))
    facts = {name: state["facts"].get(name) for name in (*TEXT_FACTS, *LIST_FACTS)}
    return {
        "position": header["position"],
        "recorded_at": datetime.fromisoformat(header["recorded"]),
        "occurred_at": datetime.fromisoformat(state["time"]),
        "occurred_on": datetime.fromisoformat(state["time"]).astimezone(AMSTERDAM).date(),
        **{name: header[name] for name in ("stream", "version", "type")},
        "name": header["type"].removeprefix(PREFIX).removesuffix(".v1"),
        **{name: state[name] for name in ("source", "id", "categories")},
        **{name: state.get(name) for name in ("subject", "activity", "legal_basis", "provision")},
        **facts,
        "entry": content,
    }


def test_each_column_says_what_its_entry_says() -> None:
    content = entries(30)
    table = table_of(content)
    assert table.schema.equals(SCHEMA)
    assert table.to_pylist() == [said_by(one) for one in content]


def test_no_entries_have_all_columns_and_no_row() -> None:
    assert table_of([]).equals(SCHEMA.empty_table())


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"recipient": 7}, "recipient"),
        ({"purpose": ["a"]}, "purpose"),
        ({"fields": "email"}, "fields"),
        ({"fields": [1, 2]}, "fields"),
        ({"country": None}, "country"),
    ],
)
def test_a_fact_of_another_shape_is_in_the_entry_alone(facts: dict[str, Any], column: str) -> None:
    row = table_of([entry(1, **facts, ground="request")]).to_pylist()[0]
    assert row[column] is None
    assert row["ground"] == "request"


@pytest.mark.parametrize("content", [b"", b"{}", b"no\nentry", entry(1).replace(b"\n", b" ")])
def test_what_is_no_entry_is_refused(content: bytes) -> None:
    with pytest.raises(Unproven):
        table_of([entry(1), content])


LISTS = b"[" * 5_000 + b"]" * 5_000


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b'"position":1', b'"position":1180591620717411303424'),
        (b'"version":1', b'"version":99999999999999999999'),
        (b'"carrier-1"', LISTS),
        (b'"line":1', b'"line":' + LISTS),
        (b"e-1", b"e-\xff"),
    ],
)
def test_an_entry_that_no_ledger_wrote_is_refused_whatever_is_in_it(
    said: bytes, instead: bytes
) -> None:
    with pytest.raises(Unproven):
        table_of([entry(1).replace(said, instead, 1)])


def test_an_instant_that_is_none_is_refused() -> None:
    with pytest.raises(Unproven):
        table_of([entry(1).replace(b"2026-01-01T00:01:00", b"2026-01-01T99:01:00")])
