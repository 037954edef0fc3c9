"""`ledger backup` and `ledger restore`: what is brought back, what is not, and what is refused."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from ledger.backup import taking
from ledger.errors import ServiceAway
from ledger.storage.postgres import Database, Session
from tests.fault.power import durable
from tests.fixtures.backups import elsewhere, ledger, resigned
from tests.fixtures.console import Cli, collected, consented, message, registered

__all__ = ["back_up", "elsewhere", "ledger", "restore"]

WHO, OTHER = "customer/10023", "customer/10024"
WAY = "j.devries@example.nl"


def back_up(ledger: Cli, name: str = "night") -> tuple[str, str]:
    """Make a backup; the folders of events and keys."""
    events, keys = ledger.folder / f"{name}-events", ledger.folder / f"{name}-keys"
    answer = ledger("backup", str(events), "--keys", str(keys), "--json").json
    assert set(answer) == {"ledger", "taken_at", "position", "epochs"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[0-9:]{8}\.\d{6}Z", answer["taken_at"])
    return str(events), str(keys)


def restore(ledger: Cli, copies: tuple[str, str], url: str) -> Any:
    """Restore into another database; the answer."""
    ledger.set(DATABASE_URL=url)
    ran = ledger("restore", copies[0], "--keys", copies[1], "--json")
    assert ran.status == 0, ran.err
    return ran.json


def personal(ledger: Cli, subject: str) -> Any:
    return ledger("state", subject, "--json").json["personal"]


def test_what_was_recorded_is_there_again(ledger: Cli, elsewhere: str) -> None:
    ledger.record(registered(), collected(), consented(), b"[]")
    then = ("--at-position", "3")
    answers = [("history", WHO, *then), ("state", WHO), ("consents", WHO), ("register",)]
    before = [ledger(*words, "--json").out for words in answers]
    position = ledger("status", "--json").json["position"]
    audited = ledger("audit", "--json").out
    restored = restore(ledger, back_up(ledger), elsewhere)
    assert (restored["findings"], restored["erasures_reapplied"]) == (0, 0)
    assert restored["position"] == position == 6  # three events and three reads
    assert ledger("audit", "--json").out == audited
    assert [ledger(*words, "--json").out for words in answers] == before
    assert len(ledger("dead-letters", "list", "--json").json["dead_letters"]) == 1
    assert ledger("audit", "--views", "--json").json["ok"]


def test_a_backup_is_durable_once_it_is_told(ledger: Cli, tmp_path: Path) -> None:
    """Its folders, that somebody made just before, as well."""
    ledger.record(registered(), collected())
    copies = tmp_path / "copies"
    copies.mkdir()
    with durable(copies):
        for content in ("events", "keys"):
            (copies / content).mkdir()
        ran = ledger("backup", str(copies / "events"), "--keys", str(copies / "keys"))
        assert ran.status == 0, ran.err


@pytest.mark.parametrize("fails", [False, True])
def test_a_backup_leaves_no_connection_open(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """Its snapshot would keep the server from cleaning up."""
    opened: list[Session] = []
    connect = Database.connect

    def noted(database: Database, *names: Any) -> Session:
        opened.append(connect(database, *names))
        return opened[-1]

    def away(*_: object) -> None:
        raise ServiceAway("the disk is full")

    monkeypatch.setattr(Database, "connect", noted)
    if fails:
        monkeypatch.setattr(taking, "_make_folder", away)
    folders = [str(ledger.folder / name) for name in ("backup", "backup-keys")]
    assert bool(ledger("backup", folders[0], "--keys", folders[1]).status) is fails
    assert opened
    assert all(session.broken for session in opened)


def test_the_restored_ledger_is_as_closed_as_before(ledger: Cli, elsewhere: str) -> None:
    ledger.record(registered())
    restore(ledger, back_up(ledger), elsewhere)
    for statement in ("DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET topic = topic"):
        with psycopg.connect(elsewhere) as connection:
            table = sql.Identifier("ledger_main", "events")
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(sql.SQL(statement).format(table))
            connection.rollback()
            connection.execute("SET ROLE ledger_main_recorder")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL(statement).format(table))


@pytest.mark.parametrize("categories", [[], ["contact"]], ids=["person", "category"])
@pytest.mark.parametrize("later_keys", [False, True], ids=["same-keys", "later-keys"])
def test_what_was_erased_after_the_backup_stays_erased(
    ledger: Cli, elsewhere: str, categories: list[str], later_keys: bool
) -> None:
    ledger.record(registered(), collected(), registered(OTHER), collected(OTHER))
    copies = back_up(ledger)
    options = [text for category in categories for text in ("--category", category)]
    assert ledger("erase", WHO, *options, "--ground", "request").status == 0
    if later_keys:
        copies = (copies[0], back_up(ledger, "later")[1])
    restored = restore(ledger, copies, elsewhere)
    assert (restored["erasures_reapplied"], restored["findings"]) == (1, 0)
    assert personal(ledger, WHO).get("contact", {}).get("email") in (None, {"erased": True})
    assert WAY not in ledger("history", WHO, "--json").out.decode()
    assert personal(ledger, OTHER)["contact"]["email"] == WAY
    types = [line["type"] for line in ledger("history", WHO, "--json").acts]
    assert types[-1] == "nl.voipzeker.ledger.erasure-reapplied.v1"
    refused = ledger.record(collected())
    assert [one["code"] for one in refused["rejections"]] == ["erased-subject"]
    assert ledger("audit", "--views", "--json").json["ok"]


def test_what_came_after_the_backup_comes_again_from_the_source(
    ledger: Cli, elsewhere: str
) -> None:
    early, late = [registered(), collected()], [consented(), registered(OTHER)]
    ledger.record(*early)
    copies = back_up(ledger)
    ledger.record(*late)
    restore(ledger, copies, elsewhere)
    again = ledger.record(*early, *late)
    assert (again["recorded"], again["duplicates"], again["last_position"]) == (2, 2, 4)
    assert ledger("consents", WHO, "--json").json["consents"][0]["status"] == "given"
    assert ledger("audit", "--views", "--json").json["ok"]


def test_a_search_works_again(ledger: Cli, elsewhere: str) -> None:
    ledger.record(registered(), collected())
    restore(ledger, back_up(ledger), elsewhere)
    assert WHO in ledger("find", "email", stdin=WAY.encode()).out.decode()


def test_an_empty_ledger_makes_room_and_one_with_events_does_not(
    ledger: Cli, elsewhere: str, any_database_url: str
) -> None:
    ledger.record(registered())
    copies = back_up(ledger)
    ledger.set(DATABASE_URL=elsewhere)
    assert ledger("init").status == 0
    assert restore(ledger, copies, elsewhere)["position"] == 1
    ledger.set(DATABASE_URL=any_database_url)
    ran = ledger("restore", copies[0], "--keys", copies[1])
    assert (ran.status, "exists here and holds 1 events" in ran.err) == (2, True)


def test_a_ledger_that_only_refused_is_not_written_over(ledger: Cli, elsewhere: str) -> None:
    """It has batches and dead letters, and no event."""
    ledger.record(registered())
    copies = back_up(ledger)
    ledger.set(DATABASE_URL=elsewhere)
    assert ledger("init").status == 0
    ledger.record(b"bad")
    ran = ledger("restore", copies[0], "--keys", copies[1])
    assert (ran.status, "exists here and holds 0 events" in ran.err) == (2, True)
    assert ledger("status", "--json").json["dead_letters"] == 1


def spoil_events(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    file = Path(copies[0], "events.copy.gz")
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    return copies


def unfinished(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    Path(copies[1], "manifest").unlink()
    return copies


def swapped(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    return copies[1], copies[0]


def older_keys(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    return back_up(ledger, "later")[0], copies[1]


def other_migrations(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    resigned(
        ledger,
        Path(copies[0]),
        lambda copy: msgspec.structs.replace(copy, migrations=copy.migrations[:-1]),
    )
    return copies


def ended_epoch(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    assert ledger("keys", "rotate", "--now").status == 0
    return copies


def other_keys(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    path = ledger.folder / "keys" / "main" / "epoch-000001.key"
    path.write_bytes(bytes(range(32)))
    return copies


def no_keys(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    ledger.set(KEY_DIR=str(ledger.folder / "nowhere"))
    return copies


def other_ledger(ledger: Cli, copies: tuple[str, str]) -> tuple[str, str]:
    (ledger.folder / "keys" / "main").rename(ledger.folder / "keys" / "brand")
    ledger.set(NAME="brand")
    return copies


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_events, "damaged"),
        (unfinished, "no complete backup"),
        (swapped, "no backup of events"),
        (older_keys, "do not fit"),
        (other_migrations, "do not fit"),
        (ended_epoch, "has ended"),
        (other_keys, "is another one"),
        (no_keys, "no epoch keys"),
        (other_ledger, "is of the ledger main"),
    ],
)
def test_what_cannot_be_restored_is_refused_and_nothing_is_changed(
    ledger: Cli,
    elsewhere: str,
    spoil: Callable[[Cli, tuple[str, str]], tuple[str, str]],
    says: str,
) -> None:
    ledger.record(registered())
    copies = spoil(ledger, back_up(ledger))
    ledger.set(DATABASE_URL=elsewhere)
    ran = ledger("restore", copies[0], "--keys", copies[1])
    assert (ran.status, says in ran.err) == (2, True), ran.err
    assert not (ledger.folder / "nowhere").exists()
    with psycopg.connect(elsewhere) as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname ^@ 'ledger_'")
        assert found.fetchall() == []


def test_a_backup_needs_folders_of_its_own(ledger: Cli) -> None:
    events, keys = back_up(ledger)
    for folders in ((events, f"{keys}-2"), (f"{events}-3", keys)):
        ran = ledger("backup", folders[0], "--keys", folders[1])
        assert (ran.status, "is not empty" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("events", "keys"),
    [
        ("night", "night"),
        ("night", "other/../night"),
        ("night", "link"),
        ("night", "night/keys"),
        ("night/events", "night"),
        ("night", "keys/main/night"),
        ("keys", "night"),
    ],
)
def test_copies_that_are_not_apart_are_refused_before_anything_is_made(
    cli: Cli, events: str, keys: str
) -> None:
    (cli.folder / "link").symlink_to(cli.folder / "night")
    before = sorted(cli.folder.rglob("*"))
    ran = cli("backup", str(cli.folder / events), "--keys", str(cli.folder / keys))
    assert ran.status == 2, ran.err
    assert "a folder each" in ran.err or "lies in the key folder" in ran.err
    assert sorted(cli.folder.rglob("*")) == before


def unpacked(copy: Path) -> bytes:
    """The rows of a table as they were sent."""
    return gzip.decompress(copy.read_bytes())


def test_a_backup_holds_no_key_and_no_value_in_clear(ledger: Cli) -> None:
    ledger.record(registered(), collected(), message("customer-registered", OTHER))
    held = [path.read_bytes() for path in (ledger.folder / "keys" / "main").glob("*.key")]
    secrets = [WAY.encode(), WHO.encode(), *held, *(key.hex().encode() for key in held)]
    for folder in back_up(ledger):
        assert Path(folder).stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in Path(folder).iterdir())
        tables = [unpacked(copy) for copy in Path(folder).glob("*.copy.gz")]
        assert tables
        assert all(rows.startswith(b"PGCOPY\n") for rows in tables)
        content = b"".join([*tables, Path(folder, "manifest").read_bytes()])
        assert not [secret for secret in secrets if secret in content]
