"""Metrics of the push to a SIEM: what each receiver took, what it refused, and how far it is behind."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from host.running.pushing import PushObserver
from ledger.metrics import Series

LABELS = ("receiver",)
SENT = Series(
    "ledger_push_records_total",
    "counter",
    "Records that a receiver of the push took. Stands still while ledger_push_lag_events grows: see "
    "ledger_push_failures_total.",
    LABELS,
)
FAILURES = Series(
    "ledger_push_failures_total",
    "counter",
    "Batches that a receiver did not take; they are sent again. Grows: the receiver is away, or refuses: the "
    "log says how.",
    LABELS,
)
LAG = Series(
    "ledger_push_lag_events",
    "gauge",
    "Recorded events that a receiver of the push was not asked about yet. Grows: look at the receiver; "
    "nothing is lost while the ledger keeps the events.",
    LABELS,
)
SERIES: tuple[Series, ...] = (SENT, FAILURES, LAG)


@dataclass(frozen=True)
class PushMetrics:
    """The work of a push, and its progress."""

    sent: Counter
    failures: Counter
    lag: Gauge

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "PushMetrics":
        """Registered."""
        return cls(SENT.counter(registry), FAILURES.counter(registry), LAG.gauge(registry))

    def counting(self, other: PushObserver) -> PushObserver:
        """An observer that counts, and then does what another one does."""

        def sent(name: str, count: int) -> None:
            self.sent.labels(name).inc(count)
            other.sent(name, count)

        def lag(name: str, count: int) -> None:
            self.lag.labels(name).set(count)
            other.lag(name, count)

        def away(name: str, why: str, delay_s: float) -> None:
            self.failures.labels(name).inc()
            other.away(name, why, delay_s)

        return PushObserver(sent, lag, away)
