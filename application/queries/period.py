"""The period of an answer: both bounds, and the moment as of which the answer is given."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Period(msgspec.Struct, frozen=True):
    """Bounds of the occurred time, inclusive. `as_of`: nothing that occurred later is known."""

    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None

    @property
    def last(self) -> datetime | None:
        """The latest time that counts."""
        return min((time for time in (self.until, self.as_of) if time), default=None)

    def holds(self, time: datetime) -> bool:
        """Whether a time lies within."""
        begun = self.since is None or self.since <= time
        return begun and (self.last is None or time <= self.last)


ALWAYS = Period()


def latest(rows: Iterable[T], limit: int | None) -> Iterator[T]:
    """Of rows in the order of time the last ones, in that order; None: all. Memory is that of the limit."""
    return iter(rows if limit is None else deque(rows, maxlen=limit))
