"""A client with a certificate at the console's own TLS, over a real connection."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette

from tests.fixtures.logins import Console, free_socket, serving
from tests.web.console import console_settings
from web.logins.certificates import Certificates, KnownClient
from web.logins.clients import Clients
from web.logins.logins import Logins
from web.logins.peers import PeerProtocol
from web.server import config_of

NOW = datetime.now(UTC)


class Pair(NamedTuple):
    """A certificate and its key, with the files in PEM."""

    made: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate: Path
    private: Path


def pair(folder: Path, name: str, signer: Pair | None = None) -> Pair:
    """A certificate of a name, signed by another one or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder(
            signer.made.subject if signer else subject, subject, key.public_key()
        )
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    made = builder.sign(signer.key if signer else key, SHA256())
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Pair(made, key, *files)


class Place(NamedTuple):
    """A console with TLS: where it is, and pairs by name."""

    address: str
    pairs: dict[str, Pair]

    def ask(self, name: str | None = None) -> httpx2.Response:
        """Who the console says that a client with a certificate is."""
        trusted = ssl.create_default_context(cafile=self.pairs["authority"].certificate)
        if name is not None:
            trusted.load_cert_chain(self.pairs[name].certificate, self.pairs[name].private)
        with httpx2.Client(verify=trusted, trust_env=False) as client:
            return client.get(f"{self.address}/who")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("tls")
    authority = pair(folder, "authority")
    pairs = {"authority": authority, "forger": pair(folder, "forger")}
    pairs |= {name: pair(folder, name, authority) for name in ("server", "reports", "other")}
    pairs["forged"] = pair(folder, "forged", pairs["forger"])
    with free_socket() as listening:
        address = f"https://localhost:{listening.getsockname()[1]}"
        console = Console(folder, address)
        console.clock.now = NOW
        console.register.granted |= {("employee/client-reports", "auditor")}
        known = {"CN=reports": KnownClient("reports", "auditor")}
        clients = Clients(
            console.house, certificates=Certificates(known, frozenset(), console.clock)
        )
        config = uvicorn.Config(
            console.app(Logins(console.house, clients=clients)),
            log_config=None,
            lifespan="off",
            http=PeerProtocol,
            ssl_certfile=pairs["server"].certificate,
            ssl_keyfile=pairs["server"].private,
            ssl_ca_certs=str(authority.certificate),
            ssl_cert_reqs=ssl.CERT_OPTIONAL,
        )
        with serving(config, listening):
            yield Place(address, pairs)


def test_a_listed_certificate_says_who_asks(place: Place) -> None:
    assert place.ask("reports").json()["reference"] == "employee/client-reports"


@pytest.mark.parametrize("name", [None, "other"])
def test_without_a_listed_certificate_nobody_asks(place: Place, name: str | None) -> None:
    assert place.ask(name).json()["reference"] is None


def test_a_certificate_of_another_authority_ends_the_connection(place: Place) -> None:
    with pytest.raises(httpx2.HTTPError):
        place.ask("forged")


def test_the_console_speaks_no_old_tls_and_no_weak_cipher(place: Place, tmp_path: Path) -> None:
    server = place.pairs["server"]
    settings = console_settings(
        "postgresql://none@localhost/none",
        tmp_path,
        WEB_CERTFILE=str(server.certificate),
        WEB_KEYFILE=str(server.private),
    )
    context = config_of(Starlette(), settings).ssl
    assert context is not None
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert {cipher["aead"] for cipher in context.get_ciphers()} == {True}
    older = [cipher for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.2"]
    assert older
    assert {cipher["kea"] for cipher in older} == {"kx-ecdhe"}
