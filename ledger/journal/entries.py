"""The erasure journal: a line for each erasure, kept with the key provider and outside every backup.

An erasure is appended and fsynced before its transaction commits. So whatever a crash or a restore
brings back, the journal still knows, and the next start erases it again before anyone is served.
It holds subject UUIDs and key ids; what ties a line to a person is sealed (`ledger.journal.linking`).
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from ledger.errors import Halt, UnknownFormat
from ledger.storage.access import PRIVATE
from ledger.storage.files import Folder, too_large
from schemas.encoding import from_json

# The format of a line: JSON of `ErasureEntry`, authenticated by HMAC-SHA256 over all of it.
LINE_FORMAT = 1

# Read of the journal at once, and the rest of the line that ends there.
_BLOCK_BYTES = 1024 * 1024
# More than any line says.
_MOST_BYTES = 64 * 1024 * 1024
# Looked through at once for the end of the last whole line.
_TAIL_BYTES = 64 * 1024


class ErasureEntry(msgspec.Struct, frozen=True):
    """One erasure. `position`: head position before it. `whole`: every category of the contract.

    `through`: no value of an event up to this instant may come back. `month`: set when only the months of a
    category up to this one expired; then later months keep their keys. `registry`: the reference of a
    registry entry, which is not secret; None for a person. `decisions`: of every category that was decided,
    as `erasure-decided` has them; without `categories` all of them stay. `fields`: in the line only where
    single fields are erased, and no category is: what MACs of older lines cover stays. `reference_hmac`,
    `link` and `mac`: see `linking.JournalLinks`. `format`: of the line; the MAC covers it.
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
    decisions: dict[str, dict[str, Any]] = {}
    request_ref: str | None = None
    link: str | None = None
    mac: str | None = None
    format: int = LINE_FORMAT
    fields: tuple[str, ...] | UnsetType = UNSET

    @property
    def erases(self) -> bool:
        """Whether anything goes: a category, or a field."""
        return bool(self.categories or self.fields)


class ErasureJournal:
    """An append-only file of JSON lines. A torn last line belongs to an erasure that never committed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = Folder(path.parent, PRIVATE)

    def append(self, entries: Sequence[ErasureEntry]) -> None:
        """Add entries with one write; on return they are on disk. Raises Halt when they may not be there."""
        lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        try:
            with self._folder.locked(self.path.name) as descriptor:
                _append(descriptor, lines)
        except OSError as error:
            raise Halt(f"the erasure journal cannot be written: {error.strerror}") from None

    @property
    def is_kept(self) -> bool:
        """Whether anything lies in the journal's place, even if it cannot be read."""
        try:
            return self._folder.has(self.path.name)
        except OSError:
            return True

    @property
    def file(self) -> int:
        """Number of the file on its disk, 0 without one: places in it are those of no other."""
        status = self._folder.status(self.path.name)
        return status.st_ino if status else 0

    def lines(self) -> Iterator[bytes]:
        """Every whole line, also a malformed one. Memory is flat."""
        place = 0
        while lines := self._lines(place):
            yield from lines
            place += sum(len(line) + 1 for line in lines)

    def entries(self) -> list[ErasureEntry]:
        """Every whole entry, oldest first. Raises Halt when one cannot be read."""
        return [entry for entries, _ in self.blocks() for entry in entries]

    def blocks(self, offset: int = 0) -> Iterator[tuple[list[ErasureEntry], int]]:
        """Whole entries from a place in the file on, block by block, each with the place after it.

        Memory is flat, however long the journal is. Raises Halt when an entry cannot be read, UnknownFormat
        for one of a later program.
        """
        while lines := self._readable(offset):
            try:
                entries = [read_line(line) for line in lines]
            except msgspec.DecodeError as error:
                raise Halt(
                    "the erasure journal is damaged: the ledger may serve no reader"
                ) from error
            offset += sum(len(line) + 1 for line in lines)
            yield entries, offset

    def _readable(self, offset: int) -> list[bytes]:
        try:
            return self._lines(offset)
        except OSError as error:
            raise Halt(f"the erasure journal cannot be read: {error.strerror}") from None

    def _lines(self, offset: int) -> list[bytes]:
        """Some whole lines from a place in the file on; none at its end."""
        if not self.is_kept:
            return []
        with self._folder.opened(self.path.name) as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # a line that is being written may be taken back
            file.seek(offset)
            *lines, torn = (file.read(_BLOCK_BYTES) + file.readline(_MOST_BYTES)).split(b"\n")
            if len(torn) >= _MOST_BYTES:
                raise too_large(_MOST_BYTES)
            return lines


class _Format(msgspec.Struct):
    format: int = LINE_FORMAT


def read_line(line: bytes) -> ErasureEntry:
    """The entry of a line. Raises UnknownFormat, or `msgspec.DecodeError` for any other text."""
    number = from_json(line, _Format).format
    if number != LINE_FORMAT:
        raise UnknownFormat(number)
    return from_json(line, ErasureEntry)


def _append(descriptor: int, lines: bytes) -> None:
    """Write lines after the last whole one, and make them durable; lines that may not be are taken back.

    After a failed fsync a line would still be read, although the disk may not have it.
    """
    end = _whole_lines(descriptor)
    os.ftruncate(descriptor, end)
    try:
        if os.pwrite(descriptor, lines, end) != len(lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, end)
        raise


def _whole_lines(descriptor: int) -> int:
    """Offset after the last newline of an open file, 0 without one; a torn line may be long."""
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - _TAIL_BYTES)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
