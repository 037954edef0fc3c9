"""The console behind both proxies of `deploy/proxy`, as processes: who is believed, and about what."""

import logging
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from host.settings import Settings
from ledger.errors import Misconfigured
from tests.fixtures.logins import Console, free_socket, serving
from tests.fixtures.proxies import (
    PROXIES,
    Proxy,
    console_at_socket,
    laid_out,
    proxied,
    short_folder,
)
from tests.web.console import console_settings
from web.listening import listening_of
from web.logins.wiring import logins_of
from web.server import config_of, origin_of

STRANGER, STAFF = 65_534, 50
"""A user, and a group, who own nothing of the console's."""
NOBODY = {"reference": None, "address": "127.0.0.1"}
PO = {"reference": "employee/client-po", "address": "127.0.0.1"}
# The client's TLS may end before its request is out; the proxy says 400 where it does not.
REFUSED = (httpx2.HTTPError, AssertionError)


def said(answer: httpx2.Response) -> dict[str, object]:
    """Whom the console knows, and where it thinks that they are."""
    assert answer.status_code == 200, answer.text
    return {name: answer.json()[name] for name in NOBODY}


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    with proxied(request.param) as running:
        yield running


def careless(example: str) -> str:
    """A proxy that hands on whatever certificate comes."""
    for kind in ("optional", "verify_if_given"):
        other = {"optional": "optional_no_ca", "verify_if_given": "request"}[kind]
        example = re.sub(rf"(ssl_verify_client\s+|mode ){kind}\b", rf"\g<1>{other}", example)
    return re.sub(r"(?m)^\s*trusted_ca_cert_file.*$", "", example)


@pytest.fixture(scope="module", params=PROXIES)
def careless_proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    with proxied(request.param, careless) as running:
        yield running


def test_the_right_certificate_is_let_in_and_another_is_nobodys(proxy: Proxy) -> None:
    assert said(proxy.ask("right")) == PO
    assert said(proxy.ask("other")) == NOBODY
    assert said(proxy.ask()) == NOBODY


@pytest.mark.parametrize(
    "brings", ["of itself", "of another authority", "of an authority of this name", "server"]
)
def test_the_proxy_refuses_a_certificate_of_no_authority_here(proxy: Proxy, brings: str) -> None:
    with pytest.raises(REFUSED):
        said(proxy.ask(brings))


def test_an_authority_above_does_not_certify_a_client_of_another(proxy: Proxy) -> None:
    """nginx hands the certificate on; Caddy was told of the authority below alone."""
    try:
        assert said(proxy.ask("of above")) == NOBODY
    except httpx2.HTTPError:
        assert proxy.files.at("Caddyfile").exists()


@pytest.mark.parametrize("brings", ["of itself", "of another authority", "of above", "other"])
def test_the_console_refuses_it_as_well(careless_proxy: Proxy, brings: str) -> None:
    assert said(careless_proxy.ask(brings)) == NOBODY
    assert said(careless_proxy.ask("right")) == PO


SPELLINGS = [
    *(b"Client-Cert: CERT", b"client-cert: CERT", b"CLIENT-CERT:CERT", b"Client-Cert:\t CERT \t"),
    *(b"Client-Cert: ESCAPED", b"Client-Cert: CERT\r\nClient-Cert: CERT"),
    *(b"Client-Cert: CERT, CERT", b"Client-Cert: \r\nClient-Cert: CERT"),
    *(b"Client_Cert: CERT", b"client_cert: ESCAPED", b"Client-Cert : CERT", b" Client-Cert: CERT"),
    *(b"X: a\r\n Client-Cert: CERT", b"X: a\nClient-Cert: CERT", b"X: a\rClient-Cert: CERT"),
    *(b"Client-Cert\t: CERT", b"Client-Cert\0: CERT", b"Client-Cert-Chain: CERT"),
    *(b"Connection: Client-Cert\r\nClient-Cert: CERT", b"X-Client-Cert: CERT"),
    *(b"Connection: X-Forwarded-For", b"Content-Length: 0\r\nTransfer-Encoding: chunked"),
    *(b"X-Forwarded-For: 192.0.2.9", b"X_Forwarded_For: 192.0.2.9", b"x-forwarded-for:192.0.2.9"),
    *(b"Forwarded: for=192.0.2.9;proto=https;host=evil", b"X-Real-IP: 192.0.2.9"),
    *(b"True-Client-IP: 192.0.2.9", b"X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-For: 127.0.0.1"),
    *(b"X-SSL-Client-Cert: CERT", b"SSL-Client-Subject-DN: CN=po,O=House", b"X-Remote-User: po"),
]


@pytest.mark.parametrize("lines", SPELLINGS)
@pytest.mark.parametrize("brings", [None, "other"])
def test_a_stranger_says_nothing_of_whom_the_proxy_sees(
    proxy: Proxy, lines: bytes, brings: str | None
) -> None:
    right = proxy.files.pairs["right"]
    lines = lines.replace(b"CERT", right.in_header["client-cert"].encode())
    answer = proxy.raw(lines.replace(b"ESCAPED", right.escaped["client-cert"].encode()), brings)
    assert b'"address": "192' not in answer
    assert b"employee/client-po" not in answer
    assert answer.count(b"HTTP/1.1 ") == 1
    served = b'"reference": null' in answer and b'"address": "127.0.0.1"' in answer
    assert served or re.match(rb"HTTP/1.1 40[03] ", answer), answer


