"""What a session relies on holds, whatever the URL, the role or the database set."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from ledger.embedded import Server
from ledger.names import ROLES, Role
from ledger.storage.postgres import Database, Session
from projections.following.storage import relax
from tests.fixtures.ledger import House

pytestmark = pytest.mark.both_engines

SAFE = ("on", "read committed")
WEAK = {"synchronous_commit": "off", "default_transaction_isolation": "serializable"}
OF_DATABASE = "ALTER DATABASE {database} SET {name} = {value}"
OF_ROLE = "ALTER ROLE {role} IN DATABASE {database} SET {name} = {value}"


def preset(house: House, form: str, role: str = "", **settings: str) -> None:
    """Let new sessions of the house's database begin with settings."""
    with psycopg.connect(house.url, autocommit=True) as connection:
        names = {
            "database": sql.Identifier(connection.info.dbname),
            "role": sql.Identifier(role or connection.info.user),
        }
        for name, value in settings.items():
            rest = {"name": sql.Identifier(name), "value": sql.Literal(value)}
            connection.execute(sql.SQL(form).format(**names, **rest))


def setting(session: Session, name: str) -> str:
    row = session._connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def relied_on(session: Session) -> tuple[str, ...]:
    return tuple(setting(session, name) for name in WEAK)


@pytest.mark.parametrize("form", [OF_DATABASE, OF_ROLE], ids=["database", "role"])
def test_commits_are_durable_and_locks_show_what_was_committed(house: House, form: str) -> None:
    preset(house, form, **WEAK)
    for role in (None, *ROLES):
        session = house.session(role)
        assert relied_on(session) == SAFE
        user = house.ledger.role(role) if role else "postgres"
        assert session._connection.execute("SELECT current_user").fetchone() == (user,)


def test_a_role_that_logs_in_as_itself_is_no_exception(
    make_house: Callable[..., House], database_url: str, postgres_server: Server
) -> None:
    house = make_house(database_url)
    name = house.ledger.role("recorder")
    preset(house, OF_ROLE, name, **WEAK)
    postgres_server.allow(name)
    session = Database(house.url, peer=True).connect(house.ledger, "recorder")
    house.opened.append(session)
    assert relied_on(session) == SAFE


@pytest.mark.parametrize("stronger", ["local", "remote_write", "remote_apply"])
def test_what_is_set_for_standbys_stays(house: House, stronger: str) -> None:
    preset(house, OF_DATABASE, synchronous_commit=stronger)
    assert setting(house.session("recorder"), "synchronous_commit") == stronger


def test_a_projector_still_lets_its_commits_go(house: House) -> None:
    session = house.session("projector")
    relax(session)
    assert setting(session, "synchronous_commit") == "off"


def test_options_of_the_url_stay_but_none_that_is_relied_on(house: House) -> None:
    options = (
        "-c work_mem=5MB -c synchronous_commit=off -c search_path=pg_temp -c DateStyle=SQL,\\ DMY"
    )
    weak = r"-c default_transaction_isolation=repeatable\ read"
    url = psycopg.conninfo.make_conninfo(house.url, options=f"{options} {weak}")
    roles: tuple[Role | None, ...] = (None, "recorder")
    for role in roles:
        session = Database(url).connect(house.ledger, role)
        house.opened.append(session)
        assert relied_on(session) == SAFE
        assert (setting(session, "work_mem"), setting(session, "DateStyle")) == ("5MB", "SQL, DMY")
        assert setting(session, "search_path") == house.ledger.search_path
