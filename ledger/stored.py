"""Rows of the table of events, as they lie there: each with its state in a frame. Pure."""

from datetime import datetime
from uuid import UUID

from ledger.errors import Halt
from ledger.event import RecordedEvent, decode_event
from ledger.storage.frames import unframed


def decode_row(
    stream: UUID, version: int, type: str, frame: bytes, position: int, recorded_at: datetime
) -> RecordedEvent:
    """Read one row. Raise `Halt` when it was changed."""
    return decode_event(stream, version, type, state_at(position, frame), position, recorded_at)


def state_at(position: int, frame: bytes) -> bytes:
    """The state of a position. Raise `Halt` when its frame was changed."""
    try:
        return unframed(frame)
    except Halt as error:
        raise Halt(f"position {position}: {error}") from error
