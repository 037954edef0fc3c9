"""The events that come next after a position: from the library's subscription, or from its notification log.

A subscription goes forward only. It serves the views that are furthest, which wait for what is recorded. A
view that is behind them reads the log, and so does a follower that goes no further than the head.
"""

from collections.abc import Sequence

from eventsourcing.persistence import Notification

from ledger.event import RecordedEvent
from ledger.library.reader import LedgerReader
from ledger.library.subscription import LedgerSubscription
from ledger.storage.postgres import Session


class Incoming:
    """Events in batches, each after the position that is asked for. Close it when done."""

    def __init__(self, session: Session, batch_events: int, patience_s: float) -> None:
        """`patience_s`: how long events are waited for that the head says are there."""
        self._reader = LedgerReader(session)
        self._batch_events = batch_events
        self._patience_s = patience_s
        self._subscription: LedgerSubscription | None = None
        self._taken = 0

    @property
    def is_subscribed(self) -> bool:
        """Whether it will be told of what is recorded."""
        return self._subscription is not None

    def subscribe(self, position: int) -> None:
        """Subscribe to what comes after a position. Raises what `connect` raises."""
        self._subscription = self._reader.recorder.subscribe(gt=position)
        self._taken = position

    def wait(self, position: int, seconds: float) -> bool:
        """Wait for an event after a position, at most so long. Raises Retry when the database is away."""
        self._taken = max(self._taken, position)
        return bool(self._subscription and self._subscription.wait(seconds, position))

    def after(self, position: int, head: int) -> list[RecordedEvent]:
        """The next events after a position: a whole batch, or all up to `head`; none if they are missing."""
        # The subscription goes forward only: what it has passed is read from the log.
        rows = self._subscribed(position, head) if position >= self._taken else ()
        rows = rows or self._logged(position)
        return list(map(self._reader.mapper.to_domain_event, rows))

    def close(self) -> None:
        """End the subscription, if there is one."""
        if self._subscription:
            self._subscription.end()
            self._subscription = None

    def _subscribed(self, position: int, head: int) -> Sequence[Notification]:
        """The batches from the subscription. It skips the events that others have folded meanwhile."""
        rows: list[Notification] = []
        while self._subscription and len(rows) < self._batch_events and self._taken < head:
            count = self._batch_events - len(rows)
            notifications = self._subscription.take(count, self._patience_s, position)
            if not notifications:
                break
            self._taken = notifications[-1].id
            rows += notifications
        return rows

    def _logged(self, position: int) -> Sequence[Notification]:
        """The batches from the log, which yields a section at a time."""
        log, rows = self._reader.notification_log, list[Notification]()
        while len(rows) < self._batch_events:
            count = min(self._reader.log_section_size, self._batch_events - len(rows))
            section = log.select(position, count, inclusive_of_start=False)
            rows += section
            if len(section) < count:
                break
            position = section[-1].id
        return rows
