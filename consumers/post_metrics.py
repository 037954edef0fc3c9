"""Metrics of the intake over HTTP: what became of posted events, and how many share a transaction."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram

from ledger.errors import LedgerError
from ledger.metrics import Series
from ledger.recording.batch import Outcome

POSTED = Series(
    "ledger_posted_events_total",
    "counter",
    "Events that clients posted over HTTP, by what became of them. foreign: they name a source of another "
    "system, and nothing of them is kept. refused rises: see `ledger dead-letters list`, mend the sender.",
    ("outcome",),
)
TURNED_AWAY = Series(
    "ledger_posts_turned_away_total",
    "counter",
    "Posts that were answered with 503, as too many waited or the database was away; clients send them "
    "again. Keeps rising: see ledger_post_batch_seconds, or let the sender use Kafka.",
    ("why",),
)
BATCH_POSTS = Series(
    "ledger_post_batch_posts",
    "histogram",
    "Posts in one transaction. Always 1 under load: clients wait for each answer before the next post.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000),
)
BATCH_SECONDS = Series(
    "ledger_post_batch_seconds",
    "histogram",
    "Seconds from taking posts to their commit. Slower than before: look at the database's disk and at who "
    "holds the head (a consumer, an erasure, a rotation).",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
SERIES: tuple[Series, ...] = (POSTED, TURNED_AWAY, BATCH_POSTS, BATCH_SECONDS)
_OUTCOMES = ("recorded", "duplicate", "refused", "foreign")
_FULL, _FAILED = "full", "failed"


@dataclass(frozen=True)
class PostMetrics:
    """Counts of the outcomes of posts; the observer of `consumers.post_batcher`.

    Withheld messages are counted nowhere.
    """

    events: Counter
    away: Counter
    batch_posts: Histogram
    batch_seconds: Histogram

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "PostMetrics":
        """Registered; every series begins at 0, so that the first one is a rise."""
        made = cls(
            POSTED.counter(registry),
            TURNED_AWAY.counter(registry),
            BATCH_POSTS.histogram(registry),
            BATCH_SECONDS.histogram(registry),
        )
        for outcome in _OUTCOMES:
            made.events.labels(outcome)
        for why in (_FULL, _FAILED):
            made.away.labels(why)
        return made

    def recorded(self, outcome: Outcome, posts: int, seconds: float) -> None:
        """A transaction was committed, with the events of `posts` posts."""
        self.events.labels("recorded").inc(outcome.recorded)
        self.events.labels("duplicate").inc(outcome.duplicates)
        self.events.labels("refused").inc(len(outcome.rejections))
        self.batch_posts.observe(posts)
        self.batch_seconds.observe(seconds)

    def foreign(self, events: int) -> None:
        """Events named a source that their sender is not."""
        self.events.labels("foreign").inc(events)

    def turned_away(self) -> None:
        """A post was refused, as too much waits."""
        self.away.labels(_FULL).inc()

    def failed(self, error: LedgerError) -> None:
        """A transaction was not committed."""
        self.away.labels(_FAILED).inc()
