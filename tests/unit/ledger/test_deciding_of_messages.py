"""To decide over a batch decodes none of its messages once more: they were decoded when they were sealed."""

from collections.abc import Sequence
from uuid import UUID

import orjson

from ledger.recording.arrivals import Arrivals
from ledger.recording.deciding import Known, decide
from ledger.writing.message import FileOrigin, Message
from ledger.writing.packing import PackedMessage
from schemas import AdmissionRules, Code, Rejection, decode
from tests.fixtures.ledger import NOW, collected

OF_ANOTHER_KIND = PackedMessage(refusal=Rejection(Code.NOT_JSON))
STREAM = UUID(int=1)


class Sized:
    """Something that arrived."""

    size = 1


class Reading:
    """Makes messages of what arrived, and counts them."""

    def __init__(self) -> None:
        self.messages = 0

    def __call__(self, arrived: Sequence[Sized]) -> list[Message]:
        self.messages += len(arrived)
        body = orjson.dumps(collected())
        outcome = decode(body, AdmissionRules(), NOW)
        return [Message(body, outcome, FileOrigin("test", 1)) for _ in arrived]


def packed(id: str, fingerprint: bytes = b"") -> PackedMessage:
    return PackedMessage(STREAM, "urn:test", id, fingerprint)


def test_messages_that_are_recorded_are_not_decoded_again() -> None:
    reading = Reading()
    items = [packed("a"), packed("b"), packed("a"), OF_ANOTHER_KIND]
    decided = decide(Arrivals([Sized()] * 4, reading), items, {})
    assert decided.new == items[:2]
    assert decided.repeated == [2]
    assert decided.refused == [(3, OF_ANOTHER_KIND.refusal)]
    assert reading.messages == 0


def test_what_deciding_refuses_is_decoded_to_say_whose_it_is() -> None:
    reading, known = Reading(), Known()
    items = [packed("a", b"1"), packed("a", b"2"), packed("b")]
    decided = decide(Arrivals([Sized()] * 3, reading), items, known)
    assert [(index, why.code) for index, why in decided.refused] == [
        (1, Code.CONFLICTING_DUPLICATE)
    ]
    assert decided.refused[0][1].source == "urn:voipzeker:crm"
    assert reading.messages == 1
