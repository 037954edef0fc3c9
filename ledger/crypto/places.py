"""Associated data: the place that an encrypted key or value is bound to. Pure.

A wrapped key, a sealed reference or a sealed value that is moved to another row does not open there.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from ledger.crypto.provider import Wrapped
from ledger.crypto.sealing import ValuePlace, associated_data
from ledger.names import LedgerName

_INDEX_SOURCE = "urn:processing-ledger:subject-index"


def data_key_place(
    ledger: LedgerName, subject: UUID, category: str, generation: int, month: int, epoch: int
) -> bytes:
    """The row that a wrapped data key belongs to."""
    return orjson.dumps([str(ledger), subject, category, generation, month, epoch])


def wrapped_data_keys(ledger: LedgerName, rows: Sequence[Sequence[Any]]) -> list[Wrapped]:
    """Rows of wrapped data keys: subject, category, generation, month, epoch, then the wrapped key."""
    return [
        Wrapped(
            epoch,
            data_key_place(ledger, subject, category, generation, month, epoch),
            bytes(wrapped),
        )
        for subject, category, generation, month, epoch, wrapped in rows
    ]


def ledger_key_place(ledger: LedgerName, purpose: str, epoch: int) -> bytes:
    """The row that a wrapped key of the ledger itself belongs to."""
    return orjson.dumps([str(ledger), purpose, epoch])


def feed_key_place(ledger: LedgerName, root: bytes, epoch: int) -> bytes:
    """The row that the wrapped key of a feed belongs to."""
    return orjson.dumps([str(ledger), "feed", root.hex(), epoch])


def reference_place(ledger: LedgerName, subject: UUID, key: str) -> bytes:
    """Associated data of a sealed reference."""
    return associated_data(
        ValuePlace(
            ledger=str(ledger),
            subject=subject,
            source=_INDEX_SOURCE,
            id=str(subject),
            category="reference",
            field="reference",
            key=key,
        )
    )
