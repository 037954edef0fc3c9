"""Every option that matters is given to the client, and nothing else; its errors become ours."""

import ssl
import traceback
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor

from consumers import kafka
from consumers.kafka import KafkaAnswers, KafkaSource
from consumers.kafka_options import KafkaOptions
from consumers.source import KafkaAway, OutOfRange, Partition
from ledger.errors import Halt, LedgerError, Misconfigured


class Client:
    """Stands for any client of the library: remembers its options, raises what it is told to."""

    made: ClassVar[dict[str, dict[str, Any]]] = {}
    raises: ClassVar[BaseException | None] = None

    def __init__(self, **options: Any) -> None:
        assert callable(options.pop("kafka_client"))
        self.made[type(self).__name__] = options
        self._fetcher = SimpleNamespace()

    def subscribe(self, topics: list[str], listener: Any) -> None:
        self.topics, self.listener = topics, listener

    def partitions_for_topic(self, topic: str) -> set[int]:
        assert topic in self.topics
        return {0}

    def poll(self, timeout_ms: int) -> dict[Any, Any]:
        assert timeout_ms == 500
        if self.raises:
            raise self.raises
        return {}

    def assignment(self) -> set[Any]:
        return set()


class Consumer(Client):
    """The consumer's stand-in."""


class Admin(Client):
    """The admin client's stand-in."""


class Producer(Client):
    """The producer's stand-in."""


@pytest.fixture(autouse=True)
def clients(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    monkeypatch.setattr(kafka, "KafkaConsumer", Consumer)
    monkeypatch.setattr(kafka, "KafkaAdminClient", Admin)
    monkeypatch.setattr(kafka, "KafkaProducer", Producer)
    monkeypatch.setattr(Client, "raises", None)
    Client.made.clear()
    return Client.made


SECURITY = {
    "security_protocol": "SASL_SSL",
    "sasl_mechanism": "SCRAM-SHA-512",
    "sasl_plain_username": "ledger",
    "sasl_plain_password": "hush",
    "ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
}
OPTIONS = KafkaOptions(("a:1", "b:2"), "group", ("topic",), SECURITY)


def test_the_consumer_gets_exactly_these_options(clients: dict[str, dict[str, Any]]) -> None:
    KafkaSource(OPTIONS)
    assert clients["Consumer"] == SECURITY | {
        "bootstrap_servers": ["a:1", "b:2"],
        "client_id": "processing-ledger",
        "group_id": "group",
        "auto_offset_reset": "none",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "check_crcs": True,
        "allow_auto_create_topics": False,
        "partition_assignment_strategy": [RangePartitionAssignor],
        "max_poll_records": 8_000,
        "max_poll_interval_ms": 300_000,
        "session_timeout_ms": 10_000,
        "heartbeat_interval_ms": 2_500,
        "fetch_min_bytes": 1,
        "fetch_max_bytes": 16 * 1024 * 1024,
        "max_partition_fetch_bytes": 1024 * 1024,
        "fetch_max_wait_ms": 500,
        "metadata_max_age_ms": 30_000,
        "bootstrap_timeout_ms": 5_000,
        "request_timeout_ms": 30_000,
        "reconnect_backoff_max_ms": 5_000,
    }


def test_every_client_gets_the_security_options(clients: dict[str, dict[str, Any]]) -> None:
    KafkaSource(OPTIONS)
    KafkaAnswers(OPTIONS, "answers")
    assert set(clients) == {"Consumer", "Admin", "Producer"}
    for options in clients.values():
        assert options.items() >= SECURITY.items()


def test_another_assignor_is_an_option(clients: dict[str, dict[str, Any]]) -> None:
    KafkaSource(KafkaOptions(("a:1",), "group", ("topic",), assignor="cooperative-sticky"))
    assert clients["Consumer"]["partition_assignment_strategy"] == [CooperativeStickyAssignor]


def caused(error: Exception) -> Exception:
    error.__cause__ = ValueError("raised in a listener")
    return error


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (kafka_errors.KafkaTimeoutError(), KafkaAway),
        (kafka_errors.NotLeaderForPartitionError(), KafkaAway),
        (kafka_errors.UnknownMemberIdError(), KafkaAway),
        (kafka_errors.TopicAuthorizationFailedError(), Misconfigured),
        (kafka_errors.SaslAuthenticationFailedError(), Misconfigured),
        (kafka_errors.OffsetOutOfRangeError(), OutOfRange),
        (kafka_errors.NoOffsetForPartitionError(), OutOfRange),
        (kafka_errors.FencedInstanceIdError(), Halt),
        (caused(kafka_errors.KafkaError()), Halt),
        (caused(kafka_errors.KafkaTimeoutError()), Halt),
        (UnicodeDecodeError("utf-8", b"canary", 0, 1, "invalid"), Halt),
        (kafka_errors.CorruptRecordError("canary"), Halt),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_the_client_raises_is_translated(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type[LedgerError]
) -> None:
    source = KafkaSource(OPTIONS)
    monkeypatch.setattr(Client, "raises", raised)
    with pytest.raises(expected) as caught:
        source.poll(0.5)
    assert type(caught.value) is expected
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_nothing_polled_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    source = KafkaSource(OPTIONS)
    assert source.poll(0.5).records == {}
    assert source.assignment() == frozenset[Partition]()
