"""Every limit of the contract: what is just within it is read, what is beyond it has the code it names."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from consumers.pipeline import messages_of_records
from consumers.source import Partition, record_of
from ledger.errors import TooLarge
from ledger.event import check_entry_size
from ledger.writing.bookmarks import HaltLimit, Window
from schemas import AdmissionRules, Code, Event, Rejection, asyncapi, decode
from schemas.catalogue import EVENT_TYPES
from schemas.codes import WORDS, words_of
from schemas.decode import MAX_MESSAGE
from schemas.formats import MAX_AHEAD
from schemas.limits import (
    ENTRY_BYTES,
    LIMITS,
    QUARANTINE_MESSAGES,
    QUARANTINE_SHARE,
    READABLE_DEPTH,
)
from schemas.texts import LANGUAGES
from tests.fixtures.inbound import STRUCTURED
from tests.fixtures.ledger import NOW, registered

BEYOND = {one.name: one.beyond for one in LIMITS}
Made = Callable[[int], dict[str, Any] | bytes]


def sized(by: int) -> bytes:
    """An event of the greatest size, or some bytes more: spaces around it count."""
    raw = orjson.dumps(registered())
    return raw + b" " * (MAX_MESSAGE - len(raw) + by)


def ahead(by: int) -> dict[str, Any]:
    return registered(time=(NOW + MAX_AHEAD + timedelta(seconds=by)).isoformat())


CASES: dict[str, Made] = {
    "message": sized,
    "future": ahead,
    "id": lambda by: registered(id="x" * (128 + by)),
    "source": lambda by: registered(source="x" * (128 + by)),
    "code": lambda by: registered(channel="x" * (64 + by)),
    "time": lambda by: registered(time=f"2026-11-24T10:15:00.{'1' * (6 + by)}+01:00"),
    "sequence": lambda by: registered(sequence=2**63 - 1 + by),
}


def outcome(made: dict[str, Any] | bytes) -> Event | Rejection:
    raw = made if isinstance(made, bytes) else json.dumps(made).encode()
    return decode(raw, AdmissionRules(), NOW)


@pytest.mark.parametrize("name", CASES)
def test_what_is_beyond_a_limit_has_its_code(name: str) -> None:
    within, beyond = outcome(CASES[name](0)), outcome(CASES[name](1))
    assert isinstance(within, Event), name
    assert isinstance(beyond, Rejection)
    assert beyond.code is BEYOND[name]


def test_every_limit_is_tried() -> None:
    """A record's are tried in `unit/consumers/test_kafka_batches.py`."""
    assert {*CASES, "record", "entry", "depth", "quarantine", "tombstone"} == {*BEYOND}


def test_an_entry_is_as_large_as_its_log_takes() -> None:
    with pytest.raises(TooLarge):
        check_entry_size("", b"x" * ENTRY_BYTES)
    assert BEYOND["entry"] is Code.TOO_LARGE


def test_what_is_nested_deep_is_read_and_what_is_nested_without_end_is_no_json() -> None:
    def nested(depth: int) -> bytes:
        # Two levels are those of the event and of its data.
        inner = b"[" * (depth - 2) + b"]" * (depth - 2)
        return orjson.dumps(registered())[:-2] + b',"nested":' + inner + b"}}"

    deep, endless = outcome(nested(READABLE_DEPTH)), outcome(nested(20_000))
    assert isinstance(deep, Rejection)
    assert deep.code is not BEYOND["depth"]
    assert isinstance(endless, Rejection)
    assert endless.code is BEYOND["depth"]


def test_a_source_is_judged_by_the_share_that_the_contract_says() -> None:
    limit, least = HaltLimit(), QUARANTINE_MESSAGES
    share = int(QUARANTINE_SHARE * least)
    assert Window().count(least, share, limit, NOW).halted_at is None
    assert Window().count(least - 1, least - 1, limit, NOW).halted_at is None
    assert Window().count(least, share + 1, limit, NOW).halted_at == NOW
    assert Window(least - 1, 7).count(1, 1, limit, NOW) == Window(least, 8)
    assert Window(least, 8).count(1, 1, limit, NOW) == Window(1, 1), "a full window begins anew"


def tombstone(*headers: tuple[str, bytes]) -> Rejection:
    record = record_of(0, None, headers)
    (message,) = messages_of_records(Partition("t", 0), [record], AdmissionRules(), NOW)
    assert isinstance(message.outcome, Rejection)
    return message.outcome


def test_a_tombstone_deletes_nothing_and_is_refused() -> None:
    assert tombstone().code is BEYOND["tombstone"]
    assert tombstone(*STRUCTURED).code is BEYOND["tombstone"]
    assert tombstone(("ce_id", b"1")).code is Code.NOT_A_CLOUDEVENT


def test_a_type_of_the_register_is_taken_on_the_topic_of_events() -> None:
    (register,) = [e for e in EVENT_TYPES.values() if e.name == "processing-activity-retired"]
    assert register.topics == ("register",)
    raw = orjson.dumps(
        registered("activity/marketing") | {"type": register.type, "data": {"reason": "ended"}}
    )
    record = record_of(0, raw, STRUCTURED)
    (message,) = messages_of_records(
        Partition("privacy.events.v1", 0), [record], AdmissionRules(), NOW
    )
    assert isinstance(message.outcome, Event)


def test_every_code_has_words_in_both_languages() -> None:
    assert list(WORDS) == list(Code), "in the order of the checks"
    for code in Code:
        said = words_of(code.value)
        assert set(said) == set(LANGUAGES)
        assert all(text.endswith(".") and len(text) > 40 for text in said.values())
        assert said["en"] != said["nl"]
    assert words_of("of-another-version") == {}


def test_the_asyncapi_document_has_every_code_and_limit() -> None:
    document = asyncapi.document()
    payload = document["components"]["messages"]["rejection"]["payload"]["schema"]
    code = payload["properties"]["code"]
    assert code["enum"] == [one.value for one in Code]
    assert code["x-words"] == {one.value: words_of(one.value) for one in Code}
    assert [one["name"] for one in document["info"]["x-limits"]] == [one.name for one in LIMITS]
    always = {"source", "id", "type", "topic", "partition", "offset", "code", "pointer"}
    assert {*payload["required"]} == always
