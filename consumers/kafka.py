"""The one file that knows kafka-python: a consumer in a group, and producers.

Every option that matters is explicit. Records stay raw bytes: a deserializer that raises makes the client
spin, and seeking past the record loses good ones. Every error of the client is translated here once; an error
that is not known to pass is a Halt.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from kafka import (
    ConsumerRebalanceListener,
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    OffsetSpec,
)
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.net.compat import KafkaNetClient
from kafka.net.sasl import get_sasl_mechanism

from consumers.kafka_options import (
    ANSWER_MS,
    CLOSE_MS,
    REQUEST_MS,
    KafkaOptions,
    connection,
    consuming,
)
from consumers.kafka_records import ours, read_within, theirs
from consumers.refusals import Mechanism, check_refusals
from consumers.source import (
    Identity,
    KafkaAway,
    OffsetRange,
    OutOfRange,
    Partition,
    PollResult,
    Unreadable,
)
from ledger.errors import Halt, LedgerError, Misconfigured

# Faults that waiting does not heal, and the setting that the operator has to look at.
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
# Their texts name partitions and offsets; those of other faults may quote a record.
_OFFSET_FAULTS = (
    kafka_errors.LogTruncationError,
    kafka_errors.NoOffsetForPartitionError,
    kafka_errors.OffsetOutOfRangeError,
)
# Errors that the client's own code raises over a record that it cannot read.
_PYTHON_FAULTS = (ValueError, TypeError, AssertionError, LookupError, ArithmeticError)
# A fault while closing must not hide the fault that ended the work.
_CLOSING_FAULTS = (kafka_errors.KafkaError, OSError, RuntimeError, *_PYTHON_FAULTS)
_ASSIGNORS = {"range": RangePartitionAssignor, "cooperative-sticky": CooperativeStickyAssignor}


class KafkaSource:
    """A member of the group, by the port of `consumers.source`. Joins with the first poll."""

    def __init__(self, options: KafkaOptions) -> None:
        with _connecting(options):
            self._admin: Any = _client(
                KafkaAdminClient, **connection(options) | {"request_timeout_ms": ANSWER_MS}
            )
            try:
                self._consumer: Any = _client(
                    KafkaConsumer,
                    **connection(options),
                    **consuming(options),
                    partition_assignment_strategy=[_ASSIGNORS[options.assignor]],
                )
            except BaseException:
                self._admin.close()
                raise
        self._options = options
        self._budget = read_within(self._consumer)
        self._listener = _Listener(self._consumer)
        self._consumer.subscribe(topics=list(options.topics), listener=self._listener)
        try:
            self._learn_partitions(options.topics)
        except BaseException:
            self.close()
            raise

    def _learn_partitions(self, topics: Iterable[str]) -> None:
        """Wait until the client knows the partitions of each topic that exists.

        A metadata answer that was on its way when we subscribed makes it forget to ask (3.0.12). A
        leader of the group that knows no partitions would assign none, for minutes and silently.
        """
        with _mapped_errors():
            for topic in topics:
                self._consumer.partitions_for_topic(topic)

    def poll(self, timeout_s: float) -> PollResult:
        """Records of the partitions that are not paused, raw; waits for them, but not longer."""
        self._budget.begin()
        with _mapped_errors():
            polled: Any = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        if self._listener.take_note():
            return PollResult({}, reassigned=True)
        return PollResult({ours(key): records for key, records in polled.items()})

    def unconnected(self) -> str | None:
        """Why the group is not heard now, None while a broker is connected. Asks nothing: for any thread."""
        client = self._consumer._client
        brokers = client.cluster.brokers()
        if any(client.connected(broker.node_id) for broker in brokers):
            return None
        return "no Kafka broker is connected"

    def assignment(self) -> frozenset[Partition]:
        """The partitions that this member has now."""
        return frozenset(ours(key) for key in self._consumer.assignment())

    def position(self, partition: Partition) -> int | None:
        """Offset up to which everything was polled, transaction markers included. None: unknown."""
        with _mapped_errors():
            position: int | None = self._consumer.position(theirs(partition), ANSWER_MS)
            return position

    def extents(self, partitions: Iterable[Partition]) -> Mapping[Partition, OffsetRange]:
        """The offsets of the partitions, and how many of them are not committed. Three requests."""
        keys = [theirs(partition) for partition in partitions]
        if not keys:
            return {}
        with _mapped_errors():
            # First: a record that is written between two requests must not look held back.
            written: Any = self._admin.list_partition_offsets(
                dict.fromkeys(keys, OffsetSpec.LATEST), timeout_ms=ANSWER_MS
            )
            starts: Any = self._consumer.beginning_offsets(keys, ANSWER_MS)
            ends: Any = self._consumer.end_offsets(keys, ANSWER_MS)
        return {
            ours(key): OffsetRange(starts[key], ends[key], max(0, written[key].offset - ends[key]))
            for key in keys
        }

    def identity(self, topics: Iterable[str]) -> Identity:
        """The ids of the cluster and of those topics that exist."""
        with _mapped_errors():
            cluster: Any = self._admin.describe_cluster()
            described: Any = self._admin.describe_topics(list(topics))
        topic_ids = {
            topic["name"]: str(topic["topic_id"] or "")
            for topic in described
            if topic["error_code"] == kafka_errors.NoError.errno
        }
        if not cluster["cluster_id"] or not all(topic_ids.values()):
            raise Misconfigured(
                "this Kafka names no ids of cluster and topics: it is older than 2.8"
            )
        return Identity(cluster["cluster_id"], topic_ids)

    def partitions(self, topic: str) -> frozenset[int]:
        """The numbers of a topic's partitions; none when it does not exist."""
        with _mapped_errors():
            return frozenset(self._consumer.partitions_for_topic(topic) or ())

    def damage(self, partition: Partition, offset: int) -> Unreadable | None:
        """The unreadable records at an offset; None when they can be read, or nothing is there yet.

        Reads with a client of its own, outside the group.
        """
        alone = consuming(self._options) | {"group_id": None}
        with _mapped_errors():
            consumer: Any = _client(KafkaConsumer, **connection(self._options), **alone)
            read_within(consumer)
            try:
                key = theirs(partition)
                # Read the record at an offset, or give up when nothing comes in time.
                deadline = time.monotonic() + ANSWER_MS / 1000
                consumer.assign([key])
                consumer.seek(key, offset)
                while consumer.position(key) == offset and time.monotonic() < deadline:
                    consumer.poll(timeout_ms=100, max_records=1)
            except Unreadable as found:
                return found
            finally:
                consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        return None

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue at an offset."""
        with _mapped_errors():
            self._consumer.seek(theirs(partition), offset)

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Poll nothing from these until they are resumed or reassigned."""
        self._consumer.pause(*(theirs(partition) for partition in partitions))

    def resume(self, partitions: Iterable[Partition]) -> None:
        """Poll from these again."""
        self._consumer.resume(*(theirs(partition) for partition in partitions))

    def acknowledge(self, offsets: Mapping[Partition, int]) -> None:
        """Tell Kafka how far the ledger is, for lag tools only. Does not wait and does not promise."""
        if not offsets:
            return
        committed = {theirs(p): OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}
        with _mapped_errors():
            self._consumer.commit_async(committed, callback=_look_at_commit)

    def close(self) -> None:
        """Leave the group, within seconds, and without an acknowledgement of unrecorded messages."""
        with suppress(*_CLOSING_FAULTS):
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        with suppress(*_CLOSING_FAULTS):
            self._admin.close()


