"""The audit runs nothing that was put where it reads, waits for nobody for ever, and says so."""

import psycopg
import pytest

from tests.fixtures.console import Cli, registered

pytestmark = pytest.mark.server_catalogue

FOR_EVER = "pg_sleep(1000000)"
NOT_READ = "{} looked at: reading rows would run what somebody put there"


def view_instead(table: str) -> str:
    name = table.rpartition(".")[2]
    return (
        f"ALTER TABLE {table} RENAME TO aside_{name};"
        f" CREATE VIEW {table} AS SELECT a.* FROM {table.replace(name, f'aside_{name}')} AS a, {FOR_EVER};"
        f" GRANT SELECT ON {table} TO ledger_main_reader"
    )


PUT = {
    "a view in place of the events": view_instead("ledger_main.events"),
    "a view in place of the migrations": view_instead("ledger_main.migrations"),
    "a view in place of the ledger's keys": view_instead("ledger_main_keys.ledger_keys"),
    "a policy": (
        "CREATE FUNCTION public.slow() RETURNS boolean LANGUAGE plpgsql"
        f" AS $$ BEGIN PERFORM {FOR_EVER}; RETURN true; END $$;"
        " ALTER TABLE ledger_main_keys.data_keys ENABLE ROW LEVEL SECURITY;"
        " CREATE POLICY slow ON ledger_main_keys.data_keys USING (public.slow())"
    ),
    "a function among the server's own": (
        "CREATE FUNCTION pg_catalog.sum(bigint, bigint) RETURNS bigint LANGUAGE plpgsql"
        f" AS $$ BEGIN PERFORM {FOR_EVER}; RETURN 1; END $$"
    ),
    "another view of what readers see": (
        "CREATE OR REPLACE VIEW ledger_main_views.staff AS"
        f" SELECT s.* FROM ledger_main_views.staff_blue AS s, {FOR_EVER}"
    ),
}


@pytest.mark.parametrize("what", PUT)
def test_what_was_put_where_it_reads_is_named_and_not_run(
    cli: Cli, database_url: str, what: str
) -> None:
    cli.record(registered())
    assert cli("project", "--once").status == 0
    assert cli("publish", "--once").status == 0
    with psycopg.connect(database_url) as owner:
        owner.execute(PUT[what].encode())
    ran = cli("audit", "--views", "--json")
    assert ran.status == 1, ran.err
    told = [(finding["kind"], finding["detail"]) for finding in ran.json["findings"]]
    assert ("catalogue", NOT_READ.format("views are not")) in told
    of_tables = ("catalogue", NOT_READ.format("nothing else was")) in told
    assert of_tables == (what != "another view of what readers see")
    assert ran.json["verdict"] == "not-in-order"


def test_a_table_that_somebody_locks_is_a_finding(cli: Cli, database_url: str) -> None:
    cli.record(registered())
    cli.set(DATABASE_PATIENCE_S="1")
    with psycopg.connect(database_url) as owner:
        owner.execute("LOCK TABLE ledger_main.bookmarks IN ACCESS EXCLUSIVE MODE")
        ran = cli("audit", "--json")
    assert ran.status == 1, ran.err
    assert "unreadable" in {finding["kind"] for finding in ran.json["findings"]}
    assert cli("audit").status == 0
