"""A ledger of an earlier version: each command says that it is one, and no value of it has a known format."""

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from ledger.names import LedgerName
from ledger.storage.install import install_as_of, migrations
from ledger.storage.postgres import Database
from tests.fixtures.console import Cli

pytestmark = pytest.mark.both_engines

OLDER = Path(__file__).parents[1] / "data" / "older-ledger.tar.gz"
MADE = datetime(2026, 11, 27, tzinfo=UTC)
NEWEST = "0005_promises"


def put_back(url: str, folder: Path) -> None:
    """Tables, rows and files as the program of then had them."""
    session = Database(url).connect(LedgerName("main"), None)
    known = [name for name in migrations() if name <= NEWEST]
    with session.transaction():
        install_as_of(session, LedgerName("main"), dict.fromkeys(known, MADE))
    session.close()
    with tarfile.open(OLDER) as archive, psycopg.connect(url) as connection:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file
            kind, _, name = member.name.partition("/")
            if kind == "rows":
                _load(connection, name, file.read())
            else:
                path = folder / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.touch(0o600)
                path.write_bytes(file.read())


def _load(connection: "psycopg.Connection[tuple[object, ...]]", table: str, rows: bytes) -> None:
    guards = connection.execute(
        "SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = %s::regclass", [table]
    ).fetchall()
    connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    connection.execute(f"DELETE FROM {table}".encode())
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
        copy.write(rows)
    for name, state in guards:
        how = "ENABLE ALWAYS" if state == "A" else "ENABLE"
        connection.execute(f"ALTER TABLE {table} {how} TRIGGER {name}".encode())


@pytest.fixture
def older(program: Cli, any_database_url: str) -> Cli:
    """The program of today where an older ledger is."""
    program.set(DATABASE_URL=any_database_url)
    put_back(any_database_url, program.folder)
    return program


def verdict(cli: Cli) -> tuple[str, list[str]]:
    found = cli("audit", "--views", "--json").json
    return found["verdict"], [finding["detail"] for finding in found["findings"]]


def test_before_init_every_command_and_the_audit_say_what_to_do(older: Cli) -> None:
    ran = older("status")
    assert (ran.status, "ledger init" in ran.err) == (2, True), ran.err
    said, details = verdict(older)
    assert said == "not-in-order"
    wanted = [name for name in migrations() if name > NEWEST]
    assert [f"{name} is not applied: run `ledger init`" in details for name in wanted] == [
        True for _ in wanted
    ]


def test_what_was_sealed_before_formats_had_a_byte_is_refused_by_name(older: Cli) -> None:
    """Such ledgers were trials: they are made anew, and nothing of them is taken for what it is not."""
    ran = older("init")
    assert (ran.status, "sealed in format" in ran.err) == (1, True), ran.err
