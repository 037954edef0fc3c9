"""A client with a certificate at the console's own TLS, over a real connection."""

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Name, load_pem_x509_certificates
from starlette.applications import Starlette

from ledger.errors import Misconfigured
from tests.architecture.documents import ROOT
from tests.fixtures.clients import (
    AUTHORITY,
    FOR_CLIENTS,
    FOR_SERVERS,
    LOCALHOST,
    Pair,
    authority,
    made,
    name,
    usage,
)
from tests.fixtures.logins import Console, free_socket, serving
from tests.fixtures.running import eventually
from tests.web.console import console_settings
from web import listening
from web.logins.authorities import Authorities
from web.logins.certificates import read_clients
from web.logins.wiring import logins_of
from web.server import config_of

NOW = datetime.now(UTC) - timedelta(days=1)
"""The authority of the guide began yesterday: its commands certify from now on."""
LISTED = """["CN=reports,O=House"]
client = "reports"
role = "auditor"
"""


class Place(NamedTuple):
    """A console with TLS: where it is, and pairs by name, whose files are in a folder."""

    folder: Path
    address: str
    pairs: dict[str, Pair]
    root: Pair

    def ask(self, name: str | None = None) -> httpx2.Response:
        """Who the console says that a client with a certificate is."""
        trusted = ssl.create_default_context(cadata=self.root.pem.decode())
        if name is not None:
            trusted.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        with httpx2.Client(verify=trusted, trust_env=False) as client:
            return client.get(f"{self.address}/who", headers=self.pairs["reports"].in_header)

    def settings(self, **more: str) -> dict[str, str]:
        """Variables of the console's own TLS."""
        files = {"WEB_CERTFILE": "server.pem", "WEB_KEYFILE": "server.key"}
        return {name: str(self.folder / file) for name, file in files.items()} | more


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The file of authorities holds the one that issues; it is not its own issuer."""
    folder = tmp_path_factory.mktemp("tls")
    root = made("root", None, AUTHORITY, usage(key_cert_sign=True))
    issuing = authority("issuing", root)
    pairs = {
        "server": made("localhost", root, FOR_SERVERS, LOCALHOST),
        "reports": made("reports", issuing, FOR_CLIENTS),
        "other": made("other", issuing, FOR_CLIENTS),
        "for any use": made("reports", issuing, LOCALHOST),
        "of no signatures": made("reports", issuing, FOR_CLIENTS, usage(key_agreement=True)),
        "of above": made("reports", root, FOR_CLIENTS),
        "of itself": made("reports", None, FOR_CLIENTS),
        "of another": made("reports", authority("issuing"), FOR_CLIENTS),
    }
    for file, pair in pairs.items():
        pair.write(folder, file)
    (folder / "authorities.pem").write_bytes(issuing.pem)
    (folder / "clients.toml").write_text(LISTED)
    with free_socket() as listener:
        address = f"https://localhost:{listener.getsockname()[1]}"
        console = Console(folder, address)
        console.clock.now = root.certificate.not_valid_before_utc
        console.register.granted |= {("employee/client-reports", "auditor")}
        place = Place(folder, address, pairs, root)
        variables = place.settings(
            WEB_URL=address,
            API_CLIENTS_FILE=str(folder / "clients.toml"),
            API_CLIENTS_CAFILE=str(folder / "authorities.pem"),
        )
        settings = console_settings("postgresql://none@localhost/none", folder, **variables)
        app = console.app(logins_of(console.house, settings))
        with serving(config_of(app, settings), listener):
            yield place


def test_a_listed_certificate_says_who_asks(place: Place) -> None:
    assert place.ask("reports").json()["reference"] == "employee/client-reports"


@pytest.mark.parametrize("name", [None, "other"])
def test_without_a_listed_certificate_nobody_asks(place: Place, name: str | None) -> None:
    """Each asks with the header of a certificate that is listed, which counts for nothing here."""
    assert place.ask(name).json()["reference"] is None


@pytest.mark.parametrize(
    "name", ["for any use", "of no signatures", "of above", "of itself", "of another", "server"]
)
def test_another_certificate_ends_the_connection_or_names_nobody(place: Place, name: str) -> None:
    try:
        answer = place.ask(name)
    except httpx2.HTTPError:
        return
    assert answer.json()["reference"] is None


@pytest.mark.parametrize("name", ["of itself", "of another"])
def test_a_certificate_of_another_authority_ends_the_connection(place: Place, name: str) -> None:
    with pytest.raises(httpx2.HTTPError):
        place.ask(name)


def test_connections_count_before_their_tls_begins(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server knew of 500; 700 that said nothing took up all files of its process."""
    monkeypatch.setattr(listening, "MOST_CONNECTIONS", 2)
    settings = console_settings("postgresql://none@localhost/none", tmp_path, **place.settings())
    trusted = ssl.create_default_context(cadata=place.root.pem.decode())
    trusted.check_hostname = False
    with ExitStack() as stack:
        bound = stack.enter_context(listening.Listening(socket.AF_INET))
        bound.bind(("127.0.0.1", 0))
        stack.enter_context(serving(config_of(Starlette(), settings), bound))
        port = bound.getsockname()[1]

        def answered() -> bool:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
                    trusted.wrap_socket(peer).close()
            except (ConnectionError, ssl.SSLError):
                return False
            return True

        eventually(answered, "it listens")
        with ExitStack() as silent:

            def full() -> bool:
                """One more that says nothing: the first may come before the last answered one is gone."""
                silent.enter_context(socket.create_connection(("127.0.0.1", port)))
                return not answered()

            eventually(full, "there is no room")
        eventually(answered, "there is room again")


