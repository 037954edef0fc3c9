"""Messages broken at random: decoding never fails, never quotes, and agrees with the JSON Schema."""

import copy
import json
from functools import cache
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Event, Rejection, decode, decode_binary
from schemas.documents import schema_of
from schemas.rejection import Code
from tests.fixtures.whole import examples
from tests.unit.schemas.making import FOREIGN, NOW, OPEN, all_examples, example, outcome

CANARY = "Canary 4711 ü"
"""Fits no pattern of an id, a code, a source or a type, so it may be echoed nowhere."""

EXAMPLES = [example(name, label) for name, label in all_examples()]
TYPES = {entry.type for entry in FOREIGN}
SHAPE = {Code.NOT_A_CLOUDEVENT, Code.UNKNOWN_TYPE, Code.UNKNOWN_FIELD, Code.SCHEMA}

VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1.5, 2**63, 10**25, "", "x", "6-1-c", "remark", "identity"),
        *([], {}, [None], [CANARY], {CANARY: CANARY}, {"a": [{"b": {}}]}, CANARY, "2026-01-01"),
        *("2026-11-24T10:15:00Z", "customer/1", "employee/7", "recipient/x", "third-party", "NL"),
    ]
)


def places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and item of a JSON value."""
    found: list[tuple[Any, ...]] = []
    steps = node.items() if isinstance(node, dict) else enumerate(node)
    for step, value in steps:
        found.append((*at, step))
        if isinstance(value, dict | list):
            found += places(value, (*at, step))
    return found


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """An example with one to four members replaced, removed, added or moved."""
    message = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        reachable = places(message)
        if not reachable:
            break
        *parents, last = draw(st.sampled_from(reachable))
        holder = message
        for step in parents:
            holder = holder[step]
        _break(draw, holder, last)
    return message


def _break(draw: st.DrawFn, holder: Any, last: Any) -> None:
    how = draw(st.sampled_from(["replace", "remove", "add", "append"]))
    value = copy.deepcopy(draw(VALUES))
    if how == "replace":
        holder[last] = value
    elif how == "remove":
        del holder[last]
    elif how == "add" and isinstance(holder, dict):
        holder[draw(st.sampled_from([CANARY, "provision", "personal", "categories"]))] = value
    elif isinstance(holder[last], list):
        holder[last].append(value)


def said(result: Event | Rejection) -> str:
    """All that a rejection says in public."""
    if isinstance(result, Event):
        return ""
    return " ".join(
        filter(None, [result.code, result.pointer, result.type, result.source, result.id])
    )


@settings(max_examples=examples(400))
@given(broken())
def test_broken_messages_are_refused_in_words_of_our_own(message: Any) -> None:
    result = outcome(message)
    assert CANARY not in said(result)
    if isinstance(result, Rejection):
        assert set(result.pointer) <= set("abcdefghijklmnopqrstuvwxyz_0123456789/")
        assert result.subject is None or result.subject == message["subject"]


@cache
def validator_of(type: Any) -> jsonschema_rs.Draft202012Validator | None:
    """That of the type's schema, if it is one; made when it is wanted, for there are many."""
    if type not in TYPES:
        return None
    return jsonschema_rs.Draft202012Validator(schema_of(type), validate_formats=True)


@settings(max_examples=examples(400))
@given(broken())
def test_the_json_schema_agrees(message: Any) -> None:
    type = message.get("type")
    validator = validator_of(type if isinstance(type, str) else "")
    result = outcome(message)
    if validator is None or (isinstance(result, Rejection) and result.hidden):
        assert isinstance(result, Rejection)
        return
    fits = validator.is_valid(message)
    refused_for_shape = isinstance(result, Rejection) and result.code in SHAPE
    assert fits is not refused_for_shape, (
        result,
        [e.message for e in validator.iter_errors(message)],
    )


@settings(max_examples=examples(300))
@given(st.sampled_from(EXAMPLES), st.data())
def test_broken_bytes_are_refused(message: Any, data: st.DataObject) -> None:
    sent = bytearray(json.dumps(message, ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(sent) - 1))
        if data.draw(st.booleans()):
            sent[place] = data.draw(st.integers(0, 255))
        else:
            del sent[place : place + data.draw(st.integers(1, 40))]
    result = decode(bytes(sent), OPEN, NOW)
    assert isinstance(result, Event | Rejection)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(sent: bytes) -> None:
    assert isinstance(decode(sent, OPEN, NOW), Rejection)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_type", "CE_source", "ce_specversion", "ce_x", "y"])
            | st.text(max_size=9),
            st.none() | st.binary(max_size=20) | st.just(b"1.0"),
        ),
        max_size=8,
    ),
    st.none() | st.binary(max_size=40) | st.just(b"{}"),
)
def test_any_record_is_refused(
    headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    assert isinstance(decode_binary(headers, value, OPEN, NOW), Rejection)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "data", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_refused(value: Any) -> None:
    result = outcome(value)
    assert isinstance(result, Rejection)
    assert result.code in SHAPE | {Code.NOT_JSON}