@pytest.mark.parametrize("header", ["x-forwarded-for", "client-cert", "Client-Cert"])
def test_what_a_stranger_says_is_taken_away_and_the_request_is_served(
    proxy: Proxy, header: str
) -> None:
    right = proxy.files.pairs["right"].in_header["client-cert"]
    value = "192.0.2.9" if header == "x-forwarded-for" else right
    assert said(proxy.ask(headers={header: value})) == NOBODY
    assert said(proxy.ask("right", headers={header: value})) == PO


CONNECT = """
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
socket.socket(socket.AF_UNIX).connect(sys.argv[3])
"""


def connects(path: Path, user: int, group: int) -> bool:
    """Whether a program of another user can connect."""
    arguments = [sys.executable, "-c", CONNECT, str(user), str(group), str(path)]
    tried = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert tried.returncode == 0 or "PermissionError" in tried.stderr, tried.stderr
    return tried.returncode == 0


def settings_at(path: Path, folder: Path, **more: str) -> Settings:
    texts = {"WEB_SOCKET": str(path), "WEB_URL": "https://ledger.test", **more}
    return console_settings("postgresql://none@localhost/none", folder, **texts)


def forgetful(example: str) -> str:
    """Caddy that keeps no connection to a console, as nginx does anyway."""
    keeps_none = "transport http {\n keepalive off\n }\n"
    return example.replace("header_up Client-Cert", f"{keeps_none} header_up Client-Cert")


@pytest.mark.parametrize("kind", PROXIES)
def test_no_log_of_a_proxy_has_an_address_that_was_asked_for(kind: str) -> None:
    """While the console answers, while it does not listen, and while it is not there; as the examples say."""
    who = "/persons/customer/10023-of-nobody"
    with (
        proxied(kind, forgetful) as proxy,
        httpx2.Client(verify=proxy.trust(), trust_env=False) as client,
    ):
        statuses = [client.get(f"{proxy.origin}{who}").status_code]
        proxy.files.socket.unlink()
        statuses.append(client.get(f"{proxy.origin}{who}").status_code)
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.bind(str(proxy.files.socket))
            statuses.append(client.get(f"{proxy.origin}{who}").status_code)
        logs = {path.name: path.read_text("utf-8") for path in proxy.files.folder.glob("*.log")}
    assert statuses[0] < 500 <= min(statuses[1:])
    assert [name for name, text in logs.items() if who in text] == []


def test_nobody_connects_but_the_console_and_the_group_of_the_folder() -> None:
    with short_folder() as folder:
        files = laid_out(folder)
        folder.chmod(0o711)
        web = files.socket.parent
        if os.geteuid() == 0:
            os.chown(web, 0, STAFF)
            web.chmod(0o2750)
        with console_at_socket(files, "https://ledger.test"):
            assert stat.filemode(files.socket.stat().st_mode) == "srw-rw----"
            assert files.socket.stat().st_gid == web.stat().st_gid
            if os.geteuid() == 0:  # else nobody here may be another user
                assert not connects(files.socket, STRANGER, STRANGER)
                assert connects(files.socket, STRANGER, STAFF)
        assert not files.socket.exists()


@pytest.mark.parametrize("mode", [0o755, 0o751, 0o770, 0o2777, 0o1777, 0o752, 0o754])
def test_a_folder_that_others_enter_or_the_group_changes_stops_the_start(mode: int) -> None:
    with short_folder() as folder:
        web = folder / "web"
        web.mkdir()
        web.chmod(mode)
        refused = pytest.raises(Misconfigured, match="expected a folder of the console's user")
        with refused, listening_of(settings_at(web / "console.sock", folder)):
            pass
        assert [*web.iterdir()] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a folder of another user")
def test_a_folder_of_another_user_stops_the_start() -> None:
    with short_folder() as folder:
        os.chown(folder, STRANGER, STRANGER)
        refused = pytest.raises(Misconfigured, match="expected a folder of the console's user")
        with refused, listening_of(settings_at(folder / "console.sock", folder)):
            pass


def test_what_is_no_socket_of_an_ended_console_stays() -> None:
    with short_folder() as folder:
        settings = settings_at(folder / "console.sock", folder)
        settings.web.socket.write_text("a file")  # type: ignore[union-attr]
        with pytest.raises(Misconfigured, match="a file already"), listening_of(settings):
            pass
        assert (folder / "console.sock").read_text() == "a file"


def test_a_second_console_does_not_take_the_socket_of_the_first() -> None:
    with short_folder() as folder:
        settings = settings_at(folder / "console.sock", folder)
        with listening_of(settings) as first:
            first.listen()
            with pytest.raises(Misconfigured, match="another console"), listening_of(settings):
                pass
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(folder / "console.sock"))


