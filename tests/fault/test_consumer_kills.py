"""Consumers killed at random moments, joining and leaving: each record is one event, letter or duplicate."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fault.campaign import (
    PATIENCE_S,
    TOLD_TO_STOP,
    Scene,
    Upstream,
    check_all,
    kill,
    seeded,
    staged,
)
from tests.fixtures.inbound import Process, until
from tests.fixtures.ledger import House

pytestmark = pytest.mark.kafka


ASSIGNED = "partitions are assigned"
READS = "is read from its bookmark on"


@dataclass(frozen=True)
class Plan:
    """How long to go on. `records`: sent before each round of kills. `members`: who is there always.

    Every `visit` rounds one more member joins, or leaves again as it was asked to; every `hang` rounds those
    that are about to be killed are stopped before, and wake up once more.
    """

    members: int
    kills: int
    records: int
    visit: int
    hang: int = 5
    batch: int = 40
    aborts: int = 1


SHORT = Plan(members=2, kills=7, records=500, visit=3)
LONG = [
    pytest.param(Plan(members=2, kills=110, records=560, visit=6, aborts=5), id="two"),
    pytest.param(Plan(members=3, kills=110, records=560, visit=6, aborts=5), id="three"),
]


def test_a_few_kills_lose_nothing_and_double_nothing(
    house: House, kafka_bootstrap: str, tmp_path: Path
) -> None:
    survive(house, kafka_bootstrap, tmp_path, SHORT, seeded(20261124))


@pytest.mark.campaign
@pytest.mark.parametrize("plan", LONG)
def test_hundreds_of_kills_lose_nothing_and_double_nothing(
    make_house: Callable[[str], House],
    database_url: str,
    kafka_bootstrap: str,
    tmp_path: Path,
    plan: Plan,
) -> None:
    survive(make_house(database_url), kafka_bootstrap, tmp_path, plan, seeded())


def survive(house: House, bootstrap: str, folder: Path, plan: Plan, chance: random.Random) -> None:
    """Kill and send until the plan is done, then compare with what was sent."""
    began = time.monotonic()
    settings = {"LEDGER_BATCH_EVENTS": str(plan.batch)}
    with staged(house, bootstrap, folder, members=plan.members + 1, others=settings) as scene:
        upstream = Upstream(bootstrap, scene.topic, chance, scene.partitions)
        killed = rounds(scene, plan, upstream, chance)
        check_all(scene, upstream.sent)
        print(
            f"{plan.members} members: {killed['kills']} kills, {killed['hangs']} hangs, "
            f"{killed['visits']} visits, "
            f"{upstream.sent.records.total()} messages, {len(upstream.sent.events)} events, "
            f"{upstream.sent.duplicates} duplicates, {upstream.sent.bad.total()} bad; "
            f"{scene.said(ASSIGNED)} assignments, "
            f"{scene.said('another member has recorded')} fenced, "
            f"{time.monotonic() - began:.0f} s"
        )
        assert killed["kills"] >= plan.kills
        assert killed["hangs"]


def rounds(scene: Scene, plan: Plan, upstream: Upstream, chance: random.Random) -> Counter[str]:
    """In each round send, let a random part of it be recorded, and kill; count what was done."""
    guest, done, turn = scene.consumers[-1], Counter[str](), 0
    for process in [*scene.consumers[:-1], scene.projector]:
        process.start()
    while done["kills"] < plan.kills:
        turn += 1
        if turn % plan.visit == 0:
            visit(guest)
            done["visits"] += 1
        mark = scene.progress() + chance.randrange(1, plan.records)
        upstream.send(plan.records, aborted=turn % plan.aborts == 0)
        scene.wait_for(mark)
        until(lambda: bool(at_work(scene)), scene.watch, PATIENCE_S)
        victims, busy = chosen(scene, chance), at_work(scene)
        if turn % plan.hang == 0:
            hang(scene, victims)
            done["hangs"] += 1
        kill(victims)
        done["kills"] += sum(victim in busy for victim in victims)
    return done


def hang(scene: Scene, victims: Sequence[Process]) -> None:
    """Stop some where they stand, and let them go on once others have what was theirs."""
    others = [process for process in at_work(scene) if process not in victims]
    before = scene.said(ASSIGNED)
    for process in victims:
        process.pause()
    if others:
        until(lambda: scene.said(ASSIGNED) > before, scene.watch, PATIENCE_S)
    for process in victims:
        process.go_on()


def at_work(scene: Scene) -> list[Process]:
    """The members that have begun to read since they were started: to kill others proves little."""
    members = [process for process in scene.consumers if process.started]
    return [process for process in members if process.said_since_start(READS)]


def visit(guest: Process) -> None:
    """One more member joins the group, or leaves it as it was asked to."""
    if guest.started:
        assert guest.stop() in TOLD_TO_STOP, guest.log()
    else:
        guest.start()


def chosen(scene: Scene, chance: random.Random) -> list[Process]:
    """Mostly one consumer; now and then all of them at once, or the projector as well."""
    draw = chance.random()
    if draw < 0.1:
        return [process for process in scene.consumers if process.started]
    victim = chance.choice(at_work(scene))
    return [victim, scene.projector] if draw < 0.2 else [victim]
