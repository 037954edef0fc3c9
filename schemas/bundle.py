"""Many JSON Schemas in one document, with their common parts written once (`$defs`).

A bundle says the same as its schemas, in a tenth of the lines: each type is `#/$defs/<name>.v<n>`, and a
definition, an attribute, a member or a rule that stands in several types is a definition of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

Schema = dict[str, Any]
Slot = tuple[Any, Any, str]
"""A place in a schema: the object or array, the key or index in it, and a name for what stands there."""

_SMALL: Final = 3
"""A part with fewer members, down to its leaves, is as short as a reference to it."""


def bundled(schemas: Mapping[str, Schema], id: str) -> Schema:
    """One schema document with every schema below `$defs`, by its name, without its own `$schema` and `$id`.

    `schemas` maps the name of a definition (`consent-given.v1`) to a schema without references beyond its own
    `$defs`. Their definitions of the same name must be equal: a ValueError names the one that is not.
    """
    copies: dict[str, Schema] = msgspec.json.decode(msgspec.json.encode(schemas))
    definitions: dict[str, Schema] = {}
    for name, schema in copies.items():
        for key, part in schema.pop("$defs", {}).items():
            if definitions.setdefault(key, part) != part:
                raise ValueError(f"{name} defines {key} otherwise than a schema before it")
        for identity in ("$schema", "$id"):
            schema.pop(identity, None)
    shared = _share(_slots({**copies, **definitions}))
    dialect = "https://json-schema.org/draft/2020-12/schema"
    parts = {**copies, **definitions, **shared}
    return {"$schema": dialect, "$id": id, "$defs": dict(sorted(parts.items()))}


def unbundled(bundle: Schema) -> dict[str, Schema]:
    """The schemas that were bundled, by name, without `$schema` and `$id`."""
    definitions: dict[str, Schema] = bundle["$defs"]
    schemas = {}
    for name, schema in definitions.items():
        if ".v" in name:
            own: dict[str, Schema] = {}
            schemas[name] = _inlined(schema, definitions, own)
            schemas[name]["$defs"] = own
    return schemas


def _inlined(node: Any, definitions: dict[str, Schema], own: dict[str, Schema]) -> Any:
    """A part with the common parts in their places again; collects the definitions of structs below."""
    if isinstance(node, list):
        return [_inlined(item, definitions, own) for item in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if name and not _is_struct(name):
        return _inlined(definitions[name], definitions, own)
    if name and name not in own:
        own[name] = {}
        own[name] = _inlined(definitions[name], definitions, own)
    return {key: _inlined(part, definitions, own) for key, part in node.items()}


def _is_struct(name: str) -> bool:
    """Definitions of the schemas themselves have names of classes; shared parts those of members."""
    return name[0].isupper()


def _slots(schemas: Mapping[str, Schema]) -> list[Slot]:
    """The places whose content may be shared: members of objects and rules."""
    return [slot for schema in schemas.values() for slot in _slots_of(schema)]


def _slots_of(schema: Schema) -> Iterator[Slot]:
    properties, rules = schema.get("properties", {}), schema.get("allOf", [])
    yield from ((properties, name, name) for name in properties)
    yield from ((rules, place, "rule") for place in range(len(rules)))


def _share(slots: Iterable[Slot]) -> dict[str, Schema]:
    """Puts a reference in each place whose content stands in others too; returns the shared definitions."""
    slots = [slot for slot in slots if _size(slot[0][slot[1]]) > _SMALL]
    names = _names(Counter((label, _text(place[key])) for place, key, label in slots))
    for place, key, label in slots:
        if name := names.get((label, _text(place[key]))):
            place[key] = {"$ref": f"#/$defs/{name}"}
    return {name: msgspec.json.decode(text) for (_, text), name in names.items()}


def _names(times: Counter[tuple[str, bytes]]) -> dict[tuple[str, bytes], str]:
    """The name of each content that stands more than once: its label, with a number where others share it."""
    texts: dict[str, list[bytes]] = {}
    for (label, text), count in sorted(times.items()):
        if count > 1:
            texts.setdefault(label, []).append(text)
    names = {}
    for label, same in texts.items():
        for number, text in enumerate(same, 1):
            alone = len(same) == 1 and label != "rule"
            names[label, text] = label if alone else f"{label}-{number}"
    return names


def _text(part: Any) -> bytes:
    return msgspec.json.encode(part)


def _size(part: Any) -> int:
    """The number of members of a part and of all below it."""
    if isinstance(part, dict):
        return sum(1 + _size(value) for value in part.values())
    return sum(1 + _size(item) for item in part) if isinstance(part, list) else 0
