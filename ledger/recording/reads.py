"""Reads of personal data: noted in the database before anything opens, recorded as `ledger-read` afterwards.

A note is a sealed row, since it names persons. The reader's role may add a note and not remove it; the
recorder removes it in the transaction that makes it an event. So a read is never lost and never counted
twice, whatever dies meanwhile. Looks of a visit wait for its end, and become one event; a look that says why
values were opened, or about everybody, is an event by itself, at once.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import NONCE_BYTES, open_value, seal_value
from ledger.errors import Halt
from ledger.event import instant
from ledger.journal.overtaking import ERASE
from ledger.recording.batch import Batch, NotesGone, NotWhole, Outcome
from ledger.recording.visits import (
    IDLE,
    LASTS,
    MOST_LOOKS,
    Read,
    about,
    is_over,
    message_of,
    name_of_visit,
    visits_among,
)
from ledger.storage.postgres import Session
from ledger.writing.append import Span

READS = "reads"
"""Purpose of the ledger's key that seals notes."""
_PLACE = b"processing-ledger/read/2"
# Notes are recorded in transactions of this size.
_BATCH = 1_000
# Another process may take notes of a batch a few times, not for ever.
_ATTEMPTS = 10


class Noted(msgspec.Struct, frozen=True):
    """Looks that become one event. `notes`: the numbers of their rows."""

    reads: list[Read]
    notes: list[int]


class ReadNotes:
    """Takes notes for one process.

    `session`: gives a session of the reader's role outside of a transaction. `key`: gives the ledger's key
    for notes. `look`: is told the subject of each read before it is noted, and may raise.
    """

    def __init__(
        self,
        session: Callable[[], Session],
        key: Callable[[], bytes],
        look: Callable[[str], None] = lambda _subject: None,
    ) -> None:
        self._session = session
        self._key = key
        self._look = look
        self._taken = False

    @property
    def taken(self) -> bool:
        """Whether anything was noted."""
        return self._taken

    def add(self, reads: Sequence[Read]) -> None:
        """Note reads; on return they are committed.

        Raises Misconfigured, Retry, Halt, or what `look` does.
        """
        for read in reads:
            self._look(read.subject)
        key = self._key()
        cipher, visits = AESGCM(key), [name_of_visit(key, read) for read in reads]
        sealed = [_seal(cipher, read, visit) for read, visit in zip(reads, visits, strict=True)]
        times = [read.time for read in reads]
        self._session().run("add_read_notes", sealed=sealed, visits=visits, times=times)
        self._taken = True


def waiting(session: Session, now: datetime) -> int:
    """How many reads are noted that should be an event by now; those of visits that go on are none."""
    (count,) = session.of("ledger").row("count_read_notes", begun=now - LASTS) or (0,)
    return int(count)


def any_due(session: Session, now: datetime) -> bool:
    """Whether a read is noted that should be recorded; it takes no longer where many are."""
    session = session.of("ledger")
    return bool(session.rows("read_notes", after=None, count=1) or _visits_over(session, now, None))


def unopened(session: Session, key: bytes) -> Iterator[int]:
    """Notes that do not open under the ledger's key for reads: they were left or changed without that key."""
    cipher = AESGCM(key)
    for row in session.stream("all_read_notes", _BATCH):
        if _open(cipher, row) is None:
            yield row[0]


def open_looks(session: Session, key: bytes, subject: str | None = None) -> list[Read]:
    """Looks of visits that are not over, at a person or at everybody, in no order."""
    visits, cipher = [about(key, subject) if subject else ""], AESGCM(key)
    rows = session.of("ledger").rows("notes_of_visits", visits=visits)
    return [read for row in rows if (read := _open(cipher, row)) is not None]


def record_notes(
    session: Session,
    key: bytes,
    record: Callable[[Batch], Outcome],
    now: datetime,
    ended: str | None = None,
) -> int:
    """Record what was noted; how many looks became events. Needs the role of the recorder or the eraser.

    `ended`: visits at this person end now, or all of them where it is empty. Raises Retry or Halt; what was
    not recorded stays. So does a note that does not open, which is not of this program: it holds up no other,
    and counts as waiting.
    """
    cipher, recorded = AESGCM(key), 0
    after, more, attempts = 0, True, _ATTEMPTS
    while more:
        rows = session.rows("read_notes", after=after, count=_BATCH)
        more = len(rows) == _BATCH  # what was noted meanwhile is for the next time
        try:
            recorded += _record(_single(cipher, rows), record)
            after = rows[-1][0] if rows else after
        except NotesGone:  # another process recorded some of them, so fewer are left
            more, attempts = True, attempts - 1
            if not attempts:
                raise
    ends = ended and about(key, ended)
    for visit, whole in _visits_over(session, now, ends):
        noted = _of_visit(cipher, session.rows("notes_of_visits", visits=[visit]))
        over = [one for one in noted if whole or is_over(one.reads, now)]
        with suppress(NotesGone):  # then that process records the visit
            recorded += _record(over, record)
    return recorded


def _visits_over(session: Session, now: datetime, ends: str | None) -> list[tuple[Any, ...]]:
    """Names of visits of which something can be recorded, and whether all of it must be."""
    times = {"idle": now - IDLE, "begun": now - LASTS}
    return session.rows("visits_over", **times, most=MOST_LOOKS, label=ERASE, ends=ends)


def _single(cipher: AESGCM, rows: Iterable[Any]) -> list[Noted]:
    """Looks that are recorded by themselves, of which one that is there twice counts once."""
    found: dict[str, Noted] = {}
    for row in rows:
        if (read := _open(cipher, row)) is not None:
            found.setdefault(read.id, Noted([read], [])).notes.append(row[0])
    return [*found.values()]


def _of_visit(cipher: AESGCM, rows: Iterable[Any]) -> list[Noted]:
    """The looks of one reader at one person, visit by visit."""
    notes: dict[str, list[int]] = {}
    reads: list[Read] = []
    for row in rows:
        if (read := _open(cipher, row)) is not None:
            notes.setdefault(read.id, []).append(row[0])
            reads.append(read)
    return [
        Noted(visit, [*chain.from_iterable(notes[read.id] for read in visit)])
        for visit in visits_among(reads)
    ]


def _place(visit: str | None, noted_at: datetime) -> bytes:
    """The bound data of a note: a note moved to another visit or time does not open."""
    return b"\n".join((_PLACE, (visit or "").encode(), instant(noted_at).encode()))


def _seal(cipher: AESGCM, read: Read, visit: str | None) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return seal_value(cipher, msgspec.to_builtins(read), _place(visit, read.time), nonce)


def _open(cipher: AESGCM, row: Any) -> Read | None:
    _, sealed, visit, noted_at = row
    try:
        return msgspec.convert(open_value(cipher, sealed, _place(visit, noted_at)), Read)
    except (Halt, msgspec.ValidationError):
        return None


def _record(noted: Sequence[Noted], record: Callable[[Batch], Outcome]) -> int:
    """Record events and remove their notes; how many looks they tell of. Raises NotesGone, Halt."""
    if not noted:
        return 0
    notes = [*chain.from_iterable(one.notes for one in noted)]
    messages = [message_of(one.reads) for one in noted]
    try:
        outcome = record(Batch(messages, Span("read"), whole=True, read_notes=notes))
    except NotWhole as refused:
        raise Halt(f"a read was refused as {refused.refused[0][1].code.value}") from None
    before = set(outcome.repeated)
    return sum(len(one.reads) for index, one in enumerate(noted) if index not in before)
