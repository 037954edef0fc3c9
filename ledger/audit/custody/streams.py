"""Keys, fences, tombstones and index rows against the published events of each stream."""

from bisect import bisect_right
from collections.abc import Container, Iterator, Sequence, Set
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.audit.custody.bound import Unbound
from ledger.audit.custody.custody import Checked, Custody, ProviderKeys
from ledger.audit.custody.journal import JournalLine, JournalLines, keys_digest, through_of
from ledger.audit.custody.told import Erased, NeededKey, StreamNeeds, tell
from ledger.audit.findings import CappedFindings
from ledger.backup.reimport import REIMPORT
from ledger.crypto.held import FINGERPRINT
from ledger.crypto.places import wrapped_data_keys
from ledger.crypto.provider import Unwrapped
from ledger.crypto.sealing import key_id, month_of, next_month_key
from ledger.errors import UnknownFormat
from ledger.keys.opening import field_fence
from ledger.storage.postgres import Session
from schemas import ROLLING_CATEGORIES

_BLOCK_STREAMS = 1_000
_REFERENCE = "reference"


class RestoredPositions(Container[int]):
    """Positions that a restore brought back from the log. A key that is first needed there, and the person
    who is first told of there, may be lost: they began after the copy of the keys was taken."""

    def __init__(self, spans: Sequence[Sequence[int]]) -> None:
        self._firsts = [first for first, _ in spans]
        self._lasts = [last for _, last in spans]

    def __contains__(self, position: object) -> bool:
        if not isinstance(position, int):
            return False
        at = bisect_right(self._firsts, position) - 1
        return at >= 0 and position <= self._lasts[at]


class _Key(msgspec.Struct):
    """A key that is held. `secret`: None when it does not open. `ids`: of its months, as far as asked."""

    category: str
    generation: int
    month: int
    secret: bytes | None
    ids: list[str] = msgspec.field(default_factory=list)

    def id_of(self, month: int) -> str | None:
        """The id of the key of a month; None before its first one, or when it does not open."""
        steps = month - self.month if self.category in ROLLING_CATEGORIES else 0
        if self.secret is None or steps < 0:
            return None
        while len(self.ids) <= steps:
            if self.ids:
                self.secret = next_month_key(self.secret)
            self.ids.append(key_id(self.secret))
        return self.ids[steps]


class _Fence(msgspec.Struct, frozen=True):
    generation: int
    through: datetime


class _StoredKeys(msgspec.Struct):
    """The rows of one stream in the keys' namespace."""

    keys: list[_Key] = msgspec.field(default_factory=list)
    fences: dict[str, _Fence] = msgspec.field(default_factory=dict)
    hmac: bytes | None = None
    tombstone: tuple[Any, ...] | None = None


def check_streams(
    session: Session,
    custody: Custody,
    provider_keys: ProviderKeys,
    lines: JournalLines,
    notes: CappedFindings,
    unbound: Set[UUID] = frozenset(),
) -> None:
    """Compare every stream, a block at a time.

    `unbound`: data subjects that are not bound to the reference that they have now; see `key_bound`.
    """
    strangers = Unbound(unbound)
    came_back = RestoredPositions(session.rows("positions_of_batches", label=REIMPORT))
    audit = _Audit(custody, provider_keys, notes, came_back)
    for block in _blocks(session.stream("audit_streams")):
        stored = _load(session, [stream_needs.stream for stream_needs in block], provider_keys)
        referred: dict[UUID, int] = {}
        for stream_needs in block:
            own = _with_lines(stream_needs, lines, notes)
            _Stream(stream_needs, stored[stream_needs.stream], own, audit).check()
            for subject, position in stream_needs.referred.items():
                referred.setdefault(subject, position)
            strangers.see(stream_needs, came_back)
        # Their index rows may be lost with the keys that a restore lacks.
        for subject in [subject for subject, position in referred.items() if position in came_back]:
            del referred[subject]
        _check_referred(session, referred, notes)
    strangers.end(notes)


def _blocks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[StreamNeeds]]:
    block: list[StreamNeeds] = []
    for stream, own in groupby(rows, itemgetter(0)):
        stream_needs = tell(stream, own)
        if stream_needs is not None:
            block.append(stream_needs)
        if len(block) == _BLOCK_STREAMS:
            yield block
            block = []
    if block:
        yield block


def _load(
    session: Session, subjects: list[UUID], provider_keys: ProviderKeys
) -> dict[UUID, _StoredKeys]:
    stored = {subject: _StoredKeys() for subject in subjects}
    rows = session.rows("data_keys_of_subjects", subjects=subjects, categories=None)
    keys = provider_keys.unwrap(wrapped_data_keys(provider_keys.ledger, rows))
    for row, key in zip(rows, keys, strict=True):
        stored[row[0]].keys.append(_key_of(row, key, provider_keys))
    fences = session.rows("audit_fences", subjects=subjects)
    for subject, category, generation, through, _ in fences:
        stored[subject].fences[category] = _Fence(generation, through)
    names = [f"the fence of {row[0]}, category {row[1]}," for row in fences]
    provider_keys.check(
        "fences", [Checked(r[:-1], r[-1], n) for r, n in zip(fences, names, strict=True)]
    )
    tombstones = session.rows("audit_tombstones", subjects=subjects)
    for row in tombstones:
        stored[row[0]].tombstone = row[:-1]
    provider_keys.check(
        "tombstones", [Checked(r[:-1], r[-1], f"the tombstone of {r[0]}") for r in tombstones]
    )
    for subject, hmac in session.rows("hashes_of_subjects", subjects=subjects):
        stored[subject].hmac = bytes(hmac)
    return stored


