"""A topic halted by too many rejections stays halted, whoever dies and starts again, until it is resumed."""

import signal
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.fault.campaign import PATIENCE_S, Scene, log_ends, own_server, staged
from tests.fixtures.inbound import PAST, send, until
from tests.fixtures.ledger import House, registered

pytestmark = pytest.mark.kafka

LIMITS = {"LEDGER_HALT_MESSAGES": "20", "LEDGER_HALT_SHARE": "0.2"}
HALTED = "so it is not read any more"


def test_a_halt_outlives_everybody_until_somebody_resumes(
    make_house: Callable[[str], House], kafka_bootstrap: str, tmp_path: Path
) -> None:
    with own_server() as server:
        house = make_house(server.url())
        with staged(house, kafka_bootstrap, tmp_path, partitions=2, others=LIMITS) as scene:
            sent = halt(scene)
            ended(scene)
            server.kill(signal.SIGQUIT)
            server.restart()
            restarted_in_vain(scene)
            resumed(scene, sent)


def halt(scene: Scene) -> int:
    """Send good events, then bad ones of their source, until a topic of two members halts; how many good."""
    good = send_good(scene, 30)
    for process in scene.consumers:
        process.start()
    scene.wait_for(good)
    bad = [registered(f"customer/{number}", time=PAST, surprise=1) for number in range(40)]
    send(scene.bootstrap, scene.topic, list(map(orjson.dumps, bad)))
    return good + send_good(scene, 30)


def send_good(scene: Scene, count: int) -> int:
    for partition in range(scene.partitions):
        events = [registered(f"customer/{n}", time=PAST) for n in range(count // scene.partitions)]
        raw = [orjson.dumps(event) for event in events]
        send(scene.bootstrap, scene.topic, raw, partition)
    return count


def ended(scene: Scene) -> None:
    """All members end by themselves, with bad news and a reason."""
    before = scene.said(HALTED)
    assert [process.wait() for process in scene.consumers] == [1] * len(scene.consumers)
    assert scene.said(HALTED) - before <= len(scene.consumers)
    assert all(HALTED in process.log() for process in scene.consumers)


def restarted_in_vain(scene: Scene) -> None:
    """Members that start again, or are killed while they do, read nothing."""
    before = scene.bookmarks()
    scene.consumers[0].start()
    scene.consumers[0].kill()
    for process in scene.consumers:
        process.start()
    ended(scene)
    assert scene.bookmarks() == before


def resumed(scene: Scene, good: int) -> None:
    """One member clears the halt, and everything that was sent is an event or a dead letter."""
    scene.consumers[0].start("--resume")
    ends = log_ends(scene)
    until(lambda: scene.done(ends), scene.watch, PATIENCE_S)
    scene.stop()
    assert len(scene.house.events()) == good
