"""Erasure: one transaction under the head lock that destroys keys and records that it did.

Decision, fence, keys, index rows, dead letters and the two events are committed together or not at
all; the journal knows before the commit. The one other way in is `reapply`, which repeats what the
journal says after a crash or a restore, before anyone is served.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import msgspec

from ledger.errors import IncompleteErasure, LedgerError, Misconfigured, UnknownSubject
from ledger.event import OWN_SOURCE, encode_state, instant
from ledger.intake import OwnOrigin
from ledger.journal import ErasureEntry, ErasureJournal
from ledger.names import LedgerName
from ledger.opening import Opener
from ledger.overtaking import ERASE
from ledger.postgres import Session
from ledger.reading import events_of
from ledger.sealing import end_of_month, month_of
from ledger.writing import Head, NewEvent, Span, append, latest_versions, lock_head
from schemas import CATEGORIES, ROLLING_CATEGORIES, is_person, own_event

__all__ = ["GROUNDS", "Eraser", "Erasure", "missing_of", "pending"]

Ground = Literal["request", "retention", "consent-withdrawn", "unlawful", "objection"]
GROUNDS: tuple[Ground, ...] = ("request", "retention", "consent-withdrawn", "unlawful", "objection")
_SOURCE = f"{OWN_SOURCE}erasure"
_TYPE = "nl.voipzeker.ledger.{}.v1"


class Erasure(msgspec.Struct, frozen=True):
    """What an erasure did. `keys`: ids of the destroyed keys. `last_position`: of its events."""

    erasure: UUID
    subject: UUID
    categories: tuple[str, ...]
    keys: tuple[str, ...]
    whole: bool
    time: datetime
    dead_letters: int
    last_position: int


class _Order(NamedTuple):
    """What is to be erased: categories of a subject, or the months of a rolling one up to `month`."""

    subject: UUID
    registry: str | None
    categories: tuple[str, ...]
    ground: Ground
    month: int | None = None


class Eraser:
    """The only code that destroys a person's keys. Works as the eraser's role."""

    def __init__(
        self,
        session: Session,
        opener: Opener,
        journal: ErasureJournal,
        ledger: LedgerName,
        clock: Callable[[], datetime],
        accountability: timedelta,
    ) -> None:
        self._session = session
        self._opener = opener
        self._journal = journal
        self._ledger = ledger
        self._clock = clock
        self._accountability = accountability

    def erase(self, reference: str, categories: Sequence[str], ground: Ground) -> list[Erasure]:
        """Erase categories of a person, or everything when `categories` is empty. One result a subject.

        On return it is committed and journalled. Raises UnknownSubject, IncompleteErasure (then the
        journal has it and the next start completes it), Retry or Halt.
        """
        named = tuple(c for c in CATEGORIES if c in categories) if categories else CATEGORIES
        return [self._erase(_Order(*who, named, ground)) for who in self._subjects(reference)]

    def expire(self, reference: str, category: str, month: int, ground: Ground) -> list[Erasure]:
        """Forget a rolling category's months up to `month` (12 * year + month - 1); later ones stay."""
        if category not in ROLLING_CATEGORIES:
            raise Misconfigured(f"{category} is not a rolling category")
        subjects = self._subjects(reference)
        return [self._erase(_Order(*who, (category,), ground, month)) for who in subjects]

    def _subjects(self, reference: str) -> list[tuple[UUID, str | None]]:
        """The streams behind a reference; a registry entry's with its reference, which is no secret."""
        streams: list[tuple[UUID, str | None]]
        if is_person(reference):
            streams = [(subject, None) for subject in self._opener.live_subjects(reference)]
        else:
            stream = self._ledger.registry_stream(reference)
            known = latest_versions(self._session, [stream])
            streams = [(stream, reference)] if known else []
        if not streams:
            raise UnknownSubject(
                "nothing is held about this subject, or all of it is erased already"
            )
        return streams

    def _erase(self, order: _Order) -> Erasure:
        written = False
        try:
            with self._session.transaction():
                head = self._lock()
                entry = self._entry(order, head.position)
                result = self._apply(entry, (_decided(entry), _erased(entry)))
                written = True  # from here on nobody knows whether the journal has it
                self._journal.append(entry)
                return result
        except LedgerError as error:
            if written:
                raise IncompleteErasure from error
            raise

    def _lock(self) -> Head:
        """Lock the keys, then the head: always in this order."""
        self._session.rows("lock_keys", namespace=self._ledger.keys)
        return lock_head(self._session)

    def _entry(self, order: _Order, position: int) -> ErasureEntry:
        now = self._clock()
        row = self._session.row("indexed_subject", subject=order.subject)
        hmac, version, kind, valid_from = row or (None, 1, "registry", None)
        last = month_of(now) + 1
        return ErasureEntry(
            erasure=uuid4(),
            subject=order.subject,
            registry=order.registry,
            categories=order.categories,
            keys=self._opener.key_ids(order.subject, order.categories, last, order.month),
            ground=order.ground,
            time=now,
            through=self._through(order, now),
            position=position,
            whole=set(order.categories) == set(CATEGORIES),
            reference_hmac=bytes(hmac).hex() if hmac else None,
            index_version=version,
            kind=kind,
            valid_from=valid_from,
            month=order.month,
        )

    def _through(self, order: _Order, now: datetime) -> datetime:
        """Up to when values are fenced; an event may lie some minutes in the future."""
        if order.month is not None:
            return end_of_month(order.month)
        times = (event.time for event in events_of(self._session, [order.subject]))
        return max(now, max(times, default=now))

    def _apply(self, entry: ErasureEntry, events: Sequence[NewEvent]) -> Erasure:
        """Fence, destroy and record, inside the caller's transaction under the head lock."""
        destroyed = [*entry.categories, "fingerprint", *(["reference"] if entry.whole else [])]
        parameters: dict[str, Any] = {"subject": entry.subject, "categories": destroyed}
        self._session.run("fence", **parameters, through=entry.through)
        if entry.month is None:
            self._session.run("destroy_keys", **parameters)
        else:
            self._ratchet(entry, entry.month)
        self._session.run("remove_blind", **parameters)
        letters = 0
        if entry.reference_hmac:
            hmac = bytes.fromhex(entry.reference_hmac)
            letters = self._session.run("remove_letters_of", subject_hmac=hmac)
            self._remember(entry, hmac)
        first = latest_versions(self._session, [entry.subject]).get(entry.subject, 0) + 1
        numbered = [
            msgspec.structs.replace(event, version=version)
            for version, event in enumerate(events, first)
        ]
        written = append(
            self._session,
            numbered,
            Span(ERASE),
            erasures=1,
            channel=self._ledger.channel,
        )
        return Erasure(
            erasure=entry.erasure,
            subject=entry.subject,
            categories=entry.categories,
            keys=entry.keys,
            whole=entry.whole,
            time=entry.time,
            dead_letters=letters,
            last_position=written.last,
        )

    def _ratchet(self, entry: ErasureEntry, month: int) -> None:
        """Replace the stored keys of a rolling category by those of the month after `month`."""
        self._session.run("destroy_keys", subject=entry.subject, categories=["fingerprint"])
        for category in entry.categories:
            for row in self._opener.ratcheted(entry.subject, category, month + 1):
                self._session.run("ratchet_key", subject=entry.subject, category=category, **row)

    def _remember(self, entry: ErasureEntry, hmac: bytes) -> None:
        """A tombstone for a wholly erased person; otherwise the index row, should it be missing."""
        parameters: dict[str, Any] = {
            "subject": entry.subject,
            "reference_hmac": hmac,
            "version": entry.index_version,
            "kind": entry.kind,
            "valid_from": entry.valid_from,
        }
        if entry.whole:
            self._session.run("remove_subject", subject=entry.subject)
            keep_until = entry.time + self._accountability
            self._session.run(
                "add_tombstone", **parameters, through=entry.through, keep_until=keep_until
            )
        else:
            self._session.run("restore_subject", **parameters)

    def reapply(self) -> list[Erasure]:
        """Carry out what the journal knows and the database does not. Run before anyone is served."""
        done = [self._reapply(entry) for entry in pending(self._session, self._journal)]
        return [erasure for erasure in done if erasure]

    def _reapply(self, entry: ErasureEntry) -> Erasure | None:
        with self._session.transaction():
            head = self._lock()
            if not missing_of(self._session, [entry]):
                return None  # another process that started at the same time was faster
            recorded = self._session.row("event_named", source=_SOURCE, id=_name(entry, "erased"))
            after = "restart" if head.position >= entry.position else "restore"
            last = month_of(self._clock()) + 1
            alive = self._opener.key_ids(entry.subject, entry.categories, last, entry.month)
            entry = msgspec.structs.replace(entry, keys=tuple(dict.fromkeys((*entry.keys, *alive))))
            events = [_reapplied(entry, after, self._clock())]
            if recorded is None:
                events = [_decided(entry), _erased(entry), *events]
            return self._apply(entry, events)


