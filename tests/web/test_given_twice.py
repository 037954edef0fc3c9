"""What is given twice is refused: two programs on the way may each read another one of the two."""

import pytest

from tests.web.console import Consoled
from tests.web.programs import Programs

LDV = "/api/ldv/v1/processing-activities"
JSON = {"content-type": "application/json", "idempotency-key": "twice-1234"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/me/requests", '{"right": "access", "right": "erasure"}'),
        ("/api/v1/me/requests", '{"right": "access", "\\u0072ight": "erasure"}'),
        ("/api/v1/me/choices", '{"choice": "x", "facts": {"a": 1, "a": 2}}'),
        (
            "/api/v1/me/consents",
            '{"purpose": "newsletter", "purpose": "x", "decision": "withdrawn"}',
        ),
        (LDV, '{"startTime": 1, "startTime": 2}'),
    ],
)
def test_a_member_of_a_body(sampled: Consoled, path: str, body: str) -> None:
    programs = Programs(sampled)
    client = (
        programs.person("customer/10023") if "/me/" in path else programs.client("log", "ledger")
    )
    answer = client.post(path, content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "expected JSON in which no member stands twice"


def test_a_field_of_a_form(sampled: Consoled) -> None:
    auditor = sampled.as_("auditor")
    assert auditor.session
    fields = {"category": ["contact", "payment"], "reason": "complaint"}
    answer = auditor.post("/persons/customer/10023/open", **fields)
    assert answer.status_code == 400
    dots = auditor.api("/persons/customer/10023/state")["personal"]
    assert all(value == {"masked": True} for value in dots["contact"].values())


@pytest.mark.parametrize("path", ["/findings", "/api/v1/findings"])
@pytest.mark.parametrize(
    "query", ["severity=high&severity=low", "as-of=2026-01-01T00:00:00Z&as-of=2025-01-01T00:00:00Z"]
)
def test_a_parameter_of_an_address(sampled: Consoled, path: str, query: str) -> None:
    assert sampled.as_("auditor").http.get(f"{path}?{query}").status_code == 400
