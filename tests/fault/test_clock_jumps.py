"""Clocks that jump by hours, forward and backward: nothing is lost or twice, and time never runs back."""

import ast
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from consumers.loop import Consumer, Job, consume
from consumers.retry import retry_like
from consumers.source import Partition
from ledger.audit import audit
from ledger.clocks import Clocks
from ledger.crypto.key_files import FileKeyProvider
from ledger.keys.rotation import due, epochs, rotate
from ledger.letters.dead import letters, open_letter
from ledger.letters.lists import LetterFilter
from ledger.writing.bookmarks import HaltLimit
from tests.fakes.kafka import FakeCluster, FakeSource, FakeTime
from tests.fixtures.ledger import NOW, Clock, House, collected, registered

TOPIC = "privacy.events.v1"
HOURS = 9
EPOCH = timedelta(days=7)
ROOT = Path(__file__).parents[2]
PACKAGES = (
    "ledger",
    "consumers",
    "projections",
    "rulebook",
    "schemas",
    "application",
    "documents",
    "host",
    "console",
)
# Where a process asks for the time; everybody else is told. The age of a file is by the clock that dated it.
ASKING = {
    Path("ledger/application.py"),
    Path("host/wiring.py"),
    Path("host/logs.py"),
    Path("ledger/storage/contents.py"),
}


class JumpingClock(Clock):
    """Another time at each look, hours before or after the one before."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def __call__(self) -> datetime:
        return self.now + timedelta(hours=self._chance.uniform(-HOURS, HOURS))


class Line:
    """A Kafka in memory, whose time is monotonic, and a real ledger, whose clock is not."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.time = FakeTime()
        self.cluster = FakeCluster()
        (self.partition,) = self.cluster.create(TOPIC)

    def send(self, *lines: dict[str, Any] | bytes) -> None:
        raw = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
        self.cluster.produce(self.partition, *raw)

    def carry(self, limit: HaltLimit | None = None) -> Consumer:
        """Consume until the bookmark is at the end."""
        source = FakeSource(self.cluster, self.time)
        source.assign([Partition(TOPIC, 0)])
        consumer = consume(
            Job((TOPIC,), self.house.intake),
            source,
            lambda: self.house.open(limit=limit),
            Clocks(self.house.clock, self.time.monotonic),
        )
        for _ in range(400):
            if self.bookmark() == self.cluster.logs[self.partition].end:
                consumer.run(stop=lambda: True)
                return consumer
            consumer.turn()
        raise AssertionError("it never got there")

    def bookmark(self) -> int:
        rows = self.house.session("reader").rows("bookmark_offsets")
        return int(rows[0][2]) if rows else 0


@pytest.fixture
def line(house: House) -> Line:
    return Line(house)


def test_a_clock_that_jumps_within_and_between_batches_loses_nothing(line: Line) -> None:
    house, chance = line.house, random.Random(20261130)
    house.clock = JumpingClock(chance)
    past = "2024-03-01T10:00:00+01:00"
    for _ in range(12):
        make = [registered, collected]
        events = [chance.choice(make)(f"customer/{n}", time=past) for n in range(8)]
        line.send(*events, b"bad %d" % chance.randrange(4), events[0])
        line.carry(limit=HaltLimit(0.9, 1000))
    events_recorded = house.events()
    assert [event.position for event in events_recorded] == list(range(1, 97))
    times = [event.recorded_at for event in events_recorded]
    assert times == sorted(times)
    assert audit(house.session("reader")).ok
    check_letters(house, times=12)


def check_letters(house: House, times: int) -> None:
    """Each can be opened, whatever day its key is of, and was first seen before it was last seen."""
    ledger = house.open()
    kept = letters(house.session("reader"))
    assert sum(letter.times for letter in kept) == times
    for letter in kept:
        assert open_letter(ledger.session, ledger.keyring, letter.letter)[1].startswith(b"bad")
        assert letter.first_seen <= letter.last_seen


def test_what_a_slow_clock_takes_for_the_future_is_kept_and_recorded_later(line: Line) -> None:
    house = line.house
    line.send(registered("customer/1", time=NOW.isoformat()))
    house.clock.forward(hours=-5)
    line.carry()
    (letter,) = letters(house.session("reader"))
    assert (letter.code, house.events()) == ("time-in-future", [])
    house.clock.forward(hours=5)
    (retried,) = retry_like(house.open(), LetterFilter(), None, house.intake, house.clock())
    assert retried.outcome == "recorded"
    assert letters(house.session("reader")) == []


def test_a_fast_clock_still_knows_what_was_recorded(line: Line) -> None:
    event = registered("customer/1", time=NOW.isoformat())
    line.send(event)
    line.carry()
    line.house.clock.forward(hours=11)
    line.send(event, registered("customer/2", time=(NOW + timedelta(hours=10)).isoformat()))
    line.carry()
    line.house.clock.forward(hours=-11)
    line.send(event)
    line.carry()
    assert [event.position for event in line.house.events()] == [1, 2]


def test_the_time_of_recording_never_runs_back(line: Line) -> None:
    """The server's own clock cannot be set here: a head from the future is what it leaves behind."""
    line.send(registered("customer/1", time=NOW.isoformat()))
    line.carry()
    with psycopg.connect(line.house.url) as connection:
        connection.execute(
            "UPDATE ledger_main.head SET recorded_at = recorded_at + interval '5 hours'"
        )
    line.send(registered("customer/2", time=NOW.isoformat()))
    line.carry()
    first, second = line.house.events()
    assert second.recorded_at == first.recorded_at + timedelta(hours=5)
    assert audit(line.house.session("reader")).ok


@pytest.mark.parametrize("ahead", [timedelta(hours=9), timedelta(days=400)])
def test_an_epoch_that_began_under_a_fast_clock_does_not_last_longer(
    house: House, ahead: timedelta
) -> None:
    session, provider = house.session("eraser"), house.provider
    house.clock.now += ahead
    begin_epoch(house, provider)
    assert not due(session, provider, house.clock(), EPOCH)
    house.clock.now -= ahead
    assert due(session, provider, house.clock(), EPOCH)
    begin_epoch(house, provider)
    assert epochs(session, provider).started_at == house.clock()
    assert not due(session, provider, house.clock(), EPOCH)


def test_an_epoch_is_not_skipped_by_a_slow_clock(house: House) -> None:
    session, provider = house.session("eraser"), house.provider
    house.clock.forward(hours=-0.5)
    assert not due(session, provider, house.clock(), EPOCH), "two clocks may differ a little"
    house.clock.forward(hours=0.5, days=7)
    assert due(session, provider, house.clock(), EPOCH)
    begin_epoch(house, provider)
    assert epochs(session, provider).held == (2,)


def begin_epoch(house: House, provider: FileKeyProvider) -> None:
    rotate(house.session("eraser"), provider, house.ledger, house.clock())


def test_only_the_composition_asks_for_the_time_and_loops_wait_by_the_monotonic_one() -> None:
    asking = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(asks(node) for node in ast.walk(ast.parse(path.read_text())))
    }
    assert asking <= ASKING


def asks(node: ast.AST) -> bool:
    """Whether this is a look at the wall clock."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = node.func.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    looks = {("time", "time"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
    return (name, node.func.attr) in looks
