"""From what arrived to a message: nothing is ignored, nothing raises, letters stay small."""

from base64 import b64decode

import orjson
import pytest

from consumers.lines import Line, messages_of_lines
from consumers.pipeline import (
    KEPT_BYTES,
    again,
    body_of,
    messages_of_records,
)
from consumers.source import Partition, Record, record_of
from ledger.writing.message import FileOrigin, KafkaOrigin, Message
from schemas import AdmissionRules, Code, Event, Rejection
from tests.fixtures.ledger import NOW, registered

PLACE = Partition("privacy.events.v1", 3)
ORIGIN = KafkaOrigin("privacy.events.v1", 3, 17)
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
INTAKE = AdmissionRules()


def binary(event: dict[str, object]) -> tuple[list[tuple[str, bytes | None]], bytes]:
    """An event in binary mode: headers and value."""
    named = {f"ce_{name}": str(value) for name, value in event.items()}
    named["content-type"] = named.pop("ce_datacontenttype")
    del named["ce_data"]
    return [(name, value.encode()) for name, value in named.items()], orjson.dumps(event["data"])


def message_of(record: Record) -> Message:
    """What one record alone becomes."""
    return messages_of_records(PLACE, [record], INTAKE, NOW)[0]


def test_a_structured_record_is_its_value() -> None:
    value = orjson.dumps(registered())
    message = message_of(record_of(17, value, STRUCTURED))
    assert isinstance(message.outcome, Event)
    assert (message.body, message.origin, message.mode) == (value, ORIGIN, "structured")


def test_both_modes_give_the_same_event() -> None:
    event = registered()
    headers, value = binary(event)
    one = message_of(record_of(17, value, headers))
    other = message_of(record_of(17, orjson.dumps(event), STRUCTURED))
    assert isinstance(one.outcome, Event)
    assert one.outcome == other.outcome
    assert one.mode == "binary"


def test_a_tombstone_is_refused_not_ignored() -> None:
    message = message_of(record_of(17, None, STRUCTURED))
    assert message.outcome == Rejection(Code.NOT_JSON)
    assert (message.body, message.mode) == (b"", "structured")
    bare = message_of(record_of(17, None, []))
    assert bare.outcome == Rejection(Code.NOT_JSON)
    assert (bare.body, bare.mode) == (b'{"headers":[],"value":null}', "binary")


@pytest.mark.parametrize(
    "content_type", [None, b"application/json", b"application/cloudevents+avro", b"text/plain"]
)
def test_a_record_that_does_not_say_that_it_is_an_event_is_none(content_type: bytes | None) -> None:
    """Trying it again finds the same, and what was sent is kept whole, its headers too."""
    headers = [("content-type", content_type)] if content_type else []
    value = orjson.dumps(registered())
    message = message_of(record_of(17, value, headers))
    assert isinstance(message.outcome, Rejection)
    assert message.outcome.code is Code.NOT_A_CLOUDEVENT
    assert message.outcome.subject == registered()["subject"]
    kept = orjson.loads(message.body)
    assert b64decode(kept["value"]) == value
    assert [(name, b64decode(held)) for name, held in kept["headers"]] == headers
    assert again(message.body, message.mode, ORIGIN, INTAKE, NOW).outcome == message.outcome


def test_a_byte_order_mark_is_passed_over_wherever_json_begins() -> None:
    event, mark = registered(), b"\xef\xbb\xbf"
    headers, value = binary(event)
    line = mark + orjson.dumps(event)
    outcomes = [
        message_of(record_of(17, line, STRUCTURED)).outcome,
        message_of(record_of(17, mark + value, headers)).outcome,
        *(
            messages_of_lines("a", [Line(number, line, len(line))], INTAKE, NOW)[0].outcome
            for number in (1, 2)
        ),
    ]
    assert all(isinstance(one, Event) and one == outcomes[0] for one in outcomes)


def test_a_letter_of_a_binary_record_keeps_headers_and_value() -> None:
    headers: list[tuple[str, bytes | None]] = [("ce_id", b"\xff"), ("x", None), ("ce_id", b"2")]
    record = record_of(17, b"\x00\x01", headers)
    message = message_of(record)
    assert isinstance(message.outcome, Rejection)
    kept = orjson.loads(message.body)
    assert [(name, v and b64decode(v)) for name, v in kept["headers"]] == headers
    assert b64decode(kept["value"]) == b"\x00\x01"
    assert message.mode == "binary"


@pytest.mark.parametrize("change", [{}, {"time": "2026-11-24T12:30:00Z"}], ids=["event", "future"])
def test_a_letter_of_either_mode_can_be_tried_again(change: dict[str, str]) -> None:
    event = registered(**change)
    headers, value = binary(event)
    records = [record_of(17, value, headers), record_of(17, orjson.dumps(event), STRUCTURED)]
    for message in messages_of_records(PLACE, records, INTAKE, NOW):
        later = NOW.replace(hour=13)
        repeated = again(message.body, message.mode, ORIGIN, INTAKE, later)
        assert isinstance(repeated.outcome, Event)
        assert (repeated.body, repeated.mode) == (message.body, message.mode)


def test_a_letter_keeps_the_start_of_what_is_too_large() -> None:
    first, second = (b'{"a":"' + b"x" * 100_000 + end for end in (b'"}', b"y"))
    records = [record_of(1, value, STRUCTURED) for value in (first, second)]
    messages = messages_of_records(PLACE, records, INTAKE, NOW)
    assert [m.mode for m in messages] == ["truncated", "truncated"]
    assert all(isinstance(m.outcome, Rejection) for m in messages)
    assert messages[0].body[:KEPT_BYTES] == first[:KEPT_BYTES]
    assert len(messages[0].body) < KEPT_BYTES + 200
    assert messages[0].body != messages[1].body, "two letters, though the start is the same"
    assert orjson.loads(messages[0].body[KEPT_BYTES:])["bytes"] == len(first)


def test_a_large_binary_record_within_the_limit_is_kept_whole() -> None:
    value = orjson.dumps({"unknown": "x" * 49_130})
    headers: list[tuple[str, bytes | None]] = [("ce_id", b"1")]
    message = message_of(record_of(1, value, headers))
    assert message.mode == "binary"
    assert len(message.body) > KEPT_BYTES


def test_a_line_is_a_structured_message() -> None:
    line = orjson.dumps(registered())
    (message,) = messages_of_lines("a", [Line(2, line, len(line))], INTAKE, NOW)
    assert isinstance(message.outcome, Event)
    assert (message.body, message.mode) == (line, "structured")
    assert message.origin == FileOrigin("a", 2)


def test_the_identity_of_a_record_includes_its_headers_in_binary_mode() -> None:
    plain = record_of(1, b"{}", [("ce_id", b"1")])
    assert body_of(plain) != body_of(record_of(1, b"{}", [("ce_id", b"2")]))
    assert body_of(record_of(1, b"{}", STRUCTURED)) == b"{}"
