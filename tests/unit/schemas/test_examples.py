"""Every example is an event, for the decoder, for its own schema and for CloudEvents."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from schemas import ALL_TYPES
from schemas.documents import schema_of
from schemas.formats import instant_of
from schemas.library import examples_of
from schemas.own import own_event
from tests.fixtures.cases import each
from tests.unit.schemas.making import accepted, all_examples, example

STANDARD = Path(__file__).parents[4] / "shared" / "standards" / "cloudevents-1.0.schema.json"
EVERY = [(entry.name, label) for entry in ALL_TYPES.values() for label in examples_of(entry.name)]


def meant(message: Any) -> Any:
    """The data with its instants in UTC, and without what says nothing when it is empty."""
    needed = ALL_TYPES[message["type"]].required_facts
    silent = {"categories", "personal"} - {*needed}
    data = {name: value for name, value in message["data"].items() if value or name not in silent}
    instants = {"valid_until", "detected_at"} & data.keys()
    return data | {name: msgspec.to_builtins(instant_of(data[name])) for name in instants}


OWN = ("erasure-reapplied", "intake-gap-recorded", "prefix-pruned")


@pytest.fixture(scope="session")
def cloudevents() -> Any:
    if not STANDARD.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the published CloudEvents schema is missing: {STANDARD}")
        pytest.skip(f"no published CloudEvents schema at {STANDARD}")
    return jsonschema_rs.validator_for(json.loads(STANDARD.read_text()), validate_formats=True)


@each("name, label", all_examples())
def test_decodes(name: str, label: str) -> None:
    sent = example(name, label)
    event = accepted(sent)
    assert event.type == sent["type"]
    assert event.personal.keys() <= {*sent["data"].get("personal", {}), "name"}
    assert accepted(event.canonical).canonical == event.canonical
    assert json.loads(event.canonical)["data"] == meant(sent)


@pytest.mark.parametrize(
    ("name", "label"), [(name, label) for name in OWN for label in examples_of(name)]
)
def test_of_the_ledger_itself(name: str, label: str) -> None:
    sent = example(name, label)
    event = own_event(sent["type"], id=sent["id"], source=sent["source"], facts=sent["data"])
    assert event.facts == sent["data"]


@each("name, label", EVERY)
def test_fits_its_json_schema(name: str, label: str) -> None:
    sent = example(name, label)
    schema = schema_of(sent["type"])
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(sent)] == []


@each("name, label", EVERY)
def test_is_a_cloudevent(name: str, label: str, cloudevents: Any) -> None:
    assert cloudevents.is_valid(example(name, label))


@each("name", [entry.name for entry in ALL_TYPES.values()])
def test_each_type_has_a_normal_and_an_edge_example(name: str) -> None:
    labels = list(examples_of(name))
    assert "normal" in labels
    assert any(label.startswith("edge-") for label in labels)
