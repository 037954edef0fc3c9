"""A rejection names what may stand where a closed list is, in both languages, and never what stood there."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from schemas import EVENT_TYPES, Code, Rejection
from schemas.allowed import allowed, allowed_words
from schemas.codes import words_for, words_of
from schemas.documents import schema_of
from tests.unit.schemas.making import changed, example, outcome

WRONG = "surely-not-on-any-list"


def lists(type: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The members of the data whose schema is an enumeration, by the schema that is published."""
    schema = schema_of(type)
    data = schema["$defs"][EVENT_TYPES[type].data.__name__]
    for name, member in data["properties"].items():
        for one in (member, *member.get("anyOf", ())):
            if "enum" in one:
                yield name, tuple(one["enum"])


@cache
def places() -> list[tuple[str, str, tuple[str, ...]]]:
    """Each of them in all types: type, member, values."""
    found = [(type, name, values) for type in EVENT_TYPES for name, values in lists(type)]
    assert len(found) > 150
    return found


def test_every_enumeration_of_a_schema_is_named() -> None:
    for type, name, values in places():
        assert set(allowed(type, f"/data/{name}")) == set(values), (type, name)


def test_a_wrong_value_is_answered_with_the_list() -> None:
    for type, name, _ in places():
        if not EVENT_TYPES[type].own:
            answered_with_the_list(type, name)


def answered_with_the_list(type: str, name: str) -> None:
    found: Any = outcome(changed(example(EVENT_TYPES[type].name), **{f"data__{name}": WRONG}))
    assert isinstance(found, Rejection)
    if found.hidden:  # the open ledger answers nobody
        return
    assert (found.code, found.pointer) == (Code.SCHEMA, f"/data/{name}")
    words = words_for(found.code.value, found.type, found.pointer)
    assert words.keys() == {"en", "nl"}
    for said in words.values():
        assert WRONG not in said
        assert allowed(type, found.pointer)[0] in said
    assert "Allowed are " in words["en"]
    assert "Toegestaan zijn " in words["nl"]


def test_a_long_list_is_said_in_part_and_where_the_rest_is() -> None:
    said = allowed_words("nl.voipzeker.ledger.recipient-registered.v1", "/data/kind")
    assert said["en"].count(",") == 11
    assert "more: see `ledger schema show TYPE`" in said["en"]
    assert "en nog " in said["nl"]


@pytest.mark.parametrize("pointer", ["", "/data", "/data/nothing", "/data/purpose/x/0", "/id", "x"])
def test_where_no_list_is_nothing_is_added(pointer: str) -> None:
    type = "nl.voipzeker.ledger.consent-given.v1"
    assert allowed(type, pointer) == ()
    assert words_for("schema", type, pointer) == words_of("schema")
    assert allowed(None, "/data/purpose") == allowed("x", "/data/purpose") == ()


def test_a_place_in_a_list_or_a_map_counts() -> None:
    assert "contact" in allowed("nl.voipzeker.ledger.consent-given.v1", "/data/categories/3")
    assert "remark" in allowed("nl.voipzeker.ledger.erasure-decided.v1", "/data/decisions")
    assert words_for("unknown-field", "nl.voipzeker.ledger.consent-given.v1", "/data/purpose") == (
        words_of("unknown-field")
    )
