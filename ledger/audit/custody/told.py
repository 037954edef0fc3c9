"""The keys of one stream as its events tell of them: which it needs, and what was erased when. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.crypto.sealing import month_of
from ledger.erasure.events import SOURCE, erasure_of
from ledger.errors import Halt
from ledger.event import RecordedEvent
from ledger.stored import decode_row
from schemas import ALL_TYPES, are_all, names

_ERASED, _REAPPLIED = names.PERSONAL_DATA_ERASED, names.ERASURE_REAPPLIED
_RESEALED = names.VALUES_RESEALED


class NeededKey(msgspec.Struct):
    """A key that values are sealed with: where first, of which month, and of which latest time."""

    position: int
    month: int
    latest: datetime


class Erased(msgspec.Struct):
    """An erasure as its events tell. `upper`: the latest time up to which it may have fenced.

    `fields`: where single ones were erased; then no category was.
    """

    position: int
    time: datetime
    upper: datetime
    categories: tuple[str, ...] = ()
    ground: str = ""
    keys: list[str] = msgspec.field(default_factory=list)
    fields: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every category was erased."""
        return are_all(self.categories)


class StreamNeeds(msgspec.Struct):
    """The keys that one stream needs, by its events.

    `needs`: (category, key id). `fingerprints`: each generation, and the position where it first occurs.
    `registry`: whether it is a registry entry. `referred`: persons that its facts name, and where first.
    `reapplied`: whether an erasure was repeated after a restore.
    """

    stream: UUID
    first: int
    registry: bool = False
    needs: dict[tuple[str, str], NeededKey] = msgspec.field(default_factory=dict)
    erasures: dict[UUID, Erased] = msgspec.field(default_factory=dict)
    fingerprints: dict[int, int] = msgspec.field(default_factory=dict)
    referred: dict[UUID, int] = msgspec.field(default_factory=dict)
    latest: datetime | None = None
    reapplied: bool = False


def tell(stream: UUID, rows: Iterable[tuple[Any, ...]]) -> StreamNeeds | None:
    """Fold the rows of a stream, in the order of the ledger; None where no row can be read."""
    stream_needs = None
    for row in rows:
        *columns, generation = row
        try:
            event = decode_row(*columns)
            stream_needs = stream_needs or StreamNeeds(
                stream, event.position, registry=event.subject is not None
            )
            if generation > 0:
                stream_needs.fingerprints.setdefault(generation, event.position)
            _take(stream_needs, event)
        except (Halt, TypeError, ValueError, KeyError, OverflowError):
            continue  # it was altered: the audit of entries and states names it
    return stream_needs


def _take(stream_needs: StreamNeeds, event: RecordedEvent) -> None:
    stream_needs.latest = max(stream_needs.latest or event.time, event.time)
    for category, sealed in event.sealed.items():
        need = stream_needs.needs.setdefault(
            (category, sealed.key), NeededKey(event.position, month_of(event.time), event.time)
        )
        need.latest = max(need.latest, event.time)
    for group in event.resealed if event.source == SOURCE else ():
        need = stream_needs.needs.setdefault(
            (group.category, group.key), NeededKey(event.position, month_of(group.time), group.time)
        )
        need.latest = max(need.latest, group.time)
    event_type = ALL_TYPES.get(event.type)
    for name in event_type.references if event_type else ():
        _refer(stream_needs, event.facts.get(name), event.position)
    if event.source == SOURCE and event.name in (_ERASED, _RESEALED, _REAPPLIED):
        _take_erasure(stream_needs, event)


def _refer(stream_needs: StreamNeeds, value: object, position: int) -> None:
    try:
        stream_needs.referred.setdefault(UUID(str(value)), position)
    except ValueError:
        return  # absent, or not what this program writes: the log says who wrote it


def _take_erasure(stream_needs: StreamNeeds, event: RecordedEvent) -> None:
    try:
        erasure = erasure_of(event.id)
    except ValueError:
        return
    upper = max(stream_needs.latest or event.time, event.time)
    if event.name == _REAPPLIED:
        stream_needs.reapplied = True
        for earlier in stream_needs.erasures.values():
            earlier.upper = max(earlier.upper, upper)
        return
    erased = stream_needs.erasures.setdefault(erasure, Erased(event.position, event.time, upper))
    if event.name == _RESEALED:
        erased.fields = tuple(map(str, event.facts["fields"]))
    else:
        erased.categories = tuple(map(str, event.facts["categories"]))
    erased.ground = str(event.facts["ground"])
    erased.keys += map(str, event.facts["keys_destroyed"])
