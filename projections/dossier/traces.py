"""Traces: what a stream shows by the mere presence of its events, namely their sources and the data held.
Pure.

Kept are the earliest event of each source; the earliest event of each type that the house lists for other
sources; and for each key that is not destroyed, the earliest event whose values it sealed, with its legal
basis. A key of a rolling category covers one month. A later event with the same source, type, keys and legal
basis changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

import msgspec

from ledger.crypto.sealing import month_of
from ledger.event import RecordedEvent, erases, erases_fields
from projections.folds.powers import type_of
from rulebook.sources import is_of_another
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES, are_all

# Of a source and a type.
_PAIRS = 4_096


class Trace(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """One event, as far as a finding about it shows it; the earliest is the smallest."""

    time: datetime
    source: str
    id: str
    position: int
    name: str


class HeldKey(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A key that is not destroyed. `at`: position of the earliest event whose values it sealed.

    `bases`: the legal bases and activities of all that it sealed, such as `6-1-a web-analytics`, sorted.
    `latest`: when the latest such event occurred; of a rolling category that of the earliest stands for it.
    """

    at: str
    bases: tuple[str, ...]
    latest: datetime


_Held = dict[str, dict[str, HeldKey]]


class Traces(msgspec.Struct, frozen=True, array_like=True, tag="traces", gc=False):
    """The traces of one stream. `subject`: its reference, unless it is a person's.

    `first`: by sighting (`sighted_as`). `held`: by category and key. `sealing`: by position, the events that
    those keys name. `destroyed`: ids of destroyed keys, whose values may still arrive. `fields`: the time of
    the first value of each field. `gone`: the time up to which the values of a field were erased on their
    own.
    """

    subject: str | None = None
    first: dict[str, Trace] = {}
    held: _Held = {}
    sealing: dict[str, Trace] = {}
    destroyed: tuple[str, ...] = ()
    fields: dict[str, datetime] = {}
    gone: dict[str, datetime] = {}

    def of(self, category: str) -> list[Trace]:
        """The earliest event of each key of a category of which data is held."""
        return [self.sealing[key.at] for key in self.held[category].values()]

    def spans_of(self, category: str) -> list[tuple[datetime, datetime]]:
        """The times of the earliest and of the latest event of each key of a category, in order."""
        keys = self.held.get(category, {}).values()
        return sorted((self.sealing[key.at].time, key.latest) for key in keys)

    def bases_of(self, category: str) -> set[str]:
        """On what data of a category rests."""
        return {basis for key in self.held[category].values() for basis in key.bases}

    def without(self, categories: Collection[str], month: int | None) -> "Traces":
        """The traces once data is erased. `month`: no later month is.

        Of who is erased wholly nothing is left.
        """
        if are_all(categories):
            return Traces(self.subject)
        held = {
            category: {} if month is None else self._later(keys, month)
            for category, keys in self.held.items()
            if category in categories
        }
        return msgspec.structs.replace(self, held=_held_of(self.held | held))

    def without_fields(self, fields: Iterable[str], through: datetime) -> "Traces":
        """The traces once the values of single fields up to a time are erased."""
        gone = {field: max(through, self.gone.get(field, through)) for field in fields}
        return msgspec.structs.replace(self, gone=self.gone | gone)

    def has(self, field: str, through: datetime) -> bool:
        """Whether a value of a field from up to a time may be held still."""
        first, gone = self.fields.get(field), self.gone.get(field)
        is_held = PERSONAL_FIELDS.get(field) in self.held and (gone is None or gone < through)
        return is_held and first is not None and first <= through

    def _later(self, keys: Mapping[str, HeldKey], month: int) -> dict[str, HeldKey]:
        return {id: key for id, key in keys.items() if month_of(self.sealing[key.at].time) > month}


def leaves_traces(event: RecordedEvent) -> bool:
    """Whether an event can leave one."""
    return not event.ours or erases(event) or erases_fields(event)


