"""The definition of a metric here, and the metrics of the ledger itself.

Metrics wrap: nothing in the core counts. Figures of the database are read from it (`ledger.figures`) and
shown as read; a database that is away shows nothing, so no old figure looks like a new one. Labels are closed
lists, names of topics or of views; never a name that a message chose.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

import msgspec
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

Values = Mapping[tuple[str, ...], float]
"""The values of one metric, each by the values of its labels."""
Figures = Mapping[str, Values]
"""The figures read from a database: values by the name of the metric."""

# The time of a metric's creation would be one more series for each, which no dashboard shows.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Series(msgspec.Struct, frozen=True):
    """One metric. `help`: what it is, and what to do when it moves. `buckets`: of a histogram."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def counter(self, registry: CollectorRegistry) -> Counter:
        """A counter that is counted in this process."""
        return Counter(self.name, self.help, self.labels, registry=registry)

    def gauge(self, registry: CollectorRegistry) -> Gauge:
        """A gauge that is set in this process."""
        return Gauge(self.name, self.help, self.labels, registry=registry)

    def histogram(self, registry: CollectorRegistry) -> Histogram:
        """A histogram of this process's observations."""
        return Histogram(self.name, self.help, self.labels, registry=registry, buckets=self.buckets)

    def family(self, values: Values) -> GaugeMetricFamily | CounterMetricFamily:
        """The metric with values that were read."""
        metric_class = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family = metric_class(self.name, self.help, labels=self.labels)
        for labels, value in values.items():
            family.add_metric(labels, value)
        return family


