"""A member that stands still past its session, in the middle of a batch, and then goes on."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from ledger.application import Ledger
from ledger.audit import audit
from ledger.errors import ServiceAway
from ledger.storage.postgres import Database
from tests.fault.campaign import (
    PATIENCE_S,
    Scene,
    Upstream,
    check_all,
    log_ends,
    seeded,
    staged,
)
from tests.fixtures.inbound import PAST, Process, until
from tests.fixtures.ledger import House, registered

RECORDS = 400
# How long a recorder may stand still in a transaction, which holds up all others.
PATIENT_S = 4
FENCED = "another member has recorded meanwhile"
AWAY = "PostgreSQL cannot be reached"
HEAD_LOCK: LiteralString = "SELECT FROM ledger_main.head FOR UPDATE"
WAITING = (
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND datname = current_database() AND application_name = 'ledger-recorder'"
)


@pytest.fixture
def patience_s() -> int:
    return PATIENT_S


@pytest.fixture
def scene(
    make_house: Callable[[str], House],
    database_url: str,
    kafka_bootstrap: str,
    tmp_path: Path,
    patience_s: int,
) -> Iterator[Scene]:
    patience = {"LEDGER_DATABASE_PATIENCE_S": str(patience_s)}
    house = make_house(database_url)
    with staged(house, kafka_bootstrap, tmp_path, members=3, others=patience) as made:
        yield made


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("lock", "said", "patience_s"),
    [
        # Where it reads the head, before its transaction: it comes back, writes, and is refused.
        pytest.param(
            "LOCK TABLE ledger_main.head IN ACCESS EXCLUSIVE MODE", FENCED, 60, id="before"
        ),
        # Where it locks the head: its transaction then holds up everybody, until the server ends it.
        pytest.param(HEAD_LOCK, AWAY, PATIENT_S, id="inside"),
    ],
)
def test_a_zombie_in_the_middle_of_a_batch_records_nothing_twice(
    scene: Scene, lock: LiteralString, said: str
) -> None:
    upstream = Upstream(scene.bootstrap, scene.topic, seeded(20261126), scene.partitions)
    zombie, other, _ = scene.consumers
    zombie.start()
    upstream.send(RECORDS)
    catch_up(scene)  # else a batch that is sealed already would run into the lock first
    with held(scene, lock):
        upstream.send(RECORDS)
        until(lambda: waits(scene), scene.watch, PATIENCE_S)
        zombie.pause()
    before = zombie.log()
    other.start()
    catch_up(scene)
    zombie.go_on()
    until(lambda: said in zombie.log().removeprefix(before), scene.watch, PATIENCE_S)
    upstream.send(RECORDS)
    scene.projector.start()
    check_all(scene, upstream.sent)


def catch_up(scene: Scene) -> None:
    """Until everything is recorded that was sent."""
    ends = log_ends(scene)
    until(lambda: scene.done(ends), scene.watch, PATIENCE_S)


@contextmanager
def held(scene: Scene, lock: LiteralString) -> Iterator[None]:
    """A lock that a recorder runs into."""
    with psycopg.connect(scene.house.url) as connection:
        connection.execute(lock)
        yield


def waits(scene: Scene) -> bool:
    """Whether a recorder waits for a lock."""
    with psycopg.connect(scene.house.url) as connection:
        return connection.execute(WAITING).fetchone() is not None


def test_a_zombie_in_its_transaction_finds_that_the_server_hung_up(
    make_house: Callable[[str], House], database_url: str
) -> None:
    house = make_house(database_url)
    session = Database(house.url, patience_s=1).connect(house.ledger, "recorder")

    def stand_still() -> None:
        with session.transaction():
            session.row("lock_head")
            until(lambda: recorders(house) == 0, lambda: None, PATIENCE_S)
            session.row("head")

    with pytest.raises(ServiceAway, match="25P03"):
        stand_still()
    assert session.broken
    session.close()


def recorders(house: House) -> int:
    """How many recorders are in a transaction."""
    with psycopg.connect(house.url) as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'ledger-recorder' AND xact_start IS NOT NULL"
        )
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def test_a_zombie_in_the_middle_of_a_copy_is_ended_by_the_next_recorder(
    make_house: Callable[[str], House], database_url: str
) -> None:
    """No timeout of the server reaches it there, and it holds the head lock."""
    house = make_house(database_url)
    database = Database(house.url, patience_s=1)

    def recorded() -> bool:
        try:
            with closing(Ledger(database, house.ledger, house.provider)) as ledger:
                return house.record(registered(time=PAST), ledger=ledger).recorded == 1
        except ServiceAway:
            return False

    with psycopg.connect(house.url, application_name="ledger-recorder") as stalled:
        for statement in (b"BEGIN", HEAD_LOCK.encode(), b"COPY ledger_main.events FROM STDIN"):
            stalled.pgconn.exec_(statement)
        assert stalled.pgconn.transaction_status == TransactionStatus.ACTIVE
        assert not recorded(), "nobody else gets in"
        until(recorded, lambda: None, PATIENCE_S)
        stalled.pgconn.put_copy_end()
        ended = stalled.pgconn.get_result()
        assert ended is not None
        assert b"terminating connection" in ended.error_message
        stalled.close()
    assert audit(house.session("reader")).ok


@pytest.mark.kafka
@pytest.mark.campaign
def test_members_that_stand_still_at_random_moments(scene: Scene) -> None:
    chance = seeded()
    upstream = Upstream(scene.bootstrap, scene.topic, chance, scene.partitions)
    scene.start()
    stops = 40
    for _ in range(stops):
        upstream.send(RECORDS, aborted=False)
        scene.wait_for(scene.progress() + chance.randrange(1, RECORDS // 2))
        stand_still(scene, upstream, chance)
    check_all(scene, upstream.sent)
    print(
        f"{stops} zombies, {upstream.sent.records.total()} messages, "
        f"{scene.said(FENCED)} fenced, {scene.said(AWAY)} times PostgreSQL away"
    )
    assert scene.said(FENCED) > 0


def stand_still(scene: Scene, upstream: Upstream, chance: random.Random) -> None:
    """One or two members stop; the others record everything; then those go on."""
    zombies: list[Process] = chance.sample(scene.consumers, chance.choice([1, 1, 2]))
    for zombie in zombies:
        zombie.pause()
    catch_up(scene)
    for zombie in zombies:
        zombie.go_on()
