"""The history of the log's signatures: every checkpoint, in files of a day, before it is published.

So after any crash the log knows what it has promised, and an auditor can follow every promise to the next.
A file holds signed notes as they are, a blank line after each; a torn end was never published.
"""

import hashlib
import io
import os
import re
from collections import deque
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

from ledger.errors import ServiceAway, Unproven
from ledger.storage.files import Folder, write_all
from ledger.tlog.signing.checkpoints import Checkpoint, checkpoint_text, parse_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.faults import mapped_faults

HISTORY = "checkpoints"
_SIGNATURE, _BLANK = b"\xe2\x80\x94 ", b"\n\n"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Some records, as they mostly are: the last one is looked for at each publication.
_FEW_BYTES = 4_096
# More than the longest record: a note with a hundred signatures.
_TAIL_BYTES = 65_536
# More than a checkpoint a second makes of a day.
_MOST_BYTES = 1 << 30


class History:
    """The days of a log, in a folder of it. One writer at a time."""

    def __init__(self, log: Folder) -> None:
        """`log`: the folder of the log."""
        self._log = log

    def last(self) -> bytes | None:
        """The checkpoint that was signed last; None when none was."""
        for day in reversed(self._days()):
            _, last = self._end_of(day)
            if last:
                return last
        return None

    def append(self, checkpoint: bytes, today: date) -> None:
        """Keep a signed checkpoint. Durable on return. Days never go back, whatever the clock says."""
        days = self._days()
        day = max([today.isoformat(), *days])
        end = self._end_of(day)[0] if day in days else 0
        with mapped_faults(), self._log.locked(_name(day)) as descriptor:
            # Over whatever a crash left behind it.
            os.ftruncate(descriptor, end)
            os.lseek(descriptor, end, os.SEEK_SET)
            write_all(descriptor, checkpoint + b"\n")
            os.fsync(descriptor)

    def __iter__(self) -> Iterator[bytes]:
        """Every checkpoint that was signed, oldest first."""
        for day in self._days():
            yield from (record.content for record in self._records_of(day))

    def days(self) -> Iterator[tuple[str, bytes]]:
        """The last checkpoint of each day on which any was signed, oldest first."""
        for day in self._days():
            _, last = self._end_of(day)
            if last:
                yield day, last

    def examined(self, size: int = 0) -> Iterator[tuple[bytes | None, str]]:
        """Every checkpoint that was signed, oldest first, and None with a reason for anything else in the
        folder.

        `size`: skips the first days, as far as they end with smaller trees.
        """
        try:
            names = self._names()
            while size and len(names) > 1 and self._ends_before(names[0], size):
                del names[0]
        except (ServiceAway, Unproven) as error:
            yield None, str(error)
            return
        for day in names:
            if not _DAY.fullmatch(day):
                yield None, f"{day} is no day"
                continue
            try:
                for record in self._records_of(day):
                    if not record.follows:
                        yield None, f"some bytes of {day} are no checkpoint"
                    yield record.content, ""
            except (ServiceAway, Unproven):
                yield None, f"{day} cannot be read"

    def _ends_before(self, day: str, size: int) -> bool:
        """Whether the last checkpoint of a day is of a smaller tree. Raises ServiceAway or Unproven."""
        content = self._end_of(day)[1] if _DAY.fullmatch(day) else None
        return content is not None and parse_checkpoint(parse_note(content).text).size < size

    def backwards(self) -> Iterator[bytes]:
        """Every checkpoint that was signed, newest first."""
        for day in reversed(self._days()):
            yield from (record.content for record in reversed(list(self._records_of(day))))

    def _days(self) -> list[str]:
        return [name for name in self._names() if _DAY.fullmatch(name)]

    def _names(self) -> list[str]:
        with mapped_faults():
            return self._log.names(HISTORY)

    def _records_of(self, day: str) -> Iterator["_Record"]:
        """The records of a file, oldest first; none when it is gone. Raises ServiceAway."""
        with mapped_faults():
            try:
                with self._log.opened(_name(day), _MOST_BYTES) as file:
                    yield from _records(file)
            except FileNotFoundError:
                return

    def _end_of(self, day: str) -> tuple[int, bytes | None]:
        """Offset behind the last whole record of a file, and that record."""
        start, records = 0, list[_Record]()
        for count in (_FEW_BYTES, _TAIL_BYTES):
            with mapped_faults(), self._log.opened(_name(day)) as file:
                start = file.seek(max(0, file.seek(0, os.SEEK_END) - count))
                tail = file.read(count)
            records = list(_records(io.BytesIO(tail)))
            # The first one of a tail may lack its beginning.
            if start == 0 or len(records) > 1:
                break
        else:  # there is more behind the last record than a crash leaves
            start, records = 0, list(deque(self._records_of(day), maxlen=1))
        return (start + records[-1].end, records[-1].content) if records else (0, None)


def _name(day: str) -> str:
    return f"{HISTORY}/{day}"


def bind(history: bytes, checkpoint: Checkpoint) -> bytes:
    """The digest of a history with one more tree: SHA-256 over the digest before, and the tree.

    A tree that is signed again, with a different key, is the same tree. `history`: empty before the first.
    """
    text = checkpoint_text(checkpoint)
    return hashlib.sha256(history + text.encode()).digest()


class _Record(NamedTuple):
    """A signed note, where it ends in its file, and whether it begins where the one before it ended."""

    content: bytes
    end: int
    follows: bool


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
