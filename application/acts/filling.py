"""Members of an event as people give them: texts of flags and prompts, or objects of a file, into data. Pure.

What is wrong is said in words of the member, and never repeats what was given: it may be somebody's name.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from application.lookups import Names, codes, folded, names_of, nearest
from application.times import time_shown
from application.words import phrase
from ledger.event import instant
from schemas.encoding import JsonValue
from schemas.formats import instant_of
from schemas.members import Member, Shape
from schemas.texts import Language

Data = dict[str, JsonValue]
"""Members of an event by name, as the contract wants them."""

_YES, _NO = ("yes", "true", "ja", "y", "j"), ("no", "false", "nee", "n")
_DEEPEST_INDEX = 999


class InvalidMember(Exception):
    """A value, or a name, that does not fit. The text says where and what was expected, in words."""


class MemberPlace(Struct, frozen=True):
    """Where a value stands, and in which language that is told."""

    path: str
    language: Language

    def below(self, name: str | int) -> "MemberPlace":
        """A member, or an item, of it."""
        return MemberPlace(f"{self.path}.{name}" if self.path else str(name), self.language)

    def unfit(self, name: str, *values: object) -> InvalidMember:
        """What is wrong here, as a phrase of `record`."""
        why = phrase("record", name, self.language, *values)
        return InvalidMember(f"{self.path}: {why}" if self.path else why)


def assigned(shape: Shape, held: Data, path: str, text: str, language: Language) -> Data:
    """What is held, with the value of a path (`safeguards.0.country`) put there. Raises Unfit.

    A list that is named as a whole grows by what is given.
    """
    return _in_object(
        shape, held, [step for step in path.split(".") if step], text, MemberPlace("", language)
    )


def read(shape: Shape, text: str, language: Language, at: str) -> JsonValue:
    """A line of text as a value. Raises Unfit. `at`: where it stands."""
    return _read(shape, None, text, MemberPlace(at, language))


def _assigned(
    shape: Shape, held: JsonValue, steps: Sequence[str], text: str, place: MemberPlace
) -> JsonValue:
    if not steps:
        return _read(shape, held, text, place)
    if shape.kind == "object":
        return _in_object(shape, held, steps, text, place)
    first, *rest = steps
    if shape.kind == "map" and shape.item:
        name = _key(shape, first, place)
        known = _members(held)
        return {
            **known,
            name: _assigned(shape.item, known.get(name), rest, text, place.below(name)),
        }
    if shape.kind == "list" and shape.item:
        return _in_list(shape.item, _items(held), first, (rest, text), place)
    raise place.unfit("no-parts")


def _in_object(
    shape: Shape, held: JsonValue, steps: Sequence[str], text: str, place: MemberPlace
) -> Data:
    first, *rest = steps or [""]
    name = known_member(shape.members, first, place.language, place.path)
    below, known = shape.of_member(name), _members(held)
    assert below
    return {**known, name: _assigned(below, known.get(name), rest, text, place.below(name))}


def _members(held: JsonValue) -> Data:
    return held if isinstance(held, dict) else {}


def _items(held: JsonValue) -> list[JsonValue]:
    return held if isinstance(held, list) else []


def _in_list(
    item: Shape,
    held: list[JsonValue],
    index: str,
    rest: tuple[Sequence[str], str],
    place: MemberPlace,
) -> list[JsonValue]:
    at = int(index) if index.isdecimal() and len(index) < len(str(_DEEPEST_INDEX)) + 1 else -1
    if not 0 <= at <= len(held):
        raise place.unfit("index", len(held))
    before = held[at] if at < len(held) else None
    made = _assigned(item, before, *rest, place.below(at))
    return [*held[:at], made, *held[at + 1 :]]


def _read(shape: Shape, held: JsonValue, text: str, place: MemberPlace) -> JsonValue:
    """A line of text as a value; a list or a map grows by what it says."""
    text = text.strip()
    if _is_json(shape, text):
        return _taken(shape, _json(text, place), place)
    if shape.kind == "list" and shape.item:
        parts = [text] if shape.item.kind in {"text", "object", "json"} else text.split(",")
        found = [_read(shape.item, None, one, place) for one in parts if one.strip()]
        return [*_items(held), *found]
    if shape.kind == "map" and shape.item:
        return {**_members(held), **_pairs(shape, shape.item, text, place)}
    return _taken(shape, text, place)


def _is_json(shape: Shape, text: str) -> bool:
    """Whether a line is JSON: an object always, a list or a map where it begins as one."""
    is_whole = shape.kind in {"list", "map"} and text[:1] in {"[", "{"}
    return shape.kind in {"object", "json"} or is_whole


def _pairs(shape: Shape, item: Shape, text: str, place: MemberPlace) -> Data:
    """`key=value,key=value` as a map."""
    found: Data = {}
    for pair in filter(str.strip, text.split(",")):
        key, equals, value = pair.partition("=")
        if not equals:
            raise place.unfit("map")
        name = _key(shape, key.strip(), place)
        found[name] = _read(item, None, value, place.below(name))
    return found


def _json(text: str, place: MemberPlace) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise place.unfit("json") from None


def taken(shape: Shape, value: object, language: Language, at: str = "") -> Data:
    """An object of JSON or TOML as the contract wants it. Raises Unfit."""
    return _object(shape, value, MemberPlace(at, language))


def _taken(shape: Shape, value: object, place: MemberPlace) -> JsonValue:
    """A value of JSON or TOML, or one text."""
    if shape.kind == "object":
        return _object(shape, value, place)
    if shape.kind == "map" and shape.item:
        return _map(shape, shape.item, value, place)
    if shape.kind == "list" and shape.item:
        return _list(shape.item, value, place)
    if shape.kind in {"json", "value"}:
        plain: JsonValue = msgspec.to_builtins(value)
        return plain
    return _single(shape, value, place)


def _map(shape: Shape, item: Shape, value: object, place: MemberPlace) -> JsonValue:
    if not isinstance(value, Mapping):
        raise place.unfit("object")
    known = {_key(shape, key, place): each for key, each in value.items()}
    return {key: _taken(item, each, place.below(key)) for key, each in known.items()}


def _list(item: Shape, value: object, place: MemberPlace) -> JsonValue:
    if not isinstance(value, list):
        raise place.unfit("list")
    return [_taken(item, each, place.below(number)) for number, each in enumerate(value)]


def _object(shape: Shape, value: object, place: MemberPlace) -> Data:
    if not isinstance(value, Mapping):
        raise place.unfit("object")
    found: Data = {}
    for key, one in value.items():
        name = known_member(shape.members, str(key), place.language, place.path)
        below = shape.of_member(name)
        assert below
        found[name] = _taken(below, one, place.below(name))
    missing = [one.name for one in shape.members if one.required and one.name not in found]
    # The data as a whole is looked at when all of it is there.
    if missing and place.path:
        raise place.unfit("misses", ", ".join(missing))
    return found


def _single(shape: Shape, value: object, place: MemberPlace) -> JsonValue:
    made = _made(shape, value)
    if made is None:
        near = _near(shape, value, place.language)
        raise InvalidMember(f"{place.path}: {expected(shape, place.language)}{near}")
    return made


def _made(shape: Shape, value: object) -> JsonValue:
    """A value of a shape; None where it is none."""
    match shape.kind:
        case "choice":
            return _named(codes(shape.choices), value)
        case "number":
            return _whole(value)
        case "yes-no":
            return value if isinstance(value, bool) else _truth(value)
        case "day":
            return _day(value)
        case "instant":
            return _time(value)
        case _:
            return _text(shape, value)


def _text(shape: Shape, value: object) -> str | None:
    if not isinstance(value, str):
        return None
    text = value.upper() if shape.kind == "country" else value
    return text if not shape.pattern or re.search(shape.pattern, text) else None


def _named(names: Names, value: object) -> str | None:
    return names.get(folded(value)) if isinstance(value, str) else None


def _near(shape: Shape, value: object, language: Language) -> str:
    if shape.kind != "choice" or not isinstance(value, str):
        return ""
    return near_of(value, codes(shape.choices), language)


def near_of(text: str, names: Names, language: Language) -> str:
    """What a text may have meant, as the end of a sentence; empty when nothing is near."""
    near = nearest(text, names)
    return phrase("record", "near", language, ", ".join(near)) if near else ""


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,16}", value) else None


def _truth(value: object) -> bool | None:
    text = value.casefold() if isinstance(value, str) else ""
    return True if text in _YES else False if text in _NO else None


def _day(value: object) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: object) -> str | None:
    if isinstance(value, datetime):
        value = value.isoformat(" " if value.tzinfo is None else "T", "seconds")
    if not isinstance(value, str):
        return None
    if instant_of(value):
        return value
    shown = time_shown(value)
    return instant(shown) if shown else None


def _key(shape: Shape, key: str, place: MemberPlace) -> str:
    """The key of a map as the contract spells it."""
    if not shape.choices:
        return key
    name = codes(shape.choices).get(folded(key))
    if name is None:
        raise InvalidMember(
            f"{place.path}: {expected(Shape('choice', shape.choices), place.language)}"
            f"{near_of(key, codes(shape.choices), place.language)}"
        )
    return name


def known_member(members: Sequence[Member], name: str, language: Language, at: str = "") -> str:
    """A member as the contract spells it. Raises Unfit, with what is near."""
    names = names_of((one.name, ()) for one in members)
    found = names.get(folded(name))
    if found is None:
        near = near_of(name, names, language) or phrase(
            "record", "known", language, ", ".join(one.name for one in members)
        )
        why = phrase("record", "unknown-member", language)
        raise InvalidMember(f"{at}: {why}{near}" if at else f"{why}{near}")
    return found


def expected(shape: Shape, language: Language) -> str:
    """What a value must be, in words, with the choices where there are some."""
    kind = phrase("member-kind", shape.kind, language, ", ".join(shape.choices))
    if shape.kind in {"list", "map"} and shape.item:
        return f"{kind} {expected(shape.item, language)}"
    return kind
