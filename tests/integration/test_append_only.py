"""Append-only by grants and by guards; two ledgers in one database that cannot touch each other."""

from collections.abc import Callable

import psycopg
import pytest

from ledger.errors import Misconfigured
from ledger.names import ROLES, LedgerName, Role
from ledger.storage.faults import Conflict
from ledger.storage.install import check_installed, install, migrations
from ledger.storage.postgres import Session
from tests.fixtures.cases import each
from tests.fixtures.ledger import House, collected, registered

pytestmark = pytest.mark.both_engines

CHANGES = [
    "UPDATE events SET state = state",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE event_ids SET position = position",
    "DELETE FROM event_ids",
    "TRUNCATE event_ids",
    "UPDATE batches SET duplicates = 0",
    "DELETE FROM batches",
    "TRUNCATE batches",
    "DELETE FROM head",
    "TRUNCATE head",
    "DELETE FROM promises",
    "TRUNCATE promises",
]
ROGUE = """
INSERT INTO events
SELECT notification_id + 1, recorded_at, gen_random_uuid(), 1, topic, state
FROM events ORDER BY notification_id DESC LIMIT 1
"""


def run(session: Session, text: str) -> None:
    session.script(text, {})


@each("change", CHANGES)
def test_the_owner_is_refused_by_the_guards(house: House, change: str) -> None:
    house.record(registered())
    owner = house.session(None)
    with pytest.raises(Conflict, match="append-only"):
        run(owner, change)
    run(owner, "SET session_replication_role = replica")
    with pytest.raises(Conflict, match="append-only"):
        run(owner, change)


@pytest.mark.parametrize("role", ROLES)
@each("change", CHANGES)
def test_no_role_has_the_right(house: House, role: Role, change: str) -> None:
    """The pruner has it for what it prunes, and the guards refuse the rest."""
    if role == "pruner" and change in {"DELETE FROM events", "DELETE FROM event_ids"}:
        house.record(registered())
        with pytest.raises(Conflict, match="append-only"):
            run(house.session(role), change)
        return
    with pytest.raises(Misconfigured, match="42501"):
        run(house.session(role), change)


def test_a_rogue_insert_is_refused_for_everyone(house: House) -> None:
    house.record(registered())
    writers: list[Role | None] = [None, "recorder", "eraser", "pruner"]
    readers: list[Role] = ["projector", "reader", "publisher"]
    for role in writers:
        with pytest.raises(Conflict, match="not the last ones of head"):
            run(house.session(role), ROGUE)
    for other in readers:
        with pytest.raises(Misconfigured):
            run(house.session(other), ROGUE)


def test_the_head_only_moves_forward(house: House) -> None:
    house.record(registered())
    with pytest.raises(Conflict, match="only moves forward"):
        run(house.session("recorder"), "UPDATE head SET position = 0")


def promise(origin: str, size: int, root: str) -> str:
    return f"UPDATE promises SET origin = '{origin}', size = {size}, root = '{root}'"


@pytest.mark.parametrize(
    "other", [promise("a", 4, "x"), promise("a", 5, "y"), promise("b", 6, "x")], ids=str
)
def test_a_promise_only_grows_and_only_the_publisher_writes_it(house: House, other: str) -> None:
    publisher = house.session("publisher")
    run(publisher, "INSERT INTO promises (origin, size, root) VALUES ('a', 5, 'x')")
    for role in (None, "publisher"):
        with pytest.raises(Conflict, match="a tree of 5 entries is promised"):
            run(house.session(role), other)
    run(publisher, promise("a", 5, "x"))
    run(publisher, promise("a", 6, "y"))
    for role in ROLES:
        if role != "publisher":
            with pytest.raises(Misconfigured):
                run(house.session(role), promise("a", 7, "z"))


