"""Records that were polled from one partition and are not handed over to be recorded yet.

Pure. A batch begins at the stored bookmark and ends where the next one begins: offsets between records
(transaction markers, aborted or compacted records) belong to the batch before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from consumers.pipeline import BatchLimits
from consumers.source import Record
from ledger.recording.arrivals import blocks

# Offsets without records wait so long for a record to come along, before they get a batch of their
# own. They must get one: once retention takes them, the bookmark would lie before the log.
GAP_SECONDS = 1.0


class BacklogShare(NamedTuple):
    """A batch's share of a backlog: its records, and the offsets [start, end) that it covers."""

    records: Sequence[Record]
    start: int
    end: int


@dataclass(slots=True)
class Backlog:
    """Records from `next_offset`, where the batch before them ends, to `end`, the position after them.

    `compare`: keyed hash of the record before the bookmark, until that record has been compared.
    `since`: when the oldest of it was polled, None while there is nothing.
    """

    next_offset: int
    topic_id: str
    compare: bytes | None = None
    end: int = 0
    since: float | None = None
    size: int = 0
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.end = max(self.end, self.next_offset)

    def add(self, records: Sequence[Record], position: int | None, now: float) -> None:
        """Take the records of a poll, and the position after them."""
        self.records.extend(records)
        self.size += sum(record.size for record in records)
        last = records[-1].offset + 1 if records else 0
        self.end = max(self.end, position or 0, last)
        if self.since is None and self.end > self.next_offset:
            self.since = now

    def due_in(self, now: float, limits: BatchLimits) -> float | None:
        """Seconds until it should be recorded, 0 or less when now; None when there is nothing."""
        if self.since is None:
            return None
        if len(self.records) >= limits.messages or self.size >= limits.size_bytes:
            return 0.0
        return self.since + (limits.wait_s if self.records else GAP_SECONDS) - now

    def take(self, limits: BatchLimits) -> list[BacklogShare]:
        """Everything, as batches that join. The backlog goes on after them: after a drop, begin anew."""
        slices = blocks(self.records, limits.messages, limits.size_bytes)
        parts: list[Sequence[Record]] = [*slices] or [()]
        starts = [part[0].offset for part in parts[1:]]
        bounds = pairwise([self.next_offset, *starts, self.end])
        self.records, self.size, self.since, self.next_offset = [], 0, None, self.end
        return [BacklogShare(part, *bound) for part, bound in zip(parts, bounds, strict=True)]
