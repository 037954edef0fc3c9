"""Kafka to the ledger on a real broker; the port's promises also hold for the one in memory."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
import psycopg
import pytest
from kafka import KafkaAdminClient, TopicPartition

from consumers.kafka import KafkaAnswers, KafkaSource
from consumers.source import OffsetRange, Partition, Record, Source
from consumers.store import LedgerStore, resume
from ledger.errors import Halt, Misconfigured, ServiceAway
from ledger.letters.dead import letters
from ledger.reading import head_position
from ledger.writing.bookmarks import HaltLimit
from tests.fakes.kafka import FakeCluster, FakeSource, FakeTime
from tests.fixtures.inbound import (
    PAST,
    ROOT,
    STRUCTURED,
    Process,
    abort,
    as_binary,
    consuming,
    member,
    options,
    producing,
    send,
    until,
    values,
)
from tests.fixtures.kafka import MakeTopic, admin_client, own_broker, run_broker
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.line import Line, forget, make_anew

# The port, on both implementations


class Bench(Protocol):
    """One topic with one partition on some broker."""

    partition: Partition

    def join(self) -> Source: ...
    def send(self, *values: bytes | None) -> None: ...
    def abort(self, *values: bytes) -> None: ...
    def forget(self, before: int) -> None: ...
    def make_anew(self) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.cluster, self.time = FakeCluster(), FakeTime()
        (self.partition,) = self.cluster.create("topic")

    def join(self) -> Source:
        source = FakeSource(self.cluster, self.time)
        source.assign([self.partition])
        return source

    def send(self, *values: bytes | None) -> None:
        self.cluster.produce(self.partition, *values, headers=STRUCTURED)

    def abort(self, *values: bytes) -> None:
        self.cluster.leave_gap(self.partition, len(values) + 1)

    def forget(self, before: int) -> None:
        self.cluster.forget(self.partition, before)

    def make_anew(self) -> None:
        self.cluster.delete(self.partition.topic)
        self.cluster.create(self.partition.topic)


@dataclass
class OnKafka:
    bootstrap: str
    admin: KafkaAdminClient
    partition: Partition
    joined: list[KafkaSource]

    def join(self) -> Source:
        self.joined.append(KafkaSource(options(self.bootstrap, self.partition.topic)))
        return self.joined[-1]

    def send(self, *values: bytes | None) -> None:
        send(self.bootstrap, self.partition.topic, values)

    def abort(self, *values: bytes) -> None:
        abort(self.bootstrap, self.partition.topic, values)

    def forget(self, before: int) -> None:
        forget(self.admin, self.partition, before)

    def make_anew(self) -> None:
        make_anew(self.admin, self.partition.topic)


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "memory":
        yield InMemory()
        return
    topic = request.getfixturevalue("kafka_topic")()
    made = OnKafka(
        request.getfixturevalue("kafka_bootstrap"),
        request.getfixturevalue("kafka_admin"),
        Partition(topic, 0),
        [],
    )
    yield made
    for source in made.joined:
        source.close()


def settled(bench: Bench, offset: int = 0) -> Source:
    """A member that has the partition and reads it from an offset."""
    source = bench.join()
    until(lambda: bench.partition in source.assignment(), lambda: source.poll(0.1))
    source.seek(bench.partition, offset)
    source.resume([bench.partition])
    return source


def read(source: Source, count: int) -> list[Record]:
    """The next records, at least so many."""
    records: list[Record] = []

    def step() -> None:
        for part in source.poll(0.1).records.values():
            records.extend(part)

    until(lambda: len(records) >= count, step)
    return records


def test_the_first_poll_that_gets_partitions_says_so_and_returns_nothing(bench: Bench) -> None:
    bench.send(b"a")
    source = bench.join()
    seen: list[bool] = []

    def step() -> None:
        polled = source.poll(0.1)
        assert not polled.records
        seen.append(polled.reassigned)

    until(lambda: bool(source.assignment()), step)
    assert seen[-1]
    assert not source.poll(0.3).records, "nothing comes before the partition was placed"


def test_records_are_raw_and_in_order(bench: Bench) -> None:
    bench.send(b"a", b"\xff\x00", None, b"")
    records = read(settled(bench), 4)
    assert [(r.offset, r.value) for r in records] == [
        (0, b"a"),
        (1, b"\xff\x00"),
        (2, None),
        (3, b""),
    ]
    assert all(list(r.headers) == STRUCTURED for r in records)


def test_aborted_records_never_come_and_the_position_passes_them(bench: Bench) -> None:
    bench.send(b"a")
    bench.abort(b"no", b"no")
    bench.send(b"b")
    bench.abort(b"no")
    source = settled(bench)
    assert [(r.offset, r.value) for r in read(source, 2)] == [(0, b"a"), (4, b"b")]
    until(lambda: source.position(bench.partition) == 7, lambda: source.poll(0.1))
    assert source.extents([bench.partition]) == {bench.partition: OffsetRange(0, 7)}


def test_paused_partitions_are_silent_and_lose_nothing(bench: Bench) -> None:
    source = settled(bench)
    bench.send(b"a")
    assert len(read(source, 1)) == 1
    source.pause([bench.partition])
    bench.send(b"b")
    assert not source.poll(0.5).records
    source.resume([bench.partition])
    assert [r.value for r in read(source, 1)] == [b"b"]


def test_seeking_back_reads_again(bench: Bench) -> None:
    bench.send(b"a", b"b")
    source = settled(bench)
    assert len(read(source, 2)) == 2
    source.seek(bench.partition, 1)
    assert [r.value for r in read(source, 1)] == [b"b"]


def test_extents_follow_what_is_deleted(bench: Bench) -> None:
    bench.send(b"a", b"b", b"c")
    bench.forget(2)
    source = settled(bench, 2)
    assert source.extents([bench.partition]) == {bench.partition: OffsetRange(2, 3)}
    assert source.extents([]) == {}


@pytest.mark.parametrize("offset", [0, 9])
def test_an_offset_that_is_not_there_is_fatal(bench: Bench, offset: int) -> None:
    bench.send(b"a", b"b")
    bench.forget(1)
    source = settled(bench, offset)
    with pytest.raises(Halt, match="OffsetOutOfRange"):
        until(lambda: False, lambda: source.poll(0.2))


def test_a_topic_made_anew_has_another_identity(bench: Bench) -> None:
    source = bench.join()
    topic = bench.partition.topic
    before = source.identity([topic, "never-made"])
    assert set(before.topic_ids) == {topic}
    bench.make_anew()
    after = source.identity([topic])
    assert after.cluster_id == before.cluster_id
    assert after.topic_ids[topic] != before.topic_ids[topic]


# The client


@pytest.mark.kafka
@pytest.mark.parametrize("assignor", ["range", "cooperative-sticky"])
def test_two_members_share_and_take_over(
    kafka_bootstrap: str, kafka_topic: MakeTopic, assignor: str
) -> None:
    topic = kafka_topic(partitions=4)
    wanted = options(kafka_bootstrap, topic, assignor=assignor)
    with member(wanted) as one:
        until(lambda: len(one.assignment()) == 4, lambda: one.poll(0.1))
        with member(wanted) as other:

            def step() -> None:
                one.poll(0.1)
                other.poll(0.1)

            until(lambda: len(one.assignment()) == len(other.assignment()) == 2, step)
            assert not one.assignment() & other.assignment()
        until(lambda: len(one.assignment()) == 4, lambda: one.poll(0.1))


@pytest.mark.kafka
def test_acknowledgements_reach_the_group_for_lag_tools(
    kafka_bootstrap: str, kafka_admin: Any, kafka_topic: MakeTopic
) -> None:
    topic = kafka_topic()
    wanted = options(kafka_bootstrap, topic)
    send(kafka_bootstrap, topic, [b"a", b"b"])
    place = TopicPartition(topic, 0)

    def committed() -> Any:
        return kafka_admin.list_group_offsets(wanted.group)[wanted.group].get(place)

    with member(wanted) as source:
        until(lambda: bool(source.assignment()), lambda: source.poll(0.1))
        source.acknowledge({Partition(topic, 0): 2})
        until(lambda: committed() is not None, lambda: source.poll(0.1))
        assert committed().offset == 2


def test_a_broker_that_is_not_there_is_a_service_away_and_leaves_nothing_behind() -> None:
    # In a process of its own: the client drops sockets that did not connect without closing them.
    program = """
