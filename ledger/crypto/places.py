"""Associated data: the place that an encrypted key or value is bound to. Pure.

A wrapped key, a sealed reference or a sealed value that is moved to another row does not open there.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import orjson

from ledger.crypto.provider import Wrapped
from ledger.names import LedgerName

_INDEX_SOURCE = "urn:processing-ledger:subject-index"
_REFERENCE = "reference"
_ENCODER = msgspec.json.Encoder()


def data_key_place(
    ledger: LedgerName, subject: UUID, category: str, generation: int, month: int, epoch: int
) -> bytes:
    """The row that a wrapped data key belongs to."""
    return orjson.dumps([str(ledger), subject, category, generation, month, epoch])


def data_key_places(
    ledger: LedgerName, keys: Iterable[tuple[UUID, str, int, int]], epoch: int
) -> list[bytes]:
    """The result of `data_key_place` for each subject, category, generation and month, made at once."""
    name = str(ledger)
    return _ENCODER.encode_lines([(name, *key, epoch) for key in keys]).split(b"\n")[:-1]


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
    return reference_places(ledger, [(subject, key)])[0]


def reference_places(ledger: LedgerName, named: Iterable[tuple[UUID, str]]) -> list[bytes]:
    """The places of the sealed references of several data subjects, each with the id of its key, made at
    once.
    """
    name, field = str(ledger), _REFERENCE
    lines = [(name, one, _INDEX_SOURCE, one, field, field, key) for one, key in named]
    return _ENCODER.encode_lines(lines).split(b"\n")[:-1]
