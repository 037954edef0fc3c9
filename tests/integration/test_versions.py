"""A program and a database of different versions: it is said which of both must move, and nothing is done."""

from contextlib import closing
from typing import Any

import orjson
import psycopg
import pytest

from ledger.embedded import Server, start
from ledger.errors import Halt, NewerDatabase, OlderDatabase
from ledger.names import LedgerName
from ledger.storage.install import (
    check_installed,
    install,
    install_as_of,
    migrations,
)
from ledger.storage.postgres import Database
from tests.fixtures.console import Cli, registered
from tests.fixtures.ledger import NOW, House
from tests.fixtures.postgres import fresh_database, short_folder

NEWER = "the database is of a newer program: run that one"
OLDER = "The database is of an older program: stop what works on it, then run `ledger init`."
COMMANDS = (
    ("init",),
    ("status",),
    ("history", "customer/10023"),
    ("erase", "customer/10023", "--ground", "request"),
    ("project", "--once"),
    ("publish", "--once"),
)


def made_newer(url: str) -> None:
    """As a newer program leaves it."""
    with psycopg.connect(url) as superuser:
        superuser.execute(
            "INSERT INTO ledger_main.migrations SELECT '9999_later', digest, applied_at"
            " FROM ledger_main.migrations LIMIT 1"
        )


def head(url: str) -> tuple[Any, ...] | None:
    with psycopg.connect(url) as superuser:
        return superuser.execute("SELECT * FROM ledger_main.head").fetchone()


def test_an_older_program_does_nothing_to_a_newer_database(cli: Cli) -> None:
    cli.record(registered())
    before = head(cli.url)
    made_newer(cli.url)
    for command in COMMANDS:
        ran = cli(*command)
        assert (ran.status, NEWER in ran.err.lower()) == (2, True), (command, ran.err)
    ran = cli("ingest", "-", stdin=orjson.dumps(registered(id="r-2")))
    assert (ran.status, NEWER in ran.err.lower()) == (2, True)
    assert head(cli.url) == before


def test_what_runs_stops_recording_when_a_newer_program_comes(house: House) -> None:
    running = house.open()
    assert house.record(registered(), ledger=running).recorded == 1
    made_newer(house.url)
    with pytest.raises(NewerDatabase):
        house.record(registered("customer/2"), ledger=running)
    assert len(house.events()) == 1


def test_an_older_database_is_upgraded_by_init_alone(house: House) -> None:
    """The last migration is missing, as before an upgrade."""
    database, ledger = house.database, house.ledger
    other = type(ledger)("older")
    session = database.connect(other, None)
    with session.transaction():
        install_as_of(session, other, dict.fromkeys(migrations()[:-1], house.clock()))
    with pytest.raises(OlderDatabase):
        check_installed(session)
    assert install(database, other, house.clock()) == [migrations()[-1]]
    check_installed(session)
    session.close()


def upgraded_by_init_alone(program: Cli, url: str) -> None:
    """An empty database becomes one of an older program, which each other command refuses."""
    ledger = LedgerName()
    with closing(Database(url).connect(ledger, None)) as session, session.transaction():
        install_as_of(session, ledger, dict.fromkeys(migrations()[:-1], NOW))
    for command in (*COMMANDS[1:], ("ingest", "-")):
        ran = program(*command, stdin=orjson.dumps(registered()))
        assert (ran.status, OLDER in ran.err) == (2, True), (command, ran.err)
    assert program("init").status == 0
    assert program.record(registered())["recorded"] == 1


def test_a_newer_program_asks_for_the_upgrade_and_init_makes_it(
    program: Cli, postgres_server: Server
) -> None:
    """Each command says the same; nothing is recorded before; the way out that is named leads out."""
    with fresh_database(postgres_server.url) as url:
        program.set(DATABASE_URL=url)
        upgraded_by_init_alone(program, url)


def test_the_same_holds_for_a_database_on_the_program_s_own_server(program: Cli) -> None:
    """First it is older than the program, then the program is older."""
    with short_folder() as folder, start(folder) as server:
        program.set(DATA_DIR=str(folder))
        url = server.url()
        upgraded_by_init_alone(program, url)
        before = head(url)
        made_newer(url)
        for command in (*COMMANDS, ("ingest", "-")):
            ran = program(*command, stdin=orjson.dumps(registered(id="r-2")))
            assert (ran.status, NEWER in ran.err.lower()) == (2, True), (command, ran.err)
        assert head(url) == before


def test_a_migration_that_was_changed_is_named(house: House) -> None:
    with psycopg.connect(house.url) as superuser:
        superuser.execute(
            "UPDATE ledger_main.migrations SET digest = repeat('0', 64) WHERE name = %s",
            [migrations()[0]],
        )
    with pytest.raises(Halt, match=f"migration {migrations()[0]} was changed"):
        check_installed(house.reader)
