"""Entries and entry bundles: the bytes under the leaves, 256 to a file. Pure.

A bundle repeats a length of two bytes, big-endian, and an entry. An entry is the header of the position,
a newline and the stored state; nothing else of the database is needed to know the event.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.errors import Unproven
from ledger.event import encode_header
from ledger.stored import state_at
from schemas.encoding import from_json


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    position: int
    recorded: datetime
    stream: UUID
    type: str
    version: int


class Entry(msgspec.Struct, frozen=True):
    """An entry taken apart: a row of the event table."""

    position: int
    recorded_at: datetime
    stream: UUID
    type: str
    version: int
    state: bytes


def entry_of(row: Sequence[Any]) -> bytes:
    """The entry of a row as the statement `events_after` gives it. Raises Halt when its frame was changed."""
    return header_of(row) + state_at(row[4], row[3])


def header_of(row: Sequence[Any]) -> bytes:
    """The first line of that entry, which needs no frame."""
    stream, version, type, _, position, recorded_at = row
    header = encode_header(
        position=position, recorded_at=recorded_at, stream=stream, type=type, version=version
    )
    return header + b"\n"


def read_entry(entry: bytes) -> Entry:
    """Take an entry apart. Raises Unproven when its header is not exactly one that this ledger writes."""
    text, newline, state = entry.partition(b"\n")
    try:
        header = from_json(text, _Header)
        # Encoded again and compared: two texts must not stand for one entry.
        same = text == encode_header(
            position=header.position,
            recorded_at=header.recorded,
            stream=header.stream,
            type=header.type,
            version=header.version,
        )
    except ValueError:
        raise Unproven("this is not an entry of a ledger") from None
    if not newline or not same:
        raise Unproven("this is not an entry of a ledger")
    return Entry(
        header.position, header.recorded, header.stream, header.type, header.version, state
    )


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries, each at most 65,535 bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(content: bytes, width: int, *, grown: bool = True) -> list[bytes]:
    """The first `width` entries of a bundle. `grown`: it may have more. Raises Unproven."""
    entries: list[bytes] = []
    at, size = 0, len(content)
    while len(entries) < width and (start := at + 2) <= size:
        at = start + (content[at] << 8 | content[at + 1])
        entries.append(content[start:at])
    if len(entries) < width or at > size:
        raise Unproven(f"an entry bundle is damaged: expected {width} entries")
    if at != size and not grown:
        raise Unproven(f"an entry bundle is damaged: expected {width} entries, and there is more")
    return entries
