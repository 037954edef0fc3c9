"""A key that stands twice in one object is refused, with its place; nothing else is taken for one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Rejection
from schemas.rejection import Code
from schemas.repeats import first_repeat, may_repeat
from tests.fixtures.cases import each
from tests.unit.schemas.making import accepted, all_examples, changed, example, outcome, refused


def twice(text: str, key: str, value: str = '"x"') -> bytes:
    """A message in which the first such key stands twice, the first time with another value."""
    assert f'"{key}": ' in text
    return text.replace(f'"{key}": ', f'"{key}": {value}, "{key}": ', 1).encode()


COLLECTED = json.dumps(example())
DECLARED = json.dumps(example("processing-activity-declared"))
DECIDED = json.dumps(example("erasure-decided"))


@pytest.mark.parametrize(
    ("text", "key", "pointer"),
    [
        *((COLLECTED, name, f"/{name}") for name in example()),
        *((COLLECTED, name, f"/data/{name}") for name in example()["data"]),
        *((COLLECTED, name, f"/data/personal/{name}") for name in example()["data"]["personal"]),
        (DECLARED, "purpose", "/data/purposes/0/purpose"),
        (DECIDED, "decision", "/data/decisions"),
    ],
)
def test_at_any_depth(text: str, key: str, pointer: str) -> None:
    assert refused(twice(text, key)) == ("not-json", pointer)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        (b'{"j.devries":1,"j.devries":2}', ""),
        (b'{"surprise":1,"surprise":2}', "/surprise"),
        (b'{"partitionkey":1,"partitionkey":2}', "/partitionkey"),
        (b'{"data":{"J. de Vries":1,"J. de Vries":2}}', "/data"),
        (b'{"J. de Vries":{"name":1,"name":2}}', ""),
        (b'{"data":[{"a":[{"b":1,"b":1}]}]}', "/data/0"),
        (b'[{"id":1},{"id":1,"id":1}]', "/1"),
        (b'{"id":1,"i\\u0064":2}', "/id"),
        (b'{"id" :1,"id":2}', "/id"),
        (b'{"id"\t:1,"id"\n:2}', "/id"),
        (b'{"id"\r\n:1, "source":"\\":", "id":2}', "/id"),
        (b'{"id" :1,"x\\":":3,"id":2}', "/id"),
        (b'{"":1,"":2}', ""),
        (b'{"id":"a\\u003ab","id":2}', "/id"),
        (b'{"id":"\\u003A","source":"\\\\u003a","id":2}', "/id"),
        (b'{"i\\u003a":1,"i:":2}', ""),
        (b'{"n":123456789012345678901234567890,"n":1}', "/n"),
        (b'{"id":{"id":1},"id":{}}', "/id"),
        (b'\xef\xbb\xbf{"id":1,"id":1}', "/id"),
        (b'{"id":1e400,"id":1}', "/id"),
        (b'{"data":{"channel":1,"channel":1e400}}', "/data"),
        (b'{"id":1e400,"source":"\xed\xa0\x80","id":1}', "/id"),
    ],
)
def test_in_any_writing(sent: bytes, pointer: str) -> None:
    assert refused(sent) == ("not-json", pointer)


@pytest.mark.parametrize(
    "text",
    [
        "\\u003a",
        ":\\u003A:",
        '":',
        '":"',
        ' ":',
        "let op : hier",
        'a":b":c',
        "\\",
        '\\":',
        "\t:",
        '{"id":1,"id":1}',
    ],
)
def test_a_text_is_no_key(text: str) -> None:
    message = changed(example(), data__personal={"remark": text})
    assert accepted(message).personal == {"remark": text}
    assert accepted(json.dumps(message, indent=2, ensure_ascii=False).encode())


@each("name, label", all_examples())
def test_examples_are_cleared_by_the_look_that_costs_little(name: str, label: str) -> None:
    message = example(name, label)
    for sent in (json.dumps(message), json.dumps(message, separators=(",", ":"))):
        assert not may_repeat(sent.encode(), message)


KEYS = st.sampled_from(["id", "a", '"', '":', " :", "\u00e9", ""])
VALUES = st.recursive(
    st.text(alphabet='":\\ a', max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(st.tuples(KEYS, inner), max_size=3).map(tuple)
    ),
    max_leaves=8,
)
"""JSON values; a tuple stands for an object as it is written, keys that stand twice included."""
BLANKS = st.sampled_from(["", " ", "\n", "\t", "\r\n  "])


def written(value: Any, draw: Any) -> str:
    if isinstance(value, dict):
        value = tuple(value.items())
    if isinstance(value, tuple):
        members = (
            f"{json.dumps(key)}{draw(BLANKS)}:{draw(BLANKS)}{written(item, draw)}"
            for key, item in value
        )
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(item, draw) for item in value) + "]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


def repeats(value: Any) -> bool:
    if isinstance(value, tuple):
        keys = [key for key, _ in value]
        return len({*keys}) < len(keys) or any(repeats(item) for _, item in value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(repeats, items))


@given(VALUES, st.data())
def test_it_is_found_exactly_where_there_is_one(value: Any, data: st.DataObject) -> None:
    text = written(value, data.draw).encode()
    parsed = json.loads(text)
    found = first_repeat(text, parsed)
    assert (found is not None) is repeats(value)
    assert found is None or may_repeat(text, parsed)


def test_whose_it_is_is_told_but_nothing_of_an_investigation() -> None:
    rejection = outcome(twice(COLLECTED, "channel"))
    assert isinstance(rejection, Rejection)
    assert (rejection.id, rejection.subject) == (example()["id"], "customer/10023")
    secret = json.dumps(changed(example("personal-data-disclosed"), data__provision="nl.sv.126na"))
    for sent in (
        twice(secret, "channel" if '"channel": ' in secret else "country"),
        twice(COLLECTED, "type", '"nl.voipzeker.ledger.order-received.v1"'),
        twice(COLLECTED, "channel", '"sv-126nd"'),
    ):
        hidden = outcome(sent)
        assert isinstance(hidden, Rejection)
        assert (hidden.code, hidden.pointer, hidden.hidden) == (Code.NOT_JSON, "", True)


@pytest.mark.parametrize(("opening", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_is_nested_too_deep_to_look_is_refused(opening: bytes, end: bytes) -> None:
    for depth in (*range(900, 1_010), 2_000):
        for core in (b"1", b'"\\":"', b'"\\u003a"', b'{"a":1,"a":1}'):
            assert isinstance(outcome(opening * depth + core + end * depth), Rejection)
