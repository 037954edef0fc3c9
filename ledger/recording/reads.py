"""Reads of personal data: noted in the database before anything opens, recorded as `ledger-read` afterwards.

A note is a sealed row, since it names persons. The reader's role may add a note and not remove it;
the recorder removes it once it is an event. A note carries the id of its event, so a note that is recorded
twice is a duplicate: a read is never lost and never counted twice, whatever dies meanwhile.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import NONCE_BYTES, open_value, seal_value
from ledger.errors import Halt
from ledger.event import OWN_SOURCE
from ledger.recording.batch import Batch, Outcome
from ledger.storage.postgres import Session
from ledger.writing.append import Span
from ledger.writing.message import Message
from ledger.writing.own_message import OwnAct, own_message
from schemas import names

READS = "reads"
"""Purpose of the ledger's key that seals notes."""
SOURCE = f"{OWN_SOURCE}{READS}"
_TYPE = names.type_of(names.LEDGER_READ)
_PLACE = b"processing-ledger/read/1"
# Notes are recorded in transactions of this size.
_BATCH = 1_000


class Read(msgspec.Struct, frozen=True, omit_defaults=True):
    """One read. `subject`, `reader`: references of persons; `query`: name of the command.

    `role_held`: False when the register grants the reader no such role and the read was let through.
    `reason`, `case_ref`: why, where the reader had to say it.
    """

    id: str
    time: datetime
    subject: str
    reader: str
    role: str
    query: str
    categories: tuple[str, ...]
    everyone: bool = False
    role_held: bool = True
    reason: str | None = None
    case_ref: str | None = None


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
        self._cipher: AESGCM | None = None

    @property
    def taken(self) -> bool:
        """Whether anything was noted."""
        return self._cipher is not None

    def add(self, reads: Sequence[Read]) -> None:
        """Note reads; on return they are committed.

        Raises Misconfigured, Retry, Halt, or what `look` does.
        """
        for read in reads:
            self._look(read.subject)
        cipher = self._cipher or AESGCM(self._key())
        sealed = [_seal(cipher, read) for read in reads]
        self._session().run("add_read_notes", sealed=sealed)
        self._cipher = cipher


def waiting(session: Session) -> int:
    """How many reads are noted and no event yet."""
    (count,) = session.of("ledger").row("count_read_notes") or (0,)
    return int(count)


def any_wait(session: Session) -> bool:
    """Whether a read is noted and no event yet; it takes no longer where many are."""
    return bool(session.of("ledger").rows("read_notes", after=None, count=1))


def unopened(session: Session, key: bytes) -> Iterator[int]:
    """Notes that do not open under the ledger's key for reads: they were left or changed without that key."""
    cipher = AESGCM(key)
    for note, sealed in session.stream("read_notes", _BATCH, after=None, count=None):
        if _open(cipher, sealed) is None:
            yield note


def record_notes(session: Session, key: bytes, record: Callable[[Batch], Outcome]) -> int:
    """Record the noted reads; returns how many became events. Needs the role of the recorder or the eraser.

    Raises Retry or Halt; what was not recorded stays. So does a note that does not open, which is not of this
    program: it holds up no other, and counts as waiting.
    """
    cipher, recorded = AESGCM(key), 0
    after: int | None = None
    while rows := session.rows("read_notes", after=after, count=_BATCH):
        after = rows[-1][0]
        opened = [(note, _open(cipher, sealed)) for note, sealed in rows]
        reads = [(note, read) for note, read in opened if read is not None]
        recorded += _record([read for _, read in reads], record)
        session.run("remove_read_notes", notes=[note for note, _ in reads])
        if len(rows) < _BATCH:  # reads that were noted meanwhile wait for the next time
            break
    return recorded


def _seal(cipher: AESGCM, read: Read) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return seal_value(cipher, msgspec.to_builtins(read), _PLACE, nonce)


def _open(cipher: AESGCM, sealed: str) -> Read | None:
    try:
        return msgspec.convert(open_value(cipher, sealed, _PLACE), Read)
    except (Halt, msgspec.ValidationError):
        return None


def _record(reads: Sequence[Read], record: Callable[[Batch], Outcome]) -> int:
    if not reads:
        return 0
    outcome = record(Batch([_message(read) for read in reads], Span("read")))
    if outcome.rejections:
        raise Halt(f"a read was refused as {outcome.rejections[0][1].code.value}")
    return outcome.recorded


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
    if not read.role_held:
        facts["role_held"] = False
    facts |= {
        name: said
        for name, said in (("reason", read.reason), ("case_ref", read.case_ref))
        if said is not None
    }
    act = OwnAct(
        type=_TYPE,
        id=read.id,
        source=SOURCE,
        subject=read.subject,
        time=read.time,
        facts=facts,
        categories=read.categories,
    )
    return own_message(act, read.query)
