"""The first failing check names the code, and a pointer never says more than it may."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from schemas import Rejection
from schemas.decode import MAX_MESSAGE
from schemas.powers import Sender, Speakers
from schemas.rejection import Code
from tests.unit.schemas.making import NOW, OPEN, accepted, changed, example, outcome, refused

ORDER = [
    "too-large",
    "not-json",
    "not-a-cloudevent",
    "unknown-type",
    "withheld",
    "wrong-ledger",
    "source-not-allowed",
    "unknown-field",
    "schema",
    "personal-data-in-facts",
    "time-in-future",
    "conflicting-duplicate",
    "erased-subject",
    "quarantined",
]


def test_the_codes_are_those_of_the_contract_in_their_order() -> None:
    assert [code.value for code in Code] == ORDER


def test_mending_one_fault_after_the_other_walks_through_the_codes() -> None:
    secret = example("personal-data-disclosed")
    speakers = Speakers(senders={secret["source"]: Sender()})
    strict = msgspec.structs.replace(OPEN, speakers=speakers)
    message = changed(
        secret,
        source="urn:nobody:known",
        specversion="0.3",
        data__provision="nl.sv.126na",
        type="nl.voipzeker.ledger.nothing-such.v1",
        time=(NOW + timedelta(days=1)).isoformat(),
        surprise=1,
        data__country="Netherlands",
        data__purpose="0612345678",
        data__personal={"remark": "x" * MAX_MESSAGE},
    )
    seen = []
    sent = json.dumps(message)[:-1].encode()
    seen.append(refused(sent, strict)[0])
    message = changed(message, data__personal={})
    seen.append(refused(json.dumps(message)[:-1].encode(), strict)[0])
    for mended in (
        {"specversion": "1.0"},
        {"type": secret["type"]},
        {"data__provision": "nl.awr.53"},
        {"source": secret["source"]},
        {"surprise": None},
        {"data__country": "NL"},
        {"data__purpose": "taxation"},
        {"time": secret["time"]},
    ):
        seen.append(refused(message, strict)[0])
        message = changed(message, **mended)
        message = {name: value for name, value in message.items() if value is not None}
    assert seen == [code for code in ORDER[:11] if code != "wrong-ledger"]
    assert accepted(message, strict).facts["purpose"] == "taxation"


def test_what_is_withheld_is_so_whatever_else_is_wrong_with_it() -> None:
    """The first failing check names the code, and nothing else is told of what hints at an investigation."""
    secret = changed(example("personal-data-disclosed"), data__provision="nl.sv.126na")
    whole = json.dumps(secret).encode()
    for sent in (
        whole[:-1],
        whole[:-1] + b', "n": 1e400}',
        whole.decode().encode("utf-16"),
        changed(secret, specversion="0.3"),
        changed(secret, id=""),
        changed(secret, type="nl.voipzeker.ledger.nothing-such.v1"),
        changed(secret, data__personal={"remark": "x" * MAX_MESSAGE}),
        whole[:-1] + b" " * 2 * 1024 * 1024,
        [secret],
    ):
        hidden = outcome(sent)
        assert isinstance(hidden, Rejection)
        pointer = "/type" if hidden.code is Code.UNKNOWN_TYPE else ""
        assert hidden == Rejection(hidden.code, pointer, hidden=True, why=hidden.why)


@pytest.mark.parametrize("later", ["schema", "personal-data-in-facts", "time-in-future"])
def test_an_unknown_field_anywhere_comes_before_any_other_fault(later: str) -> None:
    faults: dict[str, dict[str, Any]] = {
        "schema": {"id": "not an id", "data__origin": 1},
        "personal-data-in-facts": {"data__channel": "0612345678"},
        "time-in-future": {"time": "2030-01-01T00:00:00Z"},
    }
    message = changed(example(), **faults[later])
    assert refused(message)[0] == later
    assert refused(changed(message, extra=1)) == ("unknown-field", "/extra")
    assert refused(changed(message, data__extra=1)) == ("unknown-field", "/data")
    assert refused(changed(message, data__personal__extra=1)) == ("unknown-field", "/data/personal")


def test_a_reserved_source_or_a_wrong_subject_comes_before_personal_data_in_facts() -> None:
    message = changed(example(), data__channel="0612345678")
    assert refused(changed(message, subject="recipient/1"))[0] == "schema"
    assert refused(changed(message, source="urn:processing-ledger:x"))[0] == "schema"
    assert refused(changed(message, time="2026-02-30T00:00:00Z"))[0] == "schema"
    assert refused(changed(message, data__personal={"iban": "NL00"}))[0] == "schema"


def test_unknown_members_of_nested_objects() -> None:
    declared = example("processing-activity-declared")
    purpose = {"purpose": "p", "legal_basis": "6-1-f", "J. de Vries": 1}
    message = changed(declared, data__purposes=[{}, purpose])
    assert refused(message) == ("unknown-field", "/data/purposes/1")
    decided = example("erasure-decided")
    hostile = {"J. de Vries": {"decision": "erase", "ground": "x", "more": 1}}
    assert refused(changed(decided, data__decisions=hostile)) == (
        "unknown-field",
        "/data/decisions",
    )
    hostile = {"J. de Vries": {"decision": "erase", "ground": "x"}}
    assert refused(changed(decided, data__decisions=hostile)) == ("schema", "/data/decisions")
    message = changed(declared, data__retention={"J. de Vries": 1})
    assert refused(message) == ("schema", "/data/retention")


@pytest.mark.parametrize("data", [None, [], "text", 1, True])
def test_data_must_be_an_object(data: Any) -> None:
    assert refused(changed(example(), data=data)) == ("schema", "/data")


def test_data_must_be_there() -> None:
    message = example()
    del message["data"]
    assert refused(message) == ("schema", "/data")


@pytest.mark.parametrize(
    "name",
    [
        "nl.voipzeker.ledger.personal-data-collected.v2",
        "nl.voipzeker.ledger.personal-data-collected.v01",
        "nl.voipzeker.ledger.personal-data-collected",
        "nl.voipzeker.ledger.Personal-Data-Collected.v1",
        "nl.voipzeker.ledger.order-mislaid.v1",
        "nl.voipzeker.ledger.ledger-read.v1",
        "nl.voipzeker.ledger.erasure-reapplied.v1",
        "nl.voipzeker.ledger.intake-gap-recorded.v1",
        "com.example.thing.v1",
        "x",
    ],
)
def test_unknown_types_and_versions(name: str) -> None:
    assert refused(changed(example(), type=name)) == ("unknown-type", "/type")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"{}\xef\xbb\xbf",
        b"{",
        b"{}{}",
        b"{} x",
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":01}',
        b'{"a":"\x01"}',
        b'{"a":"\xff"}',
        b'{"\xc0\x80":1}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'{"a":1e400',
        b'{"a":1e400,"b":NaN}',
        b"[" * 40_000,
        b"[" * 20_000 + b"]" * 20_000,
        b'{"a":' * 7_000 + b"1" + b"}" * 7_000,
        "{}".encode("utf-16"),
        b"\x00",
    ],
)
def test_what_is_no_json(sent: bytes) -> None:
    assert outcome(sent) == Rejection(Code.NOT_JSON)


def test_the_limit_is_48_kib_of_the_whole_message() -> None:
    message = changed(example(), data__personal={"remark": "x"})
    room = MAX_MESSAGE - len(json.dumps(message)) + 1
    full = json.dumps(changed(message, data__personal={"remark": "x" * room})).encode()
    assert len(full) == 49_152
    assert accepted(full).personal["remark"] == "x" * room
    assert refused(full + b" ") == ("too-large", "")


def test_a_large_message_is_still_read_for_its_subject_but_not_a_huge_one() -> None:
    large = outcome(changed(example(), data__personal={"remark": "x" * 60_000}))
    assert isinstance(large, Rejection)
    assert (large.code, large.subject) == (Code.TOO_LARGE, "customer/10023")
    assert large.id == example()["id"]
    assert outcome(changed(example(), data__personal={"remark": "x" * 2_000_000})) == Rejection(
        Code.TOO_LARGE
    )
    assert outcome(b"[" * 500_000) == Rejection(Code.TOO_LARGE)
    assert outcome(b"\xff" * 60_000) == Rejection(Code.TOO_LARGE, hidden=True)


def test_the_fingerprint_sees_content_and_not_spelling() -> None:
    message = changed(example(), data__personal={"remark": "é"})
    sent = json.dumps(message, ensure_ascii=True, indent=3)
    other = json.dumps(dict(reversed(message.items())), ensure_ascii=False)
    assert accepted(sent.encode()).canonical == accepted(other.encode()).canonical
    differs = changed(message, data__personal={"remark": "e"})
    assert accepted(differs).canonical != accepted(sent.encode()).canonical
