"""Who has no role, or may only read, holds up nobody: only the roles concerned can take a lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from ledger.errors import Busy, Fenced, ServiceAway
from ledger.keys.rotation import rotate
from ledger.names import ROLES
from ledger.storage.install import install
from ledger.storage.locks import held
from ledger.storage.postgres import Database
from projections import VIEWS
from projections.following import rebuild as rebuilding
from projections.following.storage import prepare
from projections.views import consent_status
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.tlog import Log
from tests.fixtures.views import digests, follower, rebuild

LOCKS = {
    "ledger_main_keys.key_writer": {"recorder", "eraser"},
    "ledger_main.log_writer": {"publisher"},
    "ledger_main.answer_sender": {"recorder"},
    "ledger_main.tracking": {"recorder"},
    "ledger_main.table_maker": set(),
    "ledger_main_views.consent_status_builder": {"projector"},
    "ledger_main.migrations": set(),
}
FORMER = (
    *("ledger_main", "ledger_main_keys", "ledger_main_views", "ledger_main.rejection_answers"),
    *(f"ledger_main_views.{view.name}" for view in VIEWS),
)


@pytest.fixture
def stranger(house: House) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A login with no role of the ledger, in a transaction that it does not end."""
    with psycopg.connect(house.url, autocommit=True) as superuser:
        superuser.execute("DROP ROLE IF EXISTS ledger_stranger")
        superuser.execute("CREATE ROLE ledger_stranger LOGIN")
    with psycopg.connect(house.url) as connection:
        connection.execute("SET SESSION AUTHORIZATION ledger_stranger")
        connection.commit()
        yield connection
        connection.rollback()
    with psycopg.connect(house.url, autocommit=True) as superuser:
        superuser.execute("DROP ROLE ledger_stranger")


@contextmanager
def impatient(house: House) -> Iterator[None]:
    """Nothing waits for a lock for longer than a moment: who has to wait fails."""
    with psycopg.connect(house.url, autocommit=True) as superuser:
        name = sql.Identifier(superuser.info.dbname)
        superuser.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = '2s'").format(name))
        yield


def work(house: House, log: Log) -> None:
    """Everything that takes a lock."""
    install(house.database, house.ledger, house.clock())
    prepare(house.session("projector"), house.ledger, VIEWS)
    house.record(registered(), collected())
    follower(house).follow_once()
    rebuild(house.session("projector"), house.ledger, consent_status.VIEW)
    log.publisher().publish_once()
    rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    house.eraser().erase("customer/10023", [], "request")


def test_a_login_without_a_role_holds_up_nobody(
    house: House, stranger: psycopg.Connection[tuple[Any, ...]], log: Log
) -> None:
    for name in FORMER:
        for number in range(4):
            stranger.execute("SELECT pg_advisory_lock(hashtextextended(%s, %s))", [name, number])
    prepare(house.session("projector"), house.ledger, VIEWS)
    for lock in LOCKS:
        for mode in ("ACCESS SHARE", "ACCESS EXCLUSIVE"):
            with pytest.raises(errors.InsufficientPrivilege), stranger.transaction():
                stranger.execute(f"LOCK TABLE {lock} IN {mode} MODE".encode())
    with impatient(house):
        work(house, log)


def test_a_reader_holds_up_nobody(house: House, log: Log) -> None:
    """It may hold what it may read, against which nothing that goes on all the time has to wait."""
    with psycopg.connect(house.url) as reader:
        reader.execute("SET ROLE ledger_main_reader")
        names = reader.execute(
            "SELECT format('%I.%I', nspname, relname) FROM pg_class"
            " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE nspname ~ '^ledger_main' AND relkind = 'r'"
            " AND has_table_privilege(pg_class.oid, 'SELECT')"
        ).fetchall()
        assert len(names) > 15
        for (name,) in names:
            reader.execute(f"LOCK TABLE {name} IN ACCESS SHARE MODE".encode())
        with impatient(house):
            work(house, log)
        reader.rollback()


@pytest.mark.parametrize("lock", LOCKS)
def test_only_the_roles_concerned_can_lock(house: House, lock: str) -> None:
    prepare(house.session("projector"), house.ledger, VIEWS)
    may = set()
    for role in ROLES:
        with psycopg.connect(house.url) as connection:
            connection.execute(f"SET ROLE ledger_main_{role}".encode())
            try:
                connection.execute(f"LOCK TABLE {lock} IN EXCLUSIVE MODE".encode())
                may.add(role)
            except errors.InsufficientPrivilege:
                connection.rollback()
    assert may == LOCKS[lock]


