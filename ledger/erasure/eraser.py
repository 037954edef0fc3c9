"""Erasure: one transaction under the head lock that destroys keys and records that it did.

Decision, fence, keys, index rows, dead letters and the two events are committed together or not at
all; the journal knows before the commit. The eraser decides under the lock, from the events that are
recorded by then, and refuses a category under a legal hold to everyone. The one other way in is
`reapply`, which repeats what the journal says after a crash or a restore, before anyone is served.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec

from ledger.crypto.sealing import KeyedHash, end_of_month, month_of
from ledger.erasure.events import SOURCE, events_of_entry, last_name, reapplied
from ledger.erasure.keep_list import KeepList
from ledger.erasure.pending import missing_of, pending
from ledger.erasure.verdict import Ground, Guard, Judge, Verdict, outright
from ledger.errors import (
    IncompleteErasure,
    LedgerError,
    Misconfigured,
    NotYet,
    OnHold,
    UnknownSubject,
)
from ledger.event import RecordedEvent
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.journal.overtaking import DECIDE, ERASE
from ledger.journal.remembering import add_tombstone, fence, restore_subject
from ledger.keys.opening import Opener
from ledger.letters.dead import remove_letters
from ledger.names import LedgerName
from ledger.reading import events_of
from ledger.storage.postgres import Session
from ledger.writing.append import (
    BatchNotes,
    Head,
    NewEvent,
    Span,
    append,
    latest_versions,
    lock_head,
)
from ledger.writing.chain import CHAIN, ChainLink
from schemas import CATEGORIES, ROLLING_CATEGORIES, is_person


class Erasure(msgspec.Struct, frozen=True):
    """What an erasure did. `keys`: ids of the destroyed keys. `last_position`: of its events.

    `decisions`: of every category that was decided; those that stay are not among `categories`.
    """

    erasure: UUID
    subject: UUID
    categories: tuple[str, ...]
    keys: tuple[str, ...]
    whole: bool
    time: datetime
    dead_letters: int
    last_position: int
    decisions: Mapping[str, Mapping[str, Any]] = {}


class _Target(NamedTuple):
    """A stream, and the reference of a registry entry's, which is no secret."""

    subject: UUID
    registry: str | None = None


class Bounds(msgspec.Struct, frozen=True):
    """What an erasure may not pass: how long a tombstone stays, and what may not be erased at all.

    `keep_list`: what may not be erased for a reason that is not known here; None where there is no list.
    """

    accountability: timedelta
    guard: Guard
    keep_list: KeepList | None = None