import gc, os, threading
from consumers.kafka import KafkaAway, KafkaSource
from consumers.kafka_options import KafkaOptions
for _ in range(2):
    try:
        KafkaSource(KafkaOptions(("127.0.0.1:1",), "group", ("topic",)))
    except KafkaAway as fault:
        print(fault)
    gc.collect()
    print(threading.active_count(), len(os.listdir("/proc/self/fd")))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    first, left, second, still_left = ended.stdout.splitlines()
    assert first == second
    assert first == "Kafka does not answer: KafkaTimeout; see LEDGER_KAFKA_BOOTSTRAP=127.0.0.1:1"
    assert left == still_left, "whoever tries for hours must not run out of them"
    assert left.startswith("1 ")


def test_other_options_than_those_of_security_are_refused() -> None:
    security = {"ssl_ciphers": "x", "auto_offset_reset": "latest"}
    with pytest.raises(Misconfigured, match="auto_offset_reset, ssl_ciphers"):
        KafkaSource(options("127.0.0.1:1", "t", security=security))


def test_options_never_show_a_password() -> None:
    assert "hush" not in repr(options("a:1", "t", security={"sasl_plain_password": "hush"}))


@pytest.mark.kafka
def test_answers_arrive(kafka_bootstrap: str, kafka_topic: MakeTopic) -> None:
    topic = kafka_topic()
    answers = KafkaAnswers(options(kafka_bootstrap, topic), topic)
    try:
        answers.send([b"{}", b"[]"])
    finally:
        answers.close()
    assert sorted(values(kafka_bootstrap, topic)) == [b"[]", b"{}"]


