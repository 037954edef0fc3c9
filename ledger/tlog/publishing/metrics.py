"""Metrics of the publisher: how far it is, how old its checkpoint is, and what went wrong.

How far it is, is read from the published checkpoint itself, which is the truth about it.
"""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter

from ledger.errors import LedgerError
from ledger.metrics import Figures, Series, Shown
from ledger.tlog.proving.reading import PublishedCheckpoint
from ledger.tlog.publishing.observer import PublisherObserver

FAILURES = Series(
    "ledger_publisher_failures_total",
    "counter",
    "Publications that failed; passing faults are tried again. Grows: the log names the fault: a full disk, "
    "a database that is away, another publisher; after a restore without `ledger restore`: run that.",
)
FIGURES: tuple[Series, ...] = (
    Series(
        "ledger_published_position",
        "gauge",
        "Position up to which a signed checkpoint covers the ledger. More than seconds behind "
        "ledger_position: see ledger_publisher_failures_total, then the publisher's log.",
    ),
    Series(
        "ledger_checkpoint_age_seconds",
        "gauge",
        "Seconds since the last checkpoint was published; grows while nothing is recorded. Old while "
        "ledger_published_position is behind ledger_position: look at the publisher.",
    ),
)
COSIGNATURES = Series(
    "ledger_witness_cosignatures_total",
    "counter",
    "Checkpoints that a witness of the policy signed, be it too late. Stands still while checkpoints are "
    "published: see ledger_witness_misses_total.",
    ("witness",),
)
MISSES = Series(
    "ledger_witness_misses_total",
    "counter",
    "Checkpoints that a witness was asked about and did not sign. Grows: the log says why; it is away, or it "
    "knows another past of this log: then compare its checkpoint with ours before anything else.",
    ("witness",),
)
SERIES: tuple[Series, ...] = (FAILURES, COSIGNATURES, MISSES, *FIGURES)


def checkpoint_figures(signed: PublishedCheckpoint | None, age_s: float) -> Figures:
    """The figures of a published checkpoint; empty without one."""
    if signed is None:
        return {}
    return {
        "ledger_published_position": {(): float(signed.checkpoint.size)},
        "ledger_checkpoint_age_seconds": {(): age_s},
    }


@dataclass(frozen=True)
class PublisherMetrics:
    """The metrics of a publisher: its work, and how far it is."""

    failures: Counter
    cosignatures: Counter
    misses: Counter
    figures: Shown

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "PublisherMetrics":
        """Registered."""
        failures, signed, missed = (
            metric.counter(registry) for metric in (FAILURES, COSIGNATURES, MISSES)
        )
        return cls(failures, signed, missed, Shown(FIGURES, registry))

    def counting(self, other: PublisherObserver) -> PublisherObserver:
        """An observer that counts, and then calls the other observer."""

        def failed(error: LedgerError) -> None:
            self.failures.inc()
            other.failed(error)

        def witnessed(name: str, signed: bool) -> None:
            (self.cosignatures if signed else self.misses).labels(name).inc()
            other.witnessed(name, signed)

        return PublisherObserver(other.looked, other.published, witnessed, failed)

    def show(self, figures: Figures | None) -> None:
        """Show the figures that were read; None while the database is away."""
        self.figures.show(figures or {})