def test_the_console_speaks_no_old_tls_and_no_weak_cipher(place: Place, tmp_path: Path) -> None:
    settings = console_settings("postgresql://none@localhost/none", tmp_path, **place.settings())
    context = config_of(Starlette(), settings).ssl
    assert context is not None
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert {cipher["aead"] for cipher in context.get_ciphers()} == {True}
    older = [cipher for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.2"]
    assert older
    assert {cipher["kea"] for cipher in older} == {"kx-ecdhe"}


def test_clients_without_authorities_stop_the_start(place: Place, tmp_path: Path) -> None:
    settings = console_settings(
        "postgresql://none@localhost/none",
        tmp_path,
        API_CLIENTS_FILE=str(place.folder / "clients.toml"),
    )
    house = Console(tmp_path, place.address).house
    with pytest.raises(
        Misconfigured, match="no certificate counts without LEDGER_API_CLIENTS_CAFILE"
    ):
        logins_of(house, settings)


GUIDE = (ROOT / "docs" / "how-to" / "console-logins.md").read_text("utf-8")


def test_the_certificate_of_the_guide_is_that_of_its_client(tmp_path: Path) -> None:
    ((commands, listed),) = zip(
        re.findall(r"<!-- commands.*-->\n```sh\n([\s\S]*?)```", GUIDE),
        re.findall(r"```toml\n([\s\S]*?)```", GUIDE),
        strict=True,
    )
    house = Name.from_rfc4514_string("O=VOIPZeker B.V.,C=NL")
    issuing = made(Name([*house, *name("Programs", None)]), None, AUTHORITY, begins=NOW)
    issuing.write(tmp_path, "programs-ca")
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", commands],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    authorities = Authorities.read(tmp_path / "programs-ca.pem")
    (tmp_path / "clients.toml").write_text(listed)
    ((subject, client),) = read_clients(tmp_path / "clients.toml", authorities).items()
    assert done.stdout == f"subject={subject}\nissuer={client.issuer}\n"
    (pem,) = load_pem_x509_certificates((tmp_path / "reports.pem").read_bytes())
    assert authorities.verified(pem.public_bytes(Encoding.DER), datetime.now(UTC)) == pem
