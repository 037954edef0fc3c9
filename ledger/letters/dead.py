"""Dead letters: what could not be recorded, sealed under a key of the day, with a reason without values.

A letter is known by a keyed hash of its bytes, so the same line again is the same letter. Destroying
the day's key forgets all letters of that day, in backups too.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.crypto.sealing import NONCE_BYTES, KeyedHash, open_bytes, seal_bytes
from ledger.errors import Halt, KeyLost, Reject, UnknownFormat
from ledger.keys.keyring import Keyring
from ledger.names import LedgerName
from ledger.storage.postgres import Session
from ledger.writing.append import Span, append, lock_head
from ledger.writing.chain import ChainLink
from ledger.writing.message import FileOrigin, KafkaOrigin, Message, place_of
from schemas import Rejection, is_person
from schemas.codes import words_for

# For one source on one topic and one day; letters are kept for fourteen days. A system that fails for hours
# stays below; beyond it a disk would fill unseen.
LETTERS_A_DAY = 500_000
LETTER_BYTES_A_DAY = 1024 * 1024 * 1024


class Letter(msgspec.Struct, frozen=True):
    """A dead letter as it may be shown: nothing in it quotes the message.

    `mended_by`: position of the event that was recorded since under its source and id; lists know it.
    """

    letter: str
    code: str
    pointer: str
    type: str | None
    source: str | None
    id: str | None
    topic: str
    partition: int
    offset: int
    mode: str
    day: date
    times: int
    first_seen: datetime
    last_seen: datetime
    mended_by: int | None = None


def day_purpose(day: date) -> str:
    """Purpose of the ledger key that seals the letters of a day."""
    return f"letters/{day.isoformat()}"


class LetterKeys(msgspec.Struct, frozen=True):
    """The keys that dead letters of a day need; made before the transaction that writes them."""

    day: date
    cipher: AESGCM
    names: KeyedHash
    references: KeyedHash


class LetterRoom:
    """The room for dead letters of a source on a day, and how much is used.

    `ends`: beyond it nothing is kept.

    A topic whose room does not end must halt once it is full: then nothing is lost. Where it ends, all
    messages beyond the end are one letter, which counts them and has no bytes of them.
    """

    def __init__(
        self, topic: str, source: str, day: date, ends: bool, letters: int = 0, size_bytes: int = 0
    ) -> None:
        self.day, self.letters, self.size_bytes = day, letters, size_bytes
        self._ends, self._used = ends, self._shares()
        overflow = {"not_kept": {"topic": topic, "source": source, "day": day.isoformat()}}
        self.overflow = orjson.dumps(overflow)
        """The body of the letter that stands for all that is not kept."""

    def take(self, size_bytes: int) -> bool:
        """Whether there is room for one more letter; takes it."""
        is_over = self.size_bytes + size_bytes > LETTER_BYTES_A_DAY
        if self._ends and (self.letters >= LETTERS_A_DAY or is_over):
            return False
        self.letters += 1
        self.size_bytes += size_bytes
        return True

    @property
    def is_full(self) -> bool:
        """Whether a room without an end was filled (once more) since this was made."""
        return not self._ends and self._shares() > self._used

    def _shares(self) -> int:
        return max(self.letters // LETTERS_A_DAY, self.size_bytes // LETTER_BYTES_A_DAY)


def letter_keys(keyring: Keyring, now: datetime) -> LetterKeys:
    """The keys that letters need today, made when they are missing."""
    day = now.astimezone(UTC).date()
    cipher = AESGCM(keyring.ledger_key(day_purpose(day)))
    return LetterKeys(day, cipher, keyring.hash("letter-id"), keyring.hash("index"))


def offset_of(origin: Any) -> tuple[str, int, int]:
    """Topic, partition and offset of any origin; a file counts as a topic with line numbers."""
    place = place_of(origin)
    if isinstance(origin, KafkaOrigin):
        return place, origin.partition, origin.offset
    return place, 0, origin.line if isinstance(origin, FileOrigin) else 0


class _Row(msgspec.Struct):
    """The row of a letter, in the order of `kept_letters`; `sealed` is the SHA-256 of the sealed bytes."""

    letter: bytes
    code: str
    pointer: str
    event_type: str | None
    source: str | None
    id: str | None
    topic: str
    partition: int
    record_offset: int
    mode: str
    day: date
    sealed: bytes
    subject_hmac: bytes | None
    times: int
    first_seen: datetime
    last_seen: datetime


def add_letters(
    session: Session,
    link: ChainLink,
    keys: LetterKeys,
    refused: Sequence[tuple[Message, Rejection, LetterRoom]],
    now: datetime,
) -> frozenset[int]:
    """Keep refused messages, inside the caller's transaction; returns the indexes of those without room.

    A known letter is counted again. `now`: time of reception, by a clock that may have been put back.
    """
    if not refused:
        return frozenset()
    names = [keys.names.of(message.body) for message, _, _ in refused]
    overflows = {room.overflow for _, _, room in refused}
    kept = _KeptLetters(session, link, keys, now, {*names, *map(keys.names.of, overflows)})
    left_out = frozenset(
        index
        for index, (name, one) in enumerate(zip(names, refused, strict=True))
        if not kept.add(name, *one)
    )
    kept.write()
    return left_out


class _KeptLetters:
    """Letters of some names, and the additions of a batch. Needs the head lock."""

    def __init__(
        self, session: Session, link: ChainLink, keys: LetterKeys, now: datetime, names: set[bytes]
    ) -> None:
        self._session, self._link, self._keys, self._now = session, link, keys, now
        known = session.rows("kept_letters", letters=sorted(names))
        self._rows = {row[0]: _Row(*row) for row in known}
        self._again = set(self._rows)
        self._sealed: dict[bytes, bytes] = {}
        for row in self._rows.values():
            link.goes("dead_letters", msgspec.structs.astuple(row))

    def add(self, name: bytes, message: Message, why: Rejection, room: LetterRoom) -> bool:
        """Count a message again, keep it where there is room, or count it with the rest; False for that."""
        if name in self._rows:
            _count_again(self._rows[name], why, self._now)
            return True
        if room.take(len(message.body)):
            self._seal(name, message, why)
            return True
        name = self._keys.names.of(room.overflow)
        if name in self._rows:
            _count_again(self._rows[name], why, self._now)
        else:
            rest = Message(room.overflow, message.outcome, message.origin, "truncated")
            self._seal(name, rest, Rejection(why.code, why.pointer))
        return False

    def _seal(self, name: bytes, message: Message, why: Rejection) -> None:
        sealed = seal_bytes(self._keys.cipher, message.body, name, os.urandom(NONCE_BYTES))
        self._sealed[name] = sealed
        topic, partition, offset = offset_of(message.origin)
        self._rows[name] = _Row(
            letter=name,
            code=why.code.value,
            pointer=why.pointer,
            event_type=why.type,
            source=why.source,
            id=why.id,
            topic=topic,
            partition=partition,
            record_offset=offset,
            mode=message.mode,
            day=self._keys.day,
            sealed=sha256(sealed).digest(),
            subject_hmac=_subject_hmac(self._keys, why),
            times=1,
            first_seen=self._now,
            last_seen=self._now,
        )

    def write(self) -> None:
        """Write the additions."""
        macs = {
            name: self._link.comes("dead_letters", msgspec.structs.astuple(row))
            for name, row in self._rows.items()
        }
        new = [self._rows[name] for name in self._sealed]
        sealed = self._sealed
        if new:
            columns = {
                field: [getattr(row, field) for row in new] for field in _Row.__struct_fields__
            }
            columns["sealed"] = [sealed[row.letter] for row in new]
            self._session.run("add_letters", **columns, mac=[macs[row.letter] for row in new])
        _write_again(self._session, [self._rows[name] for name in self._again], macs)


def _count_again(row: _Row, rejection: Rejection, now: datetime) -> None:
    row.times += 1
    row.last_seen = max(row.last_seen, now)
    row.code, row.pointer = rejection.code.value, rejection.pointer


def _write_again(session: Session, rows: Sequence[_Row], macs: Mapping[bytes, bytes]) -> None:
    if rows:
        session.run(
            "count_letters_again",
            letters=[row.letter for row in rows],
            codes=[row.code for row in rows],
            pointers=[row.pointer for row in rows],
            times=[row.times for row in rows],
            last_seen=[row.last_seen for row in rows],
            macs=[macs[row.letter] for row in rows],
        )


def remove_letters(session: Session, link: ChainLink, name: str, /, **which: Any) -> int:
    """Remove letters with the statement `name`; how many. Needs the head lock."""
    rows = session.rows(name, **which)
    for row in rows:
        link.goes("dead_letters", row)
    return len(rows)


# Its place in a row of a removed letter, whose columns are those of the row's hash.
_SUBJECT_HMAC = 12


def letters_gone(session: Session, link: ChainLink, hmacs: Sequence[bytes]) -> list[bytes]:
    """Remove the letters about some persons; for each letter the hash of its person. Needs the head lock."""
    rows = session.rows("remove_letters_of", hmacs=list(hmacs))
    for row in rows:
        link.goes("dead_letters", row)
    return [bytes(row[_SUBJECT_HMAC]) for row in rows]


def _subject_hmac(keys: LetterKeys, rejection: Rejection) -> bytes | None:
    """The hash by which an erasure finds the letters of a person; None where no person could be read."""
    subject = rejection.subject
    return keys.references.of(subject.encode()) if subject and is_person(subject) else None


def letters(session: Session) -> list[Letter]:
    """All dead letters, oldest first."""
    return [Letter(bytes(row[0]).hex(), *row[1:]) for row in session.rows("letters")]


def open_letter(session: Session, keyring: Keyring, letter: str) -> tuple[Letter, bytes]:
    """One letter and the bytes of its message.

    Raises Reject for an unknown letter, Lost when no key opens it any more.
    """
    try:
        name = bytes.fromhex(letter)
    except ValueError:
        raise Reject("a dead letter's name is a string of 64 hexadecimal digits") from None
    row = session.row("letter", letter=name)
    if row is None:
        raise _absent()
    described = Letter(letter, *row[1:-1])
    try:
        return described, _body_of(keyring, described.day, name, bytes(row[-1]))
    except KeyLost:
        if session.row("letter", letter=name) is None:  # it expired just now, and its key with it
            raise _absent() from None
        raise


def _absent() -> Reject:
    return Reject("there is no such dead letter; `ledger dead-letters list` shows them")


def _body_of(keyring: Keyring, day: date, name: bytes, sealed: bytes) -> bytes:
    """The bytes of a message. A key of a past day is never made: it could not open anything."""
    cipher = AESGCM(keyring.known_ledger_key(day_purpose(day)))
    try:
        return open_bytes(cipher, sealed, name)
    except UnknownFormat:
        raise
    except Halt:
        raise KeyLost(
            f"a dead letter of {day} does not open under the key of its day:"
            " one of the two was changed or replaced"
        ) from None


def expire_letters(
    session: Session, ledger: LedgerName, chain: KeyedHash, now: datetime, retention: timedelta
) -> int:
    """Forget letters older than their retention: rows and day keys. Needs the eraser's role.

    `chain`: vouches for the batch that says so.
    """
    oldest = (now - retention).astimezone(UTC).date()
    with session.transaction():
        session.run("expire_letter_keys", purpose=day_purpose(oldest))
        lock_head(session)
        link = ChainLink(chain)
        letters = remove_letters(session, link, "expire_letters", oldest=oldest)
        if letters:
            append(session, [], Span("command:expire"), link, channel=ledger.channel)
        return letters


def answer_of(rejection: Rejection, origin: Any) -> bytes:
    """The answer to upstream: the place of the message and the reason of its refusal, never its content."""
    topic, partition, offset = offset_of(origin)
    return orjson.dumps(
        {
            "source": rejection.source,
            "id": rejection.id,
            "type": rejection.type,
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "code": rejection.code.value,
            "pointer": rejection.pointer,
            "words": words_for(rejection.code.value, rejection.type, rejection.pointer),
        },
        option=orjson.OPT_SORT_KEYS,
    )
