"""Rows of the tables beside the events, as an audit reads them: what cannot be one is a finding, never an error."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ledger.audit.findings import UNREADABLE, Findings

__all__ = ["BatchRow", "batch_rows"]


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


def batch_rows(rows: Iterable[Sequence[Any]], findings: Findings) -> list[BatchRow]:
    """Rows of the statement `audit_batches` as batches; one that cannot be a batch is noted and left out."""
    found = []
    for row in rows:
        try:
            found.append(msgspec.convert(row, BatchRow))
        except msgspec.ValidationError:
            findings.note(None, UNREADABLE, f"the row of batch {row[0]} lacks something")
    return found
