"""The erasure journal: what was erased, kept beside the key provider and outside every backup.

An erasure is appended and fsynced before its transaction commits. So whatever a crash or a restore
brings back, the journal still knows, and the next start erases it again before anyone is served.
It holds subject UUIDs, key ids and keyed hashes; no personal value.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from ledger.durable import fsync_folder
from ledger.errors import Halt

__all__ = ["ErasureEntry", "ErasureJournal"]


class ErasureEntry(msgspec.Struct, frozen=True):
    """One erasure. `position`: head position before it. `whole`: every category of the contract.

    `through`: no value of an event up to this instant may come back. `month`: set when only the months
    of a rolling category up to this one expired; then later months keep their keys. `registry`: the
    reference of a registry entry, which is no secret; None for a person.
    """

    erasure: UUID
    subject: UUID
    categories: tuple[str, ...]
    keys: tuple[str, ...]
    ground: str
    time: datetime
    through: datetime
    position: int
    whole: bool
    reference_hmac: str | None = None
    index_version: int = 1
    kind: str = "registry"
    valid_from: datetime | None = None
    month: int | None = None
    registry: str | None = None


class ErasureJournal:
    """An append-only file of JSON lines. A torn last line belongs to an erasure that never committed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: ErasureEntry) -> None:
        """Add one entry; on return it is on disk."""
        line = msgspec.json.encode(entry) + b"\n"
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            end = _whole_lines(descriptor)
            os.ftruncate(descriptor, end)
            if os.pwrite(descriptor, line, end) != len(line):
                raise Halt("the erasure journal could not be written in full")
            os.fsync(descriptor)
        except OSError as error:
            raise Halt(f"the erasure journal cannot be written: {error.strerror}") from None
        finally:
            os.close(descriptor)
        if new:
            fsync_folder(self.path.parent)

    def entries(self) -> list[ErasureEntry]:
        """Every whole entry, oldest first. Raises Halt when one cannot be read."""
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")[:-1]
        try:
            return [msgspec.json.decode(line, type=ErasureEntry) for line in lines]
        except msgspec.DecodeError as error:
            raise Halt("the erasure journal is damaged; nothing may be served") from error


def _whole_lines(descriptor: int) -> int:
    """Offset after the last newline of an open file."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 65536, max(0, size - 65536))
    return size - (len(tail) - tail.rfind(b"\n") - 1)
