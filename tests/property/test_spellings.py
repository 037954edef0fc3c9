"""The same content is the same meaning: any spelling of an event is a repeat, another meaning is none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Event, decode, decode_binary
from schemas.extensions import DROPPED
from schemas.references import is_person
from schemas.rules import checks_of
from tests.fixtures.whole import examples
from tests.unit.schemas.making import NOW, OPEN, Message, all_examples, changed, example

OFFSETS = st.sampled_from([None, 0, 60, -60, 330, 14 * 60, -12 * 60])
TYPES = st.sampled_from(["application/json", "Application/JSON", "application/json; charset=UTF-8"])
BLANKS = st.sampled_from(["", " ", "\n\t", "\r\n  "])
CLASSES = {"dataclassification", "dataregulation", "datacategory"}
SILENT: Message = {"categories": [], "personal": {}}
Draw = Callable[[st.SearchStrategy[Any]], Any]


@st.composite
def sent(draw: st.DrawFn) -> Message:
    """An example, with attributes that are optional and values whose spelling may vary."""
    message = example(*draw(st.sampled_from(all_examples())))
    if draw(st.booleans()):
        message["sequence"] = draw(st.integers(0, 10**6))
    if draw(st.booleans()):
        message["tracestate"] = "a=b"
    if message["data"].get("personal"):
        amounts = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda number: number != 0)
        remark = [draw(st.text(max_size=5)), draw(amounts), draw(st.integers(-9, 9)), True]
        message["data"]["personal"]["remark"] = remark
    return message


def instant(draw: Draw, text: str) -> str:
    """The same instant at another offset, with other fractional digits and letters."""
    moment, offset = datetime.fromisoformat(text.upper()), draw(OFFSETS)
    zone = UTC if offset is None else timezone(timedelta(minutes=offset))
    written = moment.astimezone(zone).isoformat(timespec="microseconds")
    base, fraction, rest = written[:19], written[20:26], written[26:]
    digits = draw(st.integers(len(fraction.rstrip("0")), 6))
    end = draw(st.sampled_from(["Z", "z"])) if offset is None else rest
    joint = draw(st.sampled_from(["T", "t"]))
    return base.replace("T", joint) + (f".{fraction[:digits]}" if digits else "") + end


def respelled(draw: Draw, message: Message) -> Message:
    """The same meaning in other members."""
    checks = checks_of(message["type"])
    data: Message = dict(message["data"])
    for name in checks.instants:
        if name in data:
            data[name] = instant(draw, data[name])
    for name in checks.silent:
        if name in data and not data[name]:
            del data[name]
        elif name not in data and is_person(message["subject"]) and draw(st.booleans()):
            data[name] = SILENT[name]
    other = {**message, "time": instant(draw, message["time"]), "data": data}
    other["datacontenttype"] = draw(st.none() | TYPES)
    if "sequence" in other and draw(st.booleans()):
        other["sequence"] = str(other["sequence"])
    # What these say is read before they are dropped: a word that nobody knows is withheld.
    classes = st.none() | st.just("public")
    dropped = st.none() | st.booleans() | st.integers() | st.just("x")
    for name in draw(st.lists(st.sampled_from(list(DROPPED)), max_size=3)):
        other[name] = draw(classes if name in CLASSES else dropped)
    return {"traceparent": None, "causationid": None} | other


def written(draw: Draw, value: Any) -> str:
    """JSON of a value: members in any order, blanks, escapes and digits as they come."""
    if isinstance(value, dict):
        members = draw(st.permutations([*value.items()]))
        inside = [f"{text(draw, n)}{draw(BLANKS)}:{written(draw, v)}" for n, v in members]
        return "{" + ",".join(inside) + f"{draw(BLANKS)}}}"
    if isinstance(value, list):
        return "[" + ",".join(written(draw, item) for item in value) + f"{draw(BLANKS)}]"
    if isinstance(value, str):
        return text(draw, value)
    if isinstance(value, float):
        return format(value, draw(st.sampled_from(["", ".17e", ".17E"])))
    return json.dumps(value)


def text(draw: Draw, value: str) -> str:
    plain = json.dumps(value, ensure_ascii=draw(st.booleans()))
    if not value or ord(value[0]) > 0xFFFF or not draw(st.booleans()):
        return plain
    return f'"\\u{ord(value[0]):04X}' + json.dumps(value[1:], ensure_ascii=True)[1:]


def canonical(message: bytes) -> bytes:
    event = decode(message, OPEN, NOW)
    assert isinstance(event, Event), (event, message)
    return event.canonical


def binary(message: Message, data: bytes) -> bytes:
    headers: list[tuple[str, bytes | None]] = [
        ("content-type" if name == "datacontenttype" else f"ce_{name}", str(value).encode())
        for name, value in message.items()
        if name != "data" and value is not None
    ]
    event = decode_binary(headers, data, OPEN, NOW)
    assert isinstance(event, Event), event
    return event.canonical


@settings(max_examples=examples(300))
@given(sent(), st.data())
def test_any_spelling_is_a_repeat(message: Message, data: st.DataObject) -> None:
    first = canonical(json.dumps(message).encode())
    other = respelled(data.draw, message)
    mark = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    assert canonical(mark + written(data.draw, other).encode()) == first
    assert binary(other, mark + written(data.draw, other["data"]).encode()) == first
    assert canonical(first) == first


OTHERS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(0, 1, 1.0, 2, -1, True, False, "0", "1", "x", "X", "é", "e\u0301", "y", [], ["x"], ["y"]),
        *(
            "2026-11-24",
            "2026-11-25",
            "2026-11-24T10:15:00Z",
            "2026-11-24T10:15:00.000001Z",
            "NL",
            "US",
        ),
        *(["contact"], ["identity"], ["contact", "identity"], ["identity", "contact"], "6-1-f"),
    ]
)


def leaves(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every value that has none in it, and every list."""
    if isinstance(node, dict):
        return [place for name, value in node.items() for place in leaves(value, (*at, name))]
    return [at]


def meaning(value: Any, name: str, instants: set[str]) -> Any:
    """What a member says, so that two spellings are equal and two types are not."""
    if name in instants and isinstance(value, str):
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    if name == "sequence":
        return int(value)
    if isinstance(value, list):
        return [meaning(item, "", set()) for item in value]
    return type(value), value


@settings(max_examples=examples(1_000))
@given(sent(), st.data())
def test_any_other_meaning_is_none(message: Message, data: st.DataObject) -> None:
    """Every member is replaced by other values, of which those that fit must make another event."""
    place = data.draw(st.sampled_from(leaves(message)))
    value = data.draw(OTHERS)
    other = changed(message, **{"__".join(map(str, place)): value})
    event = decode(json.dumps(other).encode(), OPEN, NOW)
    if not isinstance(event, Event):
        return
    instants = {"time", *checks_of(event.type).instants}
    before: Any = message
    for step in place:
        before = before[step]
    same = meaning(before, place[-1], instants) == meaning(value, place[-1], instants)
    assert (event.canonical == canonical(json.dumps(message).encode())) is same
