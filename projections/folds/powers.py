"""Acts without the power that they claim: recorded before their target, or from a source without the right.
Pure.

A later act is judged when it is recorded (`ledger.recording.claims`). An act that came before its target is
judged here, so that no source gains power by arriving first; annulments have their own rules. An event that
would give power, such as a grant, is judged by its source and by the topic or file that it came by.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from ledger.writing.message import place_in
from rulebook.powers import POWERS
from rulebook.sources import SENDERS
from schemas import names
from schemas.powers import Power, refs_in
from schemas.sources import gives_power, has_effect, is_surely

POWERLESS = "act-without-power"
"""Stands in the place of the type of such an act, so that no view takes it for one."""
_TYPE = names.type_of(POWERLESS)
ACT = "act"


def gives_none(event: RecordedEvent, privacy_office: Collection[str]) -> bool:
    """Whether an event would give power, and comes from a source that may not give it."""
    power = POWERS.get(event.type)
    if power is None or not power.listed:
        return False
    place = place_in(event.origin)
    return not gives_power(power, event.name, event.source, place, privacy_office, SENDERS)


def may_change_others(event: RecordedEvent, privacy_office: Collection[str]) -> bool:
    """Whether with an event of a followed stream an act may lose its effect, this one or one before it."""
    power = POWERS.get(event.type)
    if power is None:
        return False
    return event.name in power.opens or not _is_surely(event, privacy_office)


def all_have_power(
    deciding: Sequence[RecordedEvent], start: int, privacy_office: Collection[str]
) -> bool:
    """Whether no event of one stream lacks power, neither now nor by those up to the position `start`.

    `deciding`: all of its events of types with a power.
    """
    if any(gives_none(event, privacy_office) for event in deciding):
        return False
    before = [event for event in deciding if event.position <= start]
    return not powerless(deciding, privacy_office) and not powerless(before, privacy_office)


def powerless(
    events: Sequence[RecordedEvent], privacy_office: Collection[str]
) -> set[tuple[str, str]]:
    """Source and id of the acts that have no effect, of events of some streams that count."""
    claiming = [event for event in events if event.type in POWERS]
    without = {
        (event.source, event.id) for event in claiming if not _has_effect(event, privacy_office)
    }
    if len(claiming) < 2:
        return without
    openings = _openings(claiming, privacy_office)
    return without | {
        (event.source, event.id)
        for event in claiming
        if not _is_surely(event, privacy_office)
        and _lacks_power(
            event, openings.get((event.stream, POWERS[event.type].id), ()), privacy_office
        )
    }


def _is_surely(event: RecordedEvent, privacy_office: Collection[str]) -> bool:
    return is_surely(event.source, place_in(event.origin), privacy_office)


def _openings(
    claiming: Iterable[RecordedEvent], privacy_office: Collection[str]
) -> Mapping[tuple[UUID, str], Sequence[RecordedEvent]]:
    """The events that begin something, by stream and power."""
    openings: dict[tuple[UUID, str], list[RecordedEvent]] = {}
    for event in claiming:
        power = POWERS[event.type]
        counts = _has_effect(event, privacy_office) and not gives_none(event, privacy_office)
        if event.name in power.opens and counts:
            openings.setdefault((event.stream, power.id), []).append(event)
    return openings


def _has_effect(event: RecordedEvent, privacy_office: Collection[str]) -> bool:
    """Whether an event of a type with a power can have an effect, by the place that it came by."""
    place = place_in(event.origin)
    return has_effect(POWERS[event.type], event.name, event.source, place, privacy_office)


def _sources_before(event: RecordedEvent, events: Iterable[RecordedEvent]) -> set[str]:
    return {other.source for other in events if _place(other) < _place(event)}


def _lacks_power(
    event: RecordedEvent, openings: Sequence[RecordedEvent], privacy_office: Collection[str]
) -> bool:
    """Whether an event, which is not surely the office's, is about what others said.

    `openings`: of the same stream and power. The source of a statement may end it as long as no other source
    has repeated it. To repeat what the privacy office said before gives a source no power of its own, and
    neither does the office's name where it may be forged.
    """
    power = POWERS[event.type]
    refs = _refs(power, event)
    about = [opening for opening in openings if not refs.isdisjoint(_refs(power, opening))]
    others = [
        opening
        for opening in about
        if opening.source != event.source or _is_surely(opening, privacy_office)
    ]
    earlier = _sources_before(event, others)
    if event.name in power.acts:
        alone = len(others) == len(about)
        return bool(earlier) or (alone and bool(others))
    return power.guarded and not earlier.isdisjoint(privacy_office)


def stripped(event: RecordedEvent) -> RecordedEvent:
    """The event as views see it: that something was recorded, and of which type, and no act."""
    return msgspec.structs.replace(event, type=_TYPE, name=POWERLESS, facts={ACT: event.name})


def type_of(event: RecordedEvent) -> str:
    """The short name of the type under which an event was recorded, stripped or not."""
    name = event.name
    return str(event.facts[ACT]) if name == POWERLESS else name


def _refs(power: Power, event: RecordedEvent) -> frozenset[str]:
    return frozenset(refs_in(power, event.facts, event.categories))


def _place(event: RecordedEvent) -> tuple[datetime, str, str]:
    return event.time, event.source, event.id
