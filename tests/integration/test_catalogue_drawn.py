"""Alterations that no list has: drawn from the catalogue itself, made by a superuser, and looked for.

Each comes to a finding, to a reason in `catalogues.toml`, to nothing, or to a server that does not go on.
"""

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.server.rows import catalogues
from ledger.embedded import start
from ledger.names import ROLES, LedgerName
from tests.fixtures.drawn import DECLARED, DOWN, NAMED, REFUSED, UNCHANGED, Drawn, Throwaway
from tests.fixtures.engines import PROGRAMS
from tests.fixtures.ledger import Clock, House, collected
from tests.fixtures.postgres import installed_cluster, short_folder
from tests.fixtures.views import follower
from tests.fixtures.whole import WHOLE, turn

pytestmark = pytest.mark.server_catalogue

DRAWN = int(os.environ.get("LEDGER_DRAWN", "2000" if WHOLE else "40"))
SEED = int(os.environ.get("LEDGER_SEED", "33"))
"""LEDGER_SEED and LEDGER_DRAWN draw others, and more."""


SERVERS = ("embedded", "installed") if PROGRAMS else ("embedded",)


@pytest.fixture(scope="module", params=turn("catalogue", SERVERS))
def throwaway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Throwaway]:
    """A ledger that was followed once, on a cluster of its own."""
    keys = tmp_path_factory.mktemp("keys")
    with short_folder() as folder:
        if request.param == "embedded":
            with start(folder) as server:
                yield from _made(server.url("postgres"), keys)
        else:
            with installed_cluster(PROGRAMS[-1].parent) as url:
                yield from _made(url("postgres"), keys)


def _made(url: str, keys: Path) -> Iterator[Throwaway]:
    with closing(House(url, keys, LedgerName(), Clock())) as house:
        house.install()
        house.record(collected())
        follower(house).follow_once()
        house.close()
        throwaway = Throwaway(house)
        yield throwaway
        throwaway.connection.close()


def test_what_is_not_altered_is_in_order(throwaway: Throwaway) -> None:
    with throwaway.connection.transaction(force_rollback=True):
        assert throwaway.found() == ()


def test_whatever_is_drawn_is_named_or_declared(throwaway: Throwaway, tally: Counter[str]) -> None:
    dice = random.Random(SEED)
    outcomes = [throwaway.outcome(throwaway.draw(dice)) for _ in range(DRAWN)]
    counted = Counter(outcomes)
    print(counted)
    told = {NAMED, DECLARED, UNCHANGED, REFUSED, DOWN}
    tally.update({f"drawn {one}": counted[one] for one in told & counted.keys()})
    assert sorted(counted.keys() - told) == []
    assert counted[NAMED] > DRAWN / 3


