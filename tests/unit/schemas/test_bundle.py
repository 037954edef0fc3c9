"""All schemas in one document: it says the same, and a validator of others reads it."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from schemas import ALL_TYPES
from schemas.bundle import Schema, bundled, unbundled
from schemas.generate import EVENTS_ID, event_schemas, publish
from schemas.library import EVENTS, examples_of, generated, released
from tests.fixtures.cases import each


def alone(schema: Schema) -> Schema:
    return {key: part for key, part in schema.items() if key not in {"$schema", "$id"}}


def test_nothing_is_lost_or_added() -> None:
    schemas = event_schemas()
    assert unbundled(bundled(schemas, "urn:x")) == {
        name: alone(one) for name, one in schemas.items()
    }


def test_what_stands_twice_stands_once() -> None:
    long: Schema = {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$"}
    rule: Schema = {"if": {"required": ["a"]}, "then": {"required": ["b"]}}
    head: Schema = {"$schema": "d", "$id": "i"}
    first: Schema = {**head, "properties": {"a": long, "b": {"type": "null"}}, "allOf": [rule]}
    other: Schema = {
        **head,
        "properties": {"a": long, "b": {**long, "maxLength": 8}},
        "allOf": [rule],
    }
    parts = bundled({"one.v1": first, "two.v1": other}, "urn:x")["$defs"]
    assert parts["a"] == long
    assert parts["one.v1"]["properties"] == {"a": {"$ref": "#/$defs/a"}, "b": {"type": "null"}}
    assert parts["two.v1"]["properties"]["b"] == {**long, "maxLength": 8}
    assert parts["one.v1"]["allOf"] == [{"$ref": "#/$defs/rule-1"}]
    assert first["properties"]["a"] is long  # what was given stays as it is


def test_one_name_is_one_definition() -> None:
    one = {"$schema": "d", "$id": "i", "$defs": {"Value": {"type": "string"}}}
    other = {"$schema": "d", "$id": "i", "$defs": {"Value": {"type": "null"}}}
    with pytest.raises(ValueError, match=r"two\.v1 defines Value"):
        bundled({"one.v1": one, "two.v1": other}, "urn:x")


@pytest.fixture(scope="module")
def bundle() -> Any:
    return generated(EVENTS)


@each("name", ALL_TYPES)
def test_a_validator_of_others_accepts_the_examples_of_each_type(name: str, bundle: Any) -> None:
    entry = ALL_TYPES[name]
    schema = {**bundle, "$ref": f"#/$defs/{entry.name}.v{entry.version}"}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for example in examples_of(entry.name, entry.version).values():
        event = json.loads(example)
        assert validator.is_valid(event)
        assert not validator.is_valid({**event, "type": "nl.voipzeker.ledger.other.v1"})
        assert not validator.is_valid({**event, "surplus": {}})


def test_a_release_gains_what_no_release_has_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = released()["0.1.0"]
    before = unbundled(old)
    first, *others = before
    monkeypatch.setattr(
        "schemas.generate.released", lambda: {"0.1.0": bundled_again(before, others)}
    )
    monkeypatch.setattr("schemas.generate.event_schemas", lambda: with_heads(before))
    monkeypatch.setattr("schemas.generate._HERE", tmp_path)
    (tmp_path / "published").mkdir()
    publish("0.1.0")
    written = json.loads((tmp_path / "published" / "0.1.0.schema.json").read_text("utf-8"))
    assert unbundled(written) == before
    assert first in before
    assert written["$id"] == f"{EVENTS_ID}:0.1.0"


def test_a_release_takes_no_type_whose_shared_parts_have_changed_since() -> None:
    """A personal field more changes what all types share: then a type is published in the next release."""
    old = released()["0.1.0"]
    schemas = with_heads(unbundled(old))
    name, schema = next(iter(schemas.items()))
    personal = {**schema["$defs"]["Personal"], "description": "with a field more"}
    changed = {**schema, "$defs": {**schema["$defs"], "Personal": personal}}
    with pytest.raises(ValueError, match="defines Personal otherwise"):
        bundled({**schemas, f"new-{name}": changed}, f"{EVENTS_ID}:0.1.0")
    assert bundled({f"new-{name}": changed}, f"{EVENTS_ID}:0.2.0")


def with_heads(schemas: dict[str, Schema]) -> dict[str, Schema]:
    return {name: {"$schema": "d", "$id": "i", **schema} for name, schema in schemas.items()}


def bundled_again(schemas: dict[str, Schema], names: list[str]) -> Schema:
    chosen = {name: schemas[name] for name in names}
    return bundled(with_heads(chosen), f"{EVENTS_ID}:0.1.0")
