"""The console believes its proxy about address and certificate, and nobody else about anything."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from host.pool import SitePool
from ledger.event import instant
from tests.architecture.documents import ROOT
from tests.fixtures.clients import FOR_CLIENTS, authority, made
from tests.fixtures.console import message
from tests.web.console import ORIGIN, Consoled, clock
from web.app import Console
from web.bodies import Room
from web.logins.origin import Origin
from web.logins.peers import BY_PROXY, PEER_CERTIFICATE

ISSUER = authority("root")
PO = made("po", ISSUER, FOR_CLIENTS)
BEHIND = {"x-forwarded-for": "192.0.2.7"}
ASKED = "/api/v1/findings"
# Of proxies and of programs behind them: who reads each. Where nobody stands, no code knows the name.
READ_BY = {
    **{name: {"proxied"} for name in ("client-cert",)},
    **{name: {"proxied", "by_link"} for name in ("x-forwarded-for",)},
    **{name: {"by_link"} for name in ("forwarded", "x-forwarded-host", "x-real-ip")},
    **{
        name: set[str]()
        for name in (
            *("client-cert-chain", "x-client-cert", "x-ssl-client-cert", "ssl-client-cert"),
            *("x-client-verify", "x-ssl-client-verify", "x-ssl-client-s-dn", "x-arr-clientcert"),
            *("x-forwarded-client-cert", "x-forwarded-proto", "x-forwarded-port"),
            *("x-forwarded-user", "x-forwarded-email", "x-forwarded-prefix", "x-forwarded-tls"),
            *("x-remote-user", "remote-user", "x-auth-request-user", "x-authenticated-user"),
            *("true-client-ip", "cf-connecting-ip", "x-client-ip", "x-cluster-client-ip"),
            *("x-original-url", "x-rewrite-url", "x-original-host", "x-host", "x-scheme"),
            *("x-http-method-override", "x-http-method", "x-method-override", "x-user-id"),
            *("proxy-authorization", "x-envoy-external-address", "x-amzn-mtls-clientcert"),
        )
    },
}


@pytest.fixture
def console(empty: Consoled, tmp_path: Path) -> Iterator[Console]:
    """A console that knows one client by its certificate, to whom the register grants a role."""
    (tmp_path / "authorities.pem").write_bytes(ISSUER.pem)
    (tmp_path / "clients.toml").write_text('["CN=po,O=House"]\nclient = "po"\nrole = "auditor"\n')
    settings = empty.pool.settings
    logins = replace(
        settings.web.logins,
        clients_file=tmp_path / "clients.toml",
        client_authorities=tmp_path / "authorities.pem",
    )
    settings = replace(settings, web=replace(settings.web, logins=logins))
    time = instant(clock() - timedelta(days=1))
    empty.record(
        message(
            "role-granted",
            "employee/client-po",
            source="urn:voipzeker:hr",
            time=time,
            role="auditor",
        )
    )
    pool = SitePool(settings, 1, clock)
    try:
        yield Console(pool, Origin.read(ORIGIN))
    finally:
        pool.close()


def client(console: Console, **state: object) -> TestClient:
    """A client whose connection is of this kind."""

    async def connected(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(state)
        await console.app(scope, receive, send)

    app: ASGIApp = connected
    return TestClient(app, base_url=ORIGIN, client=("127.0.0.1", 50000), follow_redirects=False)


def test_the_proxys_word_counts_and_nobody_elses(console: Console) -> None:
    headers = BEHIND | PO.in_header
    assert client(console, **{BY_PROXY: True}).get(ASKED, headers=headers).status_code == 200
    assert client(console, **{PEER_CERTIFICATE: PO.der}).get(ASKED).status_code == 200
    assert client(console, **{BY_PROXY: True}).get(ASKED, headers=BEHIND).status_code == 401
    assert client(console).get(ASKED, headers=headers).status_code == 401


@pytest.mark.parametrize(("language", "word"), [("nl", "De proxy moet"), ("en", "The proxy must")])
def test_a_proxy_that_does_not_say_who_connects_is_told_so(
    console: Console, language: str, word: str
) -> None:
    refused = client(console, **{BY_PROXY: True}).get(ASKED, params={"language": language})
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith(word)
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("by_proxy", [True, False])
def test_bytes_are_counted_for_whom_the_proxy_names(
    console: Console, by_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: set[str] = set()
    monkeypatch.setattr(Room, "take", lambda _room, who, _size: held.add(who))
    asking = client(console, **{BY_PROXY: by_proxy})
    asking.post("/login/link", content=b"key=x", headers=BEHIND)
    assert held == {"192.0.2.7" if by_proxy else "127.0.0.1"}


def test_a_link_lets_nobody_in_through_the_proxy(console: Console) -> None:
    page = client(console).get("/login/link").status_code
    proxied = client(console, **{BY_PROXY: True}).get(
        "/login/link", headers={"x-forwarded-for": "127.0.0.1"}
    )
    assert (page, proxied.status_code) == (200, 403)


@pytest.mark.parametrize("by_proxy", [True, False])
def test_no_other_header_of_a_proxy_says_anything(console: Console, by_proxy: bool) -> None:
    """All of them at once, with values that would let in: the answer is that to nobody."""
    others = {name for name, readers in READ_BY.items() if not readers}
    headers = {name: PO.in_header["client-cert"] for name in others}
    asking = client(console, **{BY_PROXY: by_proxy})
    answer = asking.get(ASKED, headers={**headers, **BEHIND})
    assert answer.status_code == 401
    page = asking.get("/login", headers={**dict.fromkeys(others, "https"), **BEHIND})
    plain = asking.get("/login", headers=BEHIND)
    assert (page.status_code, page.text) == (plain.status_code, plain.text)


@pytest.mark.parametrize("name", READ_BY)
def test_each_header_of_a_proxy_is_read_in_its_place_alone(name: str) -> None:
    quoted = re.compile(rf"""["']{re.escape(name)}["']""", re.IGNORECASE)
    files = [*(ROOT / "web").rglob("*.py"), *(ROOT / "host").rglob("*.py")]
    found = {path.stem for path in files if quoted.search(_code(path))}
    assert len(files) > 150
    assert found == READ_BY[name]


def _code(path: Path) -> str:
    """A module without its comments and docstrings."""
    text = re.sub(r'"""[\s\S]*?"""', "", path.read_text("utf-8"))
    return re.sub(r"(?m)#.*$", "", text)