def test_the_publisher_sees_entries_and_nothing_else(house: House) -> None:
    house.record(collected())
    publisher = house.session("publisher")
    run(publisher, "SELECT * FROM events")
    for table in ("event_ids", "dead_letters", "data_keys", "subject_index"):
        with pytest.raises(Misconfigured):
            run(publisher, f"SELECT * FROM {table}")


def test_only_dropping_the_guard_itself_opens_the_way(house: House) -> None:
    house.record(registered())
    owner = house.session(None)
    run(owner, "ALTER TABLE events DISABLE TRIGGER refuse_change")
    run(owner, "UPDATE events SET state = state")
    with pytest.raises(Misconfigured):
        run(house.session("recorder"), "ALTER TABLE events DISABLE TRIGGER refuse_change")


def test_projectors_and_consumers_hold_no_right_to_destroy_keys(house: House) -> None:
    house.record(collected())
    with pytest.raises(Misconfigured):
        run(house.session("projector"), f"SELECT * FROM {house.ledger.keys}.data_keys")
    for text in (
        "DELETE FROM data_keys",
        "UPDATE data_keys SET wrapped = wrapped",
        "DELETE FROM fences",
    ):
        with pytest.raises(Misconfigured):
            run(house.session("recorder"), text)
        with pytest.raises(Misconfigured):
            run(house.session("reader"), text)


def test_two_ledgers_cannot_read_write_or_lock_each_other(
    make_house: Callable[..., House], any_database_url: str
) -> None:
    one, other = make_house(any_database_url, "one"), make_house(any_database_url, "other")
    one.record(collected())
    assert other.record(registered()).last_position == 1
    for role in ROLES:
        session = one.session(role)
        for text in (
            "SELECT * FROM ledger_other.events",
            "SELECT * FROM ledger_other.head FOR UPDATE",
            "DO $$ BEGIN LOCK TABLE ledger_other.events IN SHARE MODE; END $$",
            "UPDATE ledger_other.head SET position = 9",
            "SELECT * FROM ledger_other_keys.data_keys",
            "CREATE TABLE ledger_other_views.mine ()",
        ):
            with pytest.raises(Misconfigured):
                run(session, text)
    assert one.keys / "one" != other.keys / "other"
    assert one.events()[0].stream != other.events()[0].stream


def test_a_wrapped_key_of_one_ledger_is_worth_nothing_in_the_other(
    make_house: Callable[..., House], database_url: str
) -> None:
    one, other = make_house(database_url, "one"), make_house(database_url, "other")
    one.record(collected())
    other.record(collected())
    assert one.provider.commitment(1) != other.provider.commitment(1)


def test_installing_again_changes_nothing_and_is_the_sum_of_the_migrations(
    house: House,
) -> None:
    house.record(registered())
    assert install(house.database, house.ledger, house.clock()) == []
    session = house.session("reader")
    check_installed(session)
    assert [name for name, _ in session.rows("applied_migrations")] == [*migrations()]
    assert len(house.events()) == 1


def test_a_ledgers_name_leaves_no_room_for_confusion() -> None:
    for name in ("", "Main", "a_keys", "1a", "a" * 40, 'a"b'):
        with pytest.raises(Misconfigured):
            LedgerName(name)


@pytest.mark.parametrize(
    ("role", "wanted"),
    [("reader", {"read_notes"}), ("publisher", {"promises", "log_writer"})],
)
def test_a_reader_writes_notes_alone_and_the_publisher_what_the_log_promised(
    house: House, role: Role, wanted: set[str]
) -> None:
    """`log_writer` is a view of a constant, which is locked instead of a number."""
    house.session(role)
    with psycopg.connect(house.url) as owner:
        rows = owner.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace::regnamespace::text ~ '^ledger_'"
            " AND c.relkind IN ('r', 'v', 'p', 'm', 'f') AND (has_any_column_privilege(%(role)s, c.oid,"
            " 'INSERT, UPDATE') OR has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE, TRIGGER'))",
            {"role": house.ledger.role(role)},
        ).fetchall()
    assert {name for (name,) in rows} == wanted