class Eraser:
    """The only code that destroys a person's keys. Works as the eraser's role."""

    def __init__(
        self,
        session: Session,
        opener: Opener,
        journal: ErasureJournal,
        ledger: LedgerName,
        clock: Callable[[], datetime],
        bounds: Bounds,
    ) -> None:
        self._session = session
        self._opener = opener
        self._journal = journal
        self._ledger = ledger
        self._clock = clock
        self._accountability = bounds.accountability
        self._guard = bounds.guard
        self._keep_list = bounds.keep_list

    def check_keep_list(self) -> None:
        """Raise Retry or Misconfigured while nothing may be erased for anybody."""
        if self._keep_list is not None:
            self._keep_list.check(self._clock())

    def listed(self, subject: UUID) -> frozenset[str]:
        """Categories of a person that the keep list keeps. Raises what `check_keep_list` raises."""
        if self._keep_list is None:
            return frozenset()
        references = self._opener.references([subject]).values()
        return self._keep_list.kept(references, self._clock())

    def erase(self, reference: str, categories: Sequence[str], ground: Ground) -> list[Erasure]:
        """Erase categories of a person, or everything when `categories` is empty. One result a subject.

        On return it is committed and journalled. Raises OnHold when a category is under a legal hold, NotYet
        when the keep list has it (then nothing of that subject is destroyed), UnknownSubject,
        IncompleteErasure (then the journal has it and the next start completes it), Retry or Halt.
        """
        to_erase = tuple(c for c in CATEGORIES if c in categories) if categories else CATEGORIES
        return self._erase_all(reference, outright(to_erase, ground))

    def expire(self, reference: str, category: str, month: int, ground: Ground) -> list[Erasure]:
        """Forget a rolling category's months up to `month` (12 * year + month - 1); later ones stay."""
        if category not in ROLLING_CATEGORIES:
            raise Misconfigured(f"{category} is not a rolling category")
        return self._erase_all(reference, outright((category,), ground, month))

    def decide(self, subject: UUID, judge: Judge) -> Erasure | None:
        """Judge a person's stream under the lock, record what is decided, and destroy what is to go.

        None when there was nothing to decide. Raises what `erase` raises.
        """
        return self._carry_out(_Target(subject), judge)

    def live_subjects(self, reference: str) -> list[UUID]:
        """Data subjects of a person's reference of whom something may be held. Raises UnknownSubject."""
        return [target.subject for target in self._targets(reference)]

    def subjects(self, reference: str) -> list[UUID]:
        """Every data subject that a person's reference has named, erased ones too, in the order of time."""
        return [period.subject for period in self._opener.periods(reference)]

    def _erase_all(self, reference: str, verdict: Verdict) -> list[Erasure]:
        targets = self._targets(reference)
        for target in targets:  # a hold on one stream keeps them all
            events = events_of(self._session, [target.subject])
            self._refuse_held(verdict, events, self._listed(target))
        erasures: list[Erasure] = []
        for target in targets:
            try:
                erasure = self._carry_out(target, lambda _events, _listed: verdict)
            except (
                OnHold,
                NotYet,
            ) as on_hold:  # placed since: what went before it is not a success
                raise IncompleteErasure(str(on_hold)) if erasures else on_hold from None
            erasures += [erasure] if erasure else []
        return erasures

    def _targets(self, reference: str) -> list[_Target]:
        if is_person(reference):
            targets = [_Target(subject) for subject in self._opener.live_subjects(reference)]
        else:
            stream = self._ledger.registry_stream(reference)
            versions = latest_versions(self._session, [stream])
            targets = [_Target(stream, reference)] if versions else []
        if not targets:
            raise UnknownSubject(
                "nothing is held about this subject, or all of it is erased already"
            )
        return targets

    def _carry_out(self, target: _Target, judge: Judge) -> Erasure | None:
        may_be_journalled = False
        try:
            with self._session.transaction():
                head = self._lock()
                events = events_of(self._session, [target.subject])
                listed = self._listed(target)
                verdict = judge(events, listed)
                if verdict is None:
                    return None
                self._refuse_held(verdict, events, listed)
                entry = self._entry(target, verdict, head.position, events)
                line = self._opener.links.closed(entry)
                result = self._apply(entry, events_of_entry(entry))
                may_be_journalled = True  # after an error the journal may have the line
                self._journal.append(line)
                return result
        except LedgerError as error:
            if may_be_journalled:
                raise IncompleteErasure from error
            raise

    def _listed(self, target: _Target) -> frozenset[str]:
        return frozenset() if target.registry else self.listed(target.subject)

    def _refuse_held(
        self, verdict: Verdict, events: Sequence[RecordedEvent], listed: AbstractSet[str]
    ) -> None:
        """Raise OnHold when a category that would go is under a legal hold, or in the keep list."""
        holds = self._guard(events)
        on_hold = [
            (ref, category) for category in verdict.erased for ref in holds.get(category, ())
        ]
        if on_hold:
            raise OnHold(on_hold)
        if not listed.isdisjoint(verdict.erased):
            raise NotYet

    def _lock(self) -> Head:
        """Lock the keys, then the head: always in this order."""
        self._session.run("lock_keys")
        return lock_head(self._session)

    def _entry(
        self, target: _Target, verdict: Verdict, position: int, events: Sequence[RecordedEvent]
    ) -> ErasureEntry:
        now = self._clock()
        row = self._session.row("indexed_subject", subject=target.subject)
        hmac, version, kind, valid_from = row or (None, 1, "registry", None)
        last = month_of(now) + 1
        return ErasureEntry(
            erasure=uuid4(),
            subject=target.subject,
            registry=target.registry,
            categories=verdict.erased,
            keys=self._opener.key_ids(target.subject, verdict.erased, last, verdict.month),
            ground=verdict.ground,
            time=now,
            through=_through(verdict, now, events),
            position=position,
            whole=set(verdict.erased) == set(CATEGORIES),
            reference_hmac=bytes(hmac).hex() if hmac else None,
            index_version=version,
            kind=kind,
            valid_from=valid_from,
            month=verdict.month,
            decisions={
                name: dict(decision) for name, decision in sorted(verdict.decisions.items())
            },
            request_ref=verdict.request_ref,
        )

    def _apply(self, entry: ErasureEntry, events: Sequence[NewEvent]) -> Erasure:
        """Fence, destroy and record, inside the caller's transaction under the head lock."""
        link = ChainLink(KeyedHash(self._opener.ledger_key(CHAIN)))
        letters = self._destroy(entry, link) if entry.categories else self._keep(entry)
        first = latest_versions(self._session, [entry.subject]).get(entry.subject, 0) + 1
        numbered = [
            msgspec.structs.replace(event, version=version)
            for version, event in enumerate(events, first)
        ]
        written = append(
            self._session,
            numbered,
            Span(ERASE if entry.categories else DECIDE),
            link,
            notes=BatchNotes(erasures=1 if entry.categories else 0),
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
            decisions=entry.decisions,
        )

    def _destroy(self, entry: ErasureEntry, link: ChainLink) -> int:
        """Fence and destroy keys, index rows and dead letters; how many letters there were."""
        destroyed = [*entry.categories, "fingerprint", *(["reference"] if entry.whole else [])]
        parameters: dict[str, Any] = {"subject": entry.subject, "categories": destroyed}
        fence(self._session, self._opener.macs, entry.subject, destroyed, entry.through)
        if entry.month is None:
            self._session.run("destroy_keys", **parameters)
        else:
            self._ratchet(entry, entry.month)
        self._session.run("remove_blind", **parameters)
        hmac = self._hmac(entry)
        owner = {"subject_hmac": hmac}
        letters = remove_letters(self._session, link, "remove_letters_of", **owner) if hmac else 0
        self._remember(entry)
        return letters

    def _hmac(self, entry: ErasureEntry) -> bytes | None:
        """The hash by which the person is found: the journal's, or the index's when the journal forgot it."""
        if entry.reference_hmac:
            return bytes.fromhex(entry.reference_hmac)
        row = self._session.row("indexed_subject", subject=entry.subject)
        return bytes(row[0]) if row else None

    def _keep(self, entry: ErasureEntry) -> int:
        """Destroy nothing. After a restore from before the person was known, the index knows them again."""
        self._remember(entry)
        return 0

    def _ratchet(self, entry: ErasureEntry, month: int) -> None:
        """Replace the stored keys of a rolling category by those of the month after `month`."""
        self._session.run("destroy_keys", subject=entry.subject, categories=["fingerprint"])
        for category in entry.categories:
            for row in self._opener.ratcheted(entry.subject, category, month + 1):
                self._session.run("ratchet_key", subject=entry.subject, category=category, **row)

    def _remember(self, entry: ErasureEntry) -> None:
        """A tombstone for a wholly erased person; otherwise the index row, should it be missing.

        Writes neither when the tombstone is past its date: nothing ties that person to the journal any more.
        """
        hmac = bytes.fromhex(entry.reference_hmac) if entry.reference_hmac else None
        macs = self._opener.macs
        if entry.whole:
            self._session.run("remove_subject", subject=entry.subject)
        if hmac is None:
            return
        if entry.whole:
            keep_until = entry.time + self._accountability
            add_tombstone(self._session, macs, entry, hmac, keep_until)
        else:
            restore_subject(self._session, macs, entry, hmac)

    def reapply(self) -> list[Erasure]:
        """Carry out what the journal knows and the database does not. Run before anyone is served."""
        erasures = [self._reapply(entry) for entry in pending(self._session, self._journal)]
        return [erasure for erasure in erasures if erasure]

    def _reapply(self, entry: ErasureEntry) -> Erasure | None:
        with self._session.transaction():
            head = self._lock()
            if not missing_of(self._session, [entry]):
                return None  # another process that started at the same time was faster
            recorded = self._session.row("event_named", source=SOURCE, id=last_name(entry))
            after = "restart" if head.position >= entry.position else "restore"
            entry = self._as_of_now(self._opener.links.opened(entry))
            events = [reapplied(entry, after, self._clock())]
            if recorded is None:
                events = [*events_of_entry(entry), *events]
            return self._apply(entry, events)

    def _as_of_now(self, entry: ErasureEntry) -> ErasureEntry:
        """The entry with the keys that live now, fenced up to the last value that was sealed with them."""
        last = month_of(self._clock()) + 1
        alive = self._opener.key_ids(entry.subject, entry.categories, last, entry.month)
        keys = tuple(dict.fromkeys((*entry.keys, *alive)))
        through = entry.through
        if entry.month is None and alive:
            times = [event.time for event in events_of(self._session, [entry.subject])]
            through = max([through, *times])
        return msgspec.structs.replace(entry, keys=keys, through=through)


def _through(verdict: Verdict, now: datetime, events: Sequence[RecordedEvent]) -> datetime:
    """Up to when values are fenced; an event may lie some minutes in the future."""
    if verdict.month is not None:
        return end_of_month(verdict.month)
    return max(now, max((event.time for event in events), default=now))
