"""Binary mode of the CloudEvents Kafka binding, and telling the modes apart."""

import json
from typing import Any

import pytest

from schemas import Event, Rejection, decode_binary, is_structured
from schemas.decode import MAX_MESSAGE
from schemas.rejection import Code
from tests.unit.schemas.making import (
    CONFIDENTIAL,
    NOW,
    OPEN,
    accepted,
    all_examples,
    changed,
    example,
)

Headers = list[tuple[str, bytes | None]]


def binary(message: dict[str, Any]) -> tuple[Headers, bytes]:
    """A structured message as headers and value."""
    headers: Headers = [
        (
            "content-type" if name == "datacontenttype" else f"ce_{name}",
            str(value).encode(),
        )
        for name, value in message.items()
        if name != "data"
    ]
    return headers, json.dumps(message["data"]).encode()


def taken(headers: Headers, value: bytes | None) -> Event | Rejection:
    return decode_binary(headers, value, OPEN, NOW)


def code(headers: Headers, value: bytes | None) -> tuple[Code, str]:
    rejection = taken(headers, value)
    assert isinstance(rejection, Rejection), rejection
    return rejection.code, rejection.pointer


@pytest.mark.parametrize(("name", "label"), all_examples())
def test_both_modes_give_the_same_event(name: str, label: str) -> None:
    message = example(name, label)
    assert taken(*binary(message)) == accepted(message)


def test_names_of_headers_ignore_case_and_others_are_not_ours() -> None:
    headers, value = binary(example())
    shouted = [(name.upper(), content) for name, content in headers]
    shouted += [("X-Trace", b"\xff"), ("traceparent", b"not ours"), ("x", None)]
    assert taken(shouted, value) == accepted(example())


def test_an_absent_content_type_is_an_absent_attribute() -> None:
    headers, value = binary(example())
    without = [(name, content) for name, content in headers if name != "content-type"]
    message = example()
    del message["datacontenttype"]
    assert taken(without, value) == accepted(message)


@pytest.mark.parametrize("header", ["ce_id", "CE_ID", "ce_sequence", "content-type"])
@pytest.mark.parametrize("content", [None, b"\xff", b"twice"])
def test_unsound_headers_are_no_cloudevent(header: str, content: bytes | None) -> None:
    headers, value = binary(changed(example(), sequence=1))
    if content != b"twice":
        headers = [(name, kept) for name, kept in headers if name != header.lower()]
    assert code([*headers, (header, content)], value) == (Code.NOT_A_CLOUDEVENT, "")


@pytest.mark.parametrize("header", ["ce_surprise", "ce_", "ce_data", "ce_datacontenttype"])
def test_other_attributes_are_unknown(header: str) -> None:
    headers, value = binary(example())
    assert code([*headers, (header, b"x")], value) == (Code.UNKNOWN_FIELD, "")
    assert code([*headers, (header, b"x")], None) == (Code.UNKNOWN_FIELD, "")


@pytest.mark.parametrize("missing", ["ce_specversion", "ce_id", "ce_source", "ce_type"])
def test_without_it_there_is_no_cloudevent(missing: str) -> None:
    headers, value = binary(example())
    without = [(name, content) for name, content in headers if name != missing]
    assert code(without, value)[0] is Code.NOT_A_CLOUDEVENT


@pytest.mark.parametrize("value", [None, b""])
def test_an_empty_value_is_absent_data(value: bytes | None) -> None:
    headers, _ = binary(example())
    assert code(headers, value) == (Code.SCHEMA, "/data")


@pytest.mark.parametrize("value", [b"{", b"\xff", b"NaN", b"[" * 30_000, b" ", b"{}{}"])
def test_a_value_that_is_no_json(value: bytes) -> None:
    headers, _ = binary(example())
    rejection = taken(headers, value)
    assert isinstance(rejection, Rejection)
    assert rejection.code is Code.NOT_JSON
    assert (rejection.id, rejection.subject) == (example()["id"], "customer/10023")
    assert code([*headers, ("ce_id", b"again")], value)[0] is Code.NOT_JSON
    assert code([], value)[0] is Code.NOT_JSON


@pytest.mark.parametrize("value", [b"null", b"[]", b"1", b'"text"'])
def test_a_value_that_is_no_object(value: bytes) -> None:
    headers, _ = binary(example())
    assert code(headers, value) == (Code.SCHEMA, "/data")


def test_a_number_beyond_every_range() -> None:
    headers, value = binary(example())
    broken = value.replace(b'"J. Voorbeeld"', b"1e400")
    assert code(headers, broken) == (Code.SCHEMA, "/data/personal/name")


@pytest.mark.parametrize(("text", "sequence"), [("0", 0), ("7", 7), (str(2**63 - 1), 2**63 - 1)])
def test_sequence_is_decimal_text(text: str, sequence: int) -> None:
    headers, value = binary(example())
    event = taken([*headers, ("ce_sequence", text.encode())], value)
    assert event == accepted(changed(example(), sequence=sequence))


@pytest.mark.parametrize(
    "text",
    ["-1", "007", "+7", " 7", "7 ", "7\n", "1.0", "1e3", "", "x", "\u0667", str(2**63), "9" * 5000],
)
def test_any_other_sequence_does_not_fit(text: str) -> None:
    headers, value = binary(example())
    assert code([*headers, ("ce_sequence", text.encode())], value) == (Code.SCHEMA, "/sequence")


def test_the_limit_counts_headers_and_value() -> None:
    headers, value = binary(example())
    used = sum(len(name) + len(content or b"") for name, content in headers) + len(value)
    room = MAX_MESSAGE - used - len("x-more")
    assert taken([*headers, ("x-more", b"x" * room)], value) == accepted(example())
    large = taken([*headers, ("x-more", b"x" * (room + 1))], value)
    assert isinstance(large, Rejection)
    assert (large.code, large.subject) == (Code.TOO_LARGE, "customer/10023")
    assert code(headers, b"\xff" * MAX_MESSAGE)[0] is Code.TOO_LARGE
    # Like one in structured mode, it is not even read when it is very large.
    assert taken(headers, b" " * 2**20) == Rejection(Code.TOO_LARGE)


def test_the_confidential_ledger_reads_both_modes() -> None:
    rejection = decode_binary(*binary(example()), CONFIDENTIAL, NOW)
    assert isinstance(rejection, Rejection)
    assert rejection.code is Code.WRONG_LEDGER


@pytest.mark.parametrize(
    ("headers", "structured"),
    [
        ([("content-type", b"application/cloudevents+json")], True),
        ([("Content-Type", b"Application/CloudEvents+JSON; charset=utf-8")], True),
        ([("content-type", b"application/cloudevents+json"), ("ce_id", b"x")], True),
        ([("content-type", b"application/json"), ("ce_id", b"x")], False),
        ([("CE_specversion", b"1.0")], False),
        ([("content-type", None), ("ce_id", b"x")], False),
        ([("content-type", b"application/json")], True),
        ([], True),
    ],
)
def test_telling_the_modes_apart(headers: Headers, structured: bool) -> None:
    assert is_structured(headers) is structured
