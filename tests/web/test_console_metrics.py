"""What the console counts: by the pattern of an address and the status, and never by a value."""

import pytest
from prometheus_client import generate_latest
from starlette.routing import Route
from starlette.testclient import TestClient

from ledger.metrics import new_registry
from tests.web.console import ORIGIN, Client, Consoled
from web.metrics import MetricsMiddleware, WebMetrics

WHO = "/persons/customer/10023"


class Counted:
    """A console whose requests are counted."""

    def __init__(self, console: Consoled) -> None:
        self._console = console
        self._registry = new_registry()
        app = console.console.app
        routes = [route for route in app.routes if isinstance(route, Route)]
        self.app = MetricsMiddleware(app, WebMetrics.on(self._registry), routes)

    def as_(self, role: str) -> Client:
        client = self._console.as_(role)
        cookies = client.http.cookies
        client.http = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)
        client.http.cookies = cookies
        return client

    @property
    def text(self) -> str:
        return generate_latest(self._registry).decode()


@pytest.fixture
def counted(sampled: Consoled) -> Counted:
    return Counted(sampled)


def test_requests_are_counted_by_pattern_and_status(counted: Counted) -> None:
    client = counted.as_("auditor")
    client.get("/staff/11")
    client.get("/staff/nobody-of-that-name")
    client.get("/nothing/here")
    assert 'ledger_web_requests_total{page="/staff/{id}",status="200"} 1.0' in counted.text
    assert 'ledger_web_requests_total{page="/staff/{id}",status="404"} 1.0' in counted.text
    assert 'ledger_web_requests_total{page="none",status="404"} 1.0' in counted.text
    assert 'ledger_web_request_seconds_count{page="/staff/{id}"} 2.0' in counted.text
    assert "nobody-of-that-name" not in counted.text


def test_opened_values_and_refused_logins_are_counted(counted: Counted) -> None:
    client = counted.as_("auditor")
    client.post(f"{WHO}/open", category="contact", reason="audit-sample")
    client.post(f"{WHO}/open", category="nonsense", reason="audit-sample")
    client.post("/login/link", key="guessed")
    client.post("/persons/find", field="email", value="a@b.example", reason="audit-sample")
    client.post("/persons/find", field="email", value="a@b.example")
    assert "ledger_web_values_opened_total 1.0" in counted.text
    assert 'ledger_web_searches_total{outcome="answered"} 1.0' in counted.text
    assert 'ledger_web_searches_total{outcome="refused"} 1.0' in counted.text
    assert 'ledger_web_logins_total{outcome="refused"} 1.0' in counted.text
    assert "guessed" not in counted.text
