"""The one file that knows kafka-python: a consumer in a group, and producers.

Every option that matters is explicit. Records stay raw bytes: a deserializer that raises makes the
client spin, and seeking past the record loses good ones. Whatever the client raises is translated here
once; what is not known to pass is a Halt.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal

import msgspec
from kafka import (
    ConsumerRebalanceListener,
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor

from consumers.pipeline import BATCH_MESSAGES
from consumers.source import Extent, Identity, Partition, Polled, Record
from ledger.errors import Halt, Misconfigured, ServiceAway

__all__ = [
    "SECURITY_OPTIONS",
    "KafkaAnswers",
    "KafkaOptions",
    "KafkaSource",
    "KafkaUpstream",
]

# Options of the client that are passed through: who we are, and whom we trust. `ssl_ciphers` is left
# out: the client takes it and applies it nowhere.
SECURITY_OPTIONS = frozenset(
    {
        "security_protocol",
        "ssl_cafile",
        "ssl_certfile",
        "ssl_check_hostname",
        "ssl_context",
        "ssl_crlfile",
        "ssl_keyfile",
        "ssl_password",
        "sasl_mechanism",
        "sasl_plain_password",
        "sasl_plain_username",
        "sasl_kerberos_domain_name",
        "sasl_kerberos_name",
        "sasl_kerberos_service_name",
        "sasl_oauth_token_provider",
    }
)
# The first answer of a cluster that is there comes within this time.
BOOTSTRAP_MS = 5_000
# Broker default of Java clients; it must stay above fetch_max_wait_ms.
REQUEST_MS = 30_000
# A broker that is back is found again within this time; half a minute, the default, is felt.
RECONNECT_MS = 5_000
# One request that the main loop waits for; longer, and the fault counts as passing.
ANSWER_MS = 5_000
# The client's default may take half a minute when the coordinator does not answer.
CLOSE_MS = 2_000
# A main loop without a poll for so long is dead; recording a batch takes a second.
MAX_POLL_INTERVAL_MS = 300_000
# Fetched and not yet polled: with the batch at hand below 100 MB.
FETCH_BYTES = 16 * 1024 * 1024
PARTITION_FETCH_BYTES = 1024 * 1024
FETCH_WAIT_MS = 500
# New partitions, and a topic whose metadata got lost on the way, are noticed within this time.
METADATA_MS = 30_000

# Faults that nobody's waiting heals, and what the operator has to look at.
_SETTINGS_FAULTS = (
    kafka_errors.AuthorizationError,
    kafka_errors.InconsistentGroupProtocolError,
    kafka_errors.IncompatibleBrokerVersion,
    kafka_errors.InvalidGroupIdError,
    kafka_errors.InvalidSessionTimeoutError,
    kafka_errors.InvalidTopicError,
    kafka_errors.KafkaConfigurationError,
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.UnsupportedVersionError,
)
_PASSING_FAULTS = (
    kafka_errors.RetriableError,
    kafka_errors.BrokerNotAvailableError,
    kafka_errors.CommitFailedError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.RebalanceInProgressError,
    kafka_errors.UnknownMemberIdError,
)
_ASSIGNORS = {"range": RangePartitionAssignor, "cooperative-sticky": CooperativeStickyAssignor}


class KafkaOptions(msgspec.Struct, frozen=True):
    """How to reach Kafka and which group to join. All members of a group use the same assignor.

    `security`: some of SECURITY_OPTIONS. `session_s`: a member that died is noticed within this time.
    """

    bootstrap: tuple[str, ...]
    group: str
    topics: tuple[str, ...]
    security: Mapping[str, Any] = {}
    assignor: Literal["range", "cooperative-sticky"] = "range"
    session_s: float = 30.0
    poll_records: int = BATCH_MESSAGES
    client_id: str = "processing-ledger"

    def __repr__(self) -> str:
        """Without the password."""
        return f"KafkaOptions(bootstrap={self.bootstrap!r}, topics={self.topics!r})"


class KafkaSource:
    """A member of the group, by the port of `consumers.source`. Joins with the first poll."""

    def __init__(self, options: KafkaOptions) -> None:
        with _mapped_errors():
            self._admin: Any = KafkaAdminClient(
                **_connection(options) | {"request_timeout_ms": ANSWER_MS}
            )
            try:
                self._consumer: Any = KafkaConsumer(**_connection(options), **_consuming(options))
            except BaseException:
                self._admin.close()
                raise
        self._listener = _Listener(self._consumer)
        self._consumer.subscribe(topics=list(options.topics), listener=self._listener)
        self._learn_partitions(options.topics)

    def _learn_partitions(self, topics: Iterable[str]) -> None:
        """Wait until the client knows the partitions of each topic that exists.

        A metadata answer that was on its way when we subscribed makes it forget to ask (3.0.12). A
        leader of the group that knows no partitions would assign none, for minutes and silently.
        """
        with _mapped_errors():
            for topic in topics:
                self._consumer.partitions_for_topic(topic)

    def poll(self, timeout_s: float) -> Polled:
        """Records of the partitions that are not paused, raw; waits for them, but not longer."""
        with _mapped_errors():
            polled: Any = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        if self._listener.take_note():
            return Polled({}, reassigned=True)
        return Polled({_ours(key): _records(records) for key, records in polled.items()})

    def assignment(self) -> frozenset[Partition]:
        """The partitions that this member has now."""
        return frozenset(_ours(key) for key in self._consumer.assignment())

    def position(self, partition: Partition) -> int | None:
        """Offset up to which everything was polled, transaction markers included. None: unknown."""
        with _mapped_errors():
            position: int | None = self._consumer.position(_theirs(partition), ANSWER_MS)
            return position

    def extents(self, partitions: Iterable[Partition]) -> Mapping[Partition, Extent]:
        """What the partitions hold that is committed. One request each for starts and ends."""
        keys = [_theirs(partition) for partition in partitions]
        if not keys:
            return {}
        with _mapped_errors():
            starts: Any = self._consumer.beginning_offsets(keys, ANSWER_MS)
            ends: Any = self._consumer.end_offsets(keys, ANSWER_MS)
        return {_ours(key): Extent(starts[key], ends[key]) for key in keys}

    def identity(self, topics: Iterable[str]) -> Identity:
        """The ids of the cluster and of those topics that exist."""
        with _mapped_errors():
            cluster: Any = self._admin.describe_cluster()
            described: Any = self._admin.describe_topics(list(topics))
        found = {
            topic["name"]: str(topic["topic_id"] or "")
            for topic in described
            if topic["error_code"] == kafka_errors.NoError.errno
        }
        if not cluster["cluster_id"] or not all(found.values()):
            raise Misconfigured(
                "this Kafka names no ids of cluster and topics: it is older than 2.8"
            )
        return Identity(cluster["cluster_id"], found)

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue at an offset."""
        with _mapped_errors():
            self._consumer.seek(_theirs(partition), offset)

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Poll nothing from these until they are resumed or reassigned."""
        self._consumer.pause(*(_theirs(partition) for partition in partitions))

    def resume(self, partitions: Iterable[Partition]) -> None:
        """Poll from these again."""
        self._consumer.resume(*(_theirs(partition) for partition in partitions))

    def acknowledge(self, offsets: Mapping[Partition, int]) -> None:
        """Tell Kafka how far the ledger is, for lag tools only. Does not wait and does not promise."""
        if not offsets:
            return
        theirs = {_theirs(p): OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}
        with _mapped_errors():
            self._consumer.commit_async(theirs, callback=_look_at_commit)

    def close(self) -> None:
        """Leave the group, within seconds, and without an acknowledgement of what was not recorded."""
        with suppress(kafka_errors.KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        with suppress(kafka_errors.KafkaError):
            self._admin.close()


class KafkaAnswers:
    """Sends answers to one topic. Each is acknowledged by every replica in sync."""

    def __init__(self, options: KafkaOptions, topic: str) -> None:
        self._topic = topic
        self._producer = _producer(options)

    def send(self, payloads: Sequence[bytes]) -> None:
        """Send all and wait until Kafka has them. Raises ServiceAway: some may have arrived."""
        headers = [("content-type", b"application/json")]
        with _mapped_errors():
            sent = [
                self._producer.send(self._topic, payload, headers=headers) for payload in payloads
            ]
            self._producer.flush(timeout=ANSWER_MS / 1000)
            for acknowledgement in sent:
                acknowledgement.get(timeout=ANSWER_MS / 1000)

    def close(self) -> None:
        """Give up what was not sent."""
        with suppress(kafka_errors.KafkaError):
            self._producer.close(timeout=CLOSE_MS / 1000)


class KafkaUpstream:
    """Publishes events as upstream systems should: structured, keyed by subject. For demonstrations."""

    def __init__(self, options: KafkaOptions) -> None:
        self._producer = _producer(options)

    def publish(self, topic: str, subject: str, event: bytes) -> None:
        """Hand one event to the client; `flush` waits until Kafka has it."""
        headers = [("content-type", b"application/cloudevents+json")]
        with _mapped_errors():
            self._producer.send(topic, event, key=subject.encode(), headers=headers)

    def flush(self) -> None:
        """Wait until Kafka has everything. Raises ServiceAway when it does not take it in time."""
        with _mapped_errors():
            self._producer.flush(timeout=REQUEST_MS / 1000)

    def close(self) -> None:
        """Give up what was not sent."""
        with suppress(kafka_errors.KafkaError):
            self._producer.close(timeout=CLOSE_MS / 1000)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs on the client's own thread, where nothing may block: it parks partitions and takes a note.

    The main thread is inside `poll` meanwhile. Parked means: at offset 0, so that the client does not
    look for a position of its own, and paused, so that nothing comes from there.
    """

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._touched = False

    def on_partitions_assigned(self, assigned: Any) -> None:
        """Park what is new."""
        for key in assigned:
            self._consumer.seek(key, 0)
            self._consumer.pause(key)
        self._touched = True

    def on_partitions_revoked(self, revoked: Any) -> None:
        """Note it; what was polled is dropped by the main thread."""
        self._touched = True

    def on_partitions_lost(self, lost: Any) -> None:
        """Note it; what was polled is dropped by the main thread."""
        self._touched = True

    def take_note(self) -> bool:
        """Whether the assignment was touched since the last call."""
        touched, self._touched = self._touched, False
        return touched


