"""Backups and PostgreSQLs of different major versions: brought back, or refused before anything changes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ledger import dumping
from ledger.dumping import check_loadable, programs_for
from ledger.errors import Misconfigured
from tests.fixtures.console import Cli, collected, consented, registered
from tests.fixtures.postgres import ENGINES, fresh_database

WHO = "customer/10023"
# The audit first: each of the others is a read, which is an event with an id of its own.
ANSWERS = [("audit",), ("history", WHO), ("state", WHO), ("consents", WHO), ("register",)]
needs_both_servers = pytest.mark.skipif(len(ENGINES) == 1, reason="no PostgreSQL is installed")


@pytest.fixture
def installed_url(installed_postgres: Callable[[str], str]) -> Iterator[str]:
    """A fresh database on the installed server, whose version is whatever the machine has."""
    with fresh_database(installed_postgres) as url:
        yield url


def filled(program: Cli, url: str) -> tuple[str, str]:
    """A ledger with something in it; the folders of its backup."""
    program.set(DATABASE_URL=url)
    assert program("init").status == 0
    program.record(registered(), collected(), consented(), b"[]")
    copies = str(program.folder / "events"), str(program.folder / "wrapped-keys")
    assert program("backup", copies[0], "--keys", copies[1]).status == 0
    return copies


def version(url: str) -> int:
    """Major version of a server."""
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10000


def namespaces(url: str) -> list[str]:
    """Of ledgers, in a database."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ^@ 'ledger_'")
        return [name for (name,) in found]


@needs_both_servers
@pytest.mark.server
@pytest.mark.parametrize("upward", [True, False], ids=["to-embedded", "to-installed"])
def test_a_backup_moves_a_ledger_to_another_version_or_is_refused_before_anything_changes(
    program: Cli, database_url: str, installed_url: str, upward: bool
) -> None:
    here, there = (installed_url, database_url) if upward else (database_url, installed_url)
    copies = filled(program, here)
    before = [program(*words, "--json").out for words in ANSWERS]
    program.set(DATABASE_URL=there)
    ran = program("restore", copies[0], "--keys", copies[1])
    if version(there) < 17 <= version(here):
        words = f"this backup is of PostgreSQL {version(here)}, and the server is {version(there)}"
        assert (ran.status, words in ran.err) == (2, True), ran.err
        assert namespaces(there) == []
        return
    assert ran.status == 0, ran.err
    assert [program(*words, "--json").out for words in ANSWERS] == before
    assert program("audit", "--views", "--json").json["ok"]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Makes this a machine that has programs of some versions, the last of them shipped with the program."""
    # As on a machine where the client is installed in parts, or not at all.
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(dumping, "_SYSTEM_PROGRAMS", tmp_path)

    def having(*majors: int) -> None:
        for major in majors:
            folder = tmp_path / str(major) / "bin"
            folder.mkdir(parents=True)
            for name in ("pg_dump", "pg_restore"):
                (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {major}.3'\n")
                (folder / name).chmod(0o755)
        monkeypatch.setattr(dumping, "shipped_programs", lambda: tmp_path / f"{majors[-1]}/bin")

    return having


@pytest.mark.parametrize(
    ("majors", "server", "chosen"),
    [
        ((15, 16, 18), 15, 15),
        ((16, 18), 15, 16),
        ((15, 18), 18, 18),
        ((15, 18), 17, 18),
        ((17, 18), 17, 17),
        ((18, 19), 18, 18),
    ],
)
def test_programs_of_the_servers_version_are_taken_or_the_next_that_it_understands(
    machine: Callable[..., None], tmp_path: Path, majors: tuple[int, ...], server: int, chosen: int
) -> None:
    machine(*majors)
    assert programs_for(server) == tmp_path / str(chosen) / "bin"


@pytest.mark.parametrize(
    ("majors", "server", "words"),
    [
        ((18,), 15, "pg_restore 15, or up to 16"),
        ((15, 18), 16, "the client of PostgreSQL 16"),
        ((15, 18), 19, "pg_restore 19, or newer"),
    ],
)
def test_programs_that_do_not_fit_are_not_taken(
    machine: Callable[..., None], majors: tuple[int, ...], server: int, words: str
) -> None:
    """A backup that cannot be restored is worse than one that is refused."""
    machine(*majors)
    with pytest.raises(Misconfigured, match=words):
        programs_for(server)


def test_a_copy_of_a_recent_version_is_for_recent_servers() -> None:
    for copied, server in ((15, 15), (15, 16), (15, 18), (17, 18), (18, 17)):
        check_loadable(copied, server)
    for copied, server in ((17, 16), (18, 15)):
        with pytest.raises(Misconfigured, match="restore it into PostgreSQL 17 or newer"):
            check_loadable(copied, server)
