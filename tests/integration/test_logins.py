"""Logins that the database refuses, at the start and while a process runs; a backup with too few rights."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from host.environment import settings_from
from host.wiring import audited_site
from ledger.keys.opening import Opener
from tests.fixtures.console import Cli, registered
from tests.fixtures.running import Started, eventually

GUESS = "wrong-guess"


@pytest.fixture
def password(secrets_folder: Path) -> Callable[[str], str]:
    """The password of a login, quoted for a URL."""

    def read(name: str) -> str:
        return quote((secrets_folder / f"{name}_password").read_text().strip(), safe="")

    return read


@pytest.fixture
def installed(
    program: Cli, database_with_logins: str, password: Callable[[str], str]
) -> Callable[[str], Cli]:
    """The program, on a ledger that the owner made, with the login of that name."""

    def log_in(name: str) -> Cli:
        url = f"postgresql://ledger_{name}:{password(name)}@{database_with_logins}/ledger"
        program.set(DATABASE_URL=url)
        return program

    assert log_in("owner")("init").status == 0
    return log_in


@pytest.mark.parametrize("name", ["operator", "upkeep"])
def test_a_backup_by_another_than_the_owner_is_refused_before_anything_is_made(
    installed: Callable[[str], Cli], name: str
) -> None:
    program = installed(name)
    folders = [program.folder / "events", program.folder / "wrapped"]
    ran = program("backup", str(folders[0]), "--keys", str(folders[1]))
    assert ran.status == 2
    assert "a backup needs the login of `ledger init`, which owns them" in ran.err
    assert not any(folder.exists() for folder in folders)
    ran = installed("owner")("backup", str(folders[0]), "--keys", str(folders[1]))
    assert ran.status == 0, ran.err


@pytest.mark.parametrize(
    ("user", "secret", "port", "database", "says"),
    [
        ("ledger_operator", GUESS, None, "ledger", "it does not know this user or password"),
        ("nobody", GUESS, None, "ledger", "it does not know this user or password"),
        ("ledger_operator", None, None, "elsewhere", "it has no such database"),
        ("ledger_operator", "", None, "ledger", "it asks for a password, and none is set"),
        ("ledger_operator", GUESS, "99999", "ledger", "expected a port from 1 to 65535"),
        ("ledger_operator", GUESS, "abc", "ledger", "expected a port from 1 to 65535"),
    ],
    ids=["password", "user", "database", "no password", "high port", "no port"],
)
def test_whoever_starts_with_a_wrong_login_is_told_which_setting(
    program: Cli,
    database_with_logins: str,
    password: Callable[[str], str],
    user: str,
    secret: str | None,
    port: str | None,
    database: str,
    says: str,
) -> None:
    host, _, listening = database_with_logins.partition(":")
    secret = password("operator") if secret is None else secret
    program.set(DATABASE_URL=f"postgresql://{user}:{secret}@{host}:{port or listening}/{database}")
    ran = program("status")
    assert ran.status == 2, ran.err
    assert says in ran.err
    assert f"user {user}, database {database}, host {host}, port {port or listening}" in ran.err
    assert "LEDGER_DATABASE_URL" in ran.err
    assert not secret or secret not in ran.err


@pytest.mark.parametrize("options", ["?sslmode=zz", "?nonsense=wrong-guess"])
def test_options_of_the_url_that_do_not_exist_are_no_server_that_is_away(
    program: Cli, options: str
) -> None:
    program.set(DATABASE_URL=f"postgresql://nobody:{GUESS}@127.0.0.1/ledger{options}")
    ran = program("status")
    assert (ran.status, "LEDGER_DATABASE_URL" in ran.err) == (2, True), ran.err
    assert GUESS not in ran.err


def test_a_password_that_is_changed_does_not_end_who_runs(
    installed: Callable[[str], Cli],
    server_with_passwords: tuple[Path, int],
    secrets_folder: Path,
    start: Callable[..., Started],
) -> None:
    folder, port = server_with_passwords
    installed("projector")
    running = start("project")
    served = running.served("project")
    eventually(lambda: served.ready, "it is ready")
    known = (secrets_folder / "projector_password").read_text().strip()
    with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}&port={port}") as superuser:
        superuser.autocommit = True

        def change(new: str) -> None:
            superuser.execute(
                sql.SQL("ALTER ROLE ledger_projector PASSWORD {}").format(sql.Literal(new))
            )

        change("another")
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'ledger_projector'"
        )

        def why() -> str:
            return str(served.health("/readyz")[1]["missing"].get("database"))

        eventually(lambda: "it does not know this user or password" in why(), "it says why")
        assert served.health("/livez")[0] == 200
        change(known)
    eventually(lambda: served.ready, "it is ready again")
    assert running.stop() == 0, running.said


def test_the_auditor_audits_and_writes_nothing(installed: Callable[[str], Cli]) -> None:
    program = installed("operator")
    program.record(registered())
    assert program("publish", "--once").status == 0
    program = installed("auditor")
    ran = program("audit", "--json")
    assert ran.status == 0, ran.err
    # What the desk of a confidential ledger needs: to find a person, and to open their keys.
    with audited_site(settings_from({})) as site:
        opener = Opener(site.session("reader"), site.provider, site.ledger)
        [period] = opener.periods("customer/10023")
        assert opener.references([period.subject]) == {period.subject: "customer/10023"}
    # A read must be noted first: this login can note none, so nothing opens.
    ran = program("state", "customer/10023")
    assert (ran.status, ran.out) == (1, b"")
    assert "SQLSTATE 25006" in ran.err
