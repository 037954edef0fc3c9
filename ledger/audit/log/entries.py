"""The event table as the log sees it: positions and recorded times in order, and an entry for each.

Rows come as PostgreSQL's binary COPY gives them and are taken apart here, in one pass and flat memory: the
hashed bytes are made from the bytes of the table, and nothing is asked of the server twice. A row that this
program cannot have written is a finding; the entry in its place is empty.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import lru_cache

from ledger.audit.findings import UNREADABLE, Findings
from ledger.errors import Halt
from ledger.event import instant
from ledger.storage.copy_format import ERA
from ledger.storage.frames import unframed

# Of a binary COPY row: number of columns, then the length and value of stream, version, position and
# recorded time (microseconds since 2000), and the lengths of type and state around their bytes.
_FIXED = struct.Struct("!hi16siqiqiqi")
_LENGTH = struct.Struct("!i")
# How the lengths must be: of every column but type and state.
_LENGTHS = (7, 16, 8, 8, 8)
# The bytes before the hashes in a row that has only hashes: it has a position, and nothing else of an event.
_HASHES = struct.Struct("!hiiiqiiii")
_HASHES_LENGTHS = (7, -1, -1, 8, -1, -1, -1)


def walk(
    rows: Iterable[bytes],
    findings: Findings,
    pruned: int = 0,
    hashes: Callable[[int, bytes], None] = lambda _first, _hashes: None,
    after: int = 0,
) -> Iterator[tuple[int, bytes]]:
    """Position and entry of every event. Notes positions that are missing and times that go back.

    `rows`: of the statement `copy_entries`, without the header of the format. `pruned`: up to which position
    some may be missing. `hashes`: takes those that are kept of pruned entries, from a first position on.
    `after`: behind which position the rows begin.
    """
    last, before = after, -(2**63)
    for row in rows:
        try:
            columns, a, stream, b, version, c, position, d, recorded, size = _FIXED.unpack_from(row)
            start = _FIXED.size + size + _LENGTH.size
            end = start + _LENGTH.unpack_from(row, start - _LENGTH.size)[0] if size >= 0 else -1
            if (columns, a, b, c, d) != _LENGTHS or end < start:
                raise ValueError
            text = _instant(recorded)
        except (struct.error, ValueError, OverflowError):
            if kept := _kept_hashes(row):
                hashes(*kept)
                continue
            last += 1
            findings.note(last, UNREADABLE, "the row of this event lacks a value")
            yield last, b""
            continue
        if position <= last or position - 1 > max(last, pruned):
            findings.note(position, "position", f"expected position {last + 1}")
        if recorded < before:
            findings.note(position, "recorded-at", "recorded before the event in front of it")
        last, before = position, recorded
        content = row[_FIXED.size : start - _LENGTH.size], _state(row[start:end])
        yield position, _entry(position, text, stream, version, content)


def _kept_hashes(row: bytes) -> tuple[int, bytes] | None:
    """The first position and the hashes of a row of hashes; None for a row of an event."""
    if len(row) < _HASHES.size:
        return None
    columns, a, b, c, first, d, e, f, size = _HASHES.unpack_from(row)
    if (columns, a, b, c, d, e, f) != _HASHES_LENGTHS or size < 0:
        return None
    return first, row[_HASHES.size :]


def _state(frame: bytes) -> bytes:
    """The state of an entry; empty where the frame cannot be read, which the audit of states names."""
    try:
        return unframed(frame)
    except Halt:
        return b""


def _entry(
    position: int, recorded: bytes, stream: bytes, version: int, content: tuple[bytes, bytes]
) -> bytes:
    """The bytes of an entry, as they were published; `content`: its type and its state."""
    h = stream.hex().encode()
    id = b"-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
    type, state = content
    return b'{"position":%d,"recorded":"%b","stream":"%b","type":"%b","version":%d}\n%b' % (
        position,
        recorded,
        id,
        type,
        version,
        state,
    )


@lru_cache(maxsize=8)  # events of a batch have one time, and come one after the other
def _instant(microseconds: int) -> bytes:
    return instant(ERA + timedelta(microseconds=microseconds)).encode()
