"""Systems that ask: by a token of the provider, or by a certificate that the settings list."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from ledger.errors import Misconfigured
from tests.fixtures.issuer import AUDIENCE, CLIENT, ISSUER, Issuer, new_key, seconds
from tests.fixtures.logins import SECURE, Console
from web.logins.certificates import Certificates, KnownClient, read_clients
from web.logins.clients import Clients
from web.logins.logins import Logins
from web.logins.peers import PEER_ADDRESS, PEER_CERTIFICATE
from web.logins.provider import Credentials, Provider
from web.logins.relying import Relying
from web.logins.tokens import ANY_LOGIN, SKEW_S, Strength
from web.principals import Principal

KEYS = [new_key("a")]
PROXY = "10.0.0.2"
KNOWN = {"CN=reports,O=House": KnownClient("reports", "auditor", ("ledger", "intake"))}


class Place:
    """A console, an issuer of tokens, and a file of clients with certificates."""

    def __init__(self, folder: Path, strength: Strength = ANY_LOGIN) -> None:
        self.console = Console(folder, SECURE)
        self.console.register.granted |= {("employee/client-reports", "auditor")}
        self.issuer = Issuer(self.console.clock, keys=list(KEYS))
        relying = Relying(ISSUER, Credentials(CLIENT), AUDIENCE, strength=strength)
        provider = Provider(ISSUER, self.issuer.http, self.console.seconds)
        certificates = Certificates(KNOWN, frozenset({PROXY}), self.console.clock)
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


def certificate(
    name: str = "reports", begins: datetime | None = None, ends: datetime | None = None
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "House"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    begins = begins or datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1)
    builder = builder.not_valid_before(begins).not_valid_after(ends or begins + timedelta(days=365))
    return builder.sign(key, SHA256())


def der(made: x509.Certificate) -> bytes:
    return made.public_bytes(Encoding.DER)


def in_header(made: x509.Certificate) -> dict[str, str]:
    return {"client-cert": f":{b64encode(der(made)).decode()}:"}


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
    answer = place.client(**{PEER_CERTIFICATE: der(certificate())}).get("/who").json()
    assert (answer["reference"], answer["client"], answer["kind"]) == (
        "employee/client-reports",
        "reports",
        "client",
    )


@pytest.mark.parametrize(
    "made",
    [
        certificate("stranger"),
        certificate(ends=datetime(2026, 2, 1, tzinfo=UTC)),
        certificate(begins=datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_another_certificate_names_nobody(place: Place, made: x509.Certificate) -> None:
    assert place.client(**{PEER_CERTIFICATE: der(made)}).get("/who").json()["reference"] is None


def test_the_register_grants_a_client_its_role(place: Place) -> None:
    place.console.register.granted.clear()
    refused = place.client(**{PEER_CERTIFICATE: der(certificate())}).get("/who")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


def test_the_header_of_a_known_proxy_counts_in_both_spellings(place: Place) -> None:
    made = certificate()
    escaped = {"client-cert": quote(made.public_bytes(Encoding.PEM).decode())}
    client = place.client(**{PEER_ADDRESS: PROXY})
    for headers in (in_header(made), escaped):
        assert client.get("/who", headers=headers).json()["client"] == "reports"


@pytest.mark.parametrize("peer", [{}, {PEER_ADDRESS: "10.0.0.3"}, {PEER_ADDRESS: ""}])
def test_the_header_of_anybody_else_does_not(place: Place, peer: dict[str, object]) -> None:
    answer = place.client(**peer).get("/who", headers=in_header(certificate())).json()
    assert answer["reference"] is None


@pytest.mark.parametrize("text", ["", ":", "::", ":x:", "x", "%", ":" + "A" * 70_000 + ":"])
def test_a_header_that_is_no_certificate_names_nobody(place: Place, text: str) -> None:
    client = place.client(**{PEER_ADDRESS: PROXY})
    assert client.get("/who", headers={"client-cert": text}).json()["reference"] is None


def test_no_other_site_uses_the_certificate_of_a_browser(place: Place) -> None:
    client = place.client(**{PEER_CERTIFICATE: der(certificate())})
    assert client.post("/change").status_code == 200
    for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/change", headers=headers).status_code == 403


def test_a_token_that_is_tied_to_a_certificate_counts_with_it_alone(place: Place) -> None:
    made = certificate("any")
    tie = urlsafe_b64encode(sha256(der(made)).digest()).rstrip(b"=").decode()
    token = place.issuer.sign_access(cnf={"x5t#S256": tie})
    assert place.ask(token, **{PEER_CERTIFICATE: der(made)}).status_code == 200
    assert place.ask(token).status_code == 401
    assert place.ask(token, **{PEER_CERTIFICATE: der(certificate())}).status_code == 401


def test_the_file_of_clients_is_read(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text('["CN=reports,O=House"]\nclient = "reports"\nrole = "auditor"\n')
    assert read_clients(file) == {"CN=reports,O=House": KnownClient("reports", "auditor")}
    for text in ("x", '["CN=a"]\nclient = "a"\n', '["CN=a"]\nclient="a"\nrole="b"\nx=1\n'):
        file.write_text(text)
        with pytest.raises(Misconfigured, match="expected a table for each client"):
            read_clients(file)


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
