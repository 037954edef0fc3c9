"""Callbacks that observe a follower, for logs and metrics. They do nothing by default."""

from collections.abc import Callable
from dataclasses import dataclass


def _ignore(*_: object) -> None:
    """The default of every callback."""


@dataclass(frozen=True, slots=True)
class FollowerObserver:
    """Called between two steps of the follower, so they must return at once and not raise."""

    looked: Callable[[], None] = _ignore
    """The follower is alive: it looks for events, or waits for the database."""

    following: Callable[[str], None] = _ignore
    """A view that is followed from now on; also after it had halted and was built again."""

    folded: Callable[[str, int, int, float], None] = _ignore
    """A view, the first and last position of a batch that it has now, and the seconds it took."""

    halted: Callable[[str], None] = _ignore
    """A view that cannot go on."""
