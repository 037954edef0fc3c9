"""How far a consumer is behind: pure sums over bookmarks and what Kafka said that it holds.

All records in Kafka count, also those that an open transaction holds back: they are not recorded either.
Kafka does not say when a record beyond the bookmark was written, and a producer's clock says anything. So
time is this process's own: since when the end of the partition was seen beyond the bookmark.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

import msgspec

from consumers.source import OffsetRange, Partition

# Ends that are remembered of a partition; a look every five seconds makes it some hours. The oldest is
# never forgotten: then the age of a longer lag is still right, and only falls in larger steps.
KEPT_ENDS = 2_000


class Lag(msgspec.Struct, frozen=True):
    """The lag of one partition: offsets beyond the bookmark, for how long, and offsets kept before it.

    `held_back`: how many of the offsets beyond the bookmark an open transaction holds back.
    """

    records: int
    seconds: float
    headroom_records: int
    held_back: int = 0


@dataclass(slots=True)
class _Progress:
    """A partition's bookmark, and the ends that were seen beyond it: (when, end), oldest first."""

    next_offset: int
    ends: deque[tuple[float, int]] = field(default_factory=deque)

    def look(self, extent: OffsetRange, now: float) -> Lag:
        """The lag at this moment."""
        end = extent.log_end
        if not self.ends or (self.ends[-1][1] < end and len(self.ends) < KEPT_ENDS):
            self.ends.append((now, end))
        while self.ends and self.ends[0][1] <= self.next_offset:
            self.ends.popleft()
        return Lag(
            records=max(0, end - self.next_offset),
            seconds=now - self.ends[0][0] if self.ends else 0.0,
            headroom_records=self.next_offset - extent.start,
            held_back=extent.held_back,
        )


class Lags:
    """The lags of the partitions that one consumer has."""

    def __init__(self) -> None:
        self._partitions: dict[Partition, _Progress] = {}

    def keep(self, partitions: Collection[Partition]) -> list[Partition]:
        """Forget every other partition; those that were known."""
        others = [partition for partition in self._partitions if partition not in partitions]
        for partition in others:
            del self._partitions[partition]
        return others

    def move(self, partition: Partition, next_offset: int) -> None:
        """The bookmark of a partition."""
        self._partitions.setdefault(partition, _Progress(next_offset)).next_offset = next_offset

    def look(self, partition: Partition, extent: OffsetRange, now: float) -> Lag | None:
        """The lag of a partition at a time (monotonic seconds); None before its bookmark is known."""
        state = self._partitions.get(partition)
        return state.look(extent, now) if state else None
