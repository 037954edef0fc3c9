"""Who asks for what they may not have is logged: why, and in which role, without a name (ASVS 16.3.2)."""

import logging

import pytest
from starlette.testclient import TestClient

from tests.web.console import ORIGIN, Consoled
from web.logins.limits import OPENINGS
from web.resources import disclosures


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "console.serve")
    return caplog


def refusals(said: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Reason and role of each line."""
    fields = [record.fields for record in said.records if record.event == "refused"]  # type: ignore[attr-defined]
    return [(field["reason"], field["role"]) for field in fields]


def test_a_part_that_a_role_does_not_have(
    sampled: Consoled, said: pytest.LogCaptureFixture
) -> None:
    lead = sampled.as_("team-lead")
    for path in ("/persons/customer/10023", "/api/v1/persons/customer/10023", "/nothing-here"):
        assert lead.get(path).status_code == 404
    assert lead.get("/findings", subject="customer/10023").status_code == 404
    lead.post("/persons/customer/10023/open", category="contact", reason="complaint")
    assert lead.post("/persons/look-up", reference="customer/10023").status_code == 404
    assert refusals(said) == [("not-for-role", "team-lead")] * 5
    assert "10023" not in said.text
    assert "employee/900" not in said.text


def test_what_is_asked_too_often(sampled: Consoled, said: pytest.LogCaptureFixture) -> None:
    agent = sampled.as_("helpdesk-agent", "employee/960")
    sampled.console.desk._openings.take("employee/960", OPENINGS)
    sent = agent.post("/persons/find", field="email", value="a@b.example")
    assert sent.status_code == 429
    assert refusals(said) == [("too-many", "helpdesk-agent")]
    assert "a@b.example" not in said.text


def test_a_role_that_is_not_granted(sampled: Consoled, said: pytest.LogCaptureFixture) -> None:
    clerk = sampled.as_("helpdesk-agent", "employee/21", judged=True)
    assert clerk.get("/api/v1/persons/customer/10023").status_code == 403
    assert refusals(said) == [("not-granted", "helpdesk-agent")]


@pytest.mark.parametrize("path", ["/transfers", "/api/v1/transfers"])
def test_an_error_that_nobody_foresaw_says_nothing_of_itself(
    sampled: Consoled,
    said: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    def fails(*_arguments: object) -> None:
        raise RuntimeError("jan.jansen@example.nl")

    monkeypatch.setattr(disclosures, "transfers", fails)
    auditor = sampled.as_("auditor")
    browser = TestClient(sampled.console.app, base_url=ORIGIN, raise_server_exceptions=False)
    browser.cookies = auditor.http.cookies
    answer = browser.get(path)
    assert answer.status_code == 500
    lines = [record.getMessage() for record in said.records if record.name == "console.serve"]
    assert lines == ["a request ended with RuntimeError"]
    for text in (answer.text, *lines):
        assert "jansen" not in text
        assert "Traceback" not in text


def test_what_is_asked_in_order_is_no_refusal(
    sampled: Consoled, said: pytest.LogCaptureFixture
) -> None:
    auditor = sampled.as_("auditor")
    for path in ("/findings", "/persons/customer/nobody-9", "/findings?severity=x"):
        auditor.http.get(path)
    assert refusals(said) == []
