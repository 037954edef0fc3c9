"""Traces: what a stream's events say by being there at all: who sent them, and which data is held.

Pure. Of each source the earliest event, and of each type that the house lists for others; and of each key
that is not destroyed the earliest event whose values it sealed, and on what they rest: a key of a rolling
category is that of one month. A later event of the same source, type, keys and legal basis changes nothing.
"""

from datetime import datetime
from functools import lru_cache

import msgspec

from ledger.event import RecordedEvent
from projections.folds.powers import type_of
from rulebook.sources import is_of_another
from schemas import names

# Of a source and a type.
_PAIRS = 4_096
_Keys = dict[str, "Trace"]
_Bases = dict[str, tuple[str, ...]]


class Trace(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """One event, as far as a finding about it shows it; the earliest is the smallest."""

    time: datetime
    source: str
    id: str
    position: int
    name: str


class Traces(msgspec.Struct, frozen=True, array_like=True, tag="traces", gc=False):
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
    traces = state or Traces(event.subject)
    if event.ours:
        return _without(traces, event.facts["keys_destroyed"]) if _erases(event) else traces
    if not event.sealed and _is_known(traces.first, event):
        return traces  # as most events: nothing is copied, and nothing made
    trace = Trace(event.time, event.source, event.id, event.position, type_of(event))
    first = _first(traces.first, trace)
    held, bases = _sealed(traces, event, trace)
    if first is traces.first and held is traces.held and bases is traces.bases:
        return traces
    return Traces(traces.subject, first, held, bases, traces.destroyed)


def _is_known(first: dict[str, Trace], event: RecordedEvent) -> bool:
    """Whether an earlier event was sighted as all that this one is."""
    for sighted in _sightings(event.source, type_of(event)):
        known = first.get(sighted)
        if known is None or known.time >= event.time:
            return False
    return True


def _first(sightings: dict[str, Trace], trace: Trace) -> dict[str, Trace]:
    """The sightings with those of an event; the same ones where it is not the earliest of any."""
    for sighted in _sightings(trace.source, trace.name):
        if sighted not in sightings or trace < sightings[sighted]:
            sightings = {**sightings, sighted: trace}
    return sightings


def _sealed(traces: Traces, event: RecordedEvent, trace: Trace) -> tuple[dict[str, _Keys], _Bases]:
    """What is held, and on what it rests, with the keys of an event that are not destroyed."""
    held, bases = traces.held, traces.bases
    for category, sealed in event.sealed.items():
        # Its values came after the erasure, and nothing can open them.
        if sealed.key in traces.destroyed:
            continue
        keys = held.get(category, {})
        if sealed.key not in keys or trace < keys[sealed.key]:
            held = {**held, category: {**keys, sealed.key: trace}}
        bases = _based(bases, sealed.key, event)
    return held, bases


def sighted_as(source: str, type: str = "") -> str:
    """The name of a sighting: a source, or a source with a type that is not its own."""
    return f"{source} {type}" if type else source


@lru_cache(_PAIRS)
def _sightings(source: str, type: str) -> tuple[str, ...]:
    own = sighted_as(source)
    return (own, sighted_as(source, type)) if is_of_another(source, type) else (own,)


def _based(bases: _Bases, key: str, event: RecordedEvent) -> _Bases:
    basis = f"{event.legal_basis} {event.activity}"
    before = bases.get(key, ())
    return bases if basis in before else {**bases, key: tuple(sorted({*before, basis}))}


def _erases(event: RecordedEvent) -> bool:
    return event.ours and event.name == names.PERSONAL_DATA_ERASED


def _without(traces: Traces, destroyed: list[str]) -> Traces:
    closed = set(traces.destroyed).union(destroyed)
    left = {
        category: {key: trace for key, trace in keys.items() if key not in closed}
        for category, keys in traces.held.items()
    }
    held = {category: keys for category, keys in left.items() if keys}
    bases = {key: resting for key, resting in traces.bases.items() if key not in closed}
    return Traces(traces.subject, traces.first, held, bases, tuple(sorted(closed)))
