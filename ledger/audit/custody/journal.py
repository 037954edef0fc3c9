"""Checks of the erasure journal, line by line: it can be read, is as it was written, and agrees with the
events.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from ledger.audit.findings import CappedFindings
from ledger.erasure.events import SOURCE, last_name
from ledger.errors import KeyLost, UnknownFormat
from ledger.journal.entries import ErasureEntry, ErasureJournal, read_line
from ledger.journal.linking import JournalLinks
from ledger.keys.opening import field_fence
from ledger.storage.postgres import Session


class JournalLine(msgspec.Struct, frozen=True):
    """One line of the journal, without its keys. `keys`: a hash of each."""

    number: int
    entry: ErasureEntry
    keys: frozenset[bytes]


def keys_digest(key: str) -> bytes:
    """A short digest of a key's id, 8 bytes, so that a long list takes little room."""
    return sha256(key.encode()).digest()[:8]


class JournalLines:
    """The lines of the journal by data subject and by erasure, as they were before the audited moment."""

    def __init__(self, journal: ErasureJournal, links: JournalLinks, notes: CappedFindings) -> None:
        self._journal = journal
        self._links = links
        self.of_subject: dict[UUID, list[JournalLine]] = {}
        self._by_erasure: dict[UUID, JournalLine] = {}
        self._recorded: set[UUID] = set()
        self._lacking: dict[UUID, int] = {}
        try:
            for number, raw in enumerate(journal.lines(), 1):
                self._add_line(number, raw, notes)
        except OSError as error:
            notes.note(None, "journal", f"it cannot be read: {error.strerror}")

    def _add_line(self, number: int, raw: bytes, notes: CappedFindings) -> None:
        try:
            entry = _read(raw)
        except UnknownFormat as error:
            notes.note(None, "journal-format", f"line {number}: {error}")
            return
        if entry is None:
            notes.note(None, "journal-changed", f"line {number} cannot be read")
            return
        self._authenticate(number, raw, entry, notes)
        if entry.erasure in self._by_erasure:
            first = self._by_erasure[entry.erasure].number
            notes.note(None, "journal-repeated", f"line {number} is of the erasure of line {first}")
            return
        line = JournalLine(
            number,
            msgspec.structs.replace(entry, keys=(), decisions={}),
            frozenset(map(keys_digest, entry.keys)),
        )
        self._by_erasure[entry.erasure] = line
        self.of_subject.setdefault(entry.subject, []).append(line)

    def _authenticate(
        self, number: int, raw: bytes, entry: ErasureEntry, notes: CappedFindings
    ) -> None:
        try:
            ours = self._links.belongs(entry) and _members(raw) <= _KNOWN
        except KeyLost:  # it is named already
            return
        if not ours:
            detail = f"line {number}, of {entry.subject}, is not as it was written"
            notes.note(None, "journal-changed", detail)

    def see(self, erasure: UUID, stream: UUID, position: int) -> JournalLine | None:
        """The line of an erasure that is recorded at a position."""
        self._recorded.add(erasure)
        line = self._by_erasure.get(erasure)
        if line is None:
            self._lacking.setdefault(erasure, position)
        return line if line and line.entry.subject == stream else None

    def end(self, session: Session, notes: CappedFindings) -> None:
        """Lines without an event and events without a line, unless the other one came meanwhile."""
        pending = [
            line for erasure, line in self._by_erasure.items() if erasure not in self._recorded
        ]
        self._note_pending(session, pending, notes)
        if self._lacking:
            later = set(_erasures(self._journal))
            for erasure, position in self._lacking.items():
                if erasure not in later:
                    detail = "the journal does not know this erasure"
                    notes.note(position, "journal-lacking", detail)

    def _note_pending(
        self, session: Session, pending: Sequence[JournalLine], notes: CappedFindings
    ) -> None:
        ids = [last_name(line.entry) for line in pending]
        known = {id for (id,) in session.rows("event_ids_of", source=SOURCE, ids=ids)}
        for line in pending:
            if last_name(line.entry) not in known:
                detail = (
                    f"line {line.number}: no event records this erasure of {line.entry.subject}"
                )
                notes.note(None, "erasure-pending", detail)


def _read(raw: bytes) -> ErasureEntry | None:
    """The entry of a line; None for any other text, or if a time has no zone. Raises UnknownFormat."""
    try:
        entry = read_line(raw)
    except ValueError:
        return None
    times = (entry.time, entry.through, entry.valid_from)
    return entry if all(time is None or time.tzinfo for time in times) else None


# Without them a member under another name would count as absent, and the MAC is the same for some.
_KNOWN = frozenset(ErasureEntry.__struct_fields__)


def _members(raw: bytes) -> frozenset[str]:
    """The names of the members of a line."""
    return frozenset(msgspec.json.decode(raw, type=dict[str, msgspec.Raw]))


def _erasures(journal: ErasureJournal) -> list[UUID]:
    erasures = []
    try:
        for raw in journal.lines():
            with suppress(UnknownFormat):  # it is named already
                entry = _read(raw)
                erasures += [entry.erasure] if entry else []
    except OSError:  # and so is this
        return []
    return erasures


def through_of(lines: Sequence[JournalLine], category: str) -> datetime | None:
    """Up to when the journal says that a category of a person, or a field of it, was erased."""
    ends = [
        line.entry.through
        for line in lines
        if category in line.entry.categories
        or category in map(field_fence, line.entry.fields or ())
    ]
    return max(ends, default=None)
