"""Where a sealed thing belongs: the data that its encryption is bound to. Pure.

A wrapped key, a sealed reference or a sealed value that is moved to another row does not open there.
"""

from collections.abc import Sequence
from uuid import UUID

from ledger.crypto.sealing import ValuePlace, associated_data
from ledger.names import LedgerName

_INDEX_SOURCE = "urn:processing-ledger:subject-index"
_FORMAT = "1"


def data_key_place(
    ledger: LedgerName, subject: UUID, category: str, generation: int, month: int, epoch: int
) -> Sequence[str | int]:
    """The row that a wrapped data key belongs to."""
    return [_FORMAT, str(ledger), str(subject), category, generation, month, epoch]


def ledger_key_place(ledger: LedgerName, purpose: str, epoch: int) -> Sequence[str | int]:
    """The row that a wrapped key of the ledger itself belongs to."""
    return [_FORMAT, str(ledger), purpose, epoch]


def feed_key_place(ledger: LedgerName, root: bytes, epoch: int) -> Sequence[str | int]:
    """The row that the wrapped key of a feed belongs to."""
    return [_FORMAT, str(ledger), "feed", root.hex(), epoch]


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