class KafkaAnswers:
    """Sends answers to one topic. Each is acknowledged by every replica in sync."""

    def __init__(self, options: KafkaOptions, topic: str) -> None:
        self._topic = topic
        self._producer = _producer(options)

    def send(self, payloads: Sequence[bytes]) -> None:
        """Send all and wait until Kafka has them. Raises KafkaAway: some may have arrived."""
        headers = [("content-type", b"application/json")]
        with _mapped_errors():
            sent = [
                self._producer.send(self._topic, payload, headers=headers) for payload in payloads
            ]
            self._producer.flush(timeout=ANSWER_MS / 1000)
            for acknowledgement in sent:
                acknowledgement.get(timeout=ANSWER_MS / 1000)

    def close(self) -> None:
        """Give up the messages that were not sent."""
        with suppress(*_CLOSING_FAULTS):
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
        """Wait until Kafka has everything. Raises KafkaAway when it does not take it in time."""
        with _mapped_errors():
            self._producer.flush(timeout=REQUEST_MS / 1000)

    def close(self) -> None:
        """Give up the messages that were not sent."""
        with suppress(*_CLOSING_FAULTS):
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
        """Park new partitions."""
        for key in assigned:
            self._consumer.seek(key, 0)
            self._consumer.pause(key)
        self._touched = True

    def on_partitions_revoked(self, revoked: Any) -> None:
        """Note it; the main thread drops the polled records."""
        self._touched = True

    def on_partitions_lost(self, partitions: Any) -> None:
        """Note it; the main thread drops the polled records."""
        self._touched = True

    def take_note(self) -> bool:
        """Whether the assignment was touched since the last call."""
        touched, self._touched = self._touched, False
        return touched


