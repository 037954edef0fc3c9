"""Messages broken in every way that comes to mind, each made from a seed and a number and nothing else.

A message begins as an example of the contract with canaries for its personal values. Its members are
changed, then the text that they are written as, then the bytes of that; most changes are few. Every
step notes its name, so that a message can be told and made again.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from schemas import EVENT_TYPES
from schemas.library import examples_of

CANARY = "Canary 4711 ü"
"""Fits no pattern of an id, a code, a source or a type, so it may be echoed nowhere."""

CANARY_WORD = "canary_word"
"""A name that could stand in a pointer, if pointers quoted the names that senders choose."""

CANARIES = ("Canary 4711", "canary4711@", "+31204711")
_FORMATTED = {
    "email": "canary4711@example.nl",
    "invoice_email": "canary4711@example.nl",
    "mobile_number": "+31204711471",
    "fixed_number": "+31204711471",
}
_KEPT = {"iban", "postcode", "kvk_number"}

Headers = list[tuple[str, bytes | None]]
Random = random.Random


@dataclass(frozen=True)
class Mutant:
    """A record's headers and value, and how it was made."""

    headers: Headers
    value: bytes | None
    recipe: str
    structured: bool


def _with_canaries(message: dict[str, Any]) -> dict[str, Any]:
    personal = message.get("data", {}).get("personal", {})
    for field in personal.keys() - _KEPT:
        personal[field] = _FORMATTED.get(field, CANARY)
    return message


EXAMPLES = [
    json.dumps(_with_canaries(json.loads(text)))
    for entry in EVENT_TYPES.values()
    if not entry.own
    for text in examples_of(entry.name).values()
]
_NAMES = [
    *(CANARY, CANARY_WORD, "provision", "personal", "categories", "id", "data", "time", "subject"),
    *("sequence", "traceparent", "data_base64", "", "\x00", "a" * 300, "name", "legal_basis", "é"),
]
_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**25, 10**80),
    *("", " ", "x", "6-1-c", "remark", "identity", "third-party", "NL", "1.0", "0", "null", CANARY),
    *([], {}, [[]], [None], [CANARY], {CANARY: CANARY}, {CANARY_WORD: 1}, {"a": [{"b": {}}]}),
    *("2026-01-01", "2026-11-24T10:15:00Z", "2026-02-30", "0000-00-00T00:00:00Z", "24:00"),
    *("2026-11-24T23:59:60Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    *("2026-11-24T10:15:00.1234567Z", "2026-11-24 10:15:00Z", "2026-W48-2T10:15:00Z"),
    *("customer/1", "employee/7", "recipient/x", "customer/1/contact/2", "activity/a", "visitor/v"),
    *("customer/", "customer/1\n", "CUSTOMER/1", "customer/" + "1" * 129, "customer/../1"),
    *("j.devries@example.nl", "0612345678", "+31 6 1234 5678", "NL91ABNA0417164300", "123456782"),
    *("\x00", "\x1f", "\x7f", "\u2028", "\ufeff", "\U0001f600", "e\u0301", "\u202e", "a\nb", "١٢٣"),
    *("urn:processing-ledger:x", "nl.voipzeker.ledger.customer-registered.v1", "nl.sv.126na"),
]
# Written into the text as they are, where a value stood.
_TOKENS = [
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1E+309", "1e-400", "-0", "-0.0", "01"),
    *("+1", ".5", "1.", "0x10", "1_000", "9" * 20, "9" * 400, "9" * 5000, "0." + "1" * 400, "tru"),
    *('"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"\x01"', '"\\x41"', "'x'", "nul", "/**/1", ""),
    *('"\\ud83d\\ude00"', "[1,]", '{"a":1,}', "undefined", '"\\u00"', '"', "1e99999999999", "{}{}"),
]
_MARK = re.compile(r'"raw ([0-9]+)"')
_BYTES = [
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\x00"),
    *(b"\xe2\x82", b"\x1f\x8b\x08", b"\r\n", b"\\", b'"', b"{", b"}", b"[", b"]", b",", b":"),
]


def mutant(seed: int, number: int) -> Mutant:
    """The message with this number."""
    chance = random.Random(seed * 1_000_003 + number)
    notes: list[str] = []
    message = json.loads(chance.choice(EXAMPLES))
    if chance.random() < 0.95:
        message["id"] = f"f-{number}"
    if message["type"].endswith(".personal-data-disclosed.v1") or chance.random() < 0.01:
        message["data"]["provision"] = chance.choice(_PROVISIONS)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 6))):
        if _depth(message) <= _DEEP:
            _change_member(chance, message, notes)
    if chance.random() < 0.3:
        return _binary(chance, message, notes, f"seed {seed}, number {number}")
    value = _bytes_of(chance, message, notes)
    headers: Headers = [("content-type", b"application/cloudevents+json")]
    return Mutant(headers, value, f"seed {seed}, number {number}: {notes}", True)


