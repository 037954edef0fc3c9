"""One of three brokers killed, two of three killed: nothing is lost, and the consumers wait and say so."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.fault.campaign import PATIENCE_S, Scene, Upstream, check_all, seeded, staged
from tests.fixtures.inbound import until
from tests.fixtures.kafka import own_broker, run_broker
from tests.fixtures.ledger import House

pytestmark = pytest.mark.kafka

NODES = (1, 2, 3)
RECORDS = 1_000
AWAY = "Kafka does not answer"
# The members must outlive the 6 seconds after which the cluster takes a node for dead.
SESSION = {"LEDGER_KAFKA_SESSION_S": "10"}


class Cluster:
    """Three brokers, of which some die."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self._folder = folder

    def kill(self, nodes: Sequence[int]) -> None:
        for node in nodes:
            self._run("kill", node)

    def restart(self, nodes: Sequence[int]) -> None:
        for node in nodes:
            self._run("restart", node)

    def _run(self, verb: str, node: int) -> None:
        done = run_broker(verb, str(node), "--dir", self._folder)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("three")
    with own_broker(folder, "--nodes", "3") as bootstrap:
        yield Cluster(folder, bootstrap)


@pytest.fixture
def scene(
    make_house: Callable[[str], House], database_url: str, cluster: Cluster, tmp_path: Path
) -> Iterator[Scene]:
    with staged(make_house(database_url), cluster.bootstrap, tmp_path, others=SESSION) as made:
        yield made


def test_one_broker_is_missed_by_nobody_and_two_are_waited_for(
    scene: Scene, cluster: Cluster
) -> None:
    survive(scene, cluster, [1, 2], seeded(20261127))


@pytest.mark.campaign
def test_brokers_are_killed_again_and_again(scene: Scene, cluster: Cluster) -> None:
    deaths = [1, 2, 1, 1, 2, 1, 2, 1]
    survive(scene, cluster, deaths, seeded())
    print(f"{len(deaths)} times 1 or 2 brokers killed: {deaths}")


def survive(scene: Scene, cluster: Cluster, deaths: Sequence[int], chance: random.Random) -> None:
    """Kill so many brokers at a time, in the middle of what was sent."""
    upstream = Upstream(cluster.bootstrap, scene.topic, chance, scene.partitions)
    scene.start()
    for count in deaths:
        # Sent while all are there: a client of ours leaves sockets behind when a broker is not.
        upstream.send(RECORDS, aborted=False)
        scene.wait_for(scene.progress() + chance.randrange(1, RECORDS // 4))
        victims = chance.sample(NODES, count)
        before = scene.said(AWAY)
        cluster.kill(victims)
        if count == 1:
            scene.wait_for(upstream.sent.records.total())
        else:
            until(lambda before=before: scene.said(AWAY) > before, scene.watch, PATIENCE_S)  # type: ignore[misc]
        cluster.restart(victims)
    check_all(scene, upstream.sent)
