"""Metrics of the views: how far they are, how fast they fold, and what they count.

Progress is read from the database, which is the truth about it; only work is counted here.
"""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ledger.metrics import Figures, Series, Shown
from projections.following.observer import FollowerObserver

EVENTS_PROJECTED = Series(
    "ledger_events_projected_total",
    "counter",
    "Events that were folded into a view; each view counts by itself. Stands still while "
    "ledger_view_lag_positions grows: restart the projector, then look at its log.",
)
BATCH_SECONDS = Series(
    "ledger_projection_batch_seconds",
    "histogram",
    "Seconds from reading a batch to its commit in one view. Slower than before: look at the "
    "database's load and disk.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
VIEW_HALTED = Series(
    "ledger_view_halted",
    "gauge",
    "1 when a view cannot go on: the log names the position. Mend the program, then "
    "`ledger rebuild`; the other views go on.",
    ("view",),
)
WORK: tuple[Series, ...] = (EVENTS_PROJECTED, BATCH_SECONDS, VIEW_HALTED)

PROGRESS: tuple[Series, ...] = (
    Series(
        "ledger_view_bookmark_position",
        "gauge",
        "Position up to which a view has everything.",
        ("view",),
    ),
    Series(
        "ledger_view_lag_positions",
        "gauge",
        "Positions that a view is behind the ledger. Grows: see ledger_view_halted, then the "
        "projector's log; answers are as old as this.",
        ("view",),
    ),
    Series(
        "ledger_view_lag_seconds",
        "gauge",
        "Age of the oldest recorded event that a view does not have, 0 when it has all.",
        ("view",),
    ),
)
COUNTED: tuple[Series, ...] = (
    Series(
        "ledger_consents",
        "gauge",
        "Consents by purpose and by their status after the deciding act (expired: by the day). A jump to "
        "withdrawn: look at the purpose's last campaign.",
        ("purpose", "status"),
    ),
    Series(
        "ledger_disclosures_total",
        "counter",
        "Disclosures to recipients of a kind, annulled ones included. A feed without a kind counts by its "
        "type. An unusual rise: see "
        "`ledger disclosures`, and find out who asked for the data.",
        ("recipient_kind",),
    ),
    Series(
        "ledger_requests_open",
        "gauge",
        "Requests of persons that are not answered, by right. Grows: see `ledger request list`.",
        ("right",),
    ),
    Series(
        "ledger_requests_overdue",
        "gauge",
        "Open requests whose period has passed. Anything but 0 breaks the law: `ledger request list` "
        "names them.",
        ("right",),
    ),
    Series(
        "ledger_incidents_open",
        "gauge",
        "Breaches and cases of suspected misuse that wait for an act. See `ledger incident list`.",
        ("kind",),
    ),
    Series(
        "ledger_incidents_overdue",
        "gauge",
        "Open breaches and cases in which an authority or a person was not told in time. Anything but "
        "0: `ledger incident list` names the clock; tell them now.",
        ("kind",),
    ),
    Series(
        "ledger_complaints_open",
        "gauge",
        "Complaints of persons that have no answer. Grows: see `ledger complaint list`.",
    ),
    Series(
        "ledger_complaints_overdue",
        "gauge",
        "Open complaints that wait for longer than the house promised. Anything but 0: `ledger complaint "
        "list` names them; answer them today.",
    ),
    Series(
        "ledger_holds",
        "gauge",
        "Legal holds in force, by person. What they keep outlives every period: see `ledger hold list`.",
    ),
    Series(
        "ledger_holds_overdue",
        "gauge",
        "Legal holds whose day of review has passed. Anything but 0: `ledger hold list` names them; review "
        "or release each.",
    ),
    Series(
        "ledger_notifications_open",
        "gauge",
        "Recipients that are still to be told that data they had received was corrected, erased or "
        "restricted. Grows: see `ledger notify list`.",
        ("action",),
    ),
    Series(
        "ledger_findings_open",
        "gauge",
        "Recorded facts that break a rule, by what the rule is about and its severity. Grows: `ledger "
        "findings` names each, its clause or law, and what ends it.",
        ("about", "severity"),
    ),
)

# Of the confidential ledger: an open one has no such figures, and its pages no such names.
ORDERS: tuple[Series, ...] = (
    Series(
        "ledger_orders_open",
        "gauge",
        "Orders of authorities with a clock that runs: an answer, a confirmation, a preservation, a review "
        "of the secrecy. Grows: see `ledger order list`.",
    ),
    Series(
        "ledger_orders_overdue",
        "gauge",
        "Of these orders those with a clock that has passed. Anything but 0: `ledger order list` names them.",
    ),
    Series(
        "ledger_orders_due_soon",
        "gauge",
        "Of these orders those with a clock that passes within 2 or 24 hours, whatever other clock has "
        "passed. Anything but 0: `ledger order list` names them; do what it says before.",
        ("hours",),
    ),
)


@dataclass(frozen=True)
class WorkMetrics:
    """The work of a projector, and the progress of its views."""

    events_projected: Counter
    batch_seconds: Histogram
    view_halted: Gauge
    progress: Shown

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "WorkMetrics":
        """Registered."""
        return cls(
            EVENTS_PROJECTED.counter(registry),
            BATCH_SECONDS.histogram(registry),
            VIEW_HALTED.gauge(registry),
            Shown(PROGRESS, registry),
        )

    def counting(self, other: FollowerObserver) -> FollowerObserver:
        """An observer that counts, and then does what another one does."""

        def following(view: str) -> None:
            self.view_halted.labels(view).set(0)
            other.following(view)

        def folded(view: str, first: int, last: int, seconds: float) -> None:
            self.events_projected.inc(last - first + 1)
            self.batch_seconds.observe(seconds)
            other.folded(view, first, last, seconds)

        def halted(view: str) -> None:
            self.view_halted.labels(view).set(1)
            other.halted(view)

        return FollowerObserver(other.looked, following, folded, halted)

    def show(self, figures: Figures | None) -> None:
        """Show what was read; None while the database is away."""
        self.progress.show(figures or {})


@dataclass(frozen=True)
class ViewMetrics:
    """The counts of the views, for the process that speaks for the ledger."""

    counted: Shown

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "ViewMetrics":
        """Registered."""
        return cls(Shown((*COUNTED, *ORDERS), registry))

    def show(self, figures: Figures | None) -> None:
        """Show what was read; None while the database is away."""
        self.counted.show(figures or {})
