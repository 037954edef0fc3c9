"""The journal's entries made again from the ledger's events: for a journal that is lost or too old.

The journal is ahead of the ledger wherever neither was lost. Where events know of an erasure that the
journal does not, a copy of the journal was put in place of it, or none, and after a restore those keys may
be here again. The events say enough to erase them once more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from msgspec import UNSET

from ledger.crypto.sealing import end_of_month, month_of
from ledger.erasure.events import SOURCE, erasure_of, event_name, last_name
from ledger.event import RecordedEvent, erases_fields
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.keys.opening import Opener
from ledger.keys.subjects import KeysOf
from ledger.reading import events_of
from ledger.storage.postgres import Session
from schemas import are_all


class _Extent(NamedTuple):
    """How far an erasure went, as `through` and `month` of an `ErasureEntry`."""

    through: datetime
    month: int | None = None


class _PastErasure(NamedTuple):
    """A past erasure: its event, the categories and keys that it took, and the times of the events recorded
    before.
    """

    erased: RecordedEvent
    categories: tuple[str, ...]
    keys: frozenset[str]
    times_before: tuple[datetime, ...]


def rejournal(session: Session, opener: Opener, journal: ErasureJournal) -> int:
    """Enter every recorded erasure that the journal lacks; how many there were.

    Where its keys are held again it is pending from then on. Raises Retry or Halt.
    """
    journalled = {last_name(entry) for block, _ in journal.blocks() for entry in block}
    recorded = session.rows("recorded_erasures")
    lacking = [(id, stream) for id, stream in recorded if id not in journalled]
    for id, stream in lacking:
        entry = _entry(session, opener, id, events_of(session, [stream]))
        journal.append(opener.links.closed([entry]))
    return len(lacking)


def _entry(
    session: Session, opener: Opener, id: str, stream: Sequence[RecordedEvent]
) -> ErasureEntry:
    erasure = erasure_of(id)
    own = {event.id: event for event in stream if event.source == SOURCE}
    erased, decided = own[id], own[event_name(erasure, "decided")]
    fields = tuple(erased.facts["fields"]) if erases_fields(erased) else UNSET
    categories = () if fields else tuple(erased.facts["categories"])
    keys = _keys_of(erasure, own)
    before = tuple(event.time for event in stream if event.position < decided.position)
    if fields:
        extent = _Extent(datetime.fromisoformat(erased.facts["through"]))
    else:
        past = _PastErasure(erased, categories, frozenset(keys), before)
        extent = _extent(session, opener, past)
    row = session.row("remembered_subject", subject=erased.stream)
    hmac, version, kind, valid_from = row or (None, 1, "registry", None)
    return ErasureEntry(
        erasure=erasure,
        subject=erased.stream,
        registry=erased.subject,
        categories=categories,
        keys=keys,
        ground=erased.facts["ground"],
        time=erased.time,
        through=extent.through,
        position=decided.position - 1,
        whole=are_all(categories),
        reference_hmac=bytes(hmac).hex() if hmac else None,
        index_version=version,
        kind=kind,
        valid_from=valid_from,
        month=extent.month,
        decisions=decided.facts["decisions"],
        request_ref=decided.facts.get("request_ref"),
        fields=fields,
    )


def _keys_of(erasure: UUID, own: Mapping[str, RecordedEvent]) -> tuple[str, ...]:
    """The keys that an erasure destroyed, from all its events: one event holds a limited number."""
    parts = (event for name, event in own.items() if name.startswith(event_name(erasure, "erased")))
    return tuple(chain.from_iterable(event.facts["keys_destroyed"] for event in parts))


def _extent(session: Session, opener: Opener, erasure: _PastErasure) -> _Extent:
    """How far an erasure went: by its fences while they hold, else by the keys that are here again."""
    erased, categories = erasure.erased, erasure.categories
    last = month_of(erased.time) + 1
    (key_ids,) = opener.key_ids([KeysOf(erased.stream, categories)], last)
    rows = session.rows("fences_of_subjects", subjects=[erased.stream])
    fences = {category: through for _, category, through in rows}
    # In force: none of its keys is here again, and the fences say how far it went.
    if erasure.keys.isdisjoint(key_ids) and fences.keys() >= set(categories):
        through = min(fences[category] for category in categories)
        month = month_of(through)
        return _Extent(through, month if through == end_of_month(month) else None)
    # Keys of later months were not destroyed with it: it went up to a month only.
    if not erasure.keys.issuperset(key_ids):
        month_gone = _last_month_gone(opener, erasure, last)
        if month_gone is not None:
            return _Extent(end_of_month(month_gone), month_gone)
    return _Extent(max([erased.time, *erasure.times_before]))


def _last_month_gone(opener: Opener, erasure: _PastErasure, last: int) -> int | None:
    """The last month up to which all keys of categories were destroyed."""
    for month in range(last - 1, 0, -1):
        asked = KeysOf(erasure.erased.stream, erasure.categories, month)
        (older,) = opener.key_ids([asked], last)
        if erasure.keys.issuperset(older):
            return month
    return None
