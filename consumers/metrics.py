"""Metrics of a consumer: recorded and refused messages, and how far each partition is.

Lag is counted from the ledger's bookmark, since the database is the truth, up to the high watermark of the
partition, which Kafka names. Series of a partition end when it is taken away.
"""

from dataclasses import dataclass, replace

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from consumers.lag import Lags
from consumers.observer import ConsumerObserver
from consumers.source import KafkaAway, OffsetRange, Partition
from ledger.errors import Retry
from ledger.metrics import Series
from ledger.recording.batch import Outcome
from schemas import Code

_PLACE = ("topic", "partition")

EVENTS_RECORDED = Series(
    "ledger_events_recorded_total",
    "counter",
    "Events that were recorded. Stands still while lag grows: see ledger_service_away_total, "
    "ledger_topic_halted and the log.",
    ("topic",),
)
DUPLICATES = Series(
    "ledger_duplicates_total",
    "counter",
    "Messages that were recorded before, and only counted. A rise: a sender repeats itself, or an old "
    "topic is read again; harmless.",
    ("topic",),
)
REJECTIONS = Series(
    "ledger_rejections_total",
    "counter",
    "Messages that became dead letters, by reason. Rises: see `ledger dead-letters list`, and mend "
    "the sender before the ledger quarantines the source.",
    ("topic", "code"),
)
BATCH_MESSAGES = Series(
    "ledger_batch_messages",
    "histogram",
    "Messages in one transaction. Always at the limit: the consumer is behind, add another.",
    buckets=(1, 2, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000),
)
BATCH_SECONDS = Series(
    "ledger_batch_seconds",
    "histogram",
    "Seconds from decoding a batch to its commit. Slower than before: look at the database's disk "
    "and at who holds the head (an erasure, a rotation, another consumer).",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
LAG_RECORDS = Series(
    "ledger_kafka_lag_records",
    "gauge",
    "Offsets from the bookmark to the end of the partition (the high watermark). Grows: add a consumer, or "
    "see ledger_batch_seconds, ledger_service_away_total and ledger_kafka_held_back_records.",
    _PLACE,
)
HELD_BACK = Series(
    "ledger_kafka_held_back_records",
    "gauge",
    "Offsets of the lag that an open transaction holds back: none of them may be read before it ends. Stays "
    "above 0: a producer hangs in a transaction; find it with Kafka's `kafka-transactions.sh`.",
    _PLACE,
)
LAG_SECONDS = Series(
    "ledger_kafka_lag_seconds",
    "gauge",
    "The least time that the oldest unrecorded record has waited, as far as this process "
    "has seen; 0 without lag.",
    _PLACE,
)
BOOKMARK_OFFSET = Series(
    "ledger_kafka_bookmark_offset",
    "gauge",
    "Next offset that will be recorded. Goes back: the database was restored.",
    _PLACE,
)
END_OFFSET = Series(
    "ledger_kafka_end_offset",
    "gauge",
    "Offset after the last record that Kafka holds, committed or not (the high watermark). Below the "
    "bookmark: the cluster has lost records, restore it.",
    _PLACE,
)
RETENTION_HEADROOM = Series(
    "ledger_kafka_retention_headroom_records",
    "gauge",
    "Offsets from the oldest that Kafka holds to the bookmark. Near 0 while there is lag: retention is "
    "about to take what was not recorded; lengthen it now, then catch up.",
    _PLACE,
)
REBALANCES = Series(
    "ledger_kafka_rebalances_total",
    "counter",
    "Times that Kafka changed the partitions of this member. Keeps rising: members come and go, or take "
    "longer than the session (LEDGER_KAFKA_SESSION_S).",
)
FENCED = Series(
    "ledger_kafka_fenced_total",
    "counter",
    "Batches refused because another member had moved the bookmark; nothing is lost or doubled. "
    "Keeps rising: two groups read the same topics.",
)
TOPIC_HALTED = Series(
    "ledger_topic_halted",
    "gauge",
    "1 when too many messages of a topic were refused, and it is not read: see "
    "`ledger dead-letters list`, mend the sender, then give the command that `ledger today` names.",
    ("topic",),
)
SERVICE_AWAY = Series(
    "ledger_service_away_total",
    "counter",
    "Times that a service did not answer and was waited for. Rises: look at that service; nothing is "
    "lost meanwhile.",
    ("service",),
)
SERIES: tuple[Series, ...] = (
    EVENTS_RECORDED,
    DUPLICATES,
    REJECTIONS,
    BATCH_MESSAGES,
    BATCH_SECONDS,
    LAG_RECORDS,
    LAG_SECONDS,
    HELD_BACK,
    BOOKMARK_OFFSET,
    END_OFFSET,
    RETENTION_HEADROOM,
    REBALANCES,
    FENCED,
    TOPIC_HALTED,
    SERVICE_AWAY,
)
SERVICES = ("kafka", "postgresql")


@dataclass(frozen=True)
class IntakeMetrics:
    """The metrics of a consumer: its work, and how far its partitions are."""

    events_recorded: Counter
    duplicates: Counter
    rejections: Counter
    batch_messages: Histogram
    batch_seconds: Histogram
    lag_records: Gauge
    lag_seconds: Gauge
    held_back: Gauge
    bookmark_offset: Gauge
    end_offset: Gauge
    retention_headroom: Gauge
    rebalances: Counter
    fenced: Counter
    topic_halted: Gauge
    service_away: Counter

    @classmethod
    def on(cls, registry: CollectorRegistry, topics: tuple[str, ...]) -> "IntakeMetrics":
        """Registered; counts by topic begin at 0, so that the first one is a rise."""
        metrics = cls(
            EVENTS_RECORDED.counter(registry),
            DUPLICATES.counter(registry),
            REJECTIONS.counter(registry),
            BATCH_MESSAGES.histogram(registry),
            BATCH_SECONDS.histogram(registry),
            LAG_RECORDS.gauge(registry),
            LAG_SECONDS.gauge(registry),
            HELD_BACK.gauge(registry),
            BOOKMARK_OFFSET.gauge(registry),
            END_OFFSET.gauge(registry),
            RETENTION_HEADROOM.gauge(registry),
            REBALANCES.counter(registry),
            FENCED.counter(registry),
            TOPIC_HALTED.gauge(registry),
            SERVICE_AWAY.counter(registry),
        )
        metrics._begin(topics)
        return metrics

    def _begin(self, topics: tuple[str, ...]) -> None:
        for topic in topics:
            self.events_recorded.labels(topic)
            self.duplicates.labels(topic)
            self.topic_halted.labels(topic).set(0)
            for code in set(Code) - {
                Code.WITHHELD
            }:  # never by topic: that would tell where it came from
                self.rejections.labels(topic, code.value)
        for service in SERVICES:
            self.service_away.labels(service)

    def counting(self, other: ConsumerObserver) -> ConsumerObserver:
        """An observer that counts, and then calls the other observer."""
        return _Counting(self, other).observer()


class _Counting:
    """Counts for one consumer, whose observer it wraps."""

    def __init__(self, metrics: IntakeMetrics, other: ConsumerObserver) -> None:
        self._metrics = metrics
        self._other = other
        self._lags = Lags()

    def observer(self) -> ConsumerObserver:
        return replace(
            self._other,
            reassigned=self._reassigned,
            placed=self._placed,
            recorded=self._recorded,
            timed=self._timed,
            extents=self._extents,
            fenced=self._fenced,
            away=self._away,
            halted=self._halted,
        )

    def _reassigned(self, partitions: frozenset[Partition]) -> None:
        self._metrics.rebalances.inc()
        for partition in self._lags.keep(partitions):
            metrics = self._metrics
            for gauge in (
                metrics.lag_records,
                metrics.lag_seconds,
                metrics.held_back,
                metrics.bookmark_offset,
                metrics.end_offset,
                metrics.retention_headroom,
            ):
                gauge.remove(partition.topic, str(partition.number))
        self._other.reassigned(partitions)

    def _placed(self, partition: Partition, next_offset: int) -> None:
        self._metrics.topic_halted.labels(partition.topic).set(0)
        self._lags.move(partition, next_offset)
        self._metrics.bookmark_offset.labels(*_labels(partition)).set(next_offset)
        self._other.placed(partition, next_offset)

    def _recorded(self, partition: Partition, next_offset: int, outcome: Outcome) -> None:
        topic = partition.topic
        self._metrics.events_recorded.labels(topic).inc(outcome.recorded)
        self._metrics.duplicates.labels(topic).inc(outcome.duplicates)
        for _, rejection in outcome.rejections:
            self._metrics.rejections.labels(topic, rejection.code.value).inc()
        self._lags.move(partition, next_offset)
        self._metrics.bookmark_offset.labels(*_labels(partition)).set(next_offset)
        self._other.recorded(partition, next_offset, outcome)

    def _timed(self, messages: int, seconds: float) -> None:
        self._metrics.batch_messages.observe(messages)
        self._metrics.batch_seconds.observe(seconds)
        self._other.timed(messages, seconds)

    def _extents(self, partition: Partition, extent: OffsetRange, now: float) -> None:
        lag = self._lags.look(partition, extent, now)
        if lag is not None:
            labels = _labels(partition)
            self._metrics.lag_records.labels(*labels).set(lag.records)
            self._metrics.lag_seconds.labels(*labels).set(lag.seconds)
            self._metrics.held_back.labels(*labels).set(lag.held_back)
            self._metrics.retention_headroom.labels(*labels).set(lag.headroom_records)
            self._metrics.end_offset.labels(*_labels(partition)).set(extent.log_end)
        self._other.extents(partition, extent, now)

    def _fenced(self) -> None:
        self._metrics.fenced.inc()
        self._other.fenced()

    def _away(self, fault: Retry, delay_s: float) -> None:
        service = "kafka" if isinstance(fault, KafkaAway) else "postgresql"
        self._metrics.service_away.labels(service).inc()
        self._other.away(fault, delay_s)

    def _halted(self, topic: str) -> None:
        self._metrics.topic_halted.labels(topic).set(1)
        self._other.halted(topic)


def _labels(partition: Partition) -> tuple[str, str]:
    return partition.topic, str(partition.number)
