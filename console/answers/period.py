"""A period that an answer is about: both bounds of it, and the moment as of which it is told."""

from datetime import datetime

import msgspec

__all__ = ["Period"]


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
        return (self.since is None or self.since <= time) and (
            self.last is None or time <= self.last
        )
