"""Alterations that no list has: drawn from the catalogue itself, made by a superuser, and looked for.

Each comes to a finding, to a reason in `catalogues.toml`, to nothing, or to a server that does not go on.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.server.rows import catalogues
from ledger.embedded import start
from ledger.names import LedgerName
from tests.fixtures.drawn import DECLARED, DOWN, NAMED, REFUSED, UNCHANGED, Throwaway
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


LENT = (
    "CREATE FUNCTION public.lent() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER"
    " AS $$ BEGIN RETURN 1; END $$"
)
AT_LOGIN = (
    "CREATE FUNCTION public.look() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$",
    "CREATE EVENT TRIGGER look ON ddl_command_end EXECUTE FUNCTION public.look()",
)
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
    "a language": (
        "language other was added",
        ["CREATE LANGUAGE other HANDLER plpgsql_call_handler"],
    ),
    "a publication of a schema": (
        "publication p",
        ["CREATE PUBLICATION p FOR TABLES IN SCHEMA ledger_main_keys"],
    ),
}
"""What an attacker did to ledgers, and what else a list of what to look for forgets: words of the finding."""


@pytest.mark.parametrize("what", PINNED)
def test_what_was_done_to_ledgers_is_named(throwaway: Throwaway, what: str) -> None:
    words, statements = PINNED[what]
    found = throwaway.found_after(*statements)
    words = words.replace("{keys}", "ledger_main_keys")
    assert [one for one in found if words in one], found


def test_what_the_site_may_have_is_in_order(throwaway: Throwaway) -> None:
    found = throwaway.found_after(
        "CREATE SCHEMA reports",
        "CREATE TABLE reports.t (one int PRIMARY KEY, two text NOT NULL DEFAULT 'x' CHECK (two <> ''))",
        "CREATE INDEX ON reports.t (two)",
        "CREATE VIEW reports.v AS SELECT one FROM reports.t",
        "CREATE FUNCTION reports.f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
        "CREATE TRIGGER t BEFORE UPDATE ON reports.t"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE TYPE reports.colour AS ENUM ('a', 'b')",
        "CREATE ROLE monitor LOGIN",
        "GRANT pg_monitor TO monitor",
        "ALTER ROLE monitor SET work_mem = '8MB'",
        "ALTER DATABASE postgres SET log_min_duration_statement = 500",
        "CREATE PUBLICATION p FOR TABLE reports.t",
        "GRANT SELECT ON reports.t TO PUBLIC",
        "ANALYZE",
    )
    assert found == []


def test_every_table_of_the_catalogue_has_a_rule_or_a_reason(throwaway: Throwaway) -> None:
    """The file's columns are of some version; what it names of none is a slip."""
    there = throwaway.columns
    assert there.keys() - catalogues().keys() == set()
    for table, known in catalogues().items():
        assert bool(known.left_out) != bool(known.named), table
        if table in there and not known.left_out:
            mine = {*known.named, *known.within, *([known.of] if known.of else [])}
            assert (mine - {"amoppurpose", "oid"} - there[table].keys()) <= {"collencoding"}, table