def test_a_server_that_stops_is_an_outcome_and_the_next_draw_finds_it_again(
    throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = throwaway.connection.info.backend_pid

    def stopped() -> None:
        os.kill(server, signal.SIGKILL)
        throwaway.connection.execute(b"SELECT pg_sleep(600)")  # no answer to it comes

    with monkeypatch.context() as patched:
        patched.setattr(throwaway, "found", stopped)
        assert throwaway.outcome(Drawn("pg_class", 3, "relname", "altered")) == DOWN
    assert throwaway.found_after() == []


LENT = (
    "CREATE FUNCTION public.lent() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER"
    " AS $$ BEGIN RETURN 1; END $$"
)
AT_LOGIN = (
    "CREATE FUNCTION public.look() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$",
    "CREATE EVENT TRIGGER look ON ddl_command_end EXECUTE FUNCTION public.look()",
)
OWNED = (
    "INSERT INTO pg_shdepend SELECT {}, 'pg_class'::regclass, 'ledger_main.events'::regclass, 0,"
    " 'pg_authid'::regclass, oid, 'o' FROM pg_authid WHERE rolname = 'ledger_main_reader'"
)
IN_SESSION = "UPDATE pg_namespace SET nspname = 'pg_temp_99' WHERE nspname = 'x'"
PINNED = {
    "a column of the roles for the projector": (
        "columns of pg_catalog.pg_authid",
        ["GRANT UPDATE (rolsuper), SELECT (rolname) ON pg_authid TO ledger_main_projector"],
    ),
    "the roles for everybody": (
        "table pg_catalog.pg_authid",
        ["GRANT SELECT ON pg_authid TO PUBLIC"],
    ),
    "a setting of the server": (
        "pg_parameter_acl:",
        ["GRANT ALTER SYSTEM ON PARAMETER archive_command TO ledger_main_projector"],
    ),
    "a file for everybody": (
        "function pg_catalog.pg_read_file(",
        ["GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC"],
    ),
    "a large object out": (
        "function pg_catalog.lo_export(",
        ["GRANT EXECUTE ON FUNCTION lo_export(oid, text) TO PUBLIC"],
    ),
    "a function that lends rights": ("function public.lent()", [LENT]),
    "a view of the keys elsewhere": (
        "reaches into {keys}.data_keys",
        ["CREATE VIEW public.seen AS SELECT * FROM ledger_main_keys.data_keys"],
    ),
    "a login that reads everything": (
        "login somebody can take the role pg_read_all_data",
        ["CREATE ROLE somebody LOGIN", "GRANT pg_read_all_data TO somebody"],
    ),
    "a login that reads everything by another role": (
        "login somebody can take the role pg_read_all_data",
        [
            "CREATE ROLE between",
            "CREATE ROLE somebody LOGIN",
            "GRANT pg_read_all_data TO between",
            "GRANT between TO somebody",
        ],
    ),
    "an event trigger with a low number": (
        "event trigger look was added",
        [*AT_LOGIN, "UPDATE pg_event_trigger SET oid = 9999"],
    ),
    "a function among the server's with a low number": (
        "function pg_catalog.look() was added",
        [
            "CREATE FUNCTION pg_catalog.look() RETURNS int RETURN 1",
            "UPDATE pg_proc SET oid = 9999 WHERE proname = 'look'",
        ],
    ),
    "uniqueness put off": (
        "pg_index: ledger_main.event_ids",
        [
            "UPDATE pg_index SET indimmediate = false"
            " WHERE indrelid = 'ledger_main.event_ids'::regclass AND indisunique"
        ],
    ),
    "an identity without its sequence": (
        "pg_depend:",
        [
            "DELETE FROM pg_depend WHERE deptype = 'i' AND refobjid = 'ledger_main.read_notes'::regclass"
            " AND classid = 'pg_class'::regclass"
        ],
    ),
    "another number for a function of the server": (
        "function pg_catalog.pg_sleep(pg_catalog.float8) is not that of",
        ["UPDATE pg_proc SET oid = 9998 WHERE proname = 'pg_sleep'"],
    ),
    "a database that may be copied": (
        "may be copied",
        ["UPDATE pg_database SET datistemplate = true WHERE datname = current_database()"],
    ),
    "a setting of the database": (
        "setting of the database",
        ["ALTER DATABASE postgres SET default_table_access_method = 'other'"],
    ),
    "a setting of a login that records": (
        "setting of somebody is none of this ledger: session_replication_role",
        [
            "CREATE ROLE somebody LOGIN",
            "GRANT ledger_main_recorder TO somebody",
            "ALTER ROLE somebody SET session_replication_role = replica",
        ],
    ),
    "a setting of a superuser": (
        "setting of postgres is none of this ledger: session_replication_role",
        ["ALTER ROLE postgres SET session_replication_role = replica"],
    ),
    "a setting of a superuser in the database": (
        "setting of postgres is none of this ledger: search_path",
        ["ALTER ROLE postgres IN DATABASE postgres SET search_path = public"],
    ),
    "another owner, as REASSIGN OWNED believes it": (
        "pg_shdepend: pg_class ledger_main.events is not as it was made",
        [OWNED.format("(SELECT oid FROM pg_database WHERE datname = current_database())")],
    ),
    "another owner in every database": (
        "pg_shdepend: pg_class ledger_main.events is not as it was made",
        [OWNED.format("0")],
    ),
    "another owner of a function of the server": (
        "server pg_shdepend: pg_proc pg_catalog.pg_sleep(pg_catalog.float8) was added",
        [
            OWNED.format("0")
            .replace("pg_class", "pg_proc")
            .replace("ledger_main.events'::regclass", "pg_sleep'::regproc")
        ],
    ),
    "a lasting table where temporary ones are": (
        "table pg_temp_99.copied of the site",
        ["CREATE SCHEMA x", "CREATE TABLE x.copied ()", IN_SESSION],
    ),
    "a function where temporary tables are": (
        "function pg_temp_99.look() of the site",
        ["CREATE SCHEMA x", "CREATE FUNCTION x.look() RETURNS int RETURN 1", IN_SESSION],
    ),
    "a right where temporary tables are": (
        "namespace pg_temp_99 of the site",
        ["CREATE SCHEMA x", "GRANT USAGE ON SCHEMA x TO PUBLIC", IN_SESSION],
    ),
    "a temporary view of the keys": (
        "reaches into {keys}.data_keys",
        ["CREATE TEMPORARY VIEW seen AS SELECT * FROM ledger_main_keys.data_keys"],
    ),
    "a language": (
        "language other was added",
        ["CREATE LANGUAGE other HANDLER plpgsql_call_handler"],
    ),
    "a publication of a schema": (
        "publication p",
        ["CREATE PUBLICATION p FOR TABLES IN SCHEMA ledger_main_keys"],
    ),
    "creating in public": (
        "namespace public of the site",
        ["GRANT CREATE ON SCHEMA public TO PUBLIC"],
    ),
    "an empty schema beside ours": (
        "namespace ledger_main_views2 of the site, with 0 objects,",
        ["CREATE SCHEMA ledger_main_views2"],
    ),
    "a copy of a table of ours in our schema": (
        "table {keys}.copied",
        ["CREATE TABLE ledger_main_keys.copied AS TABLE ledger_main_keys.data_keys"],
    ),
    "a copy of a table of ours elsewhere": (
        "table public.copied of the site",
        ["CREATE TABLE public.copied AS TABLE ledger_main_keys.data_keys"],
    ),
    "a copy of a table of ours in a schema of another ledger": (
        "table ledger_other_keys.copied is none of what that ledger was made with",
        [
            "CREATE SCHEMA ledger_other",
            "CREATE SCHEMA ledger_other_keys",
            "CREATE TABLE ledger_other_keys.copied AS TABLE ledger_main_keys.data_keys",
        ],
    ),
    "a large object": ("server large object", ["SELECT lo_create(0)"]),
    "a foreign-data wrapper": (
        "server foreign-data wrapper w was added",
        ["CREATE FOREIGN DATA WRAPPER w"],
    ),
    "a foreign server": (
        "server foreign server s was added",
        ["CREATE FOREIGN DATA WRAPPER w", "CREATE SERVER s FOREIGN DATA WRAPPER w"],
    ),
    "a user mapping": (
        "server user mapping",
        [
            "CREATE FOREIGN DATA WRAPPER w",
            "CREATE SERVER s FOREIGN DATA WRAPPER w",
            "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'secret')",
        ],
    ),
    "a subscription": (
        "server subscription s was added",
        [
            "CREATE SUBSCRIPTION s CONNECTION 'host=x password=secret' PUBLICATION p"
            " WITH (connect = false, slot_name = NONE)"
        ],
    ),
    "a publication of nothing": ("server publication p was added", ["CREATE PUBLICATION p"]),
    "a replication origin": (
        "server replication origin o was added",
        ["SELECT pg_replication_origin_create('o')"],
    ),
    "a path for everybody": (
        "setting of the database is none of this ledger: search_path",
        ["ALTER ROLE ALL SET search_path = public, pg_catalog"],
    ),
    "a path of the database": (
        "setting of the database is none of this ledger: search_path",
        ["ALTER DATABASE postgres SET search_path = public"],
    ),
    "a login that makes databases": (
        "server role somebody was added",
        ["CREATE ROLE somebody CREATEDB"],
    ),
    "a login that makes roles": (
        "server role somebody was added",
        ["CREATE ROLE somebody CREATEROLE"],
    ),
    "a login that replicates": (
        "server role somebody was added",
        ["CREATE ROLE somebody REPLICATION"],
    ),
    "a login that passes policies by": (
        "server role somebody was added",
        ["CREATE ROLE somebody BYPASSRLS"],
    ),
    "another superuser": ("server role somebody was added", ["CREATE ROLE somebody SUPERUSER"]),
    "a role of the server for a login": (
        "server pg_auth_members: pg_signal_backend.somebody",
        ["CREATE ROLE somebody LOGIN", "GRANT pg_signal_backend TO somebody"],
    ),
    "a role of the server for another one": (
        "server pg_auth_members: pg_read_all_data.pg_monitor",
        ["GRANT pg_read_all_data TO pg_monitor"],
    ),
    "a ledger's role that logs in": (
        "role ledger_main_eraser is not as it was made: role login",
        [f"ALTER ROLE {LedgerName().role(role)} NOLOGIN" for role in ROLES if role != "eraser"],
    ),
    "creating in the database": (
        "somebody creates",
        ["CREATE ROLE somebody", "GRANT CREATE ON DATABASE postgres TO somebody"],
    ),
    "another owner of the database": (
        "belongs to somebody",
        ["CREATE ROLE somebody", "ALTER DATABASE postgres OWNER TO somebody"],
    ),
    "default rights": (
        "server default rights",
        ["ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"],
    ),
    "an extension": (
        "server extension other was added",
        ["INSERT INTO pg_extension SELECT 16999, 'other', 10, 11, false, '1', NULL, NULL"],
    ),
    "a function of an extension among the server's": (
        "server function pg_catalog.look() was added",
        [
            "CREATE FUNCTION pg_catalog.look() RETURNS int RETURN 1",
            "INSERT INTO pg_extension SELECT 16999, 'other', 10, 11, false, '1', NULL, NULL",
            "INSERT INTO pg_depend VALUES ('pg_proc'::regclass, 'pg_catalog.look'::regproc, 0,"
            " 'pg_extension'::regclass, 16999, 0, 'e')",
        ],
    ),
}
"""What an attacker did to ledgers, and what else a list of what to look for forgets: words of the finding."""


@pytest.mark.parametrize("what", PINNED)
def test_what_was_done_to_ledgers_is_named(throwaway: Throwaway, what: str) -> None:
    words, statements = PINNED[what]
    found = throwaway.found_after(*statements)
    words = words.replace("{keys}", "ledger_main_keys")
    assert [one for one in found if words in one], found


def test_a_replication_slot_is_named_until_a_baseline_accepts_it(throwaway: Throwaway) -> None:
    slot = "SELECT pg_create_physical_replication_slot('s', false, {})"
    assert throwaway.found_after(slot.format("true")) == [], "it goes with its session"
    throwaway.connection.execute(b"SELECT pg_drop_replication_slot('s')")
    try:  # no rollback takes a slot away
        looked = throwaway.looked_after(slot.format("false"))
        assert [one.detail for one in looked.sorted()] == [
            "replication slot s is none of this ledger"
        ]
        assert throwaway.found_after(baseline=looked.of_site) == []
    finally:
        throwaway.connection.execute(b"SELECT pg_drop_replication_slot('s')")


KINDS_OF_OBJECTS = {
    "public.t": "TABLE {0} ()",
    "public.v": "VIEW {0} AS SELECT 1 AS one",
    "public.m": "MATERIALIZED VIEW {0} AS SELECT 1 AS one",
    "public.s": "SEQUENCE {0}",
    "public.f()": "FUNCTION {0} RETURNS int RETURN 1",
    "public.p()": "PROCEDURE {0} LANGUAGE sql AS ''",
    "public.a(pg_catalog.int4)": "AGGREGATE public.a(int) (sfunc = int4pl, stype = int)",
    "public.e": "TYPE {0} AS ENUM ('a')",
    "public.c": "TYPE {0} AS (one int)",
    "public.r": "TYPE {0} AS RANGE (subtype = float8)",
    "public.d": "DOMAIN {0} AS text",
    "public.&&&": "OPERATOR public.&&& (leftarg = int, rightarg = int, function = int4pl)",
    "public.o": "OPERATOR FAMILY {0} USING btree",
    "public.l": 'COLLATION {0} FROM "C"',
    "public.n": "CONVERSION {0} FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    "public.tc": "TEXT SEARCH CONFIGURATION {0} (copy = simple)",
    "public.td": "TEXT SEARCH DICTIONARY {0} (template = simple)",
    "public.tt": "TEXT SEARCH TEMPLATE {0} (lexize = dsimple_lexize)",
    "public.tp": "TEXT SEARCH PARSER {0} (start = prsd_start, gettoken = prsd_nexttoken,"
    " end = prsd_end, lextypes = prsd_lextype)",
    "pg_catalog.int4 as pg_catalog.uuid": "CAST (integer AS uuid) WITH INOUT",
    "plpython": "LANGUAGE plpython HANDLER plpgsql_call_handler",
    "meth": "ACCESS METHOD meth TYPE INDEX HANDLER bthandler",
}
"""One of each kind of object that a superuser can make beside the ledger, by how the server calls it."""


@pytest.mark.parametrize("name", KINDS_OF_OBJECTS)
def test_whatever_is_made_beside_the_ledger_is_named_until_a_baseline_has_it(
    throwaway: Throwaway, name: str
) -> None:
    made = "CREATE " + KINDS_OF_OBJECTS[name].format(name)
    looked = throwaway.looked_after(made)
    assert [one for one in looked.sorted() if name in one.detail], looked.sorted()
    assert throwaway.found_after(made, baseline=looked.of_site) == []


SITE = (
    "CREATE SCHEMA reports",
    "CREATE TABLE reports.t (one int PRIMARY KEY, two text NOT NULL DEFAULT 'x' CHECK (two <> ''))",
    "CREATE INDEX ON reports.t (two)",
    "CREATE VIEW reports.v AS SELECT one FROM reports.t",
    "CREATE FUNCTION reports.f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
    "CREATE TRIGGER t BEFORE UPDATE ON reports.t"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE TYPE reports.colour AS ENUM ('a', 'b')",
    "CREATE TABLE public.one ()",
    "CREATE ROLE provider LOGIN CREATEROLE CREATEDB",
    "CREATE ROLE watcher LOGIN",
    "GRANT pg_monitor TO watcher",
    "CREATE PUBLICATION p FOR TABLE reports.t",
    "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO watcher",
    "ALTER DATABASE postgres SET search_path = reports",
    "ALTER ROLE postgres SET search_path = reports",
    "CREATE FUNCTION public.lent() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1",
    "CREATE VIEW reports.seen AS SELECT count(*) FROM ledger_main.events",
)
"""What a site, or who manages its server, may have beside a ledger, and a baseline accepts."""
LATER = {
    "a column": "ALTER TABLE reports.t ADD COLUMN more int",
    "a right": "GRANT SELECT ON reports.v TO PUBLIC",
    "a function": "CREATE OR REPLACE FUNCTION reports.f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN END $$",
    "an object": "CREATE TABLE reports.more ()",
    "a trigger": "ALTER TABLE reports.t DISABLE TRIGGER t",
    "a rule": "CREATE RULE r AS ON DELETE TO public.one DO INSTEAD NOTHING",
    "an attribute": "ALTER ROLE provider SUPERUSER",
    "a member": "GRANT pg_monitor TO provider",
    "what is handed on": "ALTER PUBLICATION p SET (publish = 'insert')",
    "a right on the server's own": "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO PUBLIC",
    "a setting": "ALTER DATABASE postgres SET session_replication_role = replica",
    "the value of a setting": "ALTER DATABASE postgres SET search_path = reports, public",
    "the value of a setting of a superuser": "ALTER ROLE postgres SET search_path = reports, public",
    "what is lent": "ALTER FUNCTION public.lent() STABLE",
    "what is seen": "CREATE OR REPLACE VIEW reports.seen AS SELECT count(*) FROM ledger_main.batches",
    "something of the ledger's": "GRANT SELECT ON ledger_main.events TO watcher",
}


@pytest.fixture(scope="module")
def baseline(throwaway: Throwaway) -> set[str]:
    looked = throwaway.looked_after(*SITE)
    assert len(looked.sorted()) >= 10, "without a baseline all of that is named"
    return looked.of_site


def test_a_baseline_accepts_what_the_site_has(throwaway: Throwaway, baseline: set[str]) -> None:
    assert throwaway.found_after(*SITE, "ANALYZE", baseline=baseline) == []


@pytest.mark.parametrize("what", LATER)
def test_what_differs_from_the_baseline_is_named(
    throwaway: Throwaway, baseline: set[str], what: str
) -> None:
    assert throwaway.found_after(*SITE, LATER[what], baseline=baseline) != []


def test_nothing_of_the_ledger_itself_can_be_accepted(throwaway: Throwaway) -> None:
    altered = (
        "GRANT SELECT ON ledger_main.events TO PUBLIC",
        "ALTER ROLE ledger_main_eraser NOLOGIN",
        "GRANT ledger_main_eraser TO ledger_main_reader",
        "ALTER ROLE ledger_main_reader SET row_security = off",
        "CREATE TABLE ledger_main.planted ()",
    )
    looked = throwaway.looked_after(*altered)
    again = throwaway.found_after(*altered, baseline=looked.of_site)
    assert again == [one.detail for one in looked.sorted()]
    assert len(again) >= len(altered)


def test_a_login_without_more_and_what_plans_follow_from_are_in_order(
    throwaway: Throwaway,
) -> None:
    found = throwaway.found_after(
        "CREATE ROLE team",
        "CREATE ROLE somebody LOGIN",
        "GRANT team TO somebody",
        "GRANT ledger_main_reader TO somebody",
        "GRANT CONNECT ON DATABASE postgres TO somebody",
        "ALTER ROLE somebody SET work_mem = '8MB'",
        "ALTER DATABASE postgres SET log_min_duration_statement = 500",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "CREATE TEMPORARY TABLE mine (one serial PRIMARY KEY, two text DEFAULT 'x' CHECK (two <> ''))",
        "CREATE INDEX ON mine (two)",
        "CREATE TEMPORARY TABLE theirs (one int REFERENCES mine)",
        "CREATE TEMPORARY VIEW seen AS SELECT one FROM mine",
        *(f"ALTER ROLE {LedgerName().role(role)} NOLOGIN" for role in ROLES),
        "ANALYZE",
    )
    assert found == []
    assert throwaway.found_after("DROP SCHEMA public") == []


OF_NO_TABLE = {"collencoding", "umid", "srvname", "usename"}
"""Columns of some versions, and of what the server shows of a table to everybody."""


def test_every_table_of_the_catalogue_has_a_rule_or_a_reason(throwaway: Throwaway) -> None:
    """The file's columns are of some version; what it names of none is a slip."""
    there = throwaway.columns
    assert there.keys() - catalogues().keys() == set()
    for table, known in catalogues().items():
        assert bool(known.left_out) != bool(known.named), table
        if table in there and not known.left_out:
            mine = {*known.named, *known.within, *([known.of] if known.of else [])}
            assert (mine - {"amoppurpose", "oid"} - there[table].keys()) <= OF_NO_TABLE, table
