"""A transaction that somebody prepared can be committed after the audit: the audit names it."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from ledger.audit.catalogue import check_catalogue
from ledger.audit.findings import Findings
from ledger.names import LedgerName
from tests.fixtures.engines import PROGRAMS
from tests.fixtures.ledger import Clock, House
from tests.fixtures.postgres import installed_cluster

pytestmark = [
    pytest.mark.server_catalogue,
    pytest.mark.skipif(not PROGRAMS, reason="the embedded server prepares no transaction"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    programs = PROGRAMS[-1].parent
    with installed_cluster(programs, "max_prepared_transactions = 4") as url:
        keys = tmp_path_factory.mktemp("keys")
        with closing(House(url("postgres"), keys, LedgerName(), Clock())) as house:
            house.install()
            yield house


@pytest.fixture
def connection(house: House) -> Iterator[psycopg.Connection]:
    with psycopg.connect(house.url, autocommit=True) as connection:
        yield connection
        for (name,) in connection.execute("SELECT gid FROM pg_prepared_xacts").fetchall():
            connection.execute(psycopg.sql.SQL("ROLLBACK PREPARED {}").format(name))


def prepare(connection: psycopg.Connection, statement: str) -> str:
    """Leave a transaction prepared; its number."""
    for one in ("BEGIN", statement, "PREPARE TRANSACTION 'of J. de Vries'"):
        connection.execute(one.encode())
    (row,) = connection.execute("SELECT transaction::text FROM pg_prepared_xacts").fetchall()
    return f"{row[0]}"


def looked(house: House, baseline: frozenset[str] = frozenset()) -> Findings:
    findings = Findings(baseline=baseline)
    check_catalogue(house.session("reader"), findings)
    return findings


CHANGES = {
    "a row": (
        "INSERT INTO ledger_main.read_notes (sealed, noted_at) VALUES ('x', now())",
        "ledger_main.read_notes",
    ),
    "a row of the keys": ("DELETE FROM ledger_main_keys.data_keys", "ledger_main_keys.data_keys"),
    "a lock": ("LOCK ledger_main.head IN SHARE MODE", "ledger_main.head"),
    "a column": (
        "ALTER TABLE ledger_main.tracking ALTER COLUMN mac SET STATISTICS 7",
        "ledger_main.tracking",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_waits_and_changes_the_ledger_is_named_and_no_baseline_accepts_it(
    house: House, connection: psycopg.Connection, what: str
) -> None:
    statement, table = CHANGES[what]
    number = prepare(connection, statement)
    findings = looked(house)
    (found,) = findings.sorted()
    assert found.detail.startswith(
        f"the prepared transaction {number} waits to be committed, and has locked "
    )
    assert table in found.detail
    assert looked(house, frozenset(findings.of_site)).sorted() == (found,)


def test_what_waits_beside_the_ledger_is_named_until_a_baseline_accepts_it(
    house: House, connection: psycopg.Connection
) -> None:
    """A right that it grants locks no table, so any of this database is named."""
    number = prepare(connection, "GRANT SELECT ON ledger_main.events TO PUBLIC")
    findings = looked(house)
    details = [found.detail for found in findings.sorted()]
    assert details == [f"the prepared transaction {number} waits to be committed"]
    assert looked(house, frozenset(findings.of_site)).sorted() == ()
    connection.execute("COMMIT PREPARED 'of J. de Vries'")
    assert "grant" in {found.kind for found in looked(house).sorted()}
    connection.execute("REVOKE SELECT ON ledger_main.events FROM PUBLIC")
    assert looked(house).sorted() == ()
