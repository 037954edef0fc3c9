"""Structs as schemas of OpenAPI 3.1, which are those of JSON Schema 2020-12, and examples of their shape."""

from collections.abc import Iterable, Mapping, Sequence
from inspect import cleandoc
from typing import Any

import msgspec

from web.resource import Params

Schema = dict[str, Any]
_TEMPLATE = "#/components/schemas/{name}"
_BEFORE = _TEMPLATE.removesuffix("{name}")
# So deep lists have an element; a struct that holds a list of its own kind ends there.
_DEEPEST = 8
_BY_FORMAT = {
    "date-time": "2026-11-24T10:15:00+01:00",
    "date": "2026-11-24",
    "duration": "P1M",
    "uuid": "0b7f6f0a-3a4b-8c1d-9e2f-5a6b7c8d9e0f",
    "uri": "https://ledger.example/",
    "email": "nobody@ledger.example",
}


class Components:
    """The schemas of some structs, by the names under which a document has them."""

    def __init__(self, structs: Iterable[Any]) -> None:
        self._structs = list(dict.fromkeys(structs))
        schemas, named = msgspec.json.schema_components(self._structs, ref_template=_TEMPLATE)
        names = {name: _name_of(name, schema) for name, schema in named.items()}
        self._by_struct = {
            struct: {"$ref": _BEFORE + names[schema["$ref"].removeprefix(_BEFORE)]}
            for struct, schema in zip(self._structs, schemas, strict=True)
        }
        self.named: dict[str, Schema] = {
            names[name]: {**_tidied(schema, names), "title": names[name]}
            for name, schema in named.items()
        }

    def schema(self, struct: Any) -> Schema:
        """The schema of a struct, by reference."""
        return dict(self._by_struct[struct])

    def members(self, params: type[Params]) -> Iterable[tuple[str, Schema, bool]]:
        """The members of parameters: name, schema, whether it must be there."""
        own = self.named[self._name(params)]
        for name, schema in own["properties"].items():
            yield name, schema, name in own.get("required", ())

    def described(self, struct: Any, member: str, schema: Schema) -> None:
        """Describe a member of a struct in another way: it is written in another way."""
        self.named[self._name(struct)]["properties"][member] = schema

    def without(self, structs: Iterable[Any]) -> dict[str, Schema]:
        """Every schema but those of some structs."""
        left_out = {self._name(struct) for struct in structs}
        return {name: self.named[name] for name in sorted(self.named.keys() - left_out)}

    def _name(self, struct: Any) -> str:
        return str(self.schema(struct)["$ref"]).removeprefix(_BEFORE)

    def example(self, schema: Schema, depth: int = 0) -> Any:
        """A value of the shape of a schema. It tells of nobody: it is made of the schema alone."""
        if "$ref" in schema:
            return self.example(self.named[schema["$ref"].removeprefix(_BEFORE)], depth + 1)
        for known in ("const", "default"):
            if schema.get(known) is not None:
                return schema[known]
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            return self.example(_fullest(schema["anyOf"]), depth)
        return self._of_type(schema, depth)

    def _of_type(self, schema: Schema, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                items = schema.get("items")
                return [self.example(items, depth + 1)] if items and depth < _DEEPEST else []
            case "string":
                return _BY_FORMAT.get(schema.get("format", ""), "text")
            case "integer" | "number":
                return max(1, schema.get("minimum", 1))
            case "boolean":
                return True
        return None

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        wanted = schema.get("required", ())
        members = {name: self.example(schema["properties"][name], depth + 1) for name in wanted}
        more = schema.get("additionalProperties")
        if not members and isinstance(more, Mapping) and "propertyNames" not in schema:
            members = {"name": self.example(dict(more), depth + 1)}
        return members


def _fullest(choices: Sequence[Schema]) -> Schema:
    """The choice that shows most: an object before a text, anything before nothing."""
    order = ("$ref", "object", "array", "string", "integer", "number", "boolean")

    def rank(choice: Schema) -> int:
        name = "$ref" if "$ref" in choice else choice.get("type", "")
        return order.index(name) if name in order else len(order)

    return min(choices, key=rank)


def _tidied(schema: Any, names: Mapping[str, str]) -> Any:
    """Descriptions without indents, patterns as ECMAScript has them, references by our names, lists typed."""
    if isinstance(schema, list):
        return [_tidied(part, names) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {name: _tidied_member(name, value, names) for name, value in schema.items()}
    return one_of(tidied.pop("enum")) | tidied if "enum" in tidied else tidied


def one_of(values: Sequence[str | bool]) -> Schema:
    """A closed list with its type, without which generators make no type of it. One value is a constant."""
    kind = {"type": "boolean" if isinstance(values[0], bool) else "string"}
    return {**kind, "enum": [*values]} if len(values) > 1 else {**kind, "const": values[0]}


def _tidied_member(name: str, value: Any, names: Mapping[str, str]) -> Any:
    if name == "description" and isinstance(value, str):
        return cleandoc(value)
    if name == "pattern" and isinstance(value, str):
        return value.replace(r"\Z", "$").replace("(?i:", "(?:")
    if name == "$ref":
        return _BEFORE + names[str(value).removeprefix(_BEFORE)]
    return _tidied(value, names)


def _name_of(name: str, schema: Schema) -> str:
    """The name of a component: another one than its members have, as generators make a variable of each."""
    made = name[:1].upper() + name[1:]
    is_member = made.lower() in schema.get("properties", ())
    return f"{made}Answer" if is_member else made
