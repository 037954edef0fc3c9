"""The events by which the ledger records an erasure, made from the journal's entry of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from ledger.erasure.resealing import Reseal
from ledger.event import OWN_SOURCE, Resealed, instant
from ledger.journal.entries import ErasureEntry
from ledger.writing.append import NewEvent, new_event
from ledger.writing.own_message import own_state
from schemas import PERSONAL_FIELDS, names, own_event

SOURCE = f"{OWN_SOURCE}erasure"
# Ids of keys in one event: with 46 bytes each they stay below what an entry of the log may have. A value
# from 1970 has a key for each of its months.
_MOST_KEYS = 1_000
# The limit for values sealed anew in one event: far below the limit of an entry, whatever is around it.
_MOST_CHARACTERS = 32_768
# Ids of keys that fit beside the groups of one event, each named twice at most.
_FEW_KEYS = 100
# More than source, id, key, category and time of one group take, each named once in the facts at most.
_NAME_CHARACTERS = 256
_LAST_PART = "erased"
_LAST = f".{_LAST_PART}"


def event_name(erasure: UUID, part: str) -> str:
    """Name of an event of an erasure."""
    return f"{erasure}.{part}"


def erasure_of(name: str) -> UUID:
    """The erasure that an event of this name belongs to."""
    return UUID(name.partition(".")[0])


def erasure_ended(source: str, id: str) -> UUID | None:
    """The erasure that the event of this name is the last of; None for any other event."""
    if source != SOURCE or not id.endswith(_LAST):
        return None
    try:
        return erasure_of(id)
    except ValueError:
        return None


def last_name(entry: ErasureEntry) -> str:
    """Name of the event that is recorded when the entry is carried out."""
    return event_name(entry.erasure, _LAST_PART if entry.erases else "decided")


def events_of_entry(entry: ErasureEntry, left: Reseal | None = None) -> list[NewEvent]:
    """The decision and, when something is erased, the erasure. `left`: of single fields."""
    if left is not None:
        *parts, last = resealed(entry, left, entry.time)
        return [*parts, _decided(entry), last]  # a certificate has the last two
    return [_decided(entry), *(_erased(entry) if entry.categories else ())]


def _decided(entry: ErasureEntry) -> NewEvent:
    decision = {"decision": "erase", "ground": entry.ground}
    facts: dict[str, Any] = {
        "cause": entry.ground,
        "decisions": entry.decisions or dict.fromkeys(entry.categories, decision),
    }
    if entry.request_ref:
        facts["request_ref"] = entry.request_ref
    if entry.fields:
        facts["fields"] = list(entry.fields)
    return _own(entry, names.ERASURE_DECIDED, "decided", facts, entry.time)


def _erased(entry: ErasureEntry) -> Iterator[NewEvent]:
    """Events of the erasure: as many as its keys need, the last one of the name that every erasure has."""
    blocks = [
        entry.keys[first : first + _MOST_KEYS] for first in range(0, len(entry.keys), _MOST_KEYS)
    ] or [()]
    parts = [*(f"erased.{number}" for number in range(1, len(blocks))), _LAST_PART]
    for part, keys in zip(parts, blocks, strict=True):
        facts = {
            "categories": list(entry.categories),
            "ground": entry.ground,
            "keys_destroyed": list(keys),
        }
        yield _own(entry, names.PERSONAL_DATA_ERASED, part, facts, entry.time)


def resealed(
    entry: ErasureEntry, left: Reseal, time: datetime, again: UUID | None = None
) -> Iterator[NewEvent]:
    """Events of single fields erased: as many as the remaining values need. `again`: of which repetition."""
    blocks = [*_blocks(left.groups), *(((),) if _need_their_own(left) else ())]
    fields = list(entry.fields or ())
    categories = sorted({PERSONAL_FIELDS[field] for field in fields})
    parts = [*(f"{_LAST_PART}.{number}" for number in range(1, len(blocks))), _LAST_PART]
    if again:
        parts = [f"{_LAST_PART}.{again}.{number}" for number in range(len(blocks))]
    for part, groups in zip(parts, blocks, strict=True):
        keys = (left.destroyed, left.emptied) if part == parts[-1] else ((), ())
        facts = {
            "events": sorted({group.id for group in groups}),
            "categories": categories,
            "fields": fields,
            "ground": entry.ground,
            "through": instant(entry.through),
            "keys_destroyed": list(keys[0]),
            "keys_emptied": list(keys[1]),
        }
        yield _own(entry, names.VALUES_RESEALED, part, facts, time, groups)


def _need_their_own(left: Reseal) -> bool:
    """Whether the ids of keys need an event without a group beside them."""
    return not left.groups or len(left.destroyed) > _FEW_KEYS


def _blocks(groups: Iterable[Resealed]) -> Iterator[tuple[Resealed, ...]]:
    """Groups in order, in blocks of at most `_MOST_CHARACTERS`; a larger group comes alone."""
    block: list[Resealed] = []
    size = 0
    for group in groups:
        its_size = len(group.blob) + sum(map(len, group.fields)) + 2 * _NAME_CHARACTERS
        if block and size + its_size > _MOST_CHARACTERS:
            yield tuple(block)
            block, size = [], 0
        block.append(group)
        size += its_size
    if block:
        yield tuple(block)


def reapplied(entry: ErasureEntry, after: str, now: datetime) -> NewEvent:
    """The event that an erasure was carried out again. `after`: what, `restart` or `restore`."""
    part = f"reapplied.{uuid4()}"
    return _own(entry, names.ERASURE_REAPPLIED, part, {"after": after}, now)


def _own(
    entry: ErasureEntry,
    name: str,
    part: str,
    facts: dict[str, Any],
    time: datetime,
    groups: Sequence[Resealed] = (),
) -> NewEvent:
    """An event of the ledger itself; the contract checks it like any other."""
    event = own_event(
        names.type_of(name), id=event_name(entry.erasure, part), source=SOURCE, facts=facts
    )
    state = own_state(event, "erase", time, entry.registry, groups)
    ends = entry.erasure if part == _LAST_PART else None  # as `erasure_ended` reads the name
    known_as = (event.source, event.id, b"", 0, ends)
    return new_event(entry.subject, 0, event.type, state, known_as)