def test_a_swap_lets_others_go_on_while_somebody_reads_and_comes_when_they_are_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(registered(), collected())
    made = follower(house)
    made.follow_once()
    before = digests(house)
    reader = psycopg.connect(house.url)
    reader.execute("LOCK TABLE ledger_main_views.consent_status IN ACCESS SHARE MODE")
    waited: list[int] = []
    swap = rebuilding._NewView._swap_now

    def swapped(self: Any) -> Any:
        try:
            return swap(self)
        except Busy:
            waited.append(len(house.events()))
            house.record(registered(f"customer/{20_000 + len(waited)}"))
            made.follow_once()  # nobody is held up between two attempts
            if len(waited) == 2:
                reader.close()
            raise

    monkeypatch.setattr(rebuilding._NewView, "_swap_now", swapped)
    monkeypatch.setattr(rebuilding, "_PAUSE_S", 0.0)
    report = rebuild(house.session("projector"), house.ledger, consent_status.VIEW)
    assert (len(waited), report.ok, report.position) == (2, True, 4)
    assert digests(house).keys() == before.keys()


def test_a_swap_does_not_wait_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.record(registered())
    follower(house).follow_once()
    monkeypatch.setattr(rebuilding, "_SWAPS", 1)
    monkeypatch.setattr(rebuilding, "_PAUSE_S", 0.0)
    with psycopg.connect(house.url) as reader:
        reader.execute("LOCK TABLE ledger_main_views.consent_status IN ACCESS SHARE MODE")
        with pytest.raises(Busy, match="was held by readers without a pause"):
            rebuild(house.session("projector"), house.ledger, consent_status.VIEW)
    assert rebuild(house.session("projector"), house.ledger, consent_status.VIEW).ok


def test_an_installer_does_not_wait_for_ever(house: House) -> None:
    database = Database(house.url, patience_s=1)
    with psycopg.connect(house.url) as other:
        other.execute("LOCK TABLE ledger_main.migrations IN EXCLUSIVE MODE")
        with pytest.raises(Busy):
            install(database, house.ledger, house.clock())
    assert install(database, house.ledger, house.clock()) == []


def test_a_lock_whose_connection_is_lost_is_noticed_and_free(house: House) -> None:
    """Also where the login or the database ends those who stand still in a transaction."""
    with psycopg.connect(house.url, autocommit=True) as superuser:
        name = sql.Identifier(superuser.info.dbname)
        superuser.execute(
            sql.SQL("ALTER DATABASE {} SET idle_in_transaction_session_timeout = 1").format(name)
        )
        with held(house.session("publisher"), "lock_log", [{}]) as check:
            check()
            with (
                pytest.raises(Busy),
                held(house.session("publisher"), "lock_log", [{}]),
            ):
                pass
            check()
            superuser.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks"
                " WHERE relation = 'ledger_main.log_writer'::regclass AND granted"
            )
            with pytest.raises(ServiceAway):
                check()
            with held(house.session("publisher"), "lock_log", [{}]) as again:
                again()


def test_a_publisher_that_lost_its_lock_signs_nothing_more(house: House, log: Log) -> None:

    first = log.publisher()
    first.publish_once()
    with psycopg.connect(house.url, autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks"
            " WHERE relation = 'ledger_main.log_writer'::regclass AND granted"
        )
    house.record(registered())
    with pytest.raises(ServiceAway):
        first.publish_once()
    assert first.publish_once().entries == 1


def test_a_second_rebuild_and_a_second_publisher_are_fenced(house: House, log: Log) -> None:
    house.record(registered())
    follower(house).follow_once()
    lock = {"lock": "consent_status_builder"}
    with (
        held(house.session("projector").of("projections"), "lock_rebuild", [lock]),
        pytest.raises(Fenced, match="being rebuilt already"),
    ):
        rebuild(house.session("projector"), house.ledger, consent_status.VIEW)
    with (
        held(house.session("publisher"), "lock_log", [{}]),
        pytest.raises(Fenced, match="another publisher"),
    ):
        log.publisher().publish_once()