class Shown(Collector):
    """Metrics whose values are read elsewhere and handed over all at once."""

    def __init__(self, series: Sequence[Series], registry: CollectorRegistry) -> None:
        self._series = series
        self._figures: Figures = {}
        registry.register(self)

    def show(self, figures: Figures) -> None:
        """Show these figures from now on, those of this collector's metrics; nothing else."""
        self._figures = figures

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        """The metrics that have values."""
        figures = self._figures
        return [s.family(figures[s.name]) for s in self._series if s.name in figures]

    def describe(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        """The metrics, so that no name is taken twice."""
        return [series.family({}) for series in self._series]


BUILD_INFO = Series(
    "ledger_build_info", "gauge", "Always 1; the version of the program is its label.", ("version",)
)
DATABASE_UP = Series(
    "ledger_database_up",
    "gauge",
    "1 while this process can read the database, else 0. At 0: start PostgreSQL, or look at network, "
    "password and `ledger init`; /readyz says which. Nothing is lost meanwhile.",
)
OWN: tuple[Series, ...] = (BUILD_INFO, DATABASE_UP)

FENCE: tuple[Series, ...] = (
    Series(
        "ledger_fenced",
        "gauge",
        "1 while the database lacks or contradicts what its log has promised: this process writes nothing to "
        "it: a replica was promoted that lacked events, or an old copy was put back. See *Fail over* in the "
        "guides.",
    ),
    Series(
        "ledger_promise_unread",
        "gauge",
        "1 while this process writes and can read nothing that the log has promised: it would not notice an "
        "old database. Let it read the log's folder (LEDGER_LOG_DIR), or LEDGER_LOG_URL; `ledger status` "
        "says why.",
    ),
)

READ: tuple[Series, ...] = (
    Series(
        "ledger_position",
        "gauge",
        "Position of the last recorded event. Stands still while records wait in Kafka: look at the "
        "consumers. Goes back: the database was restored.",
    ),
    Series(
        "ledger_dead_letters",
        "gauge",
        "Messages that were refused and are kept until their retention ends. Grows: see "
        "`ledger dead-letters list`, mend the sender, then `ledger dead-letters retry`.",
    ),
    Series(
        "ledger_withheld_messages",
        "gauge",
        "Messages that this ledger may not open, and that wait for a ledger that may. Above 0: hand them "
        "over with `ledger dead-letters hand-over`, whatever they are.",
    ),
    Series(
        "ledger_withheld_bytes",
        "gauge",
        "Bytes on disk of the messages that are withheld. They have a bound, beyond which the ledger reads "
        "nothing more: hand them over before.",
    ),
    Series(
        "ledger_halted_topics",
        "gauge",
        "Topics that are halted, since too many of their messages were refused or withheld, also while no "
        "consumer runs. Above 0: mend the sender, then give the command that `ledger today` names for each.",
    ),
    Series(
        "ledger_quarantined_sources",
        "gauge",
        "Sources whose messages are kept as dead letters, since too many of them were refused, also while no "
        "consumer runs; no label names them, since outsiders choose their names. Above 0: `ledger kafka "
        "sources` has them; mend the sender, then `ledger kafka resume`, then `ledger dead-letters retry` "
        "before the letters are forgotten.",
        ("topic",),
    ),
    Series(
        "ledger_erasures_total",
        "counter",
        "Erasures that were carried out, erasures repeated after a restore included.",
    ),
    Series(
        "ledger_erasures_pending",
        "gauge",
        "Erasures that the journal knows and the database does not hold, after a crash or a restore. "
        "Above 0: restart any process with the key folder, which completes them first. Absent where a "
        "process has no key folder.",
    ),
    Series(
        "ledger_keys_destroyed_total",
        "counter",
        "Keys of persons that erasures have destroyed, as the erasure journal has it. Absent where a "
        "process has no key folder.",
    ),
    Series(
        "ledger_reads_waiting",
        "gauge",
        "Noted reads that should be a `ledger-read` by now; those of visits that go on do not count. Above 0 "
        "for hours: see the log of `ledger upkeep`, which records them once an hour; a note that never goes "
        "is not of this program.",
    ),
    Series(
        "ledger_data_directory_bytes",
        "gauge",
        "Bytes on the database's disk of the tables and indexes of this ledger, without the write-ahead "
        "log. Plan the disk by its growth.",
    ),
    Series(
        "ledger_key_epoch_age_seconds",
        "gauge",
        "Age of the current key epoch. Over 7 days: `ledger keys rotate`; until then logs, replicas and "
        "backups do not forget what was erased.",
    ),
)


@dataclass(frozen=True)
class LedgerMetrics:
    """The metrics that every process shows about itself, and those of one process about the ledger."""

    build_info: Gauge
    database_up: Gauge
    read: Shown | None
    fence: Shown | None

    @classmethod
    def on(
        cls, registry: CollectorRegistry, *, reading: bool, writing: bool = False
    ) -> "LedgerMetrics":
        """Registered. `reading`: whether this process shows the figures of the ledger in the database.

        `writing`: whether it records, erases or prunes, and so is fenced.
        """
        metrics = cls(
            BUILD_INFO.gauge(registry),
            DATABASE_UP.gauge(registry),
            Shown(READ, registry) if reading else None,
            Shown(FENCE, registry) if writing else None,
        )
        metrics.build_info.labels(version("processing-ledger")).set(1)
        metrics.database_up.set(0)
        return metrics

    def show_up(self, figures: Figures | None) -> None:
        """Show whether the database answers: None while it does not."""
        self.database_up.set(figures is not None)

    def show_fence(self, figures: Figures | None) -> None:
        """Show whether the database holds all promised entries; None while that is not known."""
        if self.fence:
            self.fence.show(figures or {})

    def show(self, figures: Figures | None) -> None:
        """Show the figures that were read; None while the database is away."""
        if self.read:
            self.read.show(figures or {})


def new_registry() -> CollectorRegistry:
    """A registry with the operating system's figures of this process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


def render(registry: CollectorRegistry, accept: str) -> tuple[str, bytes]:
    """Content type and text of all metrics, in the form that `accept` (HTTP) asks for."""
    encode, content_type = choose_encoder(accept)
    return content_type, encode(registry)
