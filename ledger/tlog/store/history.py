"""The history of what the log has signed: every checkpoint, in files of a day, before it is published.

So after any crash the log knows what it has promised, and an auditor can follow every promise to the next.
A file holds signed notes as they are, a blank line after each; a torn end was never published.
"""

import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ledger.errors import ServiceAway
from ledger.storage.ordinary import open_ordinary
from ledger.tlog.signing.checkpoints import Checkpoint, checkpoint_text
from ledger.tlog.store.files import (
    PUBLIC_FILE,
    PUBLIC_FOLDER,
    append_to,
    make_folder,
    mapped_faults,
    read_tail,
)

_SIGNATURE, _BLANK = b"\xe2\x80\x94 ", b"\n\n"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Some records, as they mostly are: the last one is looked for at each publication.
_FEW_BYTES = 4_096
# More than the longest record: a note with a hundred signatures.
_TAIL_BYTES = 65_536
# More than a checkpoint a second makes of a day.
_MOST_BYTES = 1 << 30


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
            yield from (record.content for record in _records_of(path))

    def days(self) -> Iterator[tuple[str, bytes]]:
        """The last checkpoint of each day on which any was signed, oldest first."""
        for path in self._days():
            _, last = _end_of(path)
            if last:
                yield path.name, last

    def examined(self) -> Iterator[tuple[bytes | None, str]]:
        """The same, and None with a reason for whatever in the folder is no signed checkpoint."""
        for path in self._names():
            if not _DAY.fullmatch(path.name):
                yield None, f"{path.name} is no day"
                continue
            try:
                for record in _records_of(path):
                    if not record.follows:
                        yield None, f"some bytes of {path.name} are no checkpoint"
                    yield record.content, ""
            except ServiceAway:
                yield None, f"{path.name} cannot be read"

    def backwards(self) -> Iterator[bytes]:
        """Every checkpoint that was signed, newest first."""
        for path in reversed(self._days()):
            yield from (record.content for record in reversed(list(_records_of(path))))

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


class _Record(NamedTuple):
    """A signed note, where it ends in its file, and whether it begins where the one before it ended."""

    content: bytes
    end: int
    follows: bool


def _records_of(path: Path) -> Iterator[_Record]:
    """The records of a file, oldest first; none when it is gone. Raises ServiceAway."""
    with mapped_faults():
        try:
            with open_ordinary(path, _MOST_BYTES) as file:
                yield from _records(file)
        except FileNotFoundError:
            return


def _records(file: BinaryIO) -> Iterator[_Record]:
    """Each is a paragraph of text and one of signatures. Work is linear in the bytes, whatever they are."""
    text, start, at = b"", 0, 0
    for paragraph, end in _paragraphs(file):
        if text and _is_signatures(paragraph):
            yield _Record(b"%b\n\n%b\n" % (text, paragraph), end, start == at)
            text, at = b"", end
        else:
            text = paragraph.lstrip(b"\n")
            start = end - len(text) - len(_BLANK)


def _is_signatures(paragraph: bytes) -> bool:
    lines = paragraph.split(b"\n")
    return all(line.startswith(_SIGNATURE) and line != _SIGNATURE for line in lines)


def _paragraphs(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Lines up to each blank one, and where that one ends; empty where they are too long for a record."""
    waiting, at, skips = b"", 0, False
    while block := file.read(_TAIL_BYTES):
        *whole, waiting = (waiting + block).split(_BLANK)
        for paragraph in whole:
            at += len(paragraph) + len(_BLANK)
            yield b"" if skips else paragraph, at
            skips = False
        if len(waiting) > _TAIL_BYTES:
            at, waiting, skips = at + len(waiting) - 1, waiting[-1:], True


def _end_of(path: Path) -> tuple[int, bytes | None]:
    """Offset behind the last whole record of a file, and that record."""
    start, records = 0, list[_Record]()
    for count in (_FEW_BYTES, _TAIL_BYTES):
        start, tail = read_tail(path, count)
        records = list(_records(io.BytesIO(tail)))
        # The first one of a tail may lack its beginning.
        if start == 0 or len(records) > 1:
            break
    else:  # there is more behind the last record than a crash leaves
        start, records = 0, list(deque(_records_of(path), maxlen=1))
    return (start + records[-1].end, records[-1].content) if records else (0, None)
