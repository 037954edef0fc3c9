"""Binary mode of the CloudEvents Kafka binding, and telling the modes apart."""

import json
from typing import Any

import pytest

from schemas import Event, Rejection, decode_binary, is_structured
from schemas.decode import MAX_MESSAGE
from schemas.rejection import Code
from tests.fixtures.cases import each
from tests.unit.schemas.making import (
    CONFIDENTIAL,
    NOW,
    OPEN,
    accepted,
    all_examples,
    changed,
    example,
)
from tests.unit.schemas.test_envelope import PARAMETERS, WRONG_PARAMETERS

Headers = list[tuple[str, bytes | None]]

NOT_OURS = [
    *(b"application/cloudevents+avro", b"application/cloudevents-batch+json"),
    *(b"application/cloudevents", b"Application/CloudEvents+JSON; charset=utf-16"),
    *(b"application/cloudevents+json5", b"application/cloudevents+xml", b"\xff"),
]
"""Content types of CloudEvents in a format, or a batch, that is not read; and one that is none."""


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


@each("name, label", all_examples())
def test_both_modes_give_the_same_event(name: str, label: str) -> None:
    message = example(name, label)
    assert taken(*binary(message)) == accepted(message)


def test_names_of_headers_ignore_case_and_others_are_not_ours() -> None:
    headers, value = binary(example())
    shouted = [(name.upper(), content) for name, content in headers]
    shouted += [("X-Trace", b"\xff"), ("traceparent", b"not ours"), ("x", None)]
    assert taken(shouted, value) == accepted(example())


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_content_types_have_parameters(parameters: str) -> None:
    headers, value = binary(changed(example(), datacontenttype=f"application/JSON{parameters}"))
    assert taken(headers, value) == accepted(example())


@pytest.mark.parametrize("parameters", WRONG_PARAMETERS)
def test_other_content_types_do_not_fit(parameters: str) -> None:
    headers, value = binary(changed(example(), datacontenttype=f"application/json{parameters}"))
    assert code(headers, value) == (Code.SCHEMA, "/datacontenttype")


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


@pytest.mark.parametrize(
    ("header", "pointer"),
    [
        ("ce_surprise", "/surprise"),
        ("CE_Surprise", "/surprise"),
        ("ce_", ""),
        ("ce_a-name", ""),
        ("ce_" + "a" * 21, ""),
        ("ce_klant123456782", ""),
        ("ce_0612345678", ""),
        ("ce_data", "/ce_data"),
        ("ce_data_base64", "/ce_data_base64"),
        ("ce_datacontenttype", "/ce_datacontenttype"),
    ],
)
def test_other_attributes_are_refused_by_a_harmless_name(header: str, pointer: str) -> None:
    headers, value = binary(example())
    assert code([*headers, (header, b"x")], value) == (Code.UNKNOWN_FIELD, pointer)
    assert code([*headers, (header, b"x")], None) == (Code.UNKNOWN_FIELD, pointer)


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


@each(
    "headers, structured",
    [
        ([("content-type", b"application/cloudevents+json")], True),
        ([("Content-Type", b"Application/CloudEvents+JSON; charset=utf-8")], True),
        ([("content-type", b"application/cloudevents+json"), ("ce_id", b"x")], True),
        ([("content-type", b"application/cloudevents+json")] * 2, True),
        *(
            ([("content-type", f"application/cloudevents+json{one}".encode())], True)
            for one in PARAMETERS
        ),
        *(
            ([("content-type", f"application/cloudevents+json{one}".encode())], False)
            for one in WRONG_PARAMETERS
        ),
        *(([("content-type", one)], False) for one in NOT_OURS),
        ([("content-type", b"application/json"), ("ce_id", b"x")], False),
        ([("CE_specversion", b"1.0")], False),
        ([("content-type", None), ("ce_id", b"x")], False),
        ([("content-type", b"application/json")], False),
        ([], False),
    ],
)
def test_telling_the_modes_apart(headers: Headers, structured: bool) -> None:
    assert is_structured(headers) is structured


@pytest.mark.parametrize("content_type", [*NOT_OURS, b"application/json", b"text/plain", None])
def test_a_whole_event_under_another_content_type_is_refused(content_type: bytes | None) -> None:
    """Its subject is known all the same, so that an erasure finds its letter."""
    message = example()
    headers: Headers = [("content-type", content_type)] if content_type else []
    rejection = taken(headers, json.dumps(message).encode())
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.pointer) == (Code.NOT_A_CLOUDEVENT, "")
    assert (rejection.id, rejection.subject) == (message["id"], message["subject"])


@pytest.mark.parametrize("content_type", NOT_OURS)
def test_a_format_that_is_not_ours_is_refused_with_attributes_too(content_type: bytes) -> None:
    headers, value = binary(example())
    headers = [(name, content_type if name == "content-type" else held) for name, held in headers]
    rejection = taken(headers, value)
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.subject) == (Code.NOT_A_CLOUDEVENT, "customer/10023")


@pytest.mark.parametrize("content_type", [*NOT_OURS, b"application/json", None])
@pytest.mark.parametrize("type", ["order-received", "personal-data-disclosed"])
def test_what_is_withheld_is_so_under_any_content_type(
    content_type: bytes | None, type: str
) -> None:
    secret = changed(example("personal-data-disclosed"), data__provision="nl.sv.126na")
    secret["type"] = f"nl.voipzeker.ledger.{type}.v1"
    headers: Headers = [("content-type", content_type)] if content_type else []
    hidden = taken(headers, json.dumps(secret).encode())
    assert hidden == Rejection(Code.NOT_A_CLOUDEVENT, hidden=True)


@pytest.mark.parametrize("value", [None, b""])
def test_an_empty_record_is_no_json(value: bytes | None) -> None:
    assert taken([], value) == Rejection(Code.NOT_JSON)
    assert taken([("content-type", b"application/json")], value) == Rejection(Code.NOT_JSON)


def test_a_byte_order_mark_is_passed_over() -> None:
    headers, value = binary(example())
    assert taken(headers, b"\xef\xbb\xbf" + value) == accepted(example())


def test_a_key_that_stands_twice_is_refused_with_its_place() -> None:
    headers, value = binary(example())
    for text in (value, b"\xef\xbb\xbf" + value):
        twice = text.replace(b'"channel":', b'"channel":"app","channel":')
        assert code(headers, twice) == (Code.NOT_JSON, "/data/channel")
    large = value.replace(b'"channel":', b'"channel":"app","channel":') + b" " * MAX_MESSAGE
    assert code(headers, large) == (Code.TOO_LARGE, "")