# Members

# The last ones name one with a duty of secrecy, however it is written.
_PROVISIONS = ["gdpr.6-1-c", "tw.11.5", "nl.sv.126na", "NL.SV.126na", "nlsv126na", "nl-sv-126na"]
_MOST_PLACES = 300
# What is deeper is not changed any more: a change may double it, and Python writes some 900 levels of JSON.
_DEEP = 310


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Holder and step of every member and item of a JSON value."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting and len(found) < _MOST_PLACES:
        node = waiting.pop()
        for step, value in (
            node.items() if isinstance(node, dict) else enumerate(node[:_MOST_PLACES])
        ):
            found.append((node, step))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found


def _depth(message: Any) -> int:
    """How many lists and objects are in each other."""
    deepest, waiting = 0, [(message, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = node.values() if isinstance(node, dict) else node
        waiting += [(value, depth + 1) for value in inner if isinstance(value, dict | list)]
    return deepest


def _change_member(chance: Random, message: dict[str, Any], notes: list[str]) -> None:
    places = _places(message)
    if not places:
        return
    holder, step = chance.choice(places)
    change = chance.choice(_CHANGES)
    notes.append(f"{change.__name__[1:]} {step!r:.40}")
    change(chance, holder, step, places)


def _replace(chance: Random, holder: Any, step: Any, _: Any) -> None:
    holder[step] = json.loads(json.dumps(chance.choice(_VALUES)))


def _remove(chance: Random, holder: Any, step: Any, _: Any) -> None:
    del holder[step]


def _add(chance: Random, holder: Any, step: Any, _: Any) -> None:
    if isinstance(holder, dict):
        holder[chance.choice(_NAMES)] = json.loads(json.dumps(chance.choice(_VALUES)))
    else:
        holder.insert(step, holder[step])


def _swap(chance: Random, holder: Any, step: Any, places: Sequence[tuple[Any, Any]]) -> None:
    other, there = chance.choice(places)
    holder[step], other[there] = (json.loads(json.dumps(x)) for x in (other[there], holder[step]))


def _retype(chance: Random, holder: Any, step: Any, _: Any) -> None:
    value = holder[step]
    holder[step] = chance.choice([[value], {"value": value}, str(value), json.dumps(value)])


def _nest(chance: Random, holder: Any, step: Any, _: Any) -> None:
    value = holder[step]
    for _ in range(chance.choice((1, 2, 10, 80, 300))):
        value = [value] if chance.random() < 0.5 else {CANARY_WORD: value}
    holder[step] = value


def _lengthen(chance: Random, holder: Any, step: Any, _: Any) -> None:
    unit = chance.choice(["a", "1", "@", "0", "a@", "1.", " ", "ü", "\U0001f600", "NL91", "+3161-"])
    size = chance.choice((65, 129, 1000, 10_000, 45_000, 49_000))
    holder[step] = unit * (size // len(unit))


def _multiply(chance: Random, holder: Any, step: Any, _: Any) -> None:
    if isinstance(holder, list) and len(holder) < 100:
        small = len(json.dumps(holder[step])) < 100
        holder.extend([holder[step]] * chance.choice((1, 10, 1000) if small else (1, 2)))


def _write_raw(chance: Random, holder: Any, step: Any, _: Any) -> None:
    holder[step] = f"raw {chance.randrange(len(_TOKENS))}"


def _vary(chance: Random, holder: Any, step: Any, _: Any) -> None:
    """A value as good as the one before, mostly: another number, another spelling."""
    value = holder[step]
    if step == "subject" and isinstance(value, str):
        holder[step] = f"{value.split('/')[0]}/{chance.randrange(10_000)}"
    elif step == "time":
        holder[step] = f"2026-{chance.randrange(1, 11):02}-11T1{chance.randrange(10)}:15:00.5Z"
    elif isinstance(value, str):
        holder[step] = value.swapcase() if chance.random() < 0.2 else f"{value}"
    elif isinstance(value, dict) and "name" in value:
        value["name"] = chance.choice(
            [[CANARY, 1, True], 10**30, 1.25, False, [CANARY] * 50, "ß\n"]
        )


def _betray(chance: Random, holder: Any, _: Any, places: Sequence[tuple[Any, Any]]) -> None:
    """A fact that holds personal data, or a time to come."""
    texts = [(h, s) for h, s in places if isinstance(h, dict) and isinstance(h[s], str)]
    for there, step in texts:
        if step in {"reason", "case_ref", "channel", "notice_version", "campaign", "order_ref"}:
            there[step] = chance.choice(_PERSONAL)
        elif step == "time" and chance.random() < 0.2:
            there[step] = "2031-11-25T12:00:00Z"


_PERSONAL = ["0612345678", "BSN-123456782", "NL91ABNA0417164300", "0031612345678", "123456782"]
_CHANGES: list[Callable[[Random, Any, Any, Any], None]] = [
    *(_replace, _remove, _add, _swap, _retype, _nest, _lengthen, _multiply, _write_raw, _betray),
    *(_vary, _vary, _vary, _vary),
]


# Text and bytes


def _bytes_of(chance: Random, message: Any, notes: list[str]) -> bytes:
    """The message as text, broken in its syntax in one of three cases, and as bytes, in one of four."""
    spaced = chance.random() < 0.2
    marks = (" , ", "\n:\t") if spaced else (", ", ": ")
    text = json.dumps(message, ensure_ascii=chance.random() < 0.5, separators=marks)
    text = _MARK.sub(lambda found: _TOKENS[int(found[1])], text)
    if chance.random() < 0.12:
        text = _change_text(chance, text, notes)
    sent = text.encode("utf-8", "surrogatepass")
    for _ in range(chance.choice((0, 0, 0, 0, 0, 0, 1, 4))):
        sent = _change_bytes(chance, sent, notes)
    return sent


def _change_text(chance: Random, text: str, notes: list[str]) -> str:
    change = chance.choice(["twice", "deep", "utf-16", "joined", "padded", "huge", "nested"])
    notes.append(change)
    if change == "twice":
        name, value = chance.choice(_NAMES), chance.choice(_VALUES)
        return text.replace("{", "{" + f"{json.dumps(name)}: {json.dumps(value)}, ", 1)
    if change == "deep":
        depth = chance.choice((50, 900, 1100, 20_000))
        opening, closing = chance.choice([("[", "]"), ('{"a":', "}"), ("[", "")])
        return opening * depth + text + closing * depth
    if change == "nested":
        return text.replace(": ", f": {'[' * 1200}{']' * 1200}, {json.dumps(CANARY_WORD)}: ", 1)
    if change == "utf-16":
        return text.encode("utf-16-le", "surrogatepass").decode("latin-1")
    if change == "joined":
        return text + chance.choice(["", "\n", ","]) + text
    if change == "huge" and chance.random() < 0.1:
        return text.replace("{", "{" + " " * chance.choice((50_000, 1_000_000, 1_100_000)), 1)
    return " " * chance.randrange(200) + text + "\n" * chance.randrange(3)


def _change_bytes(chance: Random, sent: bytes, notes: list[str]) -> bytes:
    at = chance.randrange(len(sent) + 1)
    end = at + chance.choice((1, 1, 4, 40))
    change = chance.choice(["flip", "cut", "insert", "truncate", "again", "bom"])
    notes.append(f"{change} {at}")
    if change == "flip":
        return sent[:at] + bytes(b ^ (1 << chance.randrange(8)) for b in sent[at:end]) + sent[end:]
    if change == "cut":
        return sent[:at] + sent[end:]
    if change == "insert":
        return sent[:at] + chance.choice(_BYTES) + sent[at:]
    if change == "truncate":
        return sent[:at]
    if change == "again":
        return sent[:end] + sent[at:]
    return b"\xef\xbb\xbf" + sent


# Binary mode


def _binary(chance: Random, message: dict[str, Any], notes: list[str], recipe: str) -> Mutant:
    data = message.pop("data", None)
    headers: Headers = []
    for name, value in message.items():
        text = value if isinstance(value, str) else json.dumps(value)
        header = "content-type" if name == "datacontenttype" else f"ce_{name}"
        headers.append((header, text.encode("utf-8", "surrogatepass")))
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        _change_headers(chance, headers, notes)
    value = None if data is None and chance.random() < 0.5 else _bytes_of(chance, data, notes)
    return Mutant(headers, value, f"{recipe}, binary: {notes}", False)


def _change_headers(chance: Random, headers: Headers, notes: list[str]) -> None:
    change = chance.choice(["twice", "null", "bytes", "unknown", "case", "remove", "long", "empty"])
    notes.append(f"header {change}")
    if change == "unknown" or not headers:
        names = [
            "ce_",
            f"ce_{CANARY}",
            f"ce_{CANARY_WORD}",
            "ce_data",
            "ce_data_base64",
            "x",
            "CE_ID",
        ]
        headers.append((chance.choice(names), chance.choice([None, b"", CANARY.encode(), b"1"])))
        return
    at = chance.randrange(len(headers))
    name, value = headers[at]
    changed: dict[str, list[tuple[str, bytes | None]]] = {
        "twice": [(name, value), (name, value)],
        "null": [(name, None)],
        "bytes": [(name, (value or b"") + chance.choice(_BYTES))],
        "case": [(name.swapcase(), value)],
        "remove": [],
        "long": [(name, (value or b"x")[:40] * 5000)],
        "empty": [(name, b"")],
    }
    headers[at : at + 1] = changed[change]
