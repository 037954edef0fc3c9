"""Members of an event as people give them: texts of flags and prompts, or objects of a file, into data. Pure.

What is wrong is said in words of the member, and never repeats what was given: it may be somebody's name.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from application.lookups import Names, codes, folded, names_of, nearest
from application.times import time_shown
from application.words import phrase
from ledger.event import instant
from schemas.formats import instant_of
from schemas.members import Member, Shape
from schemas.texts import Language

_YES, _NO = ("yes", "true", "ja", "y", "j"), ("no", "false", "nee", "n")
_DEEPEST_INDEX = 999


class Unfit(Exception):
    """A value, or a name, that does not fit. The text says where and what was expected, in words."""


class Place(Struct, frozen=True):
    """Where a value stands, and in which language that is told."""

    path: str
    language: Language

    def below(self, name: str | int) -> "Place":
        """A member, or an item, of it."""
        return Place(f"{self.path}.{name}" if self.path else str(name), self.language)

    def unfit(self, name: str, *values: Any) -> Unfit:
        """What is wrong here, as a phrase of `record`."""
        why = phrase("record", name, self.language, *values)
        return Unfit(f"{self.path}: {why}" if self.path else why)


def assigned(
    shape: Shape, held: Any, path: str, text: str, language: Language, at: str = ""
) -> Any:
    """What is held, with the value of a path (`safeguards.0.country`) put there. Raises Unfit.

    A list that is named as a whole grows by what is given. `at`: where the shape itself stands.
    """
    steps = [step for step in path.split(".") if step]
    return _assigned(shape, held, steps, text, Place(at, language))


def _assigned(shape: Shape, held: Any, steps: Sequence[str], text: str, place: Place) -> Any:
    if not steps:
        return _read(shape, held, text, place)
    first, *rest = steps
    if shape.kind == "object":
        name = known_member(shape.members, first, place.language, place.path)
        below = shape.of_member(name)
        assert below
        held = dict(held or {})
        return {**held, name: _assigned(below, held.get(name), rest, text, place.below(name))}
    if shape.kind == "map" and shape.item:
        name = _key(shape, first, place)
        held = dict(held or {})
        below_place = place.below(name)
        return {**held, name: _assigned(shape.item, held.get(name), rest, text, below_place)}
    if shape.kind == "list" and shape.item:
        return _in_list(shape.item, list(held or ()), first, (rest, text), place)
    raise place.unfit("no-parts")


def _in_list(
    item: Shape, held: list[Any], index: str, rest: tuple[Sequence[str], str], place: Place
) -> list[Any]:
    at = int(index) if index.isdecimal() and len(index) < len(str(_DEEPEST_INDEX)) + 1 else -1
    if not 0 <= at <= len(held):
        raise place.unfit("index", len(held))
    before = held[at] if at < len(held) else None
    made = _assigned(item, before, *rest, place.below(at))
    return [*held[:at], made, *held[at + 1 :]]


def _read(shape: Shape, held: Any, text: str, place: Place) -> Any:
    """A line of text as a value."""
    text = text.strip()
    if shape.kind in {"object", "json"} or (
        shape.kind in {"list", "map"} and text[:1] in {"[", "{"}
    ):
        return taken(shape, _json(text, place), place.language, place.path)
    if shape.kind == "list" and shape.item:
        parts = [text] if shape.item.kind in {"text", "object", "json"} else text.split(",")
        found = [_read(shape.item, None, one, place) for one in parts if one.strip()]
        return [*(held or ()), *found]
    if shape.kind == "map" and shape.item:
        found_map = dict(held or {})
        for pair in filter(str.strip, text.split(",")):
            key, equals, value = pair.partition("=")
            if not equals:
                raise place.unfit("map")
            name = _key(shape, key.strip(), place)
            found_map[name] = _read(shape.item, None, value, place.below(name))
        return found_map
    return taken(shape, text, place.language, place.path)


def _json(text: str, place: Place) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise place.unfit("json") from None


def taken(shape: Shape, value: Any, language: Language, at: str = "") -> Any:
    """A value of JSON or TOML, or one text, as the contract wants it. Raises Unfit."""
    place = Place(at, language)
    if shape.kind == "object":
        return _object(shape, value, place)
    if shape.kind == "map" and shape.item:
        if not isinstance(value, Mapping):
            raise place.unfit("object")
        names = {_key(shape, key, place): one for key, one in value.items()}
        return {key: taken(shape.item, one, language, f"{at}.{key}") for key, one in names.items()}
    if shape.kind == "list" and shape.item:
        if not isinstance(value, list):
            raise place.unfit("list")
        return [taken(shape.item, one, language, f"{at}.{n}") for n, one in enumerate(value)]
    if shape.kind in {"json", "value"}:
        return msgspec.to_builtins(value)
    return _single(shape, value, place)


def _object(shape: Shape, value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise place.unfit("object")
    found: dict[str, Any] = {}
    for key, one in value.items():
        name = known_member(shape.members, str(key), place.language, place.path)
        below = shape.of_member(name)
        assert below
        found[name] = taken(below, one, place.language, place.below(name).path)
    missing = [one.name for one in shape.members if one.required and one.name not in found]
    # The data as a whole is looked at when all of it is there.
    if missing and place.path:
        raise place.unfit("misses", ", ".join(missing))
    return found


def _single(shape: Shape, value: Any, place: Place) -> Any:
    made: Any = None
    if shape.kind == "choice":
        made = _named(codes(shape.choices), value)
    elif shape.kind == "number":
        made = value if _is_number(value) else _whole(value)
    elif shape.kind == "yes-no":
        made = value if isinstance(value, bool) else _truth(value)
    elif shape.kind == "day":
        made = _day(value)
    elif shape.kind == "instant":
        made = _time(value)
    elif isinstance(value, str):
        text = value.upper() if shape.kind == "country" else value
        made = text if not shape.pattern or re.search(shape.pattern, text) else None
    if made is None:
        near = _near(shape, value, place.language)
        raise Unfit(f"{place.path}: {expected(shape, place.language)}{near}")
    return made


def _named(names: Names, value: Any) -> str | None:
    return names.get(folded(value)) if isinstance(value, str) else None


def _near(shape: Shape, value: Any, language: Language) -> str:
    if shape.kind != "choice" or not isinstance(value, str):
        return ""
    return near_of(value, codes(shape.choices), language)


def near_of(text: str, names: Names, language: Language) -> str:
    """What a text may have meant, as the end of a sentence; empty when nothing is near."""
    near = nearest(text, names)
    return phrase("record", "near", language, ", ".join(near)) if near else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,16}", value) else None


def _truth(value: Any) -> bool | None:
    text = value.casefold() if isinstance(value, str) else ""
    return True if text in _YES else False if text in _NO else None


def _day(value: Any) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: Any) -> str | None:
    if isinstance(value, datetime):
        value = value.isoformat(" " if value.tzinfo is None else "T", "seconds")
    if not isinstance(value, str):
        return None
    if instant_of(value):
        return value
    shown = time_shown(value)
    return instant(shown) if shown else None


def _key(shape: Shape, key: str, place: Place) -> str:
    """The key of a map as the contract spells it."""
    if not shape.choices:
        return key
    name = codes(shape.choices).get(folded(key))
    if name is None:
        raise Unfit(
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
        raise Unfit(f"{at}: {why}{near}" if at else f"{why}{near}")
    return found


def expected(shape: Shape, language: Language) -> str:
    """What a value must be, in words, with the choices where there are some."""
    kind = phrase("member-kind", shape.kind, language, ", ".join(shape.choices))
    if shape.kind in {"list", "map"} and shape.item:
        return f"{kind} {expected(shape.item, language)}"
    return kind
