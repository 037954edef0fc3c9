"""What a backup holds, how it is encrypted, and how an older one comes under newer migrations."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyrage import decrypt, x25519

import ledger.backup.folders
import ledger.storage.install
import ledger.writing.append
from ledger.backup.tables import copied_tables
from ledger.storage.install import migrations
from ledger.storage.postgres import statement
from tests.fixtures.backups import (
    Copies,
    elsewhere,
    identity,
    restored,
    taken,
    untouched,
)
from tests.fixtures.backups import ledger as ledger_fixture
from tests.fixtures.console import Cli, collected, registered

__all__ = ["elsewhere", "identity", "ledger_fixture", "untouched"]

STANDARD = b"age-encryption.org/v1\n"


def contents(copies: Copies) -> list[bytes]:
    """Every file of a backup but the manifests."""
    return [path.read_bytes() for folder in copies for path in folder.glob("*.copy*")]


def test_every_table_is_copied_but_those_that_a_restore_makes(cli: Cli, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('ledger_main', 'ledger_main_keys') AND c.relkind IN ('r', 'p')"
            " AND c.relpersistence = 'p'"
        ).fetchall()
    copied = {("ledger_main", name) for name in copied_tables("events", migrations())}
    copied |= {("ledger_main_keys", name) for name in copied_tables("keys", migrations())}
    assert set(found) - copied == {("ledger_main", "migrations")}
    assert copied <= set(found)


def test_numbers_that_were_given_are_not_given_again(
    ledger_fixture: Cli, elsewhere: str, any_database_url: str
) -> None:
    add = "INSERT INTO ledger_main.rejection_answers (payload) VALUES ('x') RETURNING answer"
    with psycopg.connect(any_database_url) as connection:
        given = [connection.execute(add).fetchone() for _ in range(3)]
        connection.execute("DELETE FROM ledger_main.rejection_answers")
    copies = taken(ledger_fixture, "night")
    ledger_fixture.set(DATABASE_URL=elsewhere)
    assert restored(ledger_fixture, copies).status == 0
    with psycopg.connect(elsewhere) as connection:
        after = connection.execute(add).fetchone()
    assert after
    assert after > max(one for one in given if one)


def test_text_is_utf8_whatever_the_client_is_set_to(
    ledger_fixture: Cli, elsewhere: str, any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(any_database_url) as connection:
        connection.execute("INSERT INTO ledger_main.tracking VALUES ('caf\u00e9', 1)")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    copies = taken(ledger_fixture, "night")
    monkeypatch.delenv("PGCLIENTENCODING")
    ledger_fixture.set(DATABASE_URL=elsewhere)
    ran = restored(ledger_fixture, copies, "--json")
    assert (ran.status, ran.json["findings"]) == (1, 1)  # the row that no program wrote
    with psycopg.connect(elsewhere) as connection:
        found = connection.execute("SELECT application_name FROM ledger_main.tracking").fetchall()
    assert found == [("caf\u00e9",)]


@pytest.mark.parametrize("by_setting", [False, True], ids=["flag", "setting"])
def test_an_encrypted_backup_opens_with_the_private_key_alone(
    ledger_fixture: Cli, elsewhere: str, identity: tuple[str, Path], by_setting: bool
) -> None:
    ledger_fixture.record(registered(), collected())
    if by_setting:
        ledger_fixture.set(BACKUP_RECIPIENTS=identity[0])
    copies = taken(ledger_fixture, "night", *([] if by_setting else ["--recipient", identity[0]]))
    held = contents(copies)
    assert len(held) > 10
    assert all(content.startswith(STANDARD) for content in held)
    ledger_fixture.set(DATABASE_URL=elsewhere)
    ran = restored(ledger_fixture, copies, "--identity", str(identity[1]), "--json")
    assert (ran.status, ran.json["position"], ran.json["findings"]) == (0, 2, 0), ran.err
    assert ledger_fixture("audit", "--views", "--json").json["ok"]


def test_it_is_in_the_format_of_age(ledger_fixture: Cli, identity: tuple[str, Path]) -> None:
    (folder, _) = taken(ledger_fixture, "night", "--recipient", identity[0])
    private = x25519.Identity.from_str(identity[1].read_text().splitlines()[1])
    opened = decrypt((folder / "head.copy.gz.age").read_bytes(), [private])
    assert gzip.decompress(opened).startswith(b"PGCOPY\n")


@pytest.mark.usefixtures("untouched")
def test_an_encrypted_backup_is_checked_without_its_private_key(
    ledger_fixture: Cli, identity: tuple[str, Path], any_database_url: str
) -> None:
    ledger_fixture.set(DATABASE_URL=any_database_url)
    copies = taken(ledger_fixture, "night", "--recipient", identity[0])
    assert restored(ledger_fixture, copies, "--check").status == 0
    victim = copies[0] / "events.copy.gz.age"
    victim.write_bytes(victim.read_bytes()[:-1])
    assert restored(ledger_fixture, copies, "--check").status == 2


def no_identity(folder: Path) -> list[str]:
    return []


def another_identity(folder: Path) -> list[str]:
    path = folder / "another"
    path.write_text(f"{x25519.Identity.generate()}\n")
    path.chmod(0o600)
    return ["--identity", str(path)]


def an_open_identity(folder: Path) -> list[str]:
    (folder / "identity.txt").chmod(0o640)
    return ["--identity", str(folder / "identity.txt")]


def no_key_at_all(folder: Path) -> list[str]:
    (folder / "identity.txt").write_text("AGE-SECRET-KEY-1NONSENSE\n")
    return ["--identity", str(folder / "identity.txt")]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (no_identity, "--identity: this backup is encrypted"),
        (another_identity, "does not open"),
        (an_open_identity, "chmod 600"),
        (no_key_at_all, "holds no identity"),
    ],
)
def test_without_the_private_key_nothing_is_touched(
    ledger_fixture: Cli,
    identity: tuple[str, Path],
    any_database_url: str,
    untouched: Callable[[], None],
    options: Callable[[Path], list[str]],
    says: str,
) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    ledger_fixture.set(DATABASE_URL=any_database_url)
    copies = taken(ledger_fixture, "night", "--recipient", identity[0])
    ledger_fixture.set(DATABASE_URL=away)
    ran = restored(ledger_fixture, copies, *options(ledger_fixture.folder))
    assert (ran.status, says in ran.err) == (2, True), ran.err
    assert "AGE-SECRET" not in ran.err or says == "holds no identity"
    untouched()


@pytest.mark.parametrize("recipient", ["age1", "x", "age1" + "q" * 58, "AGE-SECRET-KEY-1"])
def test_a_recipient_that_is_none_is_refused_before_a_folder_is_made(
    cli: Cli, recipient: str
) -> None:
    folders = str(cli.folder / "night"), str(cli.folder / "night-keys")
    ran = cli("backup", folders[0], "--keys", folders[1], "--recipient", recipient)
    assert ran.status == 2
    assert not Path(folders[0]).exists()


LATER = """
CREATE TABLE {events}.later (n bigint NOT NULL);
INSERT INTO {events}.later SELECT count(*) FROM {events}.events;
GRANT SELECT ON {events}.later TO {reader};
"""


def test_an_older_backup_is_loaded_under_its_own_migrations_and_then_upgraded(
    ledger_fixture: Cli, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger_fixture.record(registered(), collected())
    with psycopg.connect(elsewhere) as connection:
        assert connection.execute("SELECT 1").fetchone()
    copies = taken(ledger_fixture, "night")
    ours = migrations()

    def text(package: str, name: str) -> Any:
        return LATER if name == "migrations/9999_later" else statement(package, name)

    for module in (ledger.storage.install, ledger.backup.folders, ledger.writing.append):
        monkeypatch.setattr(module, "migrations", lambda: (*ours, "9999_later"))
    monkeypatch.setattr(ledger.storage.install, "statement", text)
    ledger_fixture.set(DATABASE_URL=elsewhere)
    assert restored(ledger_fixture, copies).status == 1
    findings = ledger_fixture("audit", "--json").json["findings"]
    assert (
        findings
    )  # of the made-up table, which stands in no catalogue of ours, and of nothing else
    assert all("later" in finding["detail"] for finding in findings), findings
    with psycopg.connect(elsewhere) as connection:
        assert connection.execute("SELECT n FROM ledger_main.later").fetchall() == [(2,)]
        names = connection.execute("SELECT name FROM ledger_main.migrations ORDER BY 1").fetchall()
    assert [name for (name,) in names] == [*ours, "9999_later"]


def test_migrations_keep_the_time_at_which_they_were_applied(
    ledger_fixture: Cli, elsewhere: str, any_database_url: str
) -> None:
    copies = taken(ledger_fixture, "night")
    ledger_fixture.set(DATABASE_URL=elsewhere)
    assert restored(ledger_fixture, copies).status == 0
    rows = []
    for url in (any_database_url, elsewhere):
        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT * FROM ledger_main.migrations ORDER BY name")
            rows.append(found.fetchall())
    assert rows[0] == rows[1]
