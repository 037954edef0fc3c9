"""Two consumers of one group, killed ten times: each record is one event, one letter or one duplicate."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from ledger.audit import audit
from ledger.letters import letters
from projections.rebuild import audit_views
from projections.runner import Follower
from tests.fixtures.inbound import (
    PAST,
    STRUCTURED,
    Process,
    abort,
    as_binary,
    consuming,
    producing,
    until,
    values,
)
from tests.fixtures.kafka import MakeTopic
from tests.fixtures.ledger import House, collected, registered

pytestmark = pytest.mark.kafka

PARTITIONS = 4
RECORDS = 6_000
KILLS = 10
# As short as the broker of the tests allows: each kill costs the group so much time.
SESSION_S = 2
PATIENCE_S = 60.0


# Partition, value, headers.
Made = tuple[int, bytes, list[tuple[str, bytes]]]


@dataclass
class Sent:
    """What was produced and not aborted: the model that the ledger must equal."""

    events: set[str] = field(default_factory=set)
    duplicates: int = 0
    bad: Counter[bytes] = field(default_factory=Counter)
    records: Counter[int] = field(default_factory=Counter)


class Upstream:
    """Sends valid events in both modes, repeats, bad records, and transactions that it aborts."""

    def __init__(self, bootstrap: str, topic: str, chance: random.Random) -> None:
        self.sent = Sent()
        self._bootstrap = bootstrap
        self._topic = topic
        self._chance = chance
        self._made: list[Made] = []
        self._number = 0

    def send(self, count: int) -> None:
        """Send so many more, and a transaction that does not count."""
        with producing(self._bootstrap, linger_ms=5) as producer:
            for _ in range(count):
                partition, value, headers = self._next()
                self.sent.records[partition] += 1
                producer.send(self._topic, value, headers=headers, partition=partition)
        event = orjson.dumps(registered(id=f"aborted-{self._number}", time=PAST))
        abort(self._bootstrap, self._topic, [event] * 3, self._chance.randrange(PARTITIONS))

    def _next(self) -> Made:
        draw = self._chance.random()
        if draw < 0.08:
            value = b"bad %d" % self._chance.randrange(200)
            self.sent.bad[value] += 1
            return self._chance.randrange(PARTITIONS), value, STRUCTURED
        if draw < 0.2 and self._made:
            self.sent.duplicates += 1
            return self._chance.choice(self._made)
        self._made.append(self._event())
        return self._made[-1]

    def _event(self) -> Made:
        self._number += 1
        customer, name = self._chance.randrange(300), f"e-{self._number}"
        make = self._chance.choice([registered, collected])
        event: dict[str, Any] = make(f"customer/{customer}", id=name, time=PAST)
        self.sent.events.add(name)
        binary = self._chance.random() < 0.3
        value, headers = as_binary(event) if binary else (orjson.dumps(event), STRUCTURED)
        return customer % PARTITIONS, value, headers


@dataclass
class Scene:
    """A topic, a ledger, two consumers between them, and a projector behind."""

    house: House
    topic: str
    answers: str
    consumers: list[Process]
    projector: Process

    @property
    def everybody(self) -> list[Process]:
        return [*self.consumers, self.projector]

    def watch(self) -> None:
        """Wait a moment, in which nobody may die by itself."""
        for process in self.everybody:
            process.watch()

    def bookmarks(self) -> dict[int, int]:
        with psycopg.connect(self.house.url) as connection:
            rows = connection.execute("SELECT partition, next_offset FROM ledger_main.bookmarks")
            return dict(rows.fetchall())

    def progress(self) -> int:
        """Offsets that the ledger is past, over all partitions."""
        return sum(self.bookmarks().values())

    def done(self, ends: dict[int, int]) -> bool:
        """Whether everything was recorded, and every answer sent."""
        with psycopg.connect(self.house.url) as connection:
            waiting = connection.execute("SELECT FROM ledger_main.rejection_answers").fetchone()
        return waiting is None and self.bookmarks() == ends

    def batches(self, partition: int) -> list[tuple[int, ...]]:
        """Start, end, events, duplicates and dead letters of each batch."""
        with psycopg.connect(self.house.url) as connection:
            return connection.execute(
                "SELECT start_offset, end_offset, last_position - first_position + 1, duplicates, "
                "dead_letters FROM ledger_main.batches WHERE partition = %s AND topic = %s "
                "ORDER BY batch",
                [partition, self.topic],
            ).fetchall()


@pytest.fixture
def scene(
    house: House, kafka_bootstrap: str, kafka_topic: MakeTopic, tmp_path: Path
) -> Iterator[Scene]:
    topic, answers = kafka_topic(partitions=PARTITIONS), kafka_topic()
    settings = consuming(
        house,
        LEDGER_KAFKA_BOOTSTRAP=kafka_bootstrap,
        LEDGER_KAFKA_GROUP=f"group-{topic}",
        LEDGER_KAFKA_TOPICS=topic,
        LEDGER_KAFKA_ANSWERS=answers,
        LEDGER_KAFKA_SESSION_S=str(SESSION_S),
        LEDGER_BATCH_EVENTS="40",
    )
    logs = [tmp_path / name for name in ("one.log", "other.log", "views.log")]
    consumers = [Process("consume", settings, log) for log in logs[:2]]
    follow(house)  # makes the tables of the views, as `ledger init` does
    made = Scene(house, topic, answers, consumers, Process("project", settings, logs[2]))
    yield made
    for process in made.everybody:
        if process.running:
            process.kill()


def test_ten_kills_lose_nothing_and_double_nothing(
    scene: Scene, kafka_bootstrap: str, kafka_admin: KafkaAdminClient
) -> None:
    chance = random.Random(20261124)
    upstream = Upstream(kafka_bootstrap, scene.topic, chance)
    survive(scene, chance, upstream)
    sent, ends = upstream.sent, log_ends(kafka_admin, scene.topic)
    until(lambda: scene.done(ends), scene.watch, PATIENCE_S)
    answered = set(answers(kafka_bootstrap, scene.answers))
    assert [process.stop() for process in scene.everybody] == [0, 0, 0]

    assert audit(scene.house.session("reader")).findings == ()
    check_events(scene, sent)
    check_views(scene)
    check_batches(scene, sent, ends)
    kept = letters(scene.house.session("reader"))
    assert sum(letter.times for letter in kept) == sent.bad.total()
    assert len(kept) == len(sent.bad)
    assert len(answered) == sent.bad.total()


def survive(scene: Scene, chance: random.Random, upstream: Upstream) -> None:
    """Kill one of the two ten times, each time in the middle of what just came in."""
    for process in scene.everybody:
        process.start()
    for _ in range(KILLS):
        mark = scene.progress() + chance.randrange(1, RECORDS // KILLS)
        upstream.send(RECORDS // KILLS)
        until(lambda mark=mark: scene.progress() >= mark, scene.watch, PATIENCE_S)  # type: ignore[misc]
        victim = chance.choice(scene.consumers)
        victim.kill()
        victim.start()


def log_ends(admin: Any, topic: str) -> dict[int, int]:
    wanted = {TopicPartition(topic, number): OffsetSpec.LATEST for number in range(PARTITIONS)}
    return {
        key.partition: found.offset for key, found in admin.list_partition_offsets(wanted).items()
    }


def answers(bootstrap: str, topic: str) -> list[tuple[int, int]]:
    """Place of the record that each answer is about."""
    read = [orjson.loads(answer) for answer in values(bootstrap, topic)]
    return [(answer["partition"], answer["offset"]) for answer in read]


def check_events(scene: Scene, sent: Sent) -> None:
    events = scene.house.events()
    assert [event.position for event in events] == list(range(1, len(sent.events) + 1))
    assert {event.id for event in events} == sent.events
    versions = Counter(event.stream for event in events)
    assert {e.stream: e.version for e in events} == dict(versions)


def check_batches(scene: Scene, sent: Sent, ends: dict[int, int]) -> None:
    """The batches of each partition join, and account for every record in it."""
    duplicates = 0
    for partition, end in ends.items():
        rows = scene.batches(partition)
        assert [row[0] for row in rows] == [0] + [row[1] for row in rows[:-1]]
        assert rows[-1][1] == end
        assert sum(row[2] + row[3] + row[4] for row in rows) == sent.records[partition]
        duplicates += sum(row[3] for row in rows)
    assert duplicates == sent.duplicates


def check_views(scene: Scene) -> None:
    """Views that followed all the while say what the events say."""
    follow(scene.house)
    reports = audit_views(scene.house.session("reader"))
    assert all(report.ok for report in reports)
    assert {report.position for report in reports} == {len(scene.house.events())}


def follow(house: House) -> None:
    """Bring every view up to the head."""
    follower = Follower(house.database, house.ledger)
    try:
        follower.follow_once()
    finally:
        follower.close()
