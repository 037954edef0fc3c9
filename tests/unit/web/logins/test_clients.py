"""Systems that ask: by a token of the provider, or by a certificate that the settings list."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from ledger.errors import Misconfigured
from tests.fixtures.clients import FOR_CLIENTS, FOR_SERVERS, Pair, authority, made, name
from tests.fixtures.issuer import AUDIENCE, CLIENT, ISSUER, Issuer, new_key, seconds
from tests.fixtures.logins import SECURE, Console
from web.logins.authorities import Authorities
from web.logins.certificates import Certificates, KnownClient, read_clients
from web.logins.clients import Clients
from web.logins.logins import Logins
from web.logins.peers import BY_PROXY, PEER_CERTIFICATE
from web.logins.provider import Credentials, Provider
from web.logins.relying import Relying
from web.logins.tokens import ANY_LOGIN, SKEW_S, Strength
from web.principals import Principal

KEYS = [new_key("a")]
ROOT, OTHER = authority("root"), authority("other")
KNOWN = {
    "CN=reports,O=House": KnownClient("reports", "auditor", ("ledger", "intake"), "CN=root,O=House")
}
REPORTS = made("reports", ROOT, FOR_CLIENTS)
BEHIND = "192.0.2.7"
SAID = {"x-forwarded-for": BEHIND}
"""What a proxy says of a person without a certificate."""


class Place:
    """A console, an issuer of tokens, and a file of clients with certificates."""

    def __init__(self, folder: Path, strength: Strength = ANY_LOGIN) -> None:
        self.console = Console(folder, SECURE)
        self.console.register.granted |= {("employee/client-reports", "auditor")}
        self.issuer = Issuer(self.console.clock, keys=list(KEYS))
        relying = Relying(ISSUER, Credentials(CLIENT), AUDIENCE, strength=strength)
        provider = Provider(ISSUER, self.issuer.http, self.console.seconds)
        authorities = Authorities([ROOT.certificate, OTHER.certificate])
        certificates = Certificates(KNOWN, authorities, self.console.clock)
        clients = Clients(self.console.house, relying, provider, certificates)
        self.app = self.console.app(Logins(self.console.house, clients=clients))

    def client(self, **state: object) -> TestClient:
        """A client whose connection has this peer."""
        app = self.app

        async def connected(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"] = dict(state)
            await app(scope, receive, send)

        made: ASGIApp = connected
        return TestClient(made, base_url=SECURE)

    def ask(self, token: str, **state: object) -> Any:
        return self.client(**state).get("/who", headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"sub": "reports"}, ("employee/client-reports", "auditor", "client")),
        ({"sub": "7"}, ("employee/7", "auditor", "staff")),
        ({"sub": "client-reports"}, ("employee/client-reports", "auditor", "client")),
        (
            {
                "sub": "x",
                "scope": "openid ledger-portal",
                "data_subject": "customer/1",
                "roles": None,
            },
            ("customer/1", "data-subject", "data-subject"),
        ),
    ],
)
def test_a_token_says_who_asks(
    place: Place, claims: dict[str, Any], who: tuple[str, str, str]
) -> None:
    answer = place.ask(place.issuer.sign_access(**claims)).json()
    assert (answer["reference"], answer["role"], answer["kind"]) == who
    assert (answer["client"], answer["csrf"]) == ("reports", None)


@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        ({"aud": "another"}, 401, "invalid_token"),
        ({"iss": "https://evil.test"}, 401, "invalid_token"),
        ({"exp": 0}, 401, "invalid_token"),
        ({"cnf": {"jkt": "x"}}, 401, "invalid_token"),
        ({"cnf": {"x5t#S256": "x"}}, 401, "invalid_token"),
        ({"cnf": "x"}, 401, "invalid_token"),
        ({"scope": None}, 403, "insufficient_scope"),
        ({"scope": "other"}, 403, "insufficient_scope"),
        ({"scope": "ledger ledger-portal"}, 403, "insufficient_scope"),
        # Of both kinds at once, with all that either of them needs.
        (
            {"scope": "ledger ledger-portal", "data_subject": "customer/1"},
            403,
            "insufficient_scope",
        ),
        (
            {"scope": "ledger ledger-portal", "data_subject": "customer/1", "roles": None},
            403,
            "insufficient_scope",
        ),
        (
            {"scope": "openid", "data_subject": "customer/1", "roles": None},
            403,
            "insufficient_scope",
        ),
        ({"scope": "ledger-portal"}, 403, "insufficient_scope"),
        ({"scope": "ledger-portal", "data_subject": "employee/7"}, 403, "insufficient_scope"),
        ({"scope": ["ledger"]}, 403, "insufficient_scope"),
        ({"roles": ["privacy-officer"]}, 403, "insufficient_scope"),
        ({"roles": None}, 403, "insufficient_scope"),
        ({"sub": "client-other"}, 403, "insufficient_scope"),
        ({"sub": ["client-reports"]}, 401, "invalid_token"),
        ({"sub": "8"}, 403, "insufficient_scope"),
    ],
)
def test_a_token_that_does_not_count_is_refused(
    place: Place, claims: dict[str, Any], status: int, code: str
) -> None:
    refused = place.ask(place.issuer.sign_access(**claims))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == f'Bearer error="{code}"'


def test_an_id_token_of_a_browser_is_no_access_token(place: Place) -> None:
    token = place.issuer.sign(
        place.issuer.claims(aud=AUDIENCE, scope="ledger", client_id="x", jti="1")
    )
    assert place.ask(token).status_code == 401


def test_a_token_is_judged_alone_whatever_cookie_came_along(place: Place) -> None:
    client, until = place.client(), place.console.clock() + timedelta(hours=1)
    principal = Principal("employee/7", "auditor", "staff", "oidc", until)
    secret, _ = place.console.house.sessions.begin(principal)
    client.cookies.set("__Host-ledger", secret)
    assert client.get("/who").json()["reference"] == "employee/7"
    refused = client.get("/who", headers={"authorization": "Bearer x"})
    assert refused.status_code == 401


def test_a_client_changes_things_without_a_form(place: Place) -> None:
    token = place.issuer.sign_access(sub="reports")
    answer = place.client().post("/change", json={}, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_while_the_provider_is_away_it_is_said_so(place: Place) -> None:
    place.issuer.away = True
    refused = place.ask(place.issuer.sign_access())
    assert (refused.status_code, refused.json()["code"]) == (503, "temporarily_unavailable")
    assert "www-authenticate" not in refused.headers


def test_a_certificate_of_our_own_tls_says_who_asks(place: Place) -> None:
    answer = place.client(**{PEER_CERTIFICATE: REPORTS.der}).get("/who").json()
    assert (answer["reference"], answer["client"], answer["kind"]) == (
        "employee/client-reports",
        "reports",
        "client",
    )


@pytest.mark.parametrize(
    "pair",
    [
        made("stranger", ROOT, FOR_CLIENTS),
        made("reports", OTHER, FOR_CLIENTS),
        made("reports", None, FOR_CLIENTS),
        made("reports", None, FOR_CLIENTS, issuer=name("root")),
        made("reports", ROOT, FOR_SERVERS),
        made("reports", ROOT, FOR_CLIENTS, ends=datetime(2026, 2, 1, tzinfo=UTC)),
        made("reports", ROOT, FOR_CLIENTS, begins=datetime(2027, 1, 1, tzinfo=UTC)),
        made(name("reports", None), ROOT, FOR_CLIENTS),
        made(x509.Name([*name("x"), *name("reports")]), ROOT, FOR_CLIENTS),
        made(x509.Name([*name("reports"), *name("x", None)]), ROOT, FOR_CLIENTS),
        made(x509.Name([*name("Reports")]), ROOT, FOR_CLIENTS),
        made(
            "stranger",
            ROOT,
            FOR_CLIENTS,
            x509.SubjectAlternativeName([x509.DirectoryName(name("reports"))]),
        ),
        made(
            name("stranger, CN=reports,O=House", None),
            ROOT,
            FOR_CLIENTS,
            x509.SubjectAlternativeName([x509.DNSName("reports")]),
        ),
    ],
)
def test_another_certificate_names_nobody_whichever_way_it_comes(place: Place, pair: Pair) -> None:
    assert place.client(**{PEER_CERTIFICATE: pair.der}).get("/who").json()["reference"] is None
    proxied = place.client(**{BY_PROXY: True})
    for header in (pair.in_header, pair.escaped):
        assert proxied.get("/who", headers=SAID | header).json()["reference"] is None


def test_the_register_grants_a_client_its_role(place: Place) -> None:
    place.console.register.granted.clear()
    refused = place.client(**{PEER_CERTIFICATE: REPORTS.der}).get("/who")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


def test_the_header_of_the_proxy_counts_in_both_spellings(place: Place) -> None:
    client = place.client(**{BY_PROXY: True})
    for header in (REPORTS.in_header, REPORTS.escaped):
        answer = client.get("/who", headers=SAID | header).json()
        assert (answer["client"], answer["address"]) == ("reports", BEHIND)


@pytest.mark.parametrize("peer", [{}, {BY_PROXY: False}])
def test_the_headers_of_anybody_else_do_not(place: Place, peer: dict[str, object]) -> None:
    for header in (REPORTS.in_header, REPORTS.escaped):
        answer = place.client(**peer).get("/who", headers=SAID | header).json()
        assert (answer["reference"], answer["address"]) == (None, "testclient")


def test_the_certificate_of_the_proxys_own_connection_is_nobodys(place: Place) -> None:
    client = place.client(**{BY_PROXY: True, PEER_CERTIFICATE: REPORTS.der})
    assert client.get("/who", headers=SAID).json()["reference"] is None


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "::", ":x:", "x", "%", ":" + "A" * 70_000 + ":"),
        REPORTS.in_header["client-cert"] + ";a=b",
        f"{REPORTS.in_header['client-cert']}, {REPORTS.in_header['client-cert']}",
        REPORTS.in_header["client-cert"].strip(":"),
        REPORTS.in_header["client-cert"].replace("A", "A ", 1),
        REPORTS.escaped["client-cert"] * 2,
        REPORTS.escaped["client-cert"].replace("CERTIFICATE", "X509%20CRL"),
    ],
)
def test_a_header_that_is_no_certificate_names_nobody(place: Place, text: str) -> None:
    client = place.client(**{BY_PROXY: True})
    answer = client.get("/who", headers=SAID | {"client-cert": text})
    assert answer.json()["reference"] is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("x-forwarded-for", "")],
        [("x-forwarded-for", f"192.0.2.9, {BEHIND}")],
        [("x-forwarded-for", BEHIND), ("x-forwarded-for", BEHIND)],
        [("x-forwarded-for", BEHIND), ("X_Forwarded_For", BEHIND)],
        [("x-forwarded_for", BEHIND)],
        [("x-forwarded-for", f"{BEHIND}:80")],
        [("x-forwarded-for", "unix:")],
        [("x-forwarded-for", "localhost")],
        [("forwarded", f"for={BEHIND}")],
        [*SAID.items(), *REPORTS.in_header.items(), *REPORTS.in_header.items()],
        [*SAID.items(), *REPORTS.in_header.items(), *REPORTS.escaped.items()],
        [*SAID.items(), ("client-cert", ""), *REPORTS.in_header.items()],
        [*SAID.items(), ("client_cert", REPORTS.in_header["client-cert"])],
        [*SAID.items(), ("Client_Cert", ""), *REPORTS.in_header.items()],
    ],
)
def test_a_proxy_that_does_not_say_once_who_connects_is_refused(
    place: Place, headers: list[tuple[str, str]]
) -> None:
    refused = place.client(**{BY_PROXY: True}).get("/who", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "proxy")


@pytest.mark.parametrize("address", ["192.0.2.9", "2001:db8::1"])
def test_the_address_of_a_request_is_the_one_behind_the_proxy(place: Place, address: str) -> None:
    answer = place.client(**{BY_PROXY: True}).get("/who", headers={"X-Forwarded-For": address})
    assert answer.json()["address"] == address


def test_no_other_site_uses_the_certificate_of_a_browser(place: Place) -> None:
    client = place.client(**{PEER_CERTIFICATE: REPORTS.der})
    assert client.post("/change").status_code == 200
    for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/change", headers=headers).status_code == 403


def tied(place: Place, pair: Pair) -> str:
    """A token that counts with a certificate alone."""
    tie = urlsafe_b64encode(sha256(pair.der).digest()).rstrip(b"=").decode()
    return place.issuer.sign_access(cnf={"x5t#S256": tie})


def test_a_token_that_is_tied_to_a_certificate_counts_with_it_alone(place: Place) -> None:
    pair = made("any", ROOT, FOR_CLIENTS)
    token = tied(place, pair)
    assert place.ask(token, **{PEER_CERTIFICATE: pair.der}).status_code == 200
    assert place.ask(token).status_code == 401
    assert place.ask(token, **{PEER_CERTIFICATE: REPORTS.der}).status_code == 401


@pytest.mark.parametrize(
    "pair",
    [
        made("any", None, FOR_CLIENTS),
        made("any", ROOT, FOR_SERVERS),
        made("any", ROOT, FOR_CLIENTS, ends=datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_token_counts_with_no_certificate_that_does_not_hold(place: Place, pair: Pair) -> None:
    token = tied(place, pair)
    assert place.ask(token, **{PEER_CERTIFICATE: pair.der}).status_code == 401
    headers = SAID | pair.in_header | {"authorization": f"Bearer {token}"}
    assert place.client(**{BY_PROXY: True}).get("/who", headers=headers).status_code == 401


def clients_file(folder: Path, text: str) -> Path:
    file = folder / "clients.toml"
    file.write_text(text)
    return file


ONE, TWO = Authorities([ROOT.certificate]), Authorities([ROOT.certificate, OTHER.certificate])
LISTED = '["CN=reports,O=House"]\nclient = "reports"\nrole = "auditor"\n'


def test_the_file_of_clients_is_read(tmp_path: Path) -> None:
    issued = LISTED + 'issuer = "CN=root,O=House"\n'
    client = KnownClient("reports", "auditor")
    assert read_clients(clients_file(tmp_path, LISTED), ONE) == {"CN=reports,O=House": client}
    for authorities in (ONE, TWO):
        (known,) = read_clients(clients_file(tmp_path, issued), authorities).values()
        assert known.issuer == "CN=root,O=House"


@pytest.mark.parametrize(
    "text",
    [
        *("x", '["CN=a"]\nclient = "a"\n', '["CN=a"]\nclient="a"\nrole="b"\nx=1\n'),
        *(LISTED.replace("CN=", odd) for odd in ("cn=", "commonName=", "CN =", "CN=CN=reports+")),
        LISTED.replace(",O", ", O"),
        LISTED.replace("CN=reports,O=House", ""),
        LISTED * 2,
    ],
)
def test_a_file_of_clients_that_is_none_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misconfigured, match="expected a table for each client"):
        read_clients(clients_file(tmp_path, text), ONE)


@pytest.mark.parametrize(
    ("text", "authorities"),
    [
        (LISTED, TWO),
        (LISTED + 'issuer = "CN=third,O=House"\n', TWO),
        (LISTED + 'issuer = "CN=other,O=House"\n', ONE),
        (LISTED + 'issuer = ""\n', ONE),
    ],
)
def test_a_client_whose_authority_is_in_doubt_stops_the_start(
    tmp_path: Path, text: str, authorities: Authorities
) -> None:
    with pytest.raises(Misconfigured, match="expected for each client its issuer"):
        read_clients(clients_file(tmp_path, text), authorities)


def test_a_person_behind_a_client_logged_in_as_the_settings_want(tmp_path: Path) -> None:
    place = Place(tmp_path, Strength(("strong",), 600))
    now = seconds(place.console.clock())
    assert place.ask(place.issuer.sign_access()).status_code == 401
    assert place.ask(place.issuer.sign_access(acr="strong")).status_code == 401
    assert place.ask(place.issuer.sign_access(acr="strong", auth_time=now)).status_code == 200
    assert place.ask(place.issuer.sign_access(sub="reports")).status_code == 200


def test_a_token_ends_when_it_says_and_a_minute_for_the_clocks(place: Place) -> None:
    token = place.issuer.sign_access(exp=seconds(place.console.clock()) + 10)
    place.console.clock.forward(seconds=10 + SKEW_S - 1)
    assert place.ask(token).status_code == 200
    place.console.clock.forward(seconds=1)
    assert place.ask(token).status_code == 401
