"""Whether a changed schema still accepts everything that the old one accepted.

A ledger reads old events for ever, so a published version of an event type may only widen. The check is
backward and transitive (against every release), and errs on the side of alarm: it reports changes that it
cannot compare, such as two different patterns. It knows the keywords that `schemas.documents` writes and
reports any other keyword that is new or changed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

Schema = dict[str, Any]

_ANNOTATIONS: Final = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples"}
)
_LOWER: Final = frozenset({"minimum", "minLength", "minItems"})
_UPPER: Final = frozenset({"maximum", "maxLength", "maxItems"})
_WIDENS_TO: Final = {"integer": {"integer", "number"}}
_COMPARED: Final = (
    _LOWER
    | _UPPER
    | {"type", "enum", "properties", "required", "additionalProperties", "items", "anyOf", "allOf"}
)


class BreakingChange(Struct, frozen=True):
    """A change that refuses messages that were once accepted: its place in the schema, and a description."""

    pointer: str
    reason: str


def check(old: Schema, new: Schema) -> list[BreakingChange]:
    """The breaking changes from one schema document to another; empty when the new one is wider."""
    return list(_breaks(_resolved(old, old), _resolved(new, new), ""))


def check_history(releases: Iterable[Schema], new: Schema) -> list[BreakingChange]:
    """The breaking changes of a schema document against every release of it, each one once."""
    return list(dict.fromkeys(change for old in releases for change in check(old, new)))


def _resolved(node: Any, document: Schema) -> Any:
    """A part of a document with its references followed and its annotations left out."""
    if isinstance(node, list):
        return [_resolved(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {
        name: _member(name, value, document)
        for name, value in node.items()
        if name not in _ANNOTATIONS and not name.startswith("x-")
    }
    # A constant is an enumeration of one value, so that one may become the other.
    if "const" in plain:
        plain["enum"] = [plain.pop("const")]
    if "$ref" not in node:
        return plain
    del plain["$ref"]
    # Keywords beside a reference hold as well, and win over those of the schema that it refers to.
    referred = document["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return {**_resolved(referred, document), **plain}


def _member(name: str, value: Any, document: Schema) -> Any:
    """The names of properties are the sender's words, so none of them is an annotation."""
    if name == "properties":
        return {key: _resolved(part, document) for key, part in value.items()}
    return _resolved(value, document)


def _breaks(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    """The breaking changes between two resolved parts."""
    if "anyOf" in old or "anyOf" in new:
        yield from _alternatives(old, new, at)
        return
    yield from _values(old, new, at)
    yield from _limits(old, new, at)
    yield from _members(old, new, at)
    yield from _inside(old, new, at)
    yield from _rules(old, new, at)
    yield from _other_keywords(old, new, at)


def _alternatives(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    """Every old alternative must be accepted whole by one of the new ones."""
    accepted = new.get("anyOf", [new])
    for place, branch in enumerate(old.get("anyOf", [old])):
        if all(any(_breaks(branch, candidate, at)) for candidate in accepted):
            yield BreakingChange(at, f"alternative {place} is no longer accepted")


def _values(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    if "enum" in new:
        yield from _enumerated(old, new, at)
    elif "type" in new and "enum" not in old:
        wider = _WIDENS_TO.get(old.get("type", ""), {old.get("type")})
        if new["type"] not in wider:
            yield BreakingChange(at, f"the type was {old.get('type', 'any')} and is {new['type']}")
    elif "type" in new and not all(_has_type(value, new["type"]) for value in old["enum"]):
        yield BreakingChange(at, f"the type is {new['type']}")


def _enumerated(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    missing = [value for value in old.get("enum", ()) if value not in new["enum"]]
    if "enum" not in old:
        yield BreakingChange(at, "values are now enumerated")
    elif missing:
        yield BreakingChange(at, f"values are gone: {missing}")


def _has_type(value: Any, name: str) -> bool:
    return name == {str: "string", bool: "boolean", int: "integer"}.get(type(value))


def _limits(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    for limit in sorted((_LOWER | _UPPER) & new.keys()):
        was, now = old.get(limit), new[limit]
        if was is None or (now > was if limit in _LOWER else now < was):
            yield BreakingChange(at, f"{limit} was {was} and is {now}")


def _members(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    """Members of objects: none may become required, unknown or narrower."""
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield BreakingChange(f"{at}/{name}", "is now required")
    properties, additional = new.get("properties", {}), new.get("additionalProperties", True)
    for name, was in old.get("properties", {}).items():
        if name in properties:
            yield from _breaks(was, properties[name], f"{at}/{name}")
        elif additional is False:
            yield BreakingChange(f"{at}/{name}", "is no longer known")
        elif isinstance(additional, dict):
            yield from _breaks(was, additional, f"{at}/{name}")


def _inside(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    """Compare the schemas of the items of arrays, and of the further members of objects."""
    if "items" in new:
        yield from _breaks(old.get("items", {}), new["items"], f"{at}/*")
    was, now = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if now is True or was is False:
        return
    if now is False:
        yield BreakingChange(at, "further members are no longer accepted")
    else:
        yield from _breaks({} if was is True else was, now, f"{at}/*")


def _rules(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    """Conditional rules: each must be one of the old ones, as far as old data can meet it."""
    for place, rule in enumerate(new.get("allOf", ())):
        if _reachable(rule, old) not in (None, *old.get("allOf", ())):
            yield BreakingChange(at, f"rule {place} is new or changed")


def _reachable(rule: Schema, old: Schema) -> Schema | None:
    """A rule without the conditions that data of the old schema cannot meet; None without any."""
    if "if" not in rule:
        return rule
    condition = _possible(rule["if"], old)
    return None if condition is None else {**rule, "if": condition}


def _possible(condition: Schema, old: Schema) -> Schema | None:
    """A condition without the alternatives that need members the old schema does not know."""
    properties = old.get("properties", {})
    required = condition.get("required", [])
    if old.get("additionalProperties") is False and not properties.keys() >= set(required):
        return None
    possible = dict(condition)
    if "anyOf" in condition:
        possible["anyOf"] = [
            branch for branch in condition["anyOf"] if _possible(branch, old) is not None
        ]
        if not possible["anyOf"]:
            return None
    for name in condition.get("properties", {}).keys() & set(required) & properties.keys():
        below = _possible(condition["properties"][name], properties[name])
        if below is None:
            return None
        possible["properties"] = {**possible["properties"], name: below}
    return possible


def _other_keywords(old: Schema, new: Schema, at: str) -> Iterator[BreakingChange]:
    """Every other keyword narrows in a way that is not understood, so it must not change."""
    for keyword in sorted(new.keys() - _COMPARED):
        if keyword == "pattern" and "enum" in old:
            if not all(
                isinstance(value, str) and re.search(new[keyword], value) for value in old["enum"]
            ):
                yield BreakingChange(at, "values do not match the pattern")
        elif old.get(keyword) != new[keyword]:
            yield BreakingChange(at, f"{keyword} is new or changed")