@pytest.mark.kafka
def test_answers_to_a_topic_that_is_not_there_come_back(kafka_bootstrap: str) -> None:
    answers = KafkaAnswers(options(kafka_bootstrap, "t"), "never-made")
    try:
        with pytest.raises(ServiceAway):
            answers.send([b"{}"])
    finally:
        answers.close()


# Answers that wait in the ledger


def test_an_answer_waits_until_it_was_taken_and_one_consumer_sends_at_a_time(house: House) -> None:
    house.session("recorder").run("add_answers", payloads=[b"1", b"2"], macs=[b"", b""])
    one, other = LedgerStore(house.open()), LedgerStore(house.open())
    sent: list[bytes] = []

    def meanwhile(payloads: Sequence[bytes]) -> None:
        assert other.answer(sent.extend) == 0, "somebody else sends already"
        sent.extend(payloads)
        raise ServiceAway

    with pytest.raises(ServiceAway):
        one.answer(meanwhile)
    assert other.answer(sent.extend) == 2
    assert one.answer(sent.extend) == 0
    assert sent == [b"1", b"2", b"1", b"2"]


# Kafka to the ledger


@pytest.mark.kafka
def test_every_record_is_an_event_a_letter_or_a_duplicate(line: Line) -> None:
    event, binary = registered("customer/1"), collected("customer/2")
    line.send(event, b"no json", None, event)
    abort(line.bootstrap, line.topic, [orjson.dumps(registered("customer/666"))])
    with producing(line.bootstrap, compression_type="gzip") as producer:
        value, headers = as_binary(binary)
        producer.send(line.topic, value, headers=headers)
        producer.send(line.topic, value, headers=[*headers, ("ce_id", b"twice")])
    line.carry(to=8)

    events = line.house.events()
    origin = {"topic": line.topic, "partition": 0}
    assert [e.origin for e in events] == [origin | {"offset": 0}, origin | {"offset": 6}]
    assert [e.position for e in events] == [1, 2]
    kept = letters(line.house.session("reader"))
    assert {(k.code, k.offset, k.mode) for k in kept} == {
        ("not-json", 1, "structured"),
        ("not-json", 2, "structured"),
        ("not-a-cloudevent", 7, "binary"),
    }
    answers = [orjson.loads(answer) for answer in values(line.bootstrap, line.answers_topic)]
    assert sorted(answer["offset"] for answer in answers) == [1, 2, 7]
    assert all(answer["topic"] == line.topic for answer in answers)


@pytest.mark.kafka
def test_it_goes_on_where_it_was_and_other_consumers_may_come_and_go(line: Line) -> None:
    line.send(*[registered(f"customer/{n}") for n in range(5)])
    line.carry(to=5)
    line.send(*[registered(f"customer/{n}") for n in range(5, 9)])
    line.carry(to=9)
    assert len(line.house.events()) == 9


