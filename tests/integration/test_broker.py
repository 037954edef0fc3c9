"""The broker of deploy/kafka is a real Apache Kafka, and its commands do what they promise."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from tests.fixtures.kafka import (
    BROKER,
    MakeTopic,
    admin_client,
    answers,
    own_broker,
    run_broker,
    start_broker,
)

pytestmark = pytest.mark.kafka

TOPICS = [
    "privacy.confidential.v1",
    "privacy.events.v1",
    "privacy.register.v1",
    "privacy.rejections.v1",
    "privacy.signed.v1",
]
READ_TIMEOUT_S = 120


def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    """Send values under one key, each acknowledged by every replica in sync."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    try:
        headers = [("content-type", b"application/cloudevents+json")]
        sent = [producer.send(topic, value, key=b"customer/1", headers=headers) for value in values]
        for acknowledgement in sent:
            acknowledgement.get(timeout=READ_TIMEOUT_S)
    finally:
        producer.close(timeout=READ_TIMEOUT_S)


def read(bootstrap: str, topic: str, count: int) -> list[tuple[int, bytes, bytes, list[object]]]:
    """Offset, key, value and headers of the first records of partition 0."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="none"
    )
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    records: list[tuple[int, bytes, bytes, list[object]]] = []
    deadline = time.monotonic() + READ_TIMEOUT_S
    try:
        while len(records) < count and time.monotonic() < deadline:
            for record in consumer.poll(timeout_ms=500).get(partition, []):
                records.append((record.offset, record.key, record.value, list(record.headers)))
    finally:
        consumer.close(autocommit=False, timeout_ms=2000)
    return records


def identity(bootstrap: str, topic: str) -> tuple[str, UUID]:
    """What a bookmark carries so that a cluster or topic made anew is noticed."""
    with admin_client(bootstrap) as admin:
        (described,) = admin.describe_topics([topic])
        return admin.describe_cluster()["cluster_id"], described["topic_id"]


def test_what_is_produced_is_consumed_in_order(
    kafka_bootstrap: str, kafka_topic: MakeTopic
) -> None:
    topic = kafka_topic()
    produce(kafka_bootstrap, topic, [b"one", b"", b"\xff\x00"])
    headers: list[object] = [("content-type", b"application/cloudevents+json")]
    assert read(kafka_bootstrap, topic, 3) == [
        (0, b"customer/1", b"one", headers),
        (1, b"customer/1", b"", headers),
        (2, b"customer/1", b"\xff\x00", headers),
    ]


def test_topic_gets_the_partitions_asked_for(
    kafka_admin: KafkaAdminClient, kafka_topic: MakeTopic
) -> None:
    (described,) = kafka_admin.describe_topics([kafka_topic(partitions=3)])
    assert sorted(each["partition_index"] for each in described["partitions"]) == [0, 1, 2]


def test_topic_made_anew_has_another_id(
    kafka_bootstrap: str, kafka_admin: KafkaAdminClient, kafka_topic: MakeTopic
) -> None:
    topic = kafka_topic()
    cluster_before, topic_before = identity(kafka_bootstrap, topic)
    kafka_admin.delete_topics([topic])
    kafka_admin.create_topics([topic], wait_for_metadata=True)
    cluster_after, topic_after = identity(kafka_bootstrap, topic)
    assert cluster_before == cluster_after
    assert UUID(int=0) not in {topic_before, topic_after}
    assert topic_before != topic_after


def test_data_and_identity_survive_a_stop_and_a_crash(tmp_path: Path) -> None:
    with own_broker(tmp_path) as bootstrap:
        for _ in range(2):  # the second time all of them exist
            created = run_broker("topics", "--bootstrap", bootstrap, "--partitions", "2")
            assert created.stdout.splitlines() == [f"{name}  2 partition(s)" for name in TOPICS]
        before = identity(bootstrap, TOPICS[0])
        assert before[0] == json.loads((tmp_path / "cluster.json").read_text())["id"]
        assert len(urlsafe_b64decode(before[0] + "==")) == 16
        produce(bootstrap, TOPICS[0], [b"kept"] * 3)
        everything = [read(bootstrap, TOPICS[0], 3)]

        assert run_broker("stop", "--dir", tmp_path).returncode == 0
        assert not answers(bootstrap)
        assert start_broker(tmp_path) == bootstrap
        everything.append(read(bootstrap, TOPICS[0], 3))

        assert run_broker("kill", "1", "--dir", tmp_path).returncode == 0
        assert not answers(bootstrap)
        assert run_broker("restart", "1", "--dir", tmp_path).stdout == f"{bootstrap}\n"
        everything.append(read(bootstrap, TOPICS[0], 3))
        assert identity(bootstrap, TOPICS[0]) == before

    assert everything == [everything[0]] * 3
    assert len(everything[0]) == 3


def test_no_id_of_a_cluster_looks_like_an_option_to_kafkas_tools() -> None:
    program = (
        "import uuid; hyphen, other = (uuid.UUID(bytes=bytes([n] * 16)) for n in (0xF8, 1));"
        "uuid.uuid4 = iter([hyphen, other]).__next__;"
        "import cluster; print(cluster.new_id())"
    )
    made = subprocess.run(
        [sys.executable, "-c", program],
        cwd=BROKER.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == "AQEBAQEBAQEBAQEBAQEBAQ\n"


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is no broker, and ends with its standard input."""
    waits = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("verb", [["stop"], ["kill", "1"]])
def test_process_id_of_a_stranger_is_left_alone(
    verb: list[str], tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    node = tmp_path / "node-1"
    node.mkdir()
    (node / "pid").write_text(f"{stranger.pid}\n")
    (tmp_path / "cluster.json").write_text('{"id": "x", "version": "4.3.1", "ports": [1, 2]}')
    run_broker(*verb, "--dir", tmp_path)
    assert "stopped" in run_broker("status", "--dir", tmp_path).stdout
    assert stranger.poll() is None


def test_start_that_fails_shows_the_log_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        failed = run_broker("start", "--dir", tmp_path, "--port", str(port))
    assert failed.returncode == 3
    assert failed.stdout == ""
    assert "node 1 died" in failed.stderr
    # The node needs a second port, which another process may have by chance.
    assert "failed to bind to 127.0.0.1:" in failed.stderr
    assert "stopped" in run_broker("status", "--dir", tmp_path).stdout


def test_other_cluster_in_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text('{"id": "x", "version": "4.3.1", "ports": [1, 2]}')
    refused = run_broker("start", "--dir", tmp_path, "--nodes", "3")
    assert refused.returncode == 1
    assert "holds 1 node(s) of Kafka 4.3.1 from port 1" in refused.stderr
