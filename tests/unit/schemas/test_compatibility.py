"""A published schema may only widen."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas import ALL_TYPES
from schemas.compatibility import BreakingChange, Schema, check, check_history
from schemas.documents import schema_of
from schemas.library import published
from tests.fixtures.cases import each

ORDERED: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "a thing",
    "type": "object",
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "code": {"type": "string", "pattern": "^[a-z]{1,8}$", "maxLength": 8},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "many": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "open": {"type": "object"},
        "version": {"const": "1.0"},
    },
    "required": ["kind"],
    "additionalProperties": False,
    "allOf": [{"if": {"required": ["count"]}, "then": {"required": ["code"]}}],
    "$defs": {"Part": {"type": "object", "properties": {"x": {"type": "string"}}}},
}

Change = Callable[[Schema], object]


def after(change: Change) -> Schema:
    schema = copy.deepcopy(ORDERED)
    change(schema)
    return schema


def put(*path: str, value: Any) -> Change:
    def change(schema: Schema) -> None:
        node = schema
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return change


def take(*path: str) -> Change:
    def change(schema: Schema) -> None:
        node = schema
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return change


OF = "properties"
BREAKING: dict[str, tuple[Change, str]] = {
    "new required member": (put("required", value=["kind", "code"]), "/code"),
    "removed enumeration value": (put(OF, "kind", "enum", value=["a"]), "/kind"),
    "enumerated text": (put(OF, "code", value={"enum": ["a"]}), "/code"),
    "tightened pattern": (put(OF, "code", "pattern", value="^[a-z]{1,7}$"), "/code"),
    "new pattern": (put("$defs", "Part", OF, "x", "pattern", value="^x$"), "/many/*/x"),
    "shorter text": (put(OF, "code", "maxLength", value=7), "/code"),
    "pattern that a listed value does not match": (
        put(OF, "kind", value={"type": "string", "pattern": "^a$"}),
        "/kind",
    ),
    "new minimum length": (put(OF, "code", "minLength", value=1), "/code"),
    "higher minimum": (put(OF, "count", "minimum", value=1), "/count"),
    "lower maximum": (put(OF, "count", "maximum", value=8), "/count"),
    "removed member of a closed object": (take(OF, "code"), "/code"),
    "other type": (put(OF, "count", value={"type": "string"}), "/count"),
    "number to integer": (
        put(OF, "map", "additionalProperties", value={"type": "integer"}),
        "/map/*",
    ),
    "type of an enumeration": (put(OF, "kind", value={"type": "integer"}), "/kind"),
    "closed object": (put(OF, "open", "additionalProperties", value=False), "/open"),
    "closed items": (put("$defs", "Part", "additionalProperties", value=False), "/many/*"),
    "typed members": (
        put(OF, "open", "additionalProperties", value={"type": "string"}),
        "/open/*",
    ),
    "member that now falls under a narrower rule for all": (
        lambda schema: (
            take(OF, "code")(schema),
            put("additionalProperties", value={"type": "integer"})(schema),
        ),
        "/code",
    ),
    "items for any array": (put(OF, "open", "items", value={"type": "string"}), "/open/*"),
    "lost alternative": (put(OF, "either", value={"type": "string"}), "/either"),
    "other constant": (put(OF, "version", value={"const": "1.1"}), "/version"),
    "new rule": (
        put("allOf", value=[*ORDERED["allOf"], {"required": ["code"]}]),
        "",
    ),
    "changed rule": (put("allOf", value=[{"if": {}, "then": {"required": ["code"]}}]), ""),
    "keyword that is not known": (put(OF, "open", "minProperties", value=1), "/open"),
    "new format": (put(OF, "code", "format", value="date"), "/code"),
}

WIDENING: dict[str, Change] = {
    "nothing": lambda schema: schema,
    "new optional member": put(OF, "more", value={"type": "string"}),
    "new enumeration value": put(OF, "kind", "enum", value=["b", "c", "a"]),
    "no enumeration": put(OF, "kind", value={"type": "string"}),
    "pattern of all listed values": put(
        OF, "kind", value={"type": "string", "pattern": "^[a-z]{1,64}$"}
    ),
    "no pattern": take(OF, "code", "pattern"),
    "longer text": put(OF, "code", "maxLength", value=9),
    "no maximum": take(OF, "count", "maximum"),
    "lower minimum": put(OF, "count", "minimum", value=-1),
    "integer to number": put(OF, "count", "type", value="number"),
    "no required member": put("required", value=[]),
    "open object": take("additionalProperties"),
    "no rule": take("allOf"),
    "more alternatives": put(
        OF, "either", "anyOf", value=[{"type": "null"}, {"type": "integer"}, {"type": "string"}]
    ),
    "one type among alternatives": put(
        OF, "count", value={"anyOf": [{"type": "null"}, {"type": "integer"}]}
    ),
    "new words": put("title", value="a better name"),
    "new annotation": put(OF, "code", "x-data-category", value="contact"),
    "rule about a member that is new": put(
        "allOf",
        value=[
            {
                "if": {"anyOf": [{"required": ["more"]}]},
                "then": {"required": ["code"]},
            },
            *ORDERED["allOf"],
        ],
    ),
    "rule that a new member joins": put(
        "allOf",
        value=[
            {"if": {"required": ["count"]}, "then": {"required": ["code"]}},
            {
                "if": {OF: {"many": {}, "map": {}}, "required": ["more"]},
                "then": {"required": ["kind"]},
            },
        ],
    ),
}


@pytest.mark.parametrize("what", BREAKING)
def test_breaking_changes_are_found(what: str) -> None:
    change, pointer = BREAKING[what]
    found = check(ORDERED, after(change))
    assert [breaking.pointer for breaking in found] == [pointer]
    assert found[0].reason


@pytest.mark.parametrize("what", WIDENING)
def test_widening_is_no_break(what: str) -> None:
    assert check(ORDERED, after(WIDENING[what])) == []


def test_the_check_is_transitive() -> None:
    first = after(put(OF, "kind", "enum", value=["a", "b", "c"]))
    # Against the second release alone nothing breaks: it had already broken the first.
    assert check(ORDERED, ORDERED) == []
    assert check_history([first, ORDERED, first], ORDERED) == [
        BreakingChange("/kind", "values are gone: ['c']")
    ]


@each("name", ALL_TYPES)
def test_no_type_breaks_a_published_version_of_itself(name: str) -> None:
    releases = published()
    assert name in releases, (
        f"publish the schema of {name}: python -m schemas.generate --publish VERSION"
    )
    assert check_history(releases[name].values(), schema_of(name)) == []


def test_no_published_type_is_forgotten() -> None:
    assert published().keys() <= ALL_TYPES.keys()


def disclosed() -> Schema:
    return schema_of("nl.voipzeker.ledger.personal-data-disclosed.v1")


def test_a_new_personal_field_is_no_break_of_a_real_schema() -> None:
    old = disclosed()
    del old["$defs"]["Personal"]["properties"]["invoice_email"]
    for rule in old["$defs"]["PersonalDataDisclosed"]["allOf"]:
        present = rule["if"]["properties"].get("personal", {"anyOf": []})["anyOf"]
        present[:] = [branch for branch in present if branch != {"required": ["invoice_email"]}]
    assert check(old, disclosed()) == []
    lost = [change.pointer for change in check(disclosed(), old)]
    assert "/data/personal/invoice_email" in lost


def test_breaking_a_real_schema() -> None:
    new = disclosed()
    data = new["$defs"]["PersonalDataDisclosed"]
    data["required"].append("case_ref")
    data["properties"]["method"]["enum"].remove("paper")
    del data["properties"]["notice"]
    new["properties"]["id"]["pattern"] = "^[a-z]+$"
    new["$defs"]["Personal"]["properties"]["name"] = {"type": "string"}
    assert {change.pointer for change in check(disclosed(), new)} == {
        "/data/case_ref",
        "/data/method",
        "/data/notice",
        "/id",
        "/data/personal/name",
    }
