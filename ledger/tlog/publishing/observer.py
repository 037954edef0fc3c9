"""Observers of a publisher: callbacks, for logs and metrics. They do nothing by default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.errors import LedgerError


def _ignore(*_: Any) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class PublisherObserver:
    """Called between two steps of the publisher, so they must return at once and not raise.

    `witnessed` is called from other threads, too.
    """

    looked: Callable[[], None] = _ignore
    """The publisher is alive: it looks for events, or waits for what is away."""

    published: Callable[[int, int], None] = _ignore
    """The size of the tree that is published now, and how many entries were added."""

    witnessed: Callable[[str, bool], None] = _ignore
    """The name of a witness that was asked about a checkpoint, and whether it signed, once that is known."""

    failed: Callable[[LedgerError], None] = _ignore
    """A publication that did not succeed; it is tried again unless the error is a halt."""
