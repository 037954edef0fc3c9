"""Shared parts of the fault campaign: an upstream with its model, a scene of processes, and the verdict.

The model is what was sent and not aborted. Whatever happens in between, the ledger must equal it: each
record is one event, one dead letter or one counted duplicate, and the audit finds nothing.
"""

import os
import random
import secrets
import select
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg
from kafka import TopicPartition
from kafka.admin import OffsetSpec

from ledger.audit import audit
from ledger.audit.findings import NOT_COMPARABLE
from ledger.embedded import start
from ledger.letters.dead import letters
from projections.following.runner import Follower
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
from tests.fixtures.kafka import admin_client
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.postgres import short_folder
from tests.fixtures.views import OFFICES, audit_views

# A machine may be slow; what has not happened by then never will.
PATIENCE_S = 120.0
# As short as the broker of the tests allows: each kill costs the group so much time.
SESSION_S = 2
# Who is asked to stop does so; one that is still starting up just dies, and has done nothing.
TOLD_TO_STOP = {0, -signal.SIGTERM}
SHARE_BAD = 0.08
SHARE_AGAIN = 0.12
SHARE_BINARY = 0.3

# Partition, value, headers.
Made = tuple[int, bytes, list[tuple[str, bytes]]]


def seeded(seed: int | None = None) -> random.Random:
    """Chance from a seed, which is printed; LEDGER_FAULT_SEED repeats an earlier run."""
    given = os.environ.get("LEDGER_FAULT_SEED")
    chosen = int(given) if given else seed if seed is not None else secrets.randbelow(10**9)
    print(f"\nseed: LEDGER_FAULT_SEED={chosen}")
    return random.Random(chosen)


@dataclass
class Sent:
    """What was produced and not aborted: the model that the ledger must equal."""

    events: set[str] = field(default_factory=set)
    duplicates: int = 0
    bad: Counter[bytes] = field(default_factory=Counter)
    records: Counter[int] = field(default_factory=Counter)


class Upstream:
    """Sends valid events in both modes, repeats, bad records, and transactions that it aborts."""

    def __init__(
        self, bootstrap: str, topic: str, chance: random.Random, partitions: int = 4
    ) -> None:
        self.sent = Sent()
        self._bootstrap = bootstrap
        self._topic = topic
        self._chance = chance
        self._partitions = partitions
        self._made: list[Made] = []
        self._number = 0

    def send(self, count: int, *, aborted: bool = True) -> None:
        """Send so many more, and a transaction that does not count."""
        with producing(self._bootstrap, linger_ms=5) as producer:
            for _ in range(count):
                partition, value, headers = self._next()
                self.sent.records[partition] += 1
                producer.send(self._topic, value, headers=headers, partition=partition)
        if aborted:
            event = orjson.dumps(registered(id=f"aborted-{self._number}", time=PAST))
            where = self._chance.randrange(self._partitions)
            abort(self._bootstrap, self._topic, [event] * 3, where)

    def _next(self) -> Made:
        draw = self._chance.random()
        if draw < SHARE_BAD:
            value = b"bad %d" % self._chance.randrange(200)
            self.sent.bad[value] += 1
            return self._chance.randrange(self._partitions), value, STRUCTURED
        if draw < SHARE_BAD + SHARE_AGAIN and self._made:
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
        binary = self._chance.random() < SHARE_BINARY
        value, headers = as_binary(event) if binary else (orjson.dumps(event), STRUCTURED)
        return customer % self._partitions, value, headers


@dataclass
class Scene:
    """A topic, a ledger, some consumers between them, and a projector behind."""

    house: House
    bootstrap: str
    topic: str
    answers: str
    partitions: int
    consumers: list[Process]
    projector: Process

    @property
    def everybody(self) -> list[Process]:
        return [*self.consumers, self.projector]

    def start(self) -> None:
        for process in self.everybody:
            process.start()

    def stop(self) -> None:
        """Ask everybody to stop."""
        running = [process for process in self.everybody if process.started]
        assert TOLD_TO_STOP.issuperset(process.stop() for process in running)

    def watch(self) -> None:
        """Wait a moment, in which nobody who runs may die by itself."""
        for process in self.everybody:
            if process.started:
                process.watch()

    def bookmarks(self) -> dict[int, int]:
        rows = self._rows("SELECT partition, next_offset FROM ledger_main.bookmarks")
        return {partition: offset for partition, offset in rows}

    def progress(self) -> int:
        """Offsets that the ledger is past, over all partitions."""
        return sum(self.bookmarks().values())

    def wait_for(self, mark: int) -> None:
        """Until the ledger is past so many offsets."""
        until(lambda: self.progress() >= mark, self.watch, PATIENCE_S)

    def done(self, ends: dict[int, int]) -> bool:
        """Whether everything was recorded, and every answer sent."""
        waiting = self._rows("SELECT FROM ledger_main.rejection_answers LIMIT 1")
        return not waiting and self.bookmarks() == ends

    def batches(self, partition: int) -> Sequence[tuple[Any, ...]]:
        """Start, end, events, duplicates and dead letters of each batch."""
        return self._rows(
            "SELECT start_offset, end_offset, last_position - first_position + 1, duplicates, "
            "dead_letters FROM ledger_main.batches WHERE partition = %s AND topic = %s "
            "ORDER BY batch",
            [partition, self.topic],
        )

    def said(self, words: str) -> int:
        """How often the consumers said something."""
        return sum(process.log().count(words) for process in self.consumers)

    def _rows(self, query: Any, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.house.url) as connection:
            return connection.execute(query, parameters).fetchall()


