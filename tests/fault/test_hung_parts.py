"""Parts of `ledger run` that hang are started again, the others go on, nothing is lost or doubled."""

import os
import random
import re
import signal
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from ledger.names import LedgerName
from tests.fault.campaign import PATIENCE_S, Scene, Upstream, check_all, log_ends, seeded, staged
from tests.fixtures.console import Cli
from tests.fixtures.inbound import until
from tests.fixtures.ledger import Clock, House
from tests.fixtures.running import Served, children

pytestmark = pytest.mark.kafka

PARTS = ("consume", "project", "publish", "serve")
RECORDS = 300


def test_parts_that_hang_together_are_started_again(
    cli: Cli, kafka_bootstrap: str, tmp_path: Path
) -> None:
    survive(cli, kafka_bootstrap, tmp_path, [PARTS], seeded(20261202))


@pytest.mark.campaign
def test_each_part_hangs_by_itself(cli: Cli, kafka_bootstrap: str, tmp_path: Path) -> None:
    chance = seeded()
    alone = [(part,) for part in PARTS * 2]
    survive(cli, kafka_bootstrap, tmp_path, chance.sample(alone, len(alone)), chance)


def survive(
    cli: Cli, bootstrap: str, folder: Path, hangs: Sequence[Sequence[str]], chance: random.Random
) -> None:
    """Stop these parts where they stand, one group after the other, and compare with what was sent."""
    settings = {"LEDGER_WEB": "1", "LEDGER_WEB_PORT": "0"}
    with (
        closing(House(cli.url, cli.folder / "keys", LedgerName(), Clock())) as house,
        staged(house, bootstrap, folder, members=0, behind="run", others=settings) as scene,
    ):
        upstream = Upstream(bootstrap, scene.topic, chance, scene.partitions)
        scene.start()
        for parts in hangs:
            mark = scene.progress() + chance.randrange(1, RECORDS // 2)
            upstream.send(RECORDS)
            scene.wait_for(mark)
            # A part that hangs while it starts has minutes: a big upgrade of views looks like that.
            until(lambda: is_ready(scene), scene.watch, PATIENCE_S)
            hang(scene, upstream, parts)
        check_all(scene, upstream.sent)
    assert hung(scene) == sorted(part for parts in hangs for part in parts)
    assert cli("publish", "--once").status == 0
    assert cli("audit", "--views").status == 0


def hang(scene: Scene, upstream: Upstream, parts: Sequence[str]) -> None:
    """Stop some; the consumer, if it is not among them, records meanwhile; each becomes another process."""
    before = children(scene.projector.pid)
    for part in parts:
        os.kill(before[part], signal.SIGSTOP)
    upstream.send(RECORDS)
    if "consume" not in parts:
        ends = log_ends(scene)
        until(lambda: scene.bookmarks() == ends, scene.watch, PATIENCE_S)
        assert all(children(scene.projector.pid)[part] == before[part] for part in parts)

    def again() -> bool:
        now = children(scene.projector.pid)
        return set(now) == set(before) and all(now[part] != before[part] for part in parts)

    until(again, scene.watch, PATIENCE_S)
    now = children(scene.projector.pid)
    assert all(now[part] == before[part] for part in before if part not in parts)


def is_ready(scene: Scene) -> bool:
    """Whether `ledger run` says that all its parts are ready."""
    ports = re.findall(r'"event":"serving".*"process":"run".*"port":(\d+)', scene.projector.log())
    return bool(ports) and Served(f"http://127.0.0.1:{ports[-1]}").ready


def hung(scene: Scene) -> list[str]:
    """Each part of which `ledger run` said that it hangs, in the order of their names."""
    return sorted(re.findall(r'"event":"part-hangs".*"part":"(\w+)"', scene.projector.log()))
