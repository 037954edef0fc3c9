"""Erasure: one transaction under the head lock that destroys keys and records that it did.

Decisions, fences, keys, index rows, dead letters and events are committed together or not at all, of one
person or of many; the journal knows before the commit. The eraser decides under the lock, from the events
that are recorded by then, and refuses a category under a legal hold to everyone. The one other way in is
`reapply`, which repeats the journal's erasures after a crash or a restore, before anyone is served.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET

from ledger.crypto.sealing import KeyedHash, end_of_month, month_of
from ledger.erasure.destroying import destroy, restore_index
from ledger.erasure.events import SOURCE, events_of_entry, last_name, reapplied, resealed
from ledger.erasure.pending import missing_of, pending
from ledger.erasure.resealing import Reseal, reseal
from ledger.erasure.verdict import Ground, Guard, Judge, Verdict, outright
from ledger.errors import (
    IncompleteErasure,
    LedgerError,
    OnHold,
    UnknownSubject,
)
from ledger.event import RecordedEvent, Resealed
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.journal.overtaking import DECIDE, ERASE
from ledger.keys.opening import Opener
from ledger.keys.subjects import KeysOf
from ledger.names import LedgerName
from ledger.reading import events_but_reads
from ledger.storage.postgres import Session
from ledger.writing.append import (
    BatchNotes,
    Head,
    NewEvent,
    Span,
    WriteResult,
    append,
    latest_versions,
    lock_head,
)
from ledger.writing.chain import CHAIN, ChainLink
from schemas import CATEGORIES, are_all, is_person


class Erasure(msgspec.Struct, frozen=True):
    """The result of an erasure. `keys`: ids of the destroyed keys. `last_position`: of its events.

    `decisions`: for every category that was decided; categories that stay are not in `categories`. `fields`:
    single fields that were erased.
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
    fields: tuple[str, ...] = ()


class _Target(NamedTuple):
    """A stream, and the reference of a registry entry, which is not secret."""

    subject: UUID
    registry: str | None = None


class _Known(NamedTuple):
    """The basis of an entry: the time, the position before it, the index row, the names to erase, and their
    keys.
    """

    now: datetime
    position: int
    row: tuple[Any, ...] | None
    erased: tuple[str, ...]
    keys: tuple[str, ...]


