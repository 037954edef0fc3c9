"""The history of what the log has signed: every checkpoint, in files of a day, before it is published.

So after any crash the log knows what it has promised, and an auditor can follow every promise to the next.
A file holds signed notes as they are, a blank line after each; a torn end was never published.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ledger.errors import ServiceAway
from ledger.tlog.checkpoints import Checkpoint, checkpoint_text
from ledger.tlog.files import (
    PUBLIC_FILE,
    PUBLIC_FOLDER,
    append_to,
    make_folder,
    mapped_faults,
    read_file,
    read_tail,
)

__all__ = ["History", "bind"]

_RECORD = re.compile(rb"((?:[^\n]+\n)+\n(?:\xe2\x80\x94 [^\n]+\n)+)\n")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# More than the longest record: a note with a hundred signatures.
_TAIL_BYTES = 65_536


class History:
    """A folder of days. One writer at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self) -> bytes | None:
        """The checkpoint that was signed last; None when none was."""
        for path in reversed(self._days()):
            _, last = _end_of(path)
            if last:
                return last
        return None

    def append(self, checkpoint: bytes, today: date) -> None:
        """Keep a signed checkpoint. Durable on return. Days never go back, whatever the clock says."""
        with mapped_faults():
            make_folder(self.folder, PUBLIC_FOLDER)
        days = self._days()
        name = max([today.isoformat(), *(path.name for path in days)])
        path = self.folder / name
        end = _end_of(path)[0] if path in days else 0
        append_to(path, end, checkpoint + b"\n", PUBLIC_FILE)

    def __iter__(self) -> Iterator[bytes]:
        """Every checkpoint that was signed, oldest first."""
        for path in self._days():
            for record in _RECORD.finditer(read_file(path) or b""):
                yield record[1]

    def examined(self) -> Iterator[tuple[bytes | None, str]]:
        """The same, and None with a reason for whatever in the folder is no signed checkpoint."""
        for path in self._names():
            if not _DAY.fullmatch(path.name):
                yield None, f"{path.name} is no day"
                continue
            at = 0
            try:
                content = read_file(path) or b""
            except ServiceAway:
                yield None, f"{path.name} cannot be read"
                continue
            for record in _RECORD.finditer(content):
                if record.start() != at:
                    yield None, f"some bytes of {path.name} are no checkpoint"
                at = record.end()
                yield record[1], ""

    def backwards(self) -> Iterator[bytes]:
        """Every checkpoint that was signed, newest first."""
        for path in reversed(self._days()):
            for record in reversed(list(_RECORD.finditer(read_file(path) or b""))):
                yield record[1]

    def _days(self) -> list[Path]:
        return [path for path in self._names() if _DAY.fullmatch(path.name)]

    def _names(self) -> list[Path]:
        with mapped_faults():
            return sorted(self.folder.iterdir()) if self.folder.is_dir() else []


def bind(history: bytes, checkpoint: Checkpoint) -> bytes:
    """What a history comes to with one tree more: SHA-256 over what it came to before, and that tree.

    A tree that is signed again, with another key, is the same tree. `history`: empty before the first.
    """
    text = checkpoint_text(checkpoint)
    return hashlib.sha256(history + text.encode()).digest()


def _end_of(path: Path) -> tuple[int, bytes | None]:
    """Offset behind the last whole record of a file, and that record."""
    start, tail = read_tail(path, _TAIL_BYTES)
    record = None
    for record in _RECORD.finditer(tail):  # noqa: B007  the last one is wanted
        pass
    return (start + record.end(), record[1]) if record else (0, None)