def _key_of(row: Sequence[Any], key: Unwrapped, provider_keys: ProviderKeys) -> _Key:
    subject, category, generation, month, *_ = row
    if isinstance(key, bytes):
        return _Key(category, generation, month, key)
    detail = f"of data subject {subject}, category {category}: it does not open"
    provider_keys.note(key, "key-changed", detail)
    return _Key(category, generation, month, None)


def _with_lines(
    stream_needs: StreamNeeds, lines: JournalLines, notes: CappedFindings
) -> dict[UUID, JournalLine]:
    """The journal's lines of the erasures of a stream, compared with their events."""
    own_lines = {}
    for erasure, erased in stream_needs.erasures.items():
        line = lines.see(erasure, stream_needs.stream, erased.position)
        if line is None:
            continue
        own_lines[erasure] = line
        if not _agree(line, erased):
            detail = f"line {line.number} says something else of this erasure"
            notes.note(erased.position, "journal-changed", detail)
    for line in lines.of_subject.get(stream_needs.stream, ()):
        if not line.entry.erases:  # that nothing goes is decided, and its event has another name
            lines.see(line.entry.erasure, stream_needs.stream, stream_needs.first)
            own_lines[line.entry.erasure] = line
    return own_lines


def _agree(line: JournalLine, erased: Erased) -> bool:
    """The events have at least the keys of the line: those of a start that completed it as well."""
    entry = line.entry
    as_recorded = (entry.categories, entry.fields or (), entry.ground, entry.time) == (
        erased.categories,
        erased.fields,
        erased.ground,
        erased.time,
    )
    return as_recorded and line.keys <= set(map(keys_digest, erased.keys))


class _Audit(NamedTuple):
    """The things that every stream is compared with."""

    custody: Custody
    provider_keys: ProviderKeys
    notes: CappedFindings
    came_back: RestoredPositions