def traced(traces: Traces, events: Iterable[RecordedEvent]) -> Traces:
    """With the traces of events of one stream."""
    first, sealing = dict(traces.first), dict(traces.sealing)
    held = {category: dict(keys) for category, keys in traces.held.items()}
    destroyed, fields, gone = set(traces.destroyed), dict(traces.fields), dict(traces.gone)
    for event in events:
        if event.ours:
            if keys := _keys_gone(event):
                destroyed.update(keys)
                _let_go(held, destroyed)
            _note_gone(gone, event)
            continue
        name = type_of(event)
        sightings = _sightings(event.source, name)
        # Most events leave nothing new, and nothing is made for them.
        if event.sealed or not _are_known(first, sightings, event.time):
            trace = Trace(event.time, event.source, event.id, event.position, name)
            _sight(first, sightings, trace)
            if event.sealed:
                sealing[str(trace.position)] = trace
                _note_fields(fields, event)
                _seal(held, event, trace, sealing, destroyed)
    held, named = _left(held, sealing)
    return Traces(traces.subject, first, held, named, tuple(sorted(destroyed)), fields, gone)


def _keys_gone(event: RecordedEvent) -> Sequence[str]:
    """The keys that an event of the ledger itself leaves without any value. Values sealed anew stay."""
    if erases(event):
        return cast("list[str]", event.facts["keys_destroyed"])
    return cast("list[str]", event.facts["keys_emptied"]) if erases_fields(event) else ()


def _note_gone(gone: dict[str, datetime], event: RecordedEvent) -> None:
    if erases_fields(event):
        through = datetime.fromisoformat(event.facts["through"])
        for field in event.facts["fields"]:
            gone[field] = max(through, gone.get(field, through))


def _note_fields(fields: dict[str, datetime], event: RecordedEvent) -> None:
    for sealed in event.sealed.values():
        for field in sealed.fields:
            known = fields.get(field)
            if known is None or event.time < known:
                fields[field] = event.time


def _held_of(held: _Held) -> _Held:
    """The categories of which keys are left."""
    return {category: keys for category, keys in held.items() if keys}


def _left(held: _Held, sealing: Mapping[str, Trace]) -> tuple[_Held, dict[str, Trace]]:
    """The categories of which keys are left, and the events that those keys name."""
    left = _held_of(held)
    return left, {key.at: sealing[key.at] for keys in left.values() for key in keys.values()}


def _are_known(first: dict[str, Trace], sightings: Iterable[str], time: datetime) -> bool:
    """Whether an event before a time was sighted as all that."""
    for sighted in sightings:
        known = first.get(sighted)
        if known is None or known.time >= time:
            return False
    return True


def _sight(first: dict[str, Trace], sightings: Iterable[str], trace: Trace) -> None:
    """Add the sightings of an event where it is the earliest."""
    for sighted in sightings:
        known = first.get(sighted)
        if known is None or trace < known:
            first[sighted] = trace


def _seal(
    held: _Held,
    event: RecordedEvent,
    trace: Trace,
    sealing: Mapping[str, Trace],
    destroyed: Collection[str],
) -> None:
    """Add the keys of an event that are not destroyed, and on what their values rest."""
    basis = f"{event.legal_basis} {event.activity}"
    for category, sealed in event.sealed.items():
        # Of a destroyed key: its values came after the erasure, and nothing can open them.
        if sealed.key not in destroyed:
            keys = held.setdefault(category, {})
            rolls = category in ROLLING_CATEGORIES
            keys[sealed.key] = _with(keys.get(sealed.key), trace, basis, sealing, rolls)


def _let_go(held: _Held, destroyed: Collection[str]) -> None:
    """Take away destroyed keys."""
    for keys in held.values():
        for id in keys.keys() & destroyed:
            del keys[id]


def _with(
    known: HeldKey | None, trace: Trace, basis: str, sealing: Mapping[str, Trace], rolls: bool
) -> HeldKey:
    if known is None:
        return HeldKey(str(trace.position), (basis,), trace.time)
    earliest = trace < sealing[known.at]
    first = trace.time if earliest else sealing[known.at].time
    latest = first if rolls else max(known.latest, trace.time)
    if not earliest and basis in known.bases and latest == known.latest:
        return known
    bases = known.bases if basis in known.bases else tuple(sorted({*known.bases, basis}))
    return HeldKey(str(trace.position) if earliest else known.at, bases, latest)


def sighted_as(source: str, type: str = "") -> str:
    """The name of a sighting: a source, or a source with a type that is not its own."""
    return f"{source} {type}" if type else source


@lru_cache(_PAIRS)
def _sightings(source: str, type: str) -> tuple[str, ...]:
    own = sighted_as(source)
    return (own, sighted_as(source, type)) if is_of_another(source, type) else (own,)