class Bounds(msgspec.Struct, frozen=True):
    """The limits of an erasure: how long a tombstone stays, and the guard that says what may not be erased at
    all.
    """

    accountability: timedelta
    guard: Guard


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

    def erase(self, reference: str, categories: Sequence[str], ground: Ground) -> list[Erasure]:
        """Erase categories of a person, or everything when `categories` is empty. One result a subject.

        On return it is committed and journalled. Raises OnHold when a category is under a legal hold (then
        nothing of that subject is destroyed), UnknownSubject, IncompleteErasure (then the journal has it and
        the next start completes it), Retry or Halt.
        """
        to_erase = tuple(c for c in CATEGORIES if c in categories) if categories else CATEGORIES
        return self._erase_all(reference, outright(to_erase, ground))

    def expire(self, reference: str, category: str, month: int, ground: Ground) -> list[Erasure]:
        """Forget a category's months up to `month` (12 * year + month - 1); later ones stay."""
        return self._erase_all(reference, outright((category,), ground, month))

    def erase_fields(self, reference: str, fields: Sequence[str], ground: Ground) -> list[Erasure]:
        """Erase all values of single fields up to now; whatever else their categories hold stays.

        One result a subject. Raises what `erase` raises.
        """
        return self._erase_all(reference, Verdict(ground, {}, fields=tuple(sorted(set(fields)))))

    def decide(self, subjects: Sequence[UUID], judge: Judge) -> list[Erasure]:
        """Judge the streams of some persons under the lock, record the decisions, destroy the data to erase.

        All in one transaction, with one write of the journal; an erasure for each person of whom something
        was decided. Raises what `erase` raises: then nothing is done for any of them.
        """
        return self._carry_out([_Target(subject) for subject in subjects], judge)

    def live_subjects(self, reference: str) -> list[UUID]:
        """Data subjects of a person's reference that may still have data. Raises UnknownSubject."""
        return [target.subject for target in self._targets(reference)]

    def subjects(self, reference: str) -> list[UUID]:
        """Every data subject that a person's reference has named, erased ones too, in the order of time."""
        return [period.subject for period in self._opener.periods(reference)]

    def _erase_all(self, reference: str, verdict: Verdict) -> list[Erasure]:
        """A hold on one data subject of a reference keeps them all."""
        targets = self._targets(reference)
        return self._carry_out(targets, lambda events: dict.fromkeys(events, verdict))

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

    def _carry_out(self, targets: Sequence[_Target], judge: Judge) -> list[Erasure]:
        may_be_journalled = False
        try:
            with self._session.transaction():
                head = self._lock()
                recorded = self._recorded(targets)
                verdicts = judge(recorded)
                for subject, verdict in verdicts.items():
                    self._refuse_held(verdict, recorded[subject])
                entries = self._entries(targets, verdicts, head.position, recorded)
                if not entries:
                    return []
                lines = self._opener.links.closed(entries)
                latest = latest_versions(self._session, list(recorded))
                left = {
                    entry.subject: reseal(
                        self._opener, self._ledger, entry, recorded[entry.subject]
                    )
                    for entry in entries
                    if entry.fields
                }
                events = [events_of_entry(entry, left.get(entry.subject)) for entry in entries]
                erasures = self._apply(entries, events, latest, left)
                may_be_journalled = True  # after an error the journal may have some of the lines
                self._journal.append(lines)
                return erasures
        except LedgerError as error:
            if may_be_journalled:
                raise IncompleteErasure from error
            raise

    def _recorded(self, targets: Sequence[_Target]) -> dict[UUID, list[RecordedEvent]]:
        """All events of the streams."""
        events: dict[UUID, list[RecordedEvent]] = {target.subject: [] for target in targets}
        for event in events_but_reads(self._session, list(events)):
            events[event.stream].append(event)
        return events

    def _refuse_held(self, verdict: Verdict, events: Sequence[RecordedEvent]) -> None:
        """Raise OnHold when a category that would go is under a legal hold."""
        holds = self._guard(events)
        on_hold = [
            (ref, category)
            for category in sorted(verdict.touched)
            for ref in holds.get(category, ())
        ]
        if on_hold:
            raise OnHold(on_hold)

    def _lock(self) -> Head:
        """Lock the keys, then the head: always in this order."""
        self._session.run("lock_keys")
        return lock_head(self._session)

    def _entries(
        self,
        targets: Sequence[_Target],
        verdicts: Mapping[UUID, Verdict],
        position: int,
        recorded: Mapping[UUID, Sequence[RecordedEvent]],
    ) -> list[ErasureEntry]:
        """The journal's entries, in the order of the targets. `recorded`: all events of each stream."""
        rows = self._session.rows("indexed_subjects", subjects=list(verdicts)) if verdicts else []
        indexed = {row[0]: row for row in rows}
        now = self._clock()
        judged = [target for target in targets if target.subject in verdicts]
        erased = [verdicts[target.subject].erased for target in judged]
        keys = self._opener.key_ids(
            [
                KeysOf(target.subject, categories, verdicts[target.subject].month)
                for target, categories in zip(judged, erased, strict=True)
            ],
            month_of(now) + 1,
        )
        return [
            self._entry(
                target,
                verdicts[target.subject],
                _Known(now, position, indexed.get(target.subject), categories, ids),
                recorded[target.subject],
            )
            for target, categories, ids in zip(judged, erased, keys, strict=True)
        ]

    def _entry(
        self, target: _Target, verdict: Verdict, known: _Known, events: Sequence[RecordedEvent]
    ) -> ErasureEntry:
        _, hmac, version, kind, valid_from = known.row or (None, None, 1, "registry", None)
        return ErasureEntry(
            erasure=uuid4(),
            subject=target.subject,
            registry=target.registry,
            categories=known.erased,
            keys=_with_former(known.keys, verdict, events),
            ground=verdict.ground,
            time=known.now,
            through=_through(verdict, known, events),
            position=known.position,
            whole=are_all(known.erased),
            reference_hmac=bytes(hmac).hex() if hmac else None,
            index_version=version,
            kind=kind,
            valid_from=valid_from,
            month=verdict.month,
            decisions={
                name: dict(decision) for name, decision in sorted(verdict.decisions.items())
            },
            request_ref=verdict.request_ref,
            fields=verdict.fields or UNSET,
        )

    def _apply(
        self,
        entries: Sequence[ErasureEntry],
        events: Sequence[Sequence[NewEvent]],
        latest: Mapping[UUID, int],
        left: Mapping[UUID, Reseal],
    ) -> list[Erasure]:
        """Fence, destroy and record, inside the caller's transaction under the head lock.

        `events`: of each entry. `latest`: the highest version of each stream that has events. `left`: the
        result for the persons whose single fields go.
        """
        link = ChainLink(KeyedHash(self._opener.ledger_key(CHAIN)))
        letters = destroy(self._session, self._opener, link, entries, self._accountability, left)
        written = self._append(link, entries, events, latest)
        position, erasures = written.first - 1, []
        for entry, own in zip(entries, events, strict=True):
            position += len(own)
            erasures.append(
                Erasure(
                    erasure=entry.erasure,
                    subject=entry.subject,
                    categories=entry.categories,
                    keys=left[entry.subject].destroyed if entry.fields else entry.keys,
                    whole=entry.whole,
                    time=entry.time,
                    dead_letters=letters.get(entry.subject, 0),
                    last_position=position,
                    decisions=entry.decisions,
                    fields=entry.fields or (),
                )
            )
        return erasures

    def _append(
        self,
        link: ChainLink,
        entries: Sequence[ErasureEntry],
        events: Sequence[Sequence[NewEvent]],
        latest: Mapping[UUID, int],
    ) -> WriteResult:
        """Append the events of entries as one batch."""
        numbered = [
            NewEvent(version, event.row, event.name)
            for entry, own in zip(entries, events, strict=True)
            for version, event in enumerate(own, latest.get(entry.subject, 0) + 1)
        ]
        erasures = sum(entry.erases for entry in entries)
        return append(
            self._session,
            numbered,
            Span(ERASE if erasures else DECIDE),
            link,
            notes=BatchNotes(erasures=erasures),
            channel=self._ledger.channel,
        )

    def reapply(self) -> list[Erasure]:
        """Carry out the journal's erasures that the database lacks. Run before anyone is served."""
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
            events, left = self._events_again(entry, recorded=recorded is not None)
            restore_index(self._session, self._opener, entry)
            latest = latest_versions(self._session, [entry.subject])
            again = [*events, reapplied(entry, after, self._clock())]
            return self._apply([entry], [again], latest, left)[0]

    def _events_again(
        self, entry: ErasureEntry, *, recorded: bool
    ) -> tuple[list[NewEvent], dict[UUID, Reseal]]:
        """The events that a repetition of an entry lacks, and the remaining values when single fields are
        erased.

        Values that a restored key still opens are sealed anew even where the events came back: the keys that
        those events name may not have come back.
        """
        if not entry.fields:
            return ([] if recorded else events_of_entry(entry)), {}
        events = events_but_reads(self._session, [entry.subject])
        left = reseal(self._opener, self._ledger, entry, events, again=True)
        if not recorded:
            return events_of_entry(entry, left), {entry.subject: left}
        again = resealed(entry, left, self._clock(), uuid4()) if left.destroyed else ()
        return list(again), {entry.subject: left}

    def _as_of_now(self, entry: ErasureEntry) -> ErasureEntry:
        """The entry with the keys that live now, fenced up to the last value that was sealed with them.

        Of single fields it stays as it is: they went up to a time.
        """
        if entry.fields:
            return entry
        last = month_of(self._clock()) + 1
        (alive,) = self._opener.key_ids(
            [KeysOf(entry.subject, entry.categories, entry.month)], last
        )
        keys = tuple(dict.fromkeys((*entry.keys, *alive)))
        through = entry.through
        if entry.month is None and alive:
            recorded = events_but_reads(self._session, [entry.subject])
            through = max([through, *_times_of(entry.categories, recorded)])
        return msgspec.structs.replace(entry, keys=keys, through=through)