def _producer(options: KafkaOptions) -> Any:
    with _mapped_errors():
        return KafkaProducer(
            **_connection(options),
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            max_block_ms=ANSWER_MS,
            delivery_timeout_ms=REQUEST_MS + ANSWER_MS,
        )


def _connection(options: KafkaOptions) -> dict[str, Any]:
    unknown = options.security.keys() - SECURITY_OPTIONS
    if unknown:
        raise Misconfigured(f"these are no security options of Kafka: {', '.join(sorted(unknown))}")
    return {
        "bootstrap_servers": list(options.bootstrap),
        "client_id": options.client_id,
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "request_timeout_ms": REQUEST_MS,
        "reconnect_backoff_max_ms": RECONNECT_MS,
        **options.security,
    }


def _consuming(options: KafkaOptions) -> dict[str, Any]:
    session_ms = int(options.session_s * 1000)
    return {
        "group_id": options.group,
        "auto_offset_reset": "none",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "check_crcs": True,
        "allow_auto_create_topics": False,
        "partition_assignment_strategy": [_ASSIGNORS[options.assignor]],
        "max_poll_records": options.poll_records,
        "max_poll_interval_ms": max(MAX_POLL_INTERVAL_MS, session_ms),
        "session_timeout_ms": session_ms,
        # Three may be lost before the member counts as dead, and it hears of a rebalance soon.
        "heartbeat_interval_ms": min(3_000, session_ms // 4),
        "fetch_max_bytes": FETCH_BYTES,
        "max_partition_fetch_bytes": PARTITION_FETCH_BYTES,
        "metadata_max_age_ms": METADATA_MS,
        "fetch_min_bytes": 1,
        "fetch_max_wait_ms": FETCH_WAIT_MS,
    }


def _ours(key: Any) -> Partition:
    return Partition(key.topic, key.partition)


def _theirs(partition: Partition) -> Any:
    return TopicPartition(partition.topic, partition.number)


def _records(records: Iterable[Any]) -> list[Record]:
    return [Record(record.offset, record.value, record.headers) for record in records]


def _look_at_commit(_: Any, answer: Any) -> None:
    """An acknowledgement that failed does not matter: the next one repeats it, the ledger knows."""
    if isinstance(answer, Exception):
        logging.getLogger(__name__).debug("acknowledgement: %s", type(answer).__name__)


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Translate the client's errors to ours, once. Their texts quote no records; types are enough.

    An error with a cause was raised inside a listener. Anything that is no KafkaError comes from a
    record that the client cannot read.
    """
    try:
        yield
    except _SETTINGS_FAULTS as error:
        raise Misconfigured(f"Kafka refuses this client: {_name(error)}") from error
    except _PASSING_FAULTS as error:
        if error.__cause__ is not None and not isinstance(error.__cause__, OSError):
            raise Halt(f"the Kafka client failed: {_name(error)}") from error
        raise ServiceAway(f"Kafka does not answer: {_name(error)}") from error
    except kafka_errors.UnsupportedCodecError as error:
        raise Misconfigured("records are compressed in a way that needs another package") from error
    except kafka_errors.KafkaError as error:
        raise Halt(f"Kafka stopped: {_name(error)}; {error}") from error
    except (ValueError, TypeError, AssertionError, LookupError, ArithmeticError) as error:
        raise Halt(f"a Kafka record cannot be read: {_name(error)}") from error


def _name(error: BaseException) -> str:
    return type(error).__name__.removesuffix("Error")