@contextmanager
def staged(
    house: House,
    bootstrap: str,
    folder: Path,
    *,
    members: int = 2,
    partitions: int = 4,
    replicas: int = -1,
    behind: str = "project",
    others: Mapping[str, str] | None = None,
) -> Iterator[Scene]:
    """A scene on topics of its own; whoever still runs at the end is killed. `others`: settings.

    `behind`: the command that makes the views. `run` does everything, with no member beside it.
    """
    name = f"acts-{secrets.token_hex(6)}"
    topics = {name: partitions, f"{name}-answers": 1}
    settings = consuming(
        house,
        LEDGER_KAFKA_BOOTSTRAP=bootstrap,
        LEDGER_KAFKA_GROUP=f"group-{name}",
        LEDGER_KAFKA_TOPICS=name,
        LEDGER_KAFKA_ANSWERS=f"{name}-answers",
        LEDGER_KAFKA_SESSION_S=str(SESSION_S),
        LEDGER_BATCH_EVENTS="40",
    )
    settings |= others or {}
    consumers = [Process("consume", settings, folder / f"{n}.log") for n in range(members)]
    projector = Process(behind, settings, folder / "views.log")
    follow(house)  # makes the tables of the views, as `ledger init` does
    wanted = {
        topic: {"num_partitions": count, "replication_factor": replicas}
        for topic, count in topics.items()
    }
    with admin_client(bootstrap) as admin:
        admin.create_topics(wanted, wait_for_metadata=True)
    scene = Scene(house, bootstrap, name, f"{name}-answers", partitions, consumers, projector)
    try:
        yield scene
    finally:
        for process in scene.everybody:
            if process.running:
                process.kill()
    with admin_client(bootstrap) as admin:
        admin.delete_topics(list(topics))


def check_all(scene: Scene, sent: Sent) -> None:
    """Wait until everything is recorded, stop everybody, and compare the ledger with the model."""
    ends = log_ends(scene)
    until(lambda: scene.done(ends), scene.watch, PATIENCE_S)
    answered = set(answers(scene.bootstrap, scene.answers))
    scene.stop()

    found = audit(scene.house.session("reader")).findings
    # Where a log is published, the test that has its folder compares it.
    assert [one for one in found if one.kind != NOT_COMPARABLE] == []
    check_events(scene, sent)
    check_views(scene)
    check_batches(scene, sent, ends)
    kept = letters(scene.house.session("reader"))
    assert sum(letter.times for letter in kept) == sent.bad.total()
    assert len(kept) == len(sent.bad)
    assert len(answered) == sent.bad.total()


def log_ends(scene: Scene) -> dict[int, int]:
    """Offset after the last record or marker of each partition."""
    places = [TopicPartition(scene.topic, number) for number in range(scene.partitions)]
    with admin_client(scene.bootstrap) as admin:
        found: Any = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    return {key.partition: end.offset for key, end in found.items()}


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
    times = [event.recorded_at for event in events]
    assert times == sorted(times)


def check_batches(scene: Scene, sent: Sent, ends: dict[int, int]) -> None:
    """The batches of each partition join, and account for every record in it."""
    duplicates = 0
    for partition, end in ends.items():
        rows = scene.batches(partition)
        if end == 0:
            assert rows == []
            continue
        assert [row[0] for row in rows] == [0] + [row[1] for row in rows[:-1]]
        assert rows[-1][1] == end
        assert sum(row[2] + row[3] + row[4] for row in rows) == sent.records[partition]
        duplicates += sum(row[3] for row in rows)
    assert duplicates == sent.duplicates


def check_views(scene: Scene) -> None:
    """Views that followed all the while say what the events say."""
    follow(scene.house)
    reports = audit_views(scene.house.session("reader"), privacy_office=OFFICES)
    assert all(report.ok for report in reports)
    assert {report.position for report in reports} == {len(scene.house.events())}


def follow(house: House) -> None:
    """Bring every view up to the head."""
    follower = Follower(house.database, house.ledger)
    try:
        follower.follow_once()
    finally:
        follower.close()


class OwnServer:
    """An embedded PostgreSQL of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._leases = [start(folder)]

    def url(self) -> str:
        """URL of its one database, for the superuser."""
        return self._leases[-1].url()

    @property
    def socket(self) -> str:
        """The file of its socket."""
        return str(self._folder / "run" / ".s.PGSQL.5432")

    def kill(self, how: signal.Signals) -> None:
        """End its main process: SIGQUIT is an immediate shutdown, SIGKILL leaves its children behind."""
        pid = self._leases[-1].pid
        assert pid is not None
        handle = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(handle, how)
            assert select.select([handle], [], [], PATIENCE_S)[0], "the server does not die"
        finally:
            os.close(handle)

    def restart(self) -> None:
        """Start it again; it recovers."""
        self._leases.append(start(self._folder))

    def close(self) -> None:
        """Stop it."""
        for lease in self._leases:
            lease.leave()


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server that is stopped at the end."""
    with short_folder() as folder:
        server = OwnServer(folder)
        try:
            yield server
        finally:
            server.close()


def kill(processes: Iterable[Process]) -> None:
    """Kill some at once and start them again."""
    victims = list(processes)
    for process in victims:
        process.kill()
    for process in victims:
        process.start()
