"""An address has one spelling, and no spelling of it leads to another host."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.web.console import ORIGIN, Consoled

_LINK = re.compile(r'(?:href|action)="([^"#]*)"')
ODD = [
    *("//evil.example/x", "/%2Fevil.example/x", "/%5Cevil.example", "/%5c/evil.example"),
    *("///evil.example", "/.//evil.example", "/..//evil.example", "/%2e%2e//evil.example"),
    *(
        "/@evil.example",
        "/;@evil.example",
        "/%09/evil.example",
        "/a%3Fb",
        "/%22onload=x",
        "/%E2%80%AE",
    ),
]


@pytest.mark.parametrize("path", ODD)
@pytest.mark.parametrize("role", ["auditor", None])
def test_no_link_of_a_page_leads_to_another_host(
    sampled: Consoled, path: str, role: str | None
) -> None:
    client = sampled.as_(role) if role else sampled.nobody()
    answer = client.http.get(f"{ORIGIN}{path}")
    assert answer.status_code == 404
    links = [answer.headers.get("location", "/"), *_LINK.findall(answer.text)]
    assert len(links) > 3
    for link in links:
        assert "\\" not in link
        assert urlsplit(urljoin(ORIGIN, link)).netloc == urlsplit(ORIGIN).netloc, link


@pytest.mark.parametrize(
    "path",
    [
        *("/persons%2Fcustomer%2F10023", "/persons/customer/10023%2Fstate", "/api%2Fv1/findings"),
        *("/api/v1%2ffindings", "/api/v1/persons/customer%2F10023", "/static%2Fbase.css"),
        *("/static/..%2Fapp.py", "/log%2Fcheckpoint", "/log/tile%2F0/000", "/login%2Flink"),
        *("/findings/", "/persons/customer/10023/", "/api/v1/findings/", "/login/", "//findings"),
    ],
)
def test_another_spelling_is_another_address_at_which_there_is_nothing(
    sampled: Consoled, path: str
) -> None:
    """A proxy may let through what begins otherwise; and a redirect would name a scheme without TLS."""
    answer = sampled.as_("auditor").http.get(f"{ORIGIN}{path}")
    assert answer.status_code in {400, 404}
    assert "location" not in answer.headers
    assert not re.search("10023.*10023", answer.text)


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\tevil", "javascript:alert(1)"],
)
def test_a_login_leads_back_to_this_console_alone(sampled: Consoled, after: str) -> None:
    answer = sampled.as_("auditor").http.get("/login", params={"next": after})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1:8463.evil.example"},
        {"host": "127.0.0.1:8463@evil.example"},
        {"host": "127.0.0.1"},
    ],
)
def test_another_host_is_told_nothing(sampled: Consoled, headers: dict[str, str]) -> None:
    for path in ("/", "/login", "/api/v1/findings", "/static/x", "/api/v1/openapi.json"):
        answer = sampled.as_("auditor").http.get(path, headers=headers)
        assert answer.status_code == 421
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["x-forwarded-host", "forwarded", "x-original-url", "x-rewrite-url", "x-http-method-override"],
)
def test_a_header_of_a_proxy_changes_no_address_and_no_method(sampled: Consoled, name: str) -> None:
    client = sampled.as_("auditor").http
    for value in ("evil.example", "host=evil.example", "/persons", "POST"):
        answer = client.get("/login", params={"next": "/persons"}, headers={name: value})
        assert (answer.status_code, answer.headers["location"]) == (303, "/persons")


@pytest.mark.parametrize(
    "method", ["TRACE", "CONNECT", "PROPFIND", "PUT", "PATCH", "DELETE", "post"]
)
def test_other_methods_do_nothing(sampled: Consoled, method: str) -> None:
    client = sampled.as_("operator").http
    for path in ("/findings", "/api/v1/findings", "/persons/find", "/sessions/end", "/proof/audit"):
        answer = client.request(method, path)
        assert answer.status_code in {403, 404, 405}
        assert "cookie" not in answer.text.lower(), "no request is told again"
