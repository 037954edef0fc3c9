"""Rows of batches, as an audit reads them. A row that cannot be a batch is a finding, never an error."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ledger.audit.findings import UNREADABLE, Findings


class BatchRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The row of a batch. `recorded`: microseconds since 1970, in decimal digits."""

    batch: int
    topic: str
    partition: int
    start: int
    end: int
    first: int
    last: int
    duplicates: int
    dead_letters: int
    recorded: str
    erasures: int | None = None
    promised: int | None = None
    names: bytes | None = None
    rows: bytes | None = None
    sums: bytes | None = None
    mac: bytes | None = None

    @property
    def cells(self) -> tuple[str | int, ...]:
        """The columns from `batch` to `recorded_at`, as they are hashed."""
        return (
            self.batch,
            self.topic,
            self.partition,
            self.start,
            self.end,
            self.first,
            self.last,
            self.duplicates,
            self.dead_letters,
            self.recorded,
        )


def batch_rows(rows: Iterable[Sequence[Any]], findings: Findings) -> list[BatchRow]:
    """Rows of the statement `audit_batches` as batches; a malformed row is noted and left out."""
    batches = []
    for row in rows:
        if all(isinstance(cell, int | str) for cell in row[:10]):
            batches.append(BatchRow(*row))
        else:
            findings.note(None, UNREADABLE, f"the row of batch {row[0]} lacks a value")
    return batches
