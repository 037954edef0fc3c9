"""What a program may ask by the published descriptions is answered as they say: no 5xx, nothing else."""

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
import schemathesis.specs.openapi.checks as checks
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from starlette.testclient import TestClient

import web.api.changes
from tests.fixtures.standards import standard
from tests.fixtures.whole import examples
from tests.web.console import Consoled
from tests.web.programs import Programs
from web.api.routing import BASE
from web.interface import description
from web.standards.vng import BASE as VNG

EXAMPLES = examples(6)
"""Of each operation, right and wrong."""
KNOWN = {"kind": "customer", "id": "10023"}
"""A person whom the ledger knows: others are all alike."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream ends as soon as it has begun: the client of these tests reads an answer to its end."""
    monkeypatch.setattr(web.api.changes, "LASTS", timedelta(0))


@pytest.fixture(scope="module")
def program(sampled: Consoled) -> TestClient:
    return Programs(sampled).client("crm", "ledger", "ledger-events")


def operations(raw: dict[str, Any]) -> list[Any]:
    schema: Any = schemathesis.openapi.from_dict(raw)
    return [found.ok() for found in schema.get_all_operations()]


def fuzz(operation: Any, program: TestClient, base: str) -> None:
    """Ask what a description allows, and what it does not; each answer must be one that it has."""
    known = {"path_parameters": KNOWN} if KNOWN.keys() <= _named(operation) else {}
    for mode, fixed in ((GenerationMode.POSITIVE, known), (GenerationMode.NEGATIVE, {})):
        run = given(case=operation.as_strategy(generation_mode=mode, **fixed))(
            lambda case: _ask(case, program, base)
        )
        settings(
            max_examples=EXAMPLES,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )(run)()


def _named(operation: Any) -> set[str]:
    return {parameter.name for parameter in operation.path_parameters}


def _ask(case: Any, program: TestClient, base: str) -> None:
    kwargs = case.as_transport_kwargs(base_url=str(program.base_url).rstrip("/") + base)
    asked = {
        name: text for name, text in kwargs["headers"].items() if name.lower() != "authorization"
    }
    kwargs["headers"] = {name: text.encode("latin-1", "replace") for name, text in asked.items()}
    kwargs.pop("cookies", None)
    if isinstance(kwargs.get("data"), bytes):
        kwargs["content"] = kwargs.pop("data")
    response = program.request(**kwargs)
    case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize(
    "operation", operations(description()), ids=lambda operation: operation.label
)
def test_the_api_answers_as_it_says(operation: Any, program: TestClient) -> None:
    fuzz(operation, program, BASE)


def test_the_interface_of_vng_answers_as_its_published_file_says(program: TestClient) -> None:
    text = standard("vng-logging-read-openapi.yaml").read_text("utf-8")
    for operation in operations(yaml.safe_load(text)):
        fuzz(operation, program, VNG)