@contextmanager
def administering(options: KafkaOptions) -> Iterator[Any]:
    """An admin client. Raises Misconfigured, KafkaAway, Halt, also inside."""
    with _connecting(options):
        settings = connection(options) | {"request_timeout_ms": ANSWER_MS}
        admin: Any = _client(KafkaAdminClient, **settings)
    try:
        with _mapped_errors():
            yield admin
    finally:
        admin.close()


def _producer(options: KafkaOptions) -> Any:
    with _connecting(options):
        return _client(
            KafkaProducer,
            **connection(options),
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            max_block_ms=ANSWER_MS,
            delivery_timeout_ms=REQUEST_MS + ANSWER_MS,
        )


def _client(make: Callable[..., Any], **options: Any) -> Any:
    """A client that has reached a broker.

    One that does not leaves its thread and sockets behind (3.0.12), which a process that tries again and
    again would run out of; so they are closed here.
    """
    begun: list[Any] = []

    def begin(**configs: Any) -> Any:
        begun.append(KafkaNetClient(**configs))
        return begun[-1]

    try:
        return make(**options, kafka_client=begin)
    except BaseException:
        for client in begun:
            with suppress(*_CLOSING_FAULTS):
                client.close()
        raise


def _look_at_commit(_: Any, answer: Any) -> None:
    """An acknowledgement that failed does not matter: the next one repeats it, the ledger knows."""
    if isinstance(answer, Exception):
        logging.getLogger(__name__).debug("acknowledgement: %s", type(answer).__name__)


@contextmanager
def _connecting(options: KafkaOptions) -> Iterator[None]:
    """Translate the client's errors; a broker that it does not trust is not away."""
    try:
        with _mapped_errors():
            yield
    except KafkaAway as fault:
        check_refusals(options.bootstrap, options.security, _login(options.security))
        where = ",".join(options.bootstrap)
        raise KafkaAway(f"{fault}; see LEDGER_KAFKA_BOOTSTRAP={where}") from None


def _login(security: Mapping[str, Any]) -> Callable[[], Mechanism] | None:
    """A factory for the client's side of a login; None without a login."""
    if not str(security.get("security_protocol")).startswith("SASL"):
        return None
    exchange = get_sasl_mechanism(security["sasl_mechanism"])
    secrets = {name: value for name, value in security.items() if name.startswith("sasl")}
    return partial(exchange, host="", security_protocol=security["security_protocol"], **secrets)


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Translate the client's errors to ours, once. The traceback, which may quote a record, is dropped."""
    try:
        yield
    except (kafka_errors.KafkaError, *_PYTHON_FAULTS) as error:
        raise _translated(error) from None


def _translated(error: Exception) -> LedgerError:
    """Our error for one of the client's. One with a cause was raised inside a listener: never passing."""
    name = type(error).__name__.removesuffix("Error")
    if isinstance(error, _SETTINGS_FAULTS):
        return Misconfigured(f"Kafka refuses this client: {name}")
    if isinstance(error, _PASSING_FAULTS) and isinstance(error.__cause__, OSError | None):
        return KafkaAway(f"Kafka does not answer: {name}")
    if isinstance(error, _OFFSET_FAULTS):
        return OutOfRange(f"Kafka lacks the records to read next: {name}; {error}")
    if isinstance(error, (kafka_errors.CorruptRecordError, *_PYTHON_FAULTS)):
        return Halt("a record after the bookmarks cannot be read, it is damaged or no Kafka record")
    return Halt(f"Kafka stopped: {name}")
