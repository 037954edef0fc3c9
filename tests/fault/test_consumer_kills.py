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

from ledger.letters import letters
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


@dataclass
class Sent:
    """What was produced and not aborted: the model that the ledger must equal."""

    events: set[str] = field(default_factory=set)
    duplicates: int = 0
    bad: Counter[bytes] = field(default_factory=Counter)
    records: Counter[int] = field(default_factory=Counter)


def produce(bootstrap: str, topic: str, chance: random.Random) -> Sent:
    """Valid events in both modes, repeats, bad records, and a transaction that is aborted."""
    sent, made = Sent(), list[tuple[int, bytes, list[tuple[str, bytes]]]]()
    with producing(bootstrap, linger_ms=5) as producer:
        for number in range(RECORDS):
            partition, value, headers = one(chance, number, sent, made)
            sent.records[partition] += 1
            producer.send(topic, value, headers=headers, partition=partition)
            if number in {RECORDS // 3, RECORDS - 1}:
                producer.flush()
                event = orjson.dumps(
                    registered(f"customer/{number}", id=f"aborted-{number}", time=PAST)
                )
                abort(bootstrap, topic, [event] * 3, partition=number % PARTITIONS)
    return sent


def one(
    chance: random.Random,
    number: int,
    sent: Sent,
    made: list[tuple[int, bytes, list[tuple[str, bytes]]]],
) -> tuple[int, bytes, list[tuple[str, bytes]]]:
    """The next record: partition, value, headers."""
    draw = chance.random()
    if draw < 0.08:
        value = b"bad %d" % chance.randrange(200)
        sent.bad[value] += 1
        return chance.randrange(PARTITIONS), value, STRUCTURED
    if draw < 0.2 and made:
        sent.duplicates += 1
        return chance.choice(made)
    customer = chance.randrange(300)
    make = chance.choice([registered, collected])
    event: dict[str, Any] = make(f"customer/{customer}", id=f"e-{number}", time=PAST)
    sent.events.add(event["id"])
    if chance.random() < 0.3:
        record = (customer % PARTITIONS, *as_binary(event))
    else:
        record = (customer % PARTITIONS, orjson.dumps(event), STRUCTURED)
    made.append(record)
    return record


@dataclass
class Scene:
    """A topic, a ledger, and two consumer processes between them."""

    house: House
    topic: str
    answers: str
    processes: list[Process]

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
    processes = [Process(settings, tmp_path / f"consumer-{number}.log") for number in range(2)]
    yield Scene(house, topic, answers, processes)
    for process in processes:
        if process.running:
            process.kill()


def test_ten_kills_lose_nothing_and_double_nothing(
    scene: Scene, kafka_bootstrap: str, kafka_admin: KafkaAdminClient
) -> None:
    chance = random.Random(20261124)
    sent = produce(kafka_bootstrap, scene.topic, chance)
    ends = log_ends(kafka_admin, scene.topic)

    survive(scene, chance, sum(ends.values()))
    until(lambda: scene.done(ends), lambda: check_alive(scene), PATIENCE_S)
    answered = set(answers(kafka_bootstrap, scene.answers))
    assert [process.stop() for process in scene.processes] == [0, 0]

    check_events(scene, sent)
    check_batches(scene, sent, ends)
    kept = letters(scene.house.session("reader"))
    assert sum(letter.times for letter in kept) == sent.bad.total()
    assert len(kept) == len(sent.bad)
    assert len(answered) == sent.bad.total()


def survive(scene: Scene, chance: random.Random, records: int) -> None:
    """Kill one of the two ten times, each time after a random share of the work since the last."""
    for process in scene.processes:
        process.start()
    for _ in range(KILLS):
        mark = scene.progress() + chance.randrange(1, records // 20)
        until(
            lambda mark=mark: scene.progress() >= mark,  # type: ignore[misc]
            lambda: check_alive(scene),
            PATIENCE_S,
        )
        assert scene.progress() < records, "nothing was left to interrupt"
        victim = chance.choice(scene.processes)
        victim.kill()
        victim.start()


def check_alive(scene: Scene) -> None:
    for process in scene.processes:
        process.watch()


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
