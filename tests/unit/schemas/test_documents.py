"""The generated documents: JSON Schema per type, and AsyncAPI for the topics."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from schemas import ALL_TYPES, PERSONAL_FIELDS
from schemas.asyncapi import document
from schemas.catalogue import ORDER_TYPES
from schemas.documents import schema_of
from schemas.generate import documents, write
from schemas.library import examples_of, generated
from tests.fixtures.cases import each
from tests.unit.schemas.making import FOREIGN

ASYNCAPI = Path(__file__).parents[2] / "data" / "asyncapi-3.0.0.schema.json"


def test_the_committed_documents_are_those_of_the_code() -> None:
    made = documents()
    other = {name for name in made if generated(name) != made[name]}
    assert made
    assert other == set(), "run: python -m schemas.generate"


def test_writing_them(tmp_path: Path) -> None:
    write(tmp_path)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json")}
    assert written == documents().keys()
    assert json.loads((tmp_path / "asyncapi.json").read_text()) == document()


@each("name", ALL_TYPES)
def test_each_is_a_schema_of_the_2020_dialect_with_a_urn(name: str) -> None:
    schema = schema_of(name)
    jsonschema_rs.meta.validate(schema)
    short = ALL_TYPES[name].name
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:voipzeker:ledger:schema:{short}:v1"
    assert schema["title"] == name
    assert schema["description"].endswith(".")
    assert "\\Z" not in json.dumps(schema)


def test_ids_are_unique() -> None:
    ids = [schema_of(name)["$id"] for name in ALL_TYPES]
    assert len(ids) == len(set(ids))


def test_every_personal_field_names_its_category() -> None:
    personal = schema_of("nl.voipzeker.ledger.customer-registered.v1")["$defs"]["Personal"]
    categories = {name: part["x-data-category"] for name, part in personal["properties"].items()}
    assert categories == PERSONAL_FIELDS
    assert personal["additionalProperties"] is False


def test_an_unknown_type_has_no_schema() -> None:
    with pytest.raises(KeyError):
        schema_of("nl.voipzeker.ledger.nothing-such.v1")


@pytest.fixture(scope="module")
def asyncapi() -> Any:
    return document()


def test_asyncapi_is_valid_by_the_official_schema(asyncapi: Any) -> None:
    validator = jsonschema_rs.validator_for(json.loads(ASYNCAPI.read_text()))
    assert [error.message for error in validator.iter_errors(asyncapi)] == []
    broken = {**asyncapi, "channels": {"events": {"adress": "x"}}}
    assert not validator.is_valid(broken)


def test_the_topics_are_those_of_the_contract(asyncapi: Any) -> None:
    topics = {name: channel["address"] for name, channel in asyncapi["channels"].items()}
    assert topics == {
        "events": "privacy.events.v1",
        "register": "privacy.register.v1",
        "confidential": "privacy.confidential.v1",
        "rejections": "privacy.rejections.v1",
    }


def test_every_type_from_outside_is_on_a_topic(asyncapi: Any) -> None:
    channels = asyncapi["channels"]
    held = {**channels["events"]["messages"], **channels["register"]["messages"]}
    assert held.keys() == {f"{entry.name}.v{entry.version}" for entry in FOREIGN}
    assert "recipient-registered.v1" in channels["register"]["messages"]
    assert "recipient-registered.v1" not in channels["events"]["messages"]
    assert "event-annulled.v1" in channels["register"]["messages"]
    assert set(channels["confidential"]["messages"]) == {
        "personal-data-disclosed.v1",
        "erasure-decided.v1",
        "personal-data-erased.v1",
        "event-annulled.v1",
        *(f"{entry.name}.v{entry.version}" for entry in ORDER_TYPES.values()),
    }


def test_references_and_examples_of_asyncapi(asyncapi: Any) -> None:
    for name, message in asyncapi["components"]["messages"].items():
        if name == "rejection":
            continue
        file, definition = message["payload"]["schema"]["$ref"].split("#/$defs/")
        assert generated(file)["$defs"][definition]["title"] == message["name"]
        labels = [example["name"] for example in message["examples"]]
        assert labels == list(examples_of(name.removesuffix(".v1")))
    for operation in asyncapi["operations"].values():
        for part in (operation["channel"], *operation["messages"]):
            node = asyncapi
            for step in part["$ref"].removeprefix("#/").split("/"):
                node = node[step]


def test_the_answer_to_a_rejected_message(asyncapi: Any) -> None:
    schema = asyncapi["components"]["messages"]["rejection"]["payload"]["schema"]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    answer = {
        "source": "urn:voipzeker:crm",
        "id": None,
        "type": None,
        "topic": "privacy.events.v1",
        "partition": 0,
        "offset": 12,
        "code": "schema",
        "pointer": "/data/purposes/0",
    }
    assert validator.is_valid(answer)
    assert not validator.is_valid({**answer, "code": "bad"})
