"""A member that stands still past its session, in the middle of a batch, and then goes on."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.fault.campaign import (
    PATIENCE_S,
    Scene,
    Upstream,
    check_all,
    log_ends,
    seeded,
    staged,
)
from tests.fixtures.inbound import Process, until
from tests.fixtures.ledger import House

pytestmark = pytest.mark.kafka

RECORDS = 400
# How long a recorder may stand still in a transaction, which holds up all others.
PATIENT_S = 4
FENCED = "another member has recorded meanwhile"
AWAY = "PostgreSQL cannot be reached"
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


@pytest.mark.parametrize(
    ("lock", "said", "patience_s"),
    [
        # Where it reads the head, before its transaction: it comes back, writes, and is refused.
        pytest.param(
            "LOCK TABLE ledger_main.head IN ACCESS EXCLUSIVE MODE", FENCED, 60, id="before"
        ),
        # Where it locks the head: its transaction then holds up everybody, until the server ends it.
        pytest.param("SELECT FROM ledger_main.head FOR UPDATE", AWAY, PATIENT_S, id="inside"),
    ],
)
def test_a_zombie_in_the_middle_of_a_batch_records_nothing_twice(
    scene: Scene, lock: str, said: str
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
def held(scene: Scene, lock: str) -> Iterator[None]:
    """A lock that a recorder runs into."""
    with psycopg.connect(scene.house.url) as connection:
        connection.execute(lock)
        yield


def waits(scene: Scene) -> bool:
    """Whether a recorder waits for a lock."""
    with psycopg.connect(scene.house.url) as connection:
        return connection.execute(WAITING).fetchone() is not None


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