class _Stream:
    """One stream's events against its rows in the keys' namespace."""

    def __init__(
        self,
        stream_needs: StreamNeeds,
        stored: _StoredKeys,
        lines: dict[UUID, JournalLine],
        audit: _Audit,
    ) -> None:
        self._audit = audit
        self._stream_needs, self._stored, self._lines = stream_needs, stored, lines
        self._custody, self._provider_keys, self._notes = (
            audit.custody,
            audit.provider_keys,
            audit.notes,
        )
        self._destroyed = {key for erased in stream_needs.erasures.values() for key in erased.keys}
        of_fields = [erased for erased in stream_needs.erasures.values() if erased.fields]
        self._exchanged = {key for erased in of_fields for key in erased.keys}
        self._whole = [
            (erasure, erased)
            for erasure, erased in stream_needs.erasures.items()
            if (lines[erasure].entry.whole if erasure in lines else erased.whole)
        ]

    def check(self) -> None:
        """Note everything that does not fit."""
        self._check_needs()
        self._check_returned()
        self._check_fingerprints()
        self._check_fences()
        if not self._stream_needs.registry:
            self._check_person()
        self._check_tombstone()
        self._check_links()

    def _note(self, kind: str, category: str, text: str = "", position: int | None = None) -> None:
        detail = f"of data subject {self._stream_needs.stream}, category {category}"
        self._notes.note(position, kind, f"{detail}: {text}" if text else detail)

    def _check_needs(self) -> None:
        """Each key that sealed values need is held, or an erasure accounts for it."""
        for (category, id), need in self._stream_needs.needs.items():
            keys = [key for key in self._stored.keys if key.category == category]
            ids = {key.id_of(need.month) for key in keys}
            if id in ids:
                if id in self._destroyed:
                    self._note("key-returned", category, "it was destroyed", need.position)
            elif id in self._destroyed:
                self._check_covered(category, id, need)
            elif all(key.secret for key in keys):  # a key that does not open is named already
                self._note_missing(category, ids, need.position)

    def _note_missing(self, category: str, ids: Set[str | None], position: int) -> None:
        """A key is gone; events that came back after a restore may have lost theirs in an erasure since."""
        if position not in self._audit.came_back:
            kind = "key-replaced" if ids - {None} else "key-missing"
            self._note(kind, category, "no erasure accounts for it", position)

    def _check_covered(self, category: str, id: str, need: NeededKey) -> None:
        """Check that the fence covers the values under a destroyed key. Values sealed anew need no fence."""
        fence = self._stored.fences.get(category)
        if id not in self._exchanged and fence is not None and fence.through < need.latest:
            self._note("fence-changed", category, "it ends before what was erased", need.position)

    def _check_returned(self) -> None:
        """No key is held of a generation and time that was erased."""
        for key in self._stored.keys:
            fence = self._stored.fences.get(key.category)
            if fence is None or key.generation > fence.generation:
                continue
            if key.month <= month_of(fence.through):
                self._note("key-returned", key.category, "its generation was erased")

    def _check_fingerprints(self) -> None:
        generations = {key.generation for key in self._stored.keys if key.category == FINGERPRINT}
        fence = self._stored.fences.get(FINGERPRINT)
        for generation, position in self._stream_needs.fingerprints.items():
            if generation not in generations and (fence is None or fence.generation < generation):
                self._note("key-missing", FINGERPRINT, "no erasure accounts for it", position)

    def _check_fences(self) -> None:
        """Each erasure has its fences, and each fence its erasure, with an end that fits."""
        expected: dict[str, list[Erased]] = {}
        wholes = {erasure for erasure, _ in self._whole}
        for erasure, erased in self._stream_needs.erasures.items():
            fields = map(field_fence, erased.fields)
            own = (
                *erased.categories,
                *fields,
                FINGERPRINT,
                *([_REFERENCE] if erasure in wholes else []),
            )
            for category in own:
                expected.setdefault(category, []).append(erased)
        for category, erasures in expected.items():
            fence = self._stored.fences.get(category)
            if fence is None:
                position = erasures[-1].position
                self._note("fence-missing", category, "it was erased here", position)
            else:
                self._check_end(category, fence.through, erasures)
        for category in self._stored.fences.keys() - expected.keys():
            self._note("fence-without-event", category, "nothing was erased")

    def _check_end(self, category: str, through: datetime, erasures: list[Erased]) -> None:
        lines = list(self._lines.values())
        latest = through_of(lines, category)
        position = erasures[-1].position
        if latest is not None and through < latest:
            self._note("fence-changed", category, "it ends before its erasure", position)
        uppers = [erased.upper for erased in erasures]
        uppers += [line.entry.through for line in lines]
        if through > max(uppers):
            self._note("fence-changed", category, "it ends after its erasure", position)

    def _check_person(self) -> None:
        """A person with events is in the index, or has a tombstone, or was erased as a whole."""
        indexed, tombstone = self._stored.hmac is not None, self._stored.tombstone is not None
        if indexed and (self._whole or tombstone):
            self._note("index-returned", _REFERENCE, "all of this person was erased")
        elif not (
            indexed or tombstone or self._whole or self._stream_needs.first in self._audit.came_back
        ):
            self._note("index-missing", _REFERENCE, "", self._stream_needs.first)

    def _check_tombstone(self) -> None:
        tombstone = self._stored.tombstone
        if tombstone is None:
            self._check_remembered()
            return
        if not self._whole:
            self._note("tombstone-without-event", "all", "nothing was erased")
            return
        fence = self._stored.fences.get(_REFERENCE)
        if fence is not None and fence.through != tombstone[5]:
            self._note("tombstone-changed", "all", "it does not end with its fence")
        if any(tombstone[6] < erased.time for _, erased in self._whole):
            self._note("tombstone-changed", "all", "it goes before its erasure")

    def _check_remembered(self) -> None:
        """Within its period an erasure of a person whose reference was known has a tombstone."""
        for erasure, erased in self._whole:
            line = self._lines.get(erasure)
            tied = line is not None and line.entry.link
            if tied and erased.time + self._custody.tombstone > self._custody.now:
                self._note("tombstone-missing", "all", "", erased.position)

    def _check_links(self) -> None:
        """The journal ties its lines to the person that index or tombstone know."""
        tombstone = self._stored.tombstone
        hmac = bytes(tombstone[1]) if tombstone else self._stored.hmac
        if hmac is None or (tombstone and tombstone[6] <= self._custody.now):
            return
        for line in self._lines.values():
            if line.entry.link:
                self._check_link(line, hmac.hex())

    def _check_link(self, line: JournalLine, hmac: str) -> None:
        where = f"line {line.number} of the journal"
        try:
            tie = self._provider_keys.links.opened(line.entry).reference_hmac
        except UnknownFormat as error:
            self._notes.note(None, "journal-format", f"{where}: {error}")
            return
        if tie is None:
            self._note("link-missing", "all", where)
        elif tie != hmac:
            self._note("link-changed", "all", where)


def _check_referred(session: Session, referred: dict[UUID, int], notes: CappedFindings) -> None:
    """Persons that facts name are known, too, or were erased."""
    subjects = list(referred)
    known = {subject for (subject,) in session.rows("remembered_subjects", subjects=subjects)}
    unknown = [subject for subject in subjects if subject not in known]
    erased = {subject for (subject,) in session.rows("wholly_fenced", subjects=unknown)}
    for subject in unknown:
        if subject not in erased:
            detail = f"of data subject {subject}, category {_REFERENCE}"
            notes.note(referred[subject], "index-missing", detail)
