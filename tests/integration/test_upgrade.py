"""A ledger of an earlier version is upgraded by `ledger init`, and in order once its log went on."""

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from ledger.names import LedgerName
from ledger.storage.install import install_as_of, migrations
from ledger.storage.postgres import Database
from tests.fixtures.backups import elsewhere, restored, taken
from tests.fixtures.console import Cli, registered

pytestmark = pytest.mark.both_engines

__all__ = ["elsewhere"]

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


def test_after_init_the_log_has_to_go_on_once_and_all_is_in_order(
    older: Cli, elsewhere: str
) -> None:
    assert older("init").status == 0
    _, details = verdict(older)
    assert "the promise does not say what was signed before: run `ledger publish`" in details
    assert older("project", "--once").status == 0
    assert older("publish", "--once").status == 0
    assert verdict(older) == ("in-order", [])
    older.record(registered("customer/9"))
    assert older("state", "customer/1", "--json").json["erased_categories"] == ["contact"]
    assert older("state", "customer/3").status == 0
    assert older("publish", "--once").status == 0
    assert older("project", "--once").status == 0
    assert verdict(older) == ("in-order", [])
    copies = taken(older, "night")
    older.set(DATABASE_URL=elsewhere)
    ran = restored(older, copies, "--json")
    assert (ran.status, ran.json["findings"]) == (0, 0), ran.err
    assert verdict(older) == ("in-order", [])
