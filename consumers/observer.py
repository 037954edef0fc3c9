"""Callbacks of a running consumer, for logs and metrics. They do nothing by default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consumers.source import OffsetRange, Partition
from ledger.errors import Retry
from ledger.recording.batch import Outcome
from schemas import Rejection


def _ignore(*_: Any) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class ConsumerObserver:
    """Called in the main loop, so they must return at once and not raise."""

    polled: Callable[[], None] = _ignore
    """A poll has returned: the main loop is alive."""

    reassigned: Callable[[frozenset[Partition]], None] = _ignore
    """The partitions that this consumer has now."""

    placed: Callable[[Partition, int], None] = _ignore
    """A partition and its bookmark, when reading it begins."""

    recorded: Callable[[Partition, int, Outcome], None] = _ignore
    """A partition, its bookmark after a batch, and what became of the batch."""

    rejected: Callable[[Partition, int, Rejection], None] = _ignore
    """A partition, the offset of a message that became a dead letter, and why."""

    timed: Callable[[int, float], None] = _ignore
    """The number of messages recorded in one batch, and the seconds from decoding to commit."""

    extents: Callable[[Partition, OffsetRange, float], None] = _ignore
    """A partition and what Kafka holds of it, now and then, at a monotonic time in seconds."""

    fenced: Callable[[], None] = _ignore
    """A batch was refused, since another consumer has moved the bookmark."""

    away: Callable[[Retry, float], None] = _ignore
    """A passing fault, and the seconds until the next attempt."""

    halted: Callable[[str], None] = _ignore
    """A topic that is not read, since too many of its messages were rejected."""

    quarantined: Callable[[str, int], None] = _ignore
    """A topic, and how many of its sources a batch has taken over the limit. Outsiders choose their names."""

    answered: Callable[[int], None] = _ignore
    """So many answers went to upstream."""
