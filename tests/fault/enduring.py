"""One piece of work under every fault at every step: attack, recover, compare with the model, audit.

A scene says what the work is. It is attacked at its first step, its second one, and so on until a run
has no such step; each time the ledger must be sound and say what the model says.
"""

import multiprocessing
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest

from ledger.audit import audit
from ledger.errors import LedgerError
from ledger.names import LedgerName
from tests.fault.faults import Faults, Kind, injected
from tests.fixtures.catalogue import known_catalogue
from tests.fixtures.ledger import Clock, House
from tests.fixtures.tlog import Log

KILLED_BY = -9
PATIENCE_S = 120.0
# Far more than any work here has steps.
MOST_ATTEMPTS = 1_000
# Each attempt checks all of a ledger: where attempts add much, the last of many would take longest.
_A_LEDGER = 10
# A process of its own from which children are forked: it has no threads, and has read the modules.
_FORKS = multiprocessing.get_context("forkserver")
_SCENES = (
    "test_every_archive_write",
    "test_every_decision_write",
    "test_every_post_write",
    "test_every_erasure_write",
    "test_every_projector_write",
    "test_every_pruning_write",
    "test_every_publisher_write",
    "test_every_rotation_write",
    "test_every_write",
)
_FORKS.set_forkserver_preload(["__main__", *(f"tests.fault.{name}" for name in _SCENES)])

# In the long form every step is attacked, in the short one some, chosen by the run's random seed.
SOME = 12
STRIDES = pytest.mark.parametrize(
    "stride",
    [pytest.param(SOME, id="some"), pytest.param(1, id="every", marks=pytest.mark.campaign)],
)


class Scene(Protocol):
    """Work that is attacked. `number` is that of the attempt; each works on things of its own."""

    def prepare(self, house: House, number: int) -> None:
        """Make what the work needs."""

    def act(self, house: House, number: int) -> None:
        """The work. Opens whatever it uses; runs in another process when that one is to be killed."""

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        """What a restart does. `done`: the work said so; `error`: what it said instead, if it could."""

    def check(self, house: House, number: int) -> None:
        """Compare everything with the model."""


@dataclass
class _Told:
    """What came of an attack: whether there was such a step, and what the work said of itself."""

    hit: bool
    done: bool
    error: LedgerError | None = None
    steps: list[str] = field(default_factory=list)


@contextmanager
def closing(house: House) -> Iterator[House]:
    """Close what is opened in this block."""
    before = len(house.opened)
    try:
        yield house
    finally:
        for thing in house.opened[before:]:
            thing.close()
        del house.opened[before:]


def endure(
    scene: Scene,
    house: House,
    kind: Kind,
    stride: int = 1,
    log: Callable[[House, int], Log] | None = None,
    others: Iterator[House] | None = None,
) -> list[str]:
    """Attack every step, or with a stride some of them, from a chosen one on.

    `log`: what an attempt published, which is then audited too. The catalogue is audited in the end.
    `others`: ledgers to go on with after some attempts, where each of these adds much.
    Gives the names of the steps of a run without a fault; none when the runs were other processes.
    """
    at = 0
    for number in range(1, MOST_ATTEMPTS + 1):
        at += random.randint(1, 2 * stride - 1)
        if others and number % _A_LEDGER == 0:
            house = next(others)
        scene.prepare(house, number)
        told = _attack(scene, house, kind, number, at)
        where = f"{kind} at step {at}: {told.steps[at - 3 : at]}, then {told.error!r}"
        with closing(house):
            scene.recover(house, number, told.error, told.done)
        with closing(house), known_catalogue() if told.hit else nullcontext():
            scene.check(house, number)
            whole = log(house, number).audit() if log else audit(house.reader)
            assert whole.findings == (), (where, whole.findings)
        if not told.hit:
            assert told.done, where
            return told.steps
    raise AssertionError(
        f"work without an end: {MOST_ATTEMPTS} attacks, and it had more steps each time"
    )


def _attack(scene: Scene, house: House, kind: Kind, number: int, at: int) -> _Told:
    if kind is Kind.KILLED:
        hit = _killed(scene, house, number, at)
        return _Told(hit, not hit)
    error = None
    with injected(Faults(kind, at, house.keys)) as faults, closing(house):
        try:
            scene.act(house, number)
        except LedgerError as caught:  # anything else is a fault of the program
            error = caught
    return _Told(faults.hit, error is None, error, faults.steps)


def _killed(scene: Scene, house: House, number: int, at: int) -> bool:
    """Do the work in a process that dies before the step; whether there was such a step."""
    place = (house.url, house.keys, str(house.ledger), house.clock.now)
    child = _FORKS.Process(target=_work_and_die, args=(scene, place, number, at))
    child.start()
    child.join(PATIENCE_S)
    assert child.exitcode in {0, KILLED_BY}, f"ended with {child.exitcode} at step {at}"
    return child.exitcode == KILLED_BY


def _work_and_die(
    scene: Scene, place: tuple[str, Path, str, datetime], number: int, at: int
) -> None:
    url, keys, name, now = place
    house = House(url, keys, LedgerName(name), Clock(now))
    with injected(Faults(Kind.KILLED, at, keys)):
        scene.act(house, number)
    os._exit(0)
