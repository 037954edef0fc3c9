"""Reads of personal data: noted on disk before anything is opened, recorded as `ledger-read` afterwards.

The notes of one process are lines of a file of its own, sealed, since they name persons. Its lock says that
the process lives: the notes of one that died are recorded by the next. A note carries the id of its event,
so one that is recorded twice is a duplicate, and a read is never lost and never counted twice.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.durable import fsync_folder
from ledger.errors import Halt, Misconfigured
from ledger.event import OWN_SOURCE, instant
from ledger.message import Message, OwnOrigin
from ledger.recording import Batch, Outcome
from ledger.sealing import NONCE_BYTES, open_value, seal_value
from ledger.writing import Span
from schemas import Event, own_event
from schemas.encoding import to_json

__all__ = ["READS", "Read", "ReadNotes", "record_notes", "waiting"]

READS = "reads"
"""Purpose of the ledger's key that seals notes."""
SOURCE = f"{OWN_SOURCE}{READS}"
_TYPE = "nl.voipzeker.ledger.ledger-read.v1"
_PLACE = b"processing-ledger/read/1"
_NOTES = ".reads"
# Notes that were left behind are recorded in transactions of this size.
_BATCH = 1_000


class Read(msgspec.Struct, frozen=True, omit_defaults=True):
    """One read. `subject`, `reader`: references of persons; `query`: name of the command."""

    id: str
    time: datetime
    subject: str
    reader: str
    role: str
    query: str
    categories: tuple[str, ...]
    everyone: bool = False


class ReadNotes:
    """The notes of one process. The file is made at the first note, and is nobody else's until `close`.

    `key`: gives the ledger's key for notes.
    """

    def __init__(self, folder: Path, key: Callable[[], bytes]) -> None:
        self._folder = folder
        self._key = key
        self._descriptor: int | None = None
        self._cipher: AESGCM | None = None

    @property
    def taken(self) -> bool:
        """Whether anything was noted."""
        return self._descriptor is not None

    def add(self, reads: Sequence[Read]) -> None:
        """Note reads; on return they are on disk. Raises Misconfigured when they cannot be."""
        self._cipher = self._cipher or AESGCM(self._key())
        lines = b"".join(_sealed(self._cipher, read) for read in reads)
        try:
            if self._descriptor is None:
                self._descriptor = _made(self._folder)
            _write(self._descriptor, lines)
        except OSError as error:
            raise Misconfigured(
                f"a read is noted before anything is opened, and {self._folder} cannot be written"
                f" ({error.strerror}): set LEDGER_READS_DIR"
            ) from None

    def close(self) -> None:
        """Leave the notes to whoever records them."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def waiting(folder: Path) -> list[Path]:
    """Files with notes, also of processes that live."""
    return sorted(folder.glob(f"*{_NOTES}"))


def record_notes(folder: Path, key: bytes, record: Callable[[Batch], Outcome]) -> int:
    """Record the notes of every process that has closed them or died; how many became events.

    Raises Retry or Halt; what was not recorded stays.
    """
    cipher, recorded = AESGCM(key), 0
    for path in waiting(folder):
        with _owned(path) as descriptor:
            if descriptor is not None:
                recorded += _record(_notes(cipher, descriptor), record)
                path.unlink(missing_ok=True)
    return recorded


def _made(folder: Path) -> int:
    """A new file with a lock on it. It gets its name when it is locked, so that nobody takes it before."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid4()}.new"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path.rename(path.with_suffix(_NOTES))
        fsync_folder(folder)
    except OSError:
        os.close(descriptor)
        with suppress(OSError):
            path.unlink()
        raise
    return descriptor


def _write(descriptor: int, lines: bytes) -> None:
    end = os.fstat(descriptor).st_size
    written = os.pwrite(descriptor, lines, end)
    if written != len(lines):
        os.ftruncate(descriptor, end)
        raise OSError(28, os.strerror(28))
    os.fsync(descriptor)


@contextmanager
def _owned(path: Path) -> Iterator[int | None]:
    """The file, opened, or None when its process lives or somebody else records it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sealed(cipher: AESGCM, read: Read) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return seal_value(cipher, msgspec.to_builtins(read), _PLACE, nonce).encode() + b"\n"


def _notes(cipher: AESGCM, descriptor: int) -> list[Read]:
    """Every whole line. A torn last one is of a read that did not happen: nothing was opened for it."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        *lines, _torn = file.read().split(b"\n")
    return [msgspec.convert(open_value(cipher, line.decode(), _PLACE), Read) for line in lines]


def _record(reads: Sequence[Read], record: Callable[[Batch], Outcome]) -> int:
    recorded = 0
    for start in range(0, len(reads), _BATCH):
        messages = [_message(read) for read in reads[start : start + _BATCH]]
        outcome = record(Batch(messages, Span("read")))
        if outcome.rejections:
            raise Halt(f"a read was refused as {outcome.rejections[0][1].code.value}")
        recorded += outcome.recorded
    return recorded


def _message(read: Read) -> Message:
    """The event of a note, checked against the contract like any other of the ledger's own."""
    facts: dict[str, Any] = {
        "reader": read.reader,
        "role": read.role,
        "query": read.query,
        "categories": list(read.categories),
    }
    if read.everyone:
        facts["everyone"] = True
    own = own_event(_TYPE, id=read.id, source=SOURCE, facts=facts)
    canonical = to_json(
        {
            "specversion": "1.0",
            "id": own.id,
            "source": own.source,
            "type": own.type,
            "subject": read.subject,
            "time": instant(read.time),
            "data": own.facts,
        },
        sort_keys=True,
    )
    event = Event(
        type=own.type,
        id=own.id,
        source=own.source,
        subject=read.subject,
        time=read.time,
        sequence=None,
        trace={},
        activity=None,
        legal_basis=None,
        provision=None,
        categories=own.categories,
        facts=own.facts,
        personal={},
        canonical=canonical,
    )
    return Message(canonical, event, OwnOrigin(read.query))
