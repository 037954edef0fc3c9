"""The ways to a PostgreSQL: several hosts, a pooler, TLS; and which fault it is when one of them fails."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fixtures.certificates import Authority, authority, named
from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.postgres import unprivileged_user
from tests.fixtures.replica import Member, Pair, alone, pooled, reserved

HERE, ELSEWHERE = ip_address("127.0.0.1"), ip_address("192.0.2.1")


@pytest.mark.parametrize("command", ["status", "audit", "state"])
def test_a_cluster_is_asked_for_the_one_that_takes_writes(
    program: Cli, pair: Pair, command: str
) -> None:
    """The audit only reads, and must find that server all the same."""
    program.set(DATABASE_URL=pair.url)
    assert program("init").status == 0
    program.record(registered(), collected())
    arguments = (command, "customer/10023") if command == "state" else (command,)
    assert program(*arguments).status in {0, 1}
    pair.follow()
    pair.primary.kill()
    ran = program(*arguments)
    assert (ran.status, "takes writes: one must be promoted" in ran.err) == (3, True), ran.err
    pair.replica.promote()
    assert program(*arguments).status in {0, 1}


@pytest.fixture
def server() -> Iterator[Member]:
    with alone() as member:
        yield member


def test_all_works_behind_a_pooler_that_keeps_sessions(program: Cli, server: Member) -> None:
    server.start()
    server.execute("CREATE DATABASE ledger")
    with pooled(server, "session") as url:
        program.set(DATABASE_URL=url)
        assert program("init").status == 0
        program.record(registered(), collected())
        assert program("publish", "--once").status == 0
        assert program("project", "--once").status == 0
        assert program("erase", "customer/10023", "--ground", "request").status == 0
        assert program("keys", "rotate").status == 0
        assert program("audit", "--views").status == 0


def test_a_pooler_that_shares_sessions_is_refused(program: Cli, server: Member) -> None:
    """There a role that one process took would be that of the next one."""
    server.start()
    server.execute("CREATE DATABASE ledger")
    with pooled(server, "transaction") as url:
        program.set(DATABASE_URL=url)
        ran = program("init")
        assert (ran.status, "set its pool_mode to session" in ran.err) == (2, True), ran.err


def _certificate(by: Authority, address: object, ends: datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(named("server"))
        .issuer_name(by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)  # type: ignore[arg-type]
        .sign(by.key, hashes.SHA256())
    )
    return (
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        made.public_bytes(serialization.Encoding.PEM),
    )


@pytest.fixture
def encrypted(server: Member, tmp_path: Path) -> Callable[..., str]:
    """Starts the server with a certificate, or without; gives its URL, which asks for a true one."""
    trusted = authority("trusted")
    (tmp_path / "root.pem").write_bytes(trusted.pem)

    def begin(
        *, by: Authority | None = trusted, address: object = HERE, ended: bool = False
    ) -> str:
        port, settings = reserved(), ""
        if by is not None:
            now = datetime.now(UTC)
            ends = now - timedelta(days=1) if ended else now + timedelta(days=1)
            for name, content in zip(("key", "pem"), _certificate(by, address, ends), strict=True):
                file = server.data / f"server.{name}"
                file.write_bytes(content)
                file.chmod(0o600)
                if user := unprivileged_user():
                    shutil.chown(file, user)
            settings = "-c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.key"
        server.start(f"-c listen_addresses=127.0.0.1 -c port={port} {settings}")
        secure = f"sslmode=verify-full&sslrootcert={tmp_path / 'root.pem'}"
        return f"postgresql://postgres@127.0.0.1:{port}/postgres?{secure}"

    return begin


def refused(program: Cli, url: str) -> str:
    program.set(DATABASE_URL=url)
    ran = program("init")
    assert ran.status == 2, ran.err
    return ran.err


def test_a_true_certificate_is_taken(program: Cli, encrypted: Callable[..., str]) -> None:
    program.set(DATABASE_URL=encrypted())
    assert program("init").status == 0


def test_a_certificate_of_another_host_is_named(
    program: Cli, encrypted: Callable[..., str]
) -> None:
    url = encrypted(address=ELSEWHERE)
    assert "another name than the host of the URL" in refused(program, url)


def test_a_certificate_of_a_stranger_is_named(program: Cli, encrypted: Callable[..., str]) -> None:
    url = encrypted(by=authority("stranger"))
    assert "signed by no authority that sslrootcert names" in refused(program, url)


def test_a_certificate_that_ended_is_named(program: Cli, encrypted: Callable[..., str]) -> None:
    assert "its certificate has expired" in refused(program, encrypted(ended=True))


def test_a_server_without_tls_is_named(program: Cli, encrypted: Callable[..., str]) -> None:
    assert "it speaks no TLS" in refused(program, encrypted(by=None))


def test_authorities_that_are_not_there_are_named(
    program: Cli, encrypted: Callable[..., str], tmp_path: Path
) -> None:
    url = encrypted()
    (tmp_path / "root.pem").unlink()
    assert "no file of authorities to trust" in refused(program, url)


def test_a_server_that_asks_for_tls_is_named(
    program: Cli, encrypted: Callable[..., str], server: Member
) -> None:
    rules = server.data / "pg_hba.conf"
    rules.write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    url = encrypted().partition("?")[0]
    assert "with TLS alone, or not at all" in refused(program, f"{url}?sslmode=disable")
