"""What a message may cost: work and memory linear in its bytes, whatever is in it.

Counted, never timed: calls that decoding makes, of Python's functions and of built-in ones. A regular
expression is one call, whatever it does: its own work is not counted here. `test_patterns` looks at the
form of each.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas import Event, Rejection
from schemas.decode import MAX_MESSAGE
from schemas.rejection import Code
from tests.fixtures.counting import peak_bytes, steps
from tests.unit.schemas.making import Message, changed, example, outcome

BASE_STEPS = 1_500
STEPS_A_BYTE = 6
BYTES_A_BYTE = 64
SIZES = (6_000, 12_000, 24_000, 47_000)

Make = Callable[[int], Message]


def listed(name: str, path: str, item: Any, **values: Any) -> Make:
    """Messages with as many items in a list as the size has room for."""
    room = len(json.dumps(item, separators=(",", ":"))) + 1
    return lambda size: changed(example(name), **values, **{path: [item] * (size // room)})


def worded(name: str, path: str, piece: str) -> Make:
    """Messages with a text that is made of one piece."""
    return lambda size: changed(example(name), **{path: piece * (size // len(piece.encode()))})


def named(at: str, value: Any) -> Make:
    """Messages with many members that nobody knows."""
    return lambda size: changed(
        example(), **{f"{at}k{number}": value for number in range(size // 16)}
    )


def nested(opening: str) -> Make:
    """Messages with a value that is as deep as can be read, over and over."""
    deep = json.loads(opening * 200 + "1" + {"[": "]", '{"a":': "}"}[opening] * 200)
    room = 200 * (len(opening) + 1) + 2
    return lambda size: changed(example(), data__personal__name=[deep] * (size // room))


COLLECTED, DECLARED = "personal-data-collected", "processing-activity-declared"
PURPOSE = {"purpose": "a", "legal_basis": "6-1-f"}
TEXTS = (
    *("0", "1 ", "a@", "a@b.", "+1 ", "NL91 ", "1-", "bsn1", "0 ", "x.@x", "@.", "@", ".", "-"),
    *("123456782,", "bsn.123456789,", "bsn---", "NL91ABNA0417164301 ", "00", "1xxxxxxxxxxxxxxxx"),
    *("1,234,567,8 ", "\uff11\uff12 ", "\u2011", "\u2460", "klant", "klant1", "06-", "\ufdfa"),
)
HOSTILE: dict[str, Make] = {
    "values in a list, and a fault elsewhere": listed(
        COLLECTED, "data__personal__name", 1, data__channel=3
    ),
    "lists in a list": listed(COLLECTED, "data__personal__name", []),
    "objects in a list": listed(COLLECTED, "data__personal__name", {}),
    "e-mail addresses": listed(COLLECTED, "data__personal__email", "a@b.c"),
    "no e-mail addresses": listed(COLLECTED, "data__personal__email", "a@b"),
    "fields, the last one wrong": lambda size: changed(
        example("personal-data-disclosed"), data__fields=["name"] * (size // 7) + ["x"]
    ),
    "categories": listed(COLLECTED, "data__categories", "contact"),
    "purposes": listed(DECLARED, "data__purposes", PURPOSE),
    "purposes and a fault elsewhere": listed(
        DECLARED, "data__purposes", PURPOSE, data__countries=3
    ),
    "wrong purposes": listed(DECLARED, "data__purposes", {}),
    "measures": listed(DECLARED, "data__security_measures", "a lock, and a key to it"),
    "numbered measures": listed(DECLARED, "data__security_measures", "key 1234567890"),
    "a provision of parts": worded("personal-data-disclosed", "data__provision", "a."),
    "a provision of dots": worded("personal-data-disclosed", "data__provision", "."),
    "attributes": named("", 1),
    "members": named("data__", 1),
    "fields": named("data__personal__", 1),
    "lists in attributes": named("", []),
    "deep lists": nested("["),
    "deep objects": nested('{"a":'),
    **{f"text of {piece!r}": worded(DECLARED, "data__owner", piece) for piece in TEXTS},
    **{
        f"{name} of 'a'": worded(COLLECTED, name, "a")
        for name in ("id", "source", "type", "subject", "time", "specversion", "traceparent")
    },
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_the_work_for_a_message_is_linear_in_its_bytes(make: Make) -> None:
    outcome(make(100))  # what is made once for a type is not this message's work
    for size in SIZES:
        sent = json.dumps(make(size), separators=(",", ":"), ensure_ascii=False).encode()
        assert size / 3 < len(sent) <= MAX_MESSAGE
        assert steps(lambda sent=sent: outcome(sent)) <= BASE_STEPS + STEPS_A_BYTE * len(sent)  # type: ignore[misc]


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_the_memory_for_a_message_is_linear_in_its_bytes(make: Make) -> None:
    for size in SIZES[::3]:
        sent = json.dumps(make(size), separators=(",", ":"), ensure_ascii=False).encode()
        held = peak_bytes(lambda sent=sent: outcome(sent))  # type: ignore[misc]
        assert held <= 100_000 + BYTES_A_BYTE * len(sent)


@pytest.mark.parametrize(
    ("piece", "most"),
    [
        *((b"[],", 2**20 - 100), (b"{},", 2**17), (b'"a",', 2**17), (b"1,", 2**17)),
        *((b'{"id":"b"},', 2**17), (b"[[[[[]]]]],", 2**17)),
    ],
)
def test_a_message_that_is_too_large_becomes_no_objects(piece: bytes, most: int) -> None:
    """One such message of 66 KB set off the garbage collector, which took 0.3 s in a long test run."""
    start = b'{"id":"a","type":"nl.voipzeker.ledger.customer-registered.v1","data":['
    end = b'0],"subject":"customer/7"}'
    for size in (MAX_MESSAGE + 1, most):
        sent = start + piece * ((size - len(start) - len(end)) // len(piece) + 1) + end
        result = outcome(sent)
        assert isinstance(result, Rejection)
        assert (result.code, result.id, result.subject) == (Code.TOO_LARGE, "a", "customer/7")
        # At most one copy, in small letters; objects would take several times as much.
        assert peak_bytes(lambda sent=sent: outcome(sent)) < len(sent) + 10_000  # type: ignore[misc]


def test_what_is_named_of_a_large_message_is_short_texts_of_its_outermost_object() -> None:
    room = "x" * MAX_MESSAGE
    values: list[Any] = [3, None, [], {"id": "b"}, "y" * 2_000]
    for value in values:
        result = outcome(json.dumps({"id": value, "subject": "customer/7", "x": room}).encode())
        assert result == Rejection(Code.TOO_LARGE, subject="customer/7")
    for broken in (f'{{"id":"a","x":"{room}"', f'["{room}"]', f'"{room}"', "[" * 60_000):
        assert outcome(broken.encode()) == Rejection(Code.TOO_LARGE)


def test_the_largest_ordinary_message_is_an_event() -> None:
    text = "ordinary words of a letter " * 1_700
    assert isinstance(outcome(changed(example(), data__personal={"remark": text})), Event)