def pending(session: Session, journal: ErasureJournal) -> list[ErasureEntry]:
    """Entries of the journal that the database does not hold, in part or at all."""
    return missing_of(session, journal.entries())


def missing_of(session: Session, entries: Sequence[ErasureEntry]) -> list[ErasureEntry]:
    """Those of some entries of the journal that the database does not hold, in part or at all."""
    if not entries:
        return []
    fences = {
        (subject, category): through
        for subject, category, through in session.rows(
            "fences_of_subjects", subjects=[entry.subject for entry in entries]
        )
    }
    ids = [_name(entry, "erased") for entry in entries]
    known = {id for (id,) in session.rows("event_ids_of", source=_SOURCE, ids=ids)}
    return [entry for entry in entries if not _held(entry, fences, known)]


def _held(entry: ErasureEntry, fences: dict[tuple[UUID, str], datetime], known: set[str]) -> bool:
    if _name(entry, "erased") not in known:
        return False
    throughs = [fences.get((entry.subject, category)) for category in entry.categories]
    return all(through is not None and through >= entry.through for through in throughs)


def _name(entry: ErasureEntry, part: str) -> str:
    return f"{entry.erasure}.{part}"


def _decided(entry: ErasureEntry) -> NewEvent:
    decisions = {
        category: {"decision": "erase", "ground": entry.ground} for category in entry.categories
    }
    return _own(entry, "erasure-decided", "decided", {"decisions": decisions}, entry.time)


def _erased(entry: ErasureEntry) -> NewEvent:
    facts = {
        "categories": list(entry.categories),
        "ground": entry.ground,
        "keys_destroyed": list(entry.keys),
    }
    return _own(entry, "personal-data-erased", "erased", facts, entry.time)


def _reapplied(entry: ErasureEntry, after: str, now: datetime) -> NewEvent:
    part = f"reapplied.{uuid4()}"
    return _own(entry, "erasure-reapplied", part, {"after": after}, now)


def _own(
    entry: ErasureEntry, name: str, part: str, facts: dict[str, Any], time: datetime
) -> NewEvent:
    """An event of the ledger itself; the contract checks it like any other."""
    event = own_event(_TYPE.format(name), id=_name(entry, part), source=_SOURCE, facts=facts)
    state = encode_state(
        {
            "id": event.id,
            "source": event.source,
            "time": instant(time),
            "subject": entry.registry,
            "categories": list(event.categories),
            "facts": event.facts,
            "sealed": {},
            "origin": msgspec.structs.asdict(OwnOrigin("erase")),
        }
    )
    return NewEvent(entry.subject, 0, event.type, state, (event.source, event.id, b"", 0))
