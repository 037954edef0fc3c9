"""PostgreSQL killed in the middle of batches and started again: nothing is lost and nothing is twice."""

import random
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.fault.campaign import (
    PATIENCE_S,
    OwnServer,
    Scene,
    Upstream,
    check_all,
    own_server,
    seeded,
    staged,
)
from tests.fixtures.inbound import Process, until
from tests.fixtures.ledger import House

pytestmark = pytest.mark.kafka

RECORDS = 600
AWAY = "PostgreSQL cannot be reached"
READS = "is read from its bookmark on"
# An immediate shutdown, and the death of the main process alone, whose children end by themselves.
DEATHS = (signal.SIGQUIT, signal.SIGKILL)


def test_a_killed_postgresql_is_waited_for(
    make_house: Callable[[str], House], kafka_bootstrap: str, tmp_path: Path
) -> None:
    survive(make_house, kafka_bootstrap, tmp_path, DEATHS, seeded(20261125))


@pytest.mark.campaign
def test_a_postgresql_that_is_killed_again_and_again_is_waited_for(
    make_house: Callable[[str], House], kafka_bootstrap: str, tmp_path: Path
) -> None:
    survive(make_house, kafka_bootstrap, tmp_path, DEATHS * 15, seeded(), killing=True)


def survive(
    make_house: Callable[[str], House],
    bootstrap: str,
    folder: Path,
    deaths: Sequence[signal.Signals],
    chance: random.Random,
    *,
    killing: bool = False,
) -> None:
    """Kill the server once for each death, `killing`: now and then a consumer too."""
    with own_server() as server, staged(make_house(server.url()), bootstrap, folder) as scene:
        upstream = Upstream(bootstrap, scene.topic, chance, scene.partitions)
        scene.start()
        for how in deaths:
            mark = scene.progress() + chance.randrange(1, RECORDS)
            upstream.send(RECORDS, aborted=False)
            scene.wait_for(mark)
            die(server, scene, how)
            victims = [c for c in scene.consumers if killing and chance.random() < 0.2]
            for victim in victims:
                victim.kill()
            server.restart()
            revive(scene, victims)
        check_all(scene, upstream.sent)
        print(f"{len(deaths)} deaths of PostgreSQL, {upstream.sent.records.total()} messages")


def revive(scene: Scene, victims: Sequence[Process]) -> None:
    """Start them, and wait until they read: one that starts without a database ends at once, as it should."""
    for victim in victims:
        victim.start()
    for victim in victims:
        reads = partial(victim.said_since_start, READS)
        until(reads, scene.watch, PATIENCE_S)


def die(server: OwnServer, scene: Scene, how: signal.Signals) -> None:
    """Kill the server, and wait until a consumer has said that it is away."""
    before = scene.said(AWAY)
    server.kill(how)
    until(lambda: scene.said(AWAY) > before, scene.watch, PATIENCE_S)
