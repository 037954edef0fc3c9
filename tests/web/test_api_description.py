"""The published description: as committed, complete, with examples that are as it says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from console.answers import ANSWERS
from tests.web.console import Consoled
from web.api.changes import PATH as CHANGES
from web.interface import published
from web.resources.listed import RESOURCES

DOCUMENT: dict[str, Any] = json.loads(published())
COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
PATHS: dict[str, Any] = DOCUMENT["paths"]
# Commands that answer and have no resource here, and why.
_FILE = "it is about a file that the caller has, and needs no ledger"
_HOST = "it is for the machine that runs the ledger"
WITHOUT = {
    "archive": _HOST,
    "audit": "it runs long: a page runs it, and /proof/audit says how far it is",
    "backup": _HOST,
    "certificate verify": _FILE,
    "certificate write": "a file that is handed over, made and recorded by a page",
    "dead-letters hand-over": _HOST,
    "dead-letters show": "it opens what nobody could read as an event: on the machine alone",
    "export": "read by the interfaces of the standards, /api/ldv/v1 and /api/vng/v1",
    "feed prove": "a file that is handed over",
    "feed root": _FILE,
    "feed verify": _FILE,
    "ingest": "sent to POST /events",
    "log recompute": "it reads the log's files, with no ledger",
    "login-link": _HOST,
    "report completeness": "a file that is handed over",
    "report verify": _FILE,
    "init": _HOST,
    "prune": _HOST,
    "restore": _HOST,
    "schema validate": _FILE,
    "verify": _FILE,
    "query": "it counts over an archive, which is apart from the ledger",
}
# Commands that record something: a page does that, by a form.
ACTS = re.compile(
    r"(complaint|hold|incident|request) (?!list|show|affected|notification)\w|codes declare|erase|record"
    r"|publish|rebuild|notify record|retention decide|dead-letters retry|feed (deliver|keep)"
    r"|kafka (accept-gap|create-topics|resume)|keys rotate|log (rebuild|rotate-key)"
)
RESOURCE_OF = {
    "access": "/persons/{kind}/{id}/looks",
    "checkpoint": "/checkpoint",
    "codes list": "/codes",
    "complaint list": "/complaints",
    "complaint show": "/complaints/{ref}",
    "consents": "/persons/{kind}/{id}/consents",
    "dead-letters list": "/dead-letters",
    "disclosures": "/disclosures",
    "feed list": "/feeds",
    "find": "/persons",
    "findings": "/findings",
    "history": "/persons/{kind}/{id}/history",
    "hold list": "/holds",
    "incident affected": "/incidents/{ref}/affected",
    "incident list": "/incidents",
    "incident notification": "/incidents/{ref}/notification",
    "incident show": "/incidents/{ref}",
    "kafka sources": "/operations/sources",
    "keys status": "/operations/keys",
    "lint": "/lint",
    "log keys": "/log-keys",
    "marketing": "/persons/{kind}/{id}/channels",
    "may credit-check": "/persons/{kind}/{id}/credit-check",
    "notify list": "/notifications",
    "prove": "/proof/events/{position}",
    "purposes": "/purposes",
    "recipients": "/recipients",
    "register": "/register",
    "report access": "/persons/{kind}/{id}/access-report",
    "report portability": "/persons/{kind}/{id}/portability",
    "request list": "/requests",
    "request show": "/requests/{ref}",
    "retention due": "/retention",
    "retention forecast": "/retention/forecast",
    "retention run": "/retention/run",
    "schema list": "/event-types",
    "schema show": "/event-types/{name}",
    "schema tc-string": "/tc-strings/{string}",
    "state": "/persons/{kind}/{id}/state",
    "status": "/operations",
    "today": "/today",
    "transfers": "/transfers",
    "transparency": "/transparency",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in PATHS.items():
        for method, operation in methods.items():
            yield path, method, operation


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def responses() -> Iterator[tuple[str, dict[str, Any]]]:
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            yield status, resolved(response)


def test_the_committed_description_is_that_of_the_code() -> None:
    assert COMMITTED.read_bytes() == published(), "run `make documents`"


def test_it_is_served_to_all_and_from_everywhere(sampled: Consoled) -> None:
    served = sampled.nobody().get("/api/v1/openapi.json")
    assert served.status_code == 200
    assert served.headers["access-control-allow-origin"] == "*"
    assert served.json() == DOCUMENT


def test_every_answer_of_a_query_has_a_resource() -> None:
    known = {resource.path for resource in RESOURCES}
    acts = {command for command in ANSWERS if ACTS.match(command)}
    assert ANSWERS.keys() == acts | RESOURCE_OF.keys() | WITHOUT.keys()
    assert not acts & (RESOURCE_OF.keys() | WITHOUT.keys())
    assert set(RESOURCE_OF.values()) <= known


def test_every_resource_is_described_once() -> None:
    listed = {path for path, method, _ in operations() if method == "get"}
    assert listed == {CHANGES, *(resource.path for resource in RESOURCES)}
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)), "oas: operation-operationId-unique"


@pytest.mark.parametrize("path", [resource.path for resource in RESOURCES])
def test_an_example_is_as_its_schema_says(path: str) -> None:
    answer = PATHS[path]["get"]["responses"]["200"]["content"]["application/json"]
    schema = {"components": DOCUMENT["components"], **answer["schema"]}
    wrong = jsonschema_rs.Draft202012Validator(schema).iter_errors(answer["example"])
    assert [one.message for one in wrong] == []


def test_every_reference_leads_somewhere_and_every_path_names_its_parameters() -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
            node = list(node.values())
        for part in node if isinstance(node, list) else ():
            yield from references(part)

    assert {
        reference for reference in references(DOCUMENT) if not resolved({"$ref": reference})
    } == set()
    for path, _, operation in operations():
        given = [resolved(parameter) for parameter in operation["parameters"]]
        named = {parameter["name"] for parameter in given if parameter["in"] == "path"}
        assert named == set(re.findall(r"\{([^}]+)\}", path))
        keys = [(parameter["in"], parameter["name"]) for parameter in given]
        assert len(keys) == len(set(keys))


def test_patterns_are_those_of_ecmascript() -> None:
    text = json.dumps(DOCUMENT)
    assert r"\\Z" not in text
    assert "(?i" not in text
    assert "(?P" not in text