def _through(verdict: Verdict, known: _Known, events: Sequence[RecordedEvent]) -> datetime:
    """Up to when values are fenced; an event may lie some minutes in the future.

    A period ends with its values: a person who is a customer again has later values that are still on the
    way.
    """
    if verdict.fields:
        return verdict.through or known.now
    if verdict.month is not None:
        return end_of_month(verdict.month)
    if verdict.ground == "retention" and not are_all(known.erased):
        return max(_times_of(known.erased, events), default=known.now)
    return max(known.now, max((event.time for event in events), default=known.now))


def _with_former(
    keys: tuple[str, ...], verdict: Verdict, events: Sequence[RecordedEvent]
) -> tuple[str, ...]:
    """The keys that go, and those of the same values before they were sealed anew: events name these."""
    anew = chain.from_iterable(event.resealed for event in events if event.ours)
    groups = [group for group in anew if _goes(verdict, group)]
    moved = {(group.source, group.id, group.category) for group in groups}
    former = chain.from_iterable(_keys_of(event, moved) for event in events if moved)
    return tuple(dict.fromkeys((*keys, *former, *(group.key for group in groups))))


def _keys_of(event: RecordedEvent, moved: Collection[tuple[str, str, str]]) -> Iterator[str]:
    """The keys of the groups of an event that were sealed anew, as the event names them."""
    for category, sealed in event.sealed.items():
        if (event.source, event.id, category) in moved:
            yield sealed.key


def _goes(verdict: Verdict, group: Resealed) -> bool:
    """Whether an erasure of categories takes a group."""
    within = verdict.month is None or month_of(group.time) <= verdict.month
    return within and group.category in verdict.erased


def _times_of(categories: Sequence[str], events: Iterable[RecordedEvent]) -> Iterator[datetime]:
    """When values of categories occurred."""
    return (event.time for event in events if not event.sealed.keys().isdisjoint(categories))
