"""Members of an event as people give them: texts of flags and prompts, or objects of a file, into data. Pure.

An error names the member and what it expects. It never repeats the value: that may be a person's name.
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
from schemas.encoding import JsonValue, from_json
from schemas.formats import instant_of
from schemas.members import Member, Shape
from schemas.texts import Language

Data = dict[str, JsonValue]
"""Members of an event by name, as the contract wants them."""

_YES, _NO = ("yes", "true", "ja", "y", "j"), ("no", "false", "nee", "n")
# A number with more digits is no index: no command fills in a thousand entries by flags.
_DEEPEST_INDEX = 999


class InvalidMember(Exception):
    """A value, or a name, that does not fit. The text says where and what was expected, in words."""


class MemberPlace(Struct, frozen=True):
    """Where a value stands in the data, and the language in which errors name that place."""

    path: str
    language: Language

    def below(self, name: str | int) -> "MemberPlace":
        """The place of a member or an item of this value."""
        return MemberPlace(f"{self.path}.{name}" if self.path else str(name), self.language)

    def unfit(self, name: str, *values: object) -> InvalidMember:
        """The error for the value at this place. `name`: of a phrase of `record`."""
        why = phrase("record", name, self.language, *values)
        return InvalidMember(f"{self.path}: {why}" if self.path else why)


def assigned(shape: Shape, current: Data, path: str, text: str, language: Language) -> Data:
    """The current data with a text put at a path such as `safeguards.0.country`. Raises InvalidMember.

    A path that names a whole list adds the text to the list.
    """
    return _in_object(
        shape, current, [step for step in path.split(".") if step], text, MemberPlace("", language)
    )


def read(shape: Shape, text: str, language: Language, path: str) -> JsonValue:
    """A line of text as a value. Raises InvalidMember. `path`: where it stands."""
    return _read(shape, None, text, MemberPlace(path, language))


def _assigned(
    shape: Shape, current: JsonValue, steps: Sequence[str], text: str, place: MemberPlace
) -> JsonValue:
    if not steps:
        return _read(shape, current, text, place)
    if shape.kind == "object":
        return _in_object(shape, current, steps, text, place)
    first, *rest = steps
    if shape.kind == "map" and shape.item:
        name = _key(shape, first, place)
        members = _members(current)
        return {
            **members,
            name: _assigned(shape.item, members.get(name), rest, text, place.below(name)),
        }
    if shape.kind == "list" and shape.item:
        return _in_list(shape.item, _items(current), first, (rest, text), place)
    raise place.unfit("no-parts")


def _in_object(
    shape: Shape, current: JsonValue, steps: Sequence[str], text: str, place: MemberPlace
) -> Data:
    first, *rest = steps or [""]
    name = known_member(shape.members, first, place.language, place.path)
    below, members = shape.of_member(name), _members(current)
    assert below
    return {**members, name: _assigned(below, members.get(name), rest, text, place.below(name))}


def _members(current: JsonValue) -> Data:
    return current if isinstance(current, dict) else {}


def _items(current: JsonValue) -> list[JsonValue]:
    return current if isinstance(current, list) else []


def _in_list(
    item: Shape,
    current: list[JsonValue],
    index: str,
    rest: tuple[Sequence[str], str],
    place: MemberPlace,
) -> list[JsonValue]:
    position = int(index) if index.isdecimal() and len(index) < len(str(_DEEPEST_INDEX)) + 1 else -1
    if not 0 <= position <= len(current):
        raise place.unfit("index", len(current))
    before = current[position] if position < len(current) else None
    value = _assigned(item, before, *rest, place.below(position))
    return [*current[:position], value, *current[position + 1 :]]


def _read(shape: Shape, current: JsonValue, text: str, place: MemberPlace) -> JsonValue:
    """A line of text as a value; a line for a list or a map adds to its current content."""
    text = text.strip()
    if _is_json(shape, text):
        return _taken(shape, _json(text, place), place)
    if shape.kind == "list" and shape.item:
        parts = [text] if shape.item.kind in {"text", "object", "json"} else text.split(",")
        items = [_read(shape.item, None, part, place) for part in parts if part.strip()]
        return [*_items(current), *items]
    if shape.kind == "map" and shape.item:
        return {**_members(current), **_pairs(shape, shape.item, text, place)}
    return _taken(shape, text, place)


def _is_json(shape: Shape, text: str) -> bool:
    """Whether a line is JSON: an object always, a list or a map where it begins as one."""
    is_whole = shape.kind in {"list", "map"} and text[:1] in {"[", "{"}
    return shape.kind in {"object", "json"} or is_whole


def _pairs(shape: Shape, item: Shape, text: str, place: MemberPlace) -> Data:
    """`key=value,key=value` as a map."""
    pairs: Data = {}
    for pair in filter(str.strip, text.split(",")):
        key, equals, value = pair.partition("=")
        if not equals:
            raise place.unfit("map")
        name = _key(shape, key.strip(), place)
        pairs[name] = _read(item, None, value, place.below(name))
    return pairs


def _json(text: str, place: MemberPlace) -> object:
    try:
        return from_json(text)
    except msgspec.DecodeError:
        raise place.unfit("json") from None


def taken(shape: Shape, value: object, language: Language, path: str = "") -> Data:
    """An object of JSON or TOML as the contract wants it. Raises InvalidMember."""
    return _object(shape, value, MemberPlace(path, language))


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
    members = {_key(shape, key, place): member for key, member in value.items()}
    return {key: _taken(item, member, place.below(key)) for key, member in members.items()}


def _list(item: Shape, value: object, place: MemberPlace) -> JsonValue:
    if not isinstance(value, list):
        raise place.unfit("list")
    return [_taken(item, entry, place.below(number)) for number, entry in enumerate(value)]


def _object(shape: Shape, value: object, place: MemberPlace) -> Data:
    if not isinstance(value, Mapping):
        raise place.unfit("object")
    data: Data = {}
    for key, part in value.items():
        name = known_member(shape.members, str(key), place.language, place.path)
        below = shape.of_member(name)
        assert below
        data[name] = _taken(below, part, place.below(name))
    missing = [
        member.name for member in shape.members if member.required and member.name not in data
    ]
    # What the data as a whole lacks is checked later: flags fill it in one after the other.
    if missing and place.path:
        raise place.unfit("misses", ", ".join(missing))
    return data


def _single(shape: Shape, value: object, place: MemberPlace) -> JsonValue:
    fitting = _fitting(shape, value)
    if fitting is None:
        near = _near(shape, value, place.language)
        raise InvalidMember(f"{place.path}: {expected(shape, place.language)}{near}")
    return fitting


def _fitting(shape: Shape, value: object) -> JsonValue:
    """The value as its shape wants it; None where it does not fit."""
    match shape.kind:
        case "choice":
            return _code_of(codes(shape.choices), value)
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


def _code_of(names: Names, value: object) -> str | None:
    return names.get(folded(value)) if isinstance(value, str) else None


def _near(shape: Shape, value: object, language: Language) -> str:
    if shape.kind != "choice" or not isinstance(value, str):
        return ""
    return near_of(value, codes(shape.choices), language)


def near_of(text: str, names: Names, language: Language) -> str:
    """The names that look like a text, as the end of a sentence; empty when none does."""
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
    time = time_shown(value)
    return instant(time) if time else None


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


def known_member(members: Sequence[Member], name: str, language: Language, path: str = "") -> str:
    """A member as the contract spells it. Raises InvalidMember, with what is near."""
    names = names_of((member.name, ()) for member in members)
    spelling = names.get(folded(name))
    if spelling is None:
        near = near_of(name, names, language) or phrase(
            "record", "known", language, ", ".join(member.name for member in members)
        )
        why = phrase("record", "unknown-member", language)
        raise InvalidMember(f"{path}: {why}{near}" if path else f"{why}{near}")
    return spelling


def expected(shape: Shape, language: Language) -> str:
    """What a value must be, in words, with the choices where there are some."""
    kind = phrase("member-kind", shape.kind, language, ", ".join(shape.choices))
    if shape.kind in {"list", "map"} and shape.item:
        return f"{kind} {expected(shape.item, language)}"
    return kind