@pytest.mark.kafka
def test_a_lost_connection_to_the_database_is_opened_again(line: Line) -> None:
    line.send(registered("customer/1"))
    with line.consumer() as consumer:
        until(lambda: line.bookmark() == 1, consumer.turn)
        with psycopg.connect(line.house.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'ledger-recorder'"
            )
        line.send(registered("customer/2"))
        until(lambda: head_position(line.reader) == 2, consumer.turn)


@pytest.mark.kafka
def test_a_topic_made_anew_is_refused(line: Line, kafka_admin: KafkaAdminClient) -> None:
    line.send(registered("customer/1"))
    line.carry(to=1)
    make_anew(kafka_admin, line.topic)
    line.send(registered("customer/2"), registered("customer/3"))
    line.expect_halt("deleted and made anew")
    assert len(line.house.events()) == 1


@pytest.mark.kafka
def test_deleted_records_are_not_skipped(line: Line, kafka_admin: KafkaAdminClient) -> None:
    line.send(*[registered(f"customer/{n}") for n in range(3)])
    forget(kafka_admin, Partition(line.topic, 0), 1)
    line.expect_halt("first 1 offsets are gone already")
    line.carry(to=3, from_log_start=True)
    line.send(registered("customer/8"), registered("customer/9"))
    forget(kafka_admin, Partition(line.topic, 0), 4)
    line.expect_halt("offsets 3 to 3 of partition 0")
    assert len(line.house.events()) == 2


@pytest.mark.kafka
def test_records_deleted_under_a_running_consumer_stop_it(
    line: Line, kafka_admin: KafkaAdminClient
) -> None:
    with line.consumer() as consumer:
        until(lambda: line.bookmark() == 0, consumer.turn)
        line.send(*[registered(f"customer/{n}") for n in range(3)])
        forget(kafka_admin, Partition(line.topic, 0), 2)
        with pytest.raises(Halt, match="offsets 0 to 1 of partition 0"):
            until(lambda: False, consumer.turn)
    assert line.house.events() == []


@pytest.mark.kafka
def test_too_many_rejections_halt_until_somebody_resumes(line: Line) -> None:
    limit = HaltLimit(0.2, 10)
    bad = [registered(f"customer/{n}", surprise=1) for n in range(6)]
    line.send(*bad, *[registered(f"customer/{n}") for n in range(5)])
    line.expect_halt("were rejected, so it is not read any more", limit=limit)
    assert line.bookmark() == 11
    line.send(registered("customer/9"))
    line.expect_halt("were rejected, so it is not read any more", limit=limit)
    resume(line.house.open, [line.topic])
    line.carry(to=12, limit=limit)
    assert len(line.house.events()) == 6


@pytest.mark.kafka
def test_the_program_goes_on_after_a_broker_was_killed(house: House, tmp_path: Path) -> None:
    with own_broker(tmp_path / "kafka") as bootstrap:
        with admin_client(bootstrap) as admin:
            topics = {name: {"num_partitions": 1} for name in ("acts", "answers")}
            admin.create_topics(topics, wait_for_metadata=True)
        line = Line(house, bootstrap, "acts", "answers")
        with running_program(line, tmp_path / "log") as program:
            line.send(registered(time=PAST), b"bad")
            until(lambda: line.bookmark() == 2, program.watch)
            for verb in ("kill", "restart"):
                assert run_broker(verb, "1", "--dir", tmp_path / "kafka").returncode == 0
            line.send(collected(time=PAST))
            until(lambda: line.bookmark() == 3, program.watch)
            assert program.stop() == 0
        assert "Traceback" not in program.log()
        assert len(house.events()) == 2
        assert [orjson.loads(a)["code"] for a in values(bootstrap, "answers")] == ["not-json"]


@contextmanager
def running_program(line: Line, log: Path) -> Iterator[Process]:
    """`ledger consume` as a process."""
    settings = consuming(
        line.house,
        LEDGER_KAFKA_BOOTSTRAP=line.bootstrap,
        LEDGER_KAFKA_TOPICS=line.topic,
        LEDGER_KAFKA_ANSWERS=line.answers_topic,
    )
    program = Process("consume", settings, log)
    program.start()
    try:
        yield program
    finally:
        if program.running:
            program.kill()
