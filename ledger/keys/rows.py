"""Rows of new data subjects and keys, and their form in PostgreSQL's binary COPY. Pure."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from struct import Struct
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.storage.copy_format import LENGTH, microseconds

# subject, and the length of reference_hmac; that follows, then index_version and the length of kind, kind,
# valid_from, which is an integer in the format, and the length of sealed, sealed, and mac.
_SUBJECT = Struct(">hi16si").pack
_VERSION = Struct(">iii").pack
_START = Struct(">iqi").pack


class NewSubject(NamedTuple):
    """A row of the subject index, with its columns in their order, but for the MAC."""

    subject: UUID
    hmac: bytes
    version: int
    kind: str
    valid_from: datetime
    sealed: str


class NewKey(msgspec.Struct, frozen=True, gc=False):
    """A data key that was made. `month`: of the values that it seals; 0 of a reference and a fingerprint."""

    subject: UUID
    category: str
    generation: int
    month: int
    secret: bytes


def subject_row(new: NewSubject, mac: bytes) -> bytes:
    """A row of `subject_index`."""
    kind, sealed = new.kind.encode(), new.sealed.encode()
    start = microseconds(new.valid_from)
    return b"".join(
        (
            _SUBJECT(7, 16, new.subject.int.to_bytes(16, "big"), len(new.hmac)),
            new.hmac,
            _VERSION(4, new.version, len(kind)),
            kind,
            _START(8, start, len(sealed)),
            sealed,
            LENGTH(len(mac)),
            mac,
        )
    )


def key_row(new: NewKey, epoch: int, wrapped: bytes) -> bytes:
    """A row of `data_keys`."""
    name, length = new.category.encode(), len(wrapped)
    return _key(len(name), length)(
        *(6, 16, new.subject.int.to_bytes(16, "big"), len(name), name),
        *(4, new.generation, 4, new.month, 4, epoch, length, wrapped),
    )


@cache
def _key(name: int, wrapped: int) -> Callable[..., bytes]:
    """Packs a row of a key, by the lengths of its category and of the wrapped key, of which there are few.

    Columns are subject, category, generation, from_month, epoch and wrapped, each behind its length.
    """
    return Struct(f">hi16si{name}s iiiiiii{wrapped}s").pack
