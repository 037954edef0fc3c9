"""Backups move a ledger between PostgreSQLs of different major versions, upward and downward."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.fixtures.console import Cli, collected, consented, registered
from tests.fixtures.engines import ENGINES
from tests.fixtures.postgres import fresh_database

WHO = "customer/10023"
# The audit first: each of the others is a read, which is an event with an id of its own.
ANSWERS = [("audit",), ("history", WHO), ("state", WHO), ("consents", WHO), ("register",)]


def answered(program: Cli, *words: str) -> bytes:
    """An answer without the name of the server, which is another one afterwards."""
    return re.sub(rb'"server":"[^"]*",', b"", program(*words, "--json").out)


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


@needs_both_servers
@pytest.mark.server
@pytest.mark.parametrize("upward", [True, False], ids=["to-embedded", "to-installed"])
def test_a_backup_moves_a_ledger_to_another_version(
    program: Cli, database_url: str, installed_url: str, upward: bool
) -> None:
    here, there = (installed_url, database_url) if upward else (database_url, installed_url)
    copies = filled(program, here)
    before = [answered(program, *words) for words in ANSWERS]
    program.set(DATABASE_URL=there)
    ran = program("restore", copies[0], "--keys", copies[1])
    assert ran.status == 0, ran.err
    assert [answered(program, *words) for words in ANSWERS] == before
    assert program("audit", "--views", "--json").json["ok"]
