"""Rows of events and of their names in PostgreSQL's binary COPY format, as they go over the wire.

All but the end of a row is known before the head lock is taken and is packed then: who holds the lock adds
version, position and time, which come last. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import chain
from struct import Struct
from uuid import UUID

from ledger.storage.copy_format import LENGTH, NULL, microseconds
from ledger.storage.frames import framed

# originator_id; the length of topic. state follows, then the end: originator_version, notification_id and
# recorded_at, which is an integer in the format.
_EVENT = Struct(">hi16si").pack
_EVENT_END = Struct(">iqiqiq").pack
# The name; the length of the fingerprint. It follows, with generation and erasure, then the end: position.
_NAME = Struct(">hi16si").pack
_GENERATION = Struct(">ii").pack
NAME_BYTES = 16
FINGERPRINT_BYTES = 16
_NAME_END = Struct(">iq").pack


def event_start(stream: UUID, type: str, state: bytes) -> bytes:
    """The row of an event up to its version, with its state in a frame."""
    topic = type.encode()
    stream_bytes = stream.int.to_bytes(16, "big")  # as `stream.bytes`, which runs in Python
    start = _EVENT(6, 16, stream_bytes, len(topic))
    frame = framed(state)
    return b"".join((start, topic, LENGTH(len(frame)), frame))


def name_of(source: str, id: str) -> bytes:
    """The name by which an event is known again, 16 bytes. Statements that look for one make it as well."""
    return sha256(f"{source}\n{id}".encode()).digest()[:NAME_BYTES]


def name_start(
    source: str, id: str, fingerprint: bytes, generation: int, erasure: UUID | None = None
) -> bytes:
    """The row of an event's name up to its position. `erasure`: of which the event is the last."""
    start = _NAME(5, NAME_BYTES, name_of(source, id), len(fingerprint)) + fingerprint
    its_erasure = NULL if erasure is None else LENGTH(16) + erasure.bytes
    return start + _GENERATION(4, generation) + its_erasure


def event_rows(starts: Iterable[tuple[bytes, int]], first: int, recorded_at: datetime) -> bytes:
    """Whole rows of events at positions from `first`. `starts`: of the row, and the version, of each."""
    instant = microseconds(recorded_at)
    return b"".join(
        chain.from_iterable(
            (start, _EVENT_END(8, version, 8, position, 8, instant))
            for position, (start, version) in enumerate(starts, first)
        )
    )


def name_rows(starts: Sequence[bytes], first: int) -> bytes:
    """Whole rows of names at positions from `first`; an empty start is an event without a name."""
    return b"".join(
        chain.from_iterable(
            (start, _NAME_END(8, position)) for position, start in enumerate(starts, first) if start
        )
    )
