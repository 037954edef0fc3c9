"""Traces: what a stream's events say by being there at all: who sent them, and which data is held.

Pure. Of each source the earliest event, and of each type that the house lists for others; and of each key
that is not destroyed the earliest event whose values it sealed, and on what they rest: a key of a rolling
category is that of one month. A later event of the same source, type, keys and legal basis changes nothing.
"""

from datetime import datetime

import msgspec

from ledger.event import RecordedEvent
from projections.folds.powers import type_of
from rulebook.sources import is_of_another
from schemas import names

_Keys = dict[str, "Trace"]
_Bases = dict[str, tuple[str, ...]]


class Trace(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """One event, as far as a finding about it shows it; the earliest is the smallest."""

    time: datetime
    source: str
    id: str
    position: int
    name: str


class Traces(msgspec.Struct, frozen=True, tag="traces", gc=False):
    """Of one stream. `subject`: its reference when it is not a person's.

    `first`: by what is sighted (`sighted_as`). `held`: by category and key. `bases`: by key, the legal bases
    and activities of all that it sealed, such as `6-1-a web-analytics`. `destroyed`: ids of keys, whose
    values may arrive later.
    """

    subject: str | None = None
    first: dict[str, Trace] = {}
    held: dict[str, _Keys] = {}
    bases: dict[str, tuple[str, ...]] = {}
    destroyed: tuple[str, ...] = ()


def leaves_traces(event: RecordedEvent) -> bool:
    """Whether an event can leave one."""
    return not event.ours or _erases(event)


def traced(state: Traces | None, event: RecordedEvent) -> Traces:
    """With the traces of an event."""
    known = state or Traces(event.subject)
    if event.ours:
        return _without(known, event.facts["keys_destroyed"]) if _erases(event) else known
    trace = Trace(event.time, event.source, event.id, event.position, type_of(event))
    first = _first(known.first, trace)
    held, bases = _sealed(known, event, trace)
    if first is known.first and held is known.held and bases is known.bases:
        return known
    return Traces(known.subject, first, held, bases, known.destroyed)


def _first(known: dict[str, Trace], trace: Trace) -> dict[str, Trace]:
    """The sightings with those of an event; the same ones where it is not the earliest of any."""
    for sighted in _sightings(trace.source, trace.name):
        if sighted not in known or trace < known[sighted]:
            known = {**known, sighted: trace}
    return known


def _sealed(known: Traces, event: RecordedEvent, trace: Trace) -> tuple[dict[str, _Keys], _Bases]:
    """What is held, and on what it rests, with the keys of an event that are not destroyed."""
    held, bases = known.held, known.bases
    for category, sealed in event.sealed.items():
        if sealed.key in known.destroyed:
            continue
        keys = held.get(category, {})
        if sealed.key not in keys or trace < keys[sealed.key]:
            held = {**held, category: {**keys, sealed.key: trace}}
        bases = _based(bases, sealed.key, event)
    return held, bases


def sighted_as(source: str, type: str = "") -> str:
    """The name of a sighting: a source, or a source with a type that is not its own."""
    return f"{source} {type}" if type else source


def _sightings(source: str, type: str) -> tuple[str, ...]:
    own = sighted_as(source)
    return (own, sighted_as(source, type)) if is_of_another(source, type) else (own,)


def _based(bases: _Bases, key: str, event: RecordedEvent) -> _Bases:
    basis = f"{event.legal_basis} {event.activity}"
    known = bases.get(key, ())
    return bases if basis in known else {**bases, key: tuple(sorted({*known, basis}))}


def _erases(event: RecordedEvent) -> bool:
    return event.ours and event.name == names.PERSONAL_DATA_ERASED


def _without(known: Traces, destroyed: list[str]) -> Traces:
    gone = set(known.destroyed).union(destroyed)
    left = {
        category: {key: trace for key, trace in keys.items() if key not in gone}
        for category, keys in known.held.items()
    }
    held = {category: keys for category, keys in left.items() if keys}
    bases = {key: resting for key, resting in known.bases.items() if key not in gone}
    return Traces(known.subject, known.first, held, bases, tuple(sorted(gone)))