def test_the_socket_of_a_console_that_was_killed_is_taken() -> None:
    with short_folder() as folder:
        settings = settings_at(folder / "console.sock", folder)
        with socket.socket(socket.AF_UNIX) as killed:
            killed.bind(str(folder / "console.sock"))
        with listening_of(settings) as listening, socket.socket(socket.AF_UNIX) as peer:
            listening.listen()
            peer.connect(str(folder / "console.sock"))
            accepted, _ = listening.accept()
            with accepted:
                peer.sendall(b"x")
                assert accepted.recv(1) == b"x"


@pytest.mark.parametrize("path", ["none/console.sock", "x" * 200])
def test_a_place_where_no_socket_can_be_is_told(path: str) -> None:
    with short_folder() as folder:
        settings = settings_at(folder / path, folder)
        refused = pytest.raises(Misconfigured, match="cannot listen at LEDGER_WEB_SOCKET")
        with refused, listening_of(settings):
            pass


def test_the_old_setting_says_what_takes_its_place(tmp_path: Path) -> None:
    settings = console_settings(
        "postgresql://none@localhost/none", tmp_path, WEB_PROXIES="127.0.0.1"
    )
    refused = pytest.raises(Misconfigured, match=r"counts no more.*set LEDGER_WEB_SOCKET")
    with refused, listening_of(settings):
        pass


@pytest.mark.parametrize(
    "more",
    [
        {"WEB_SOCKET": "/run/x/console.sock"},
        {"WEB_SOCKET": "/run/x/console.sock", "WEB_URL": "http://127.0.0.1:8463"},
        {
            "WEB_SOCKET": "/run/x/console.sock",
            "WEB_URL": "https://ledger.test",
            "WEB_CERTFILE": __file__,
            "WEB_KEYFILE": __file__,
        },
    ],
)
def test_the_proxy_has_the_tls(tmp_path: Path, more: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="LEDGER_WEB_SOCKET: expected the proxy's address"):
        console_settings("postgresql://none@localhost/none", tmp_path, **more)


@pytest.mark.parametrize(
    "given",
    [
        {"WEB_HOST": "0.0.0.0"},
        {"WEB_HOST": "192.0.2.7"},
        {"WEB_HOST": "::"},
        {"WEB_URL": "http://ledger.test"},
        {"WEB_HOST": "0.0.0.0", "WEB_URL": "http://192.0.2.7:8463"},
    ],
    ids=str,
)
def test_without_tls_the_address_is_of_this_machine(given: dict[str, str], tmp_path: Path) -> None:
    settings = console_settings("postgresql://none@localhost/none", tmp_path, **given)
    with pytest.raises(Misconfigured, match="without TLS the console is reached from this machine"):
        origin_of(settings, 8463)


def test_an_address_with_tls_needs_tls(tmp_path: Path) -> None:
    settings = console_settings(
        "postgresql://none@localhost/none", tmp_path, WEB_URL="https://ledger.test"
    )
    with pytest.raises(Misconfigured, match="LEDGER_WEB_URL begins with https, and there is no"):
        origin_of(settings, 8463)


def test_a_program_of_this_machine_says_nothing_at_the_port_of_the_console(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No header counts, from whatever address it comes, and whatever the server's own variables say."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with short_folder() as folder, free_socket() as listening:
        files = laid_out(folder)
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        console = Console(folder, origin)
        console.clock.now = files.authority.certificate.not_valid_before_utc
        console.register.granted |= {("employee/client-po", "privacy-officer")}
        settings = console_settings(
            "postgresql://none@localhost/none",
            folder,
            API_CLIENTS_FILE=str(files.at("clients.toml")),
            API_CLIENTS_CAFILE=str(files.at("clients.pem")),
        )
        app = console.app(logins_of(console.house, settings))
        with serving(config_of(app, settings), listening):
            for name in ("right", "of itself"):
                pair = files.pairs[name]
                for header in (pair.in_header, pair.escaped):
                    headers = {
                        **header,
                        "x-forwarded-for": "192.0.2.9",
                        "x-forwarded-proto": "https",
                    }
                    assert said(httpx2.get(f"{origin}/who", headers=headers)) == NOBODY


def test_no_request_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Not one that is answered, refused or broken, whatever the level: addresses of pages name persons."""
    who = "customer/10023-of-nobody"
    with caplog.at_level(logging.INFO), short_folder() as folder, free_socket() as listening:
        address = listening.getsockname()
        console = Console(folder, f"http://127.0.0.1:{address[1]}")
        settings = console_settings("postgresql://none@localhost/none", folder)
        app = console.app(logins_of(console.house, settings))
        with serving(config_of(app, settings), listening):
            for line in (
                f"GET /who?{who} HTTP/1.1",
                f"GET /{who} HTTP/1.1",
                f"GET /{who}\0 HTTP/9",
            ):
                with socket.create_connection(address) as peer:
                    peer.sendall(f"{line}\r\nHost: 127.0.0.1:{address[1]}\r\n\r\n".encode())
                    peer.shutdown(socket.SHUT_WR)
                    assert peer.recv(65536).startswith(b"HTTP/1.1 ")
    assert who not in caplog.text
