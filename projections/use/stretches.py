"""Which values of a person's events belong to a stretch of time: those that held in it. Pure.

A field that describes a person (a name, a number) holds from its event until another value or a removal takes
its place. A field of an occurrence (a call, an address of a device) belongs to the moment of its event alone.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ledger.event import RecordedEvent
from projections.folds.view import order_of
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES, names

_INSTANT = timedelta(microseconds=1)


class Stretch(Struct, frozen=True):
    """From one instant to another, both included."""

    since: datetime
    until: datetime


class Held(Struct, frozen=True):
    """An event with those of its fields that belong to a stretch.

    `before`: they held when the stretch began.
    """

    event: RecordedEvent
    fields: frozenset[str]
    before: bool


def held_in(
    events: Iterable[RecordedEvent], fields: Collection[str], stretch: Stretch
) -> list[Held]:
    """The values that held in a stretch, by time. `events`: the counted events of one person."""
    standing: dict[str, RecordedEvent] = {}
    within: list[Held] = []
    for event in sorted(events, key=order_of):
        wanted = fields_of(event, fields)
        if stretch.since <= event.time <= stretch.until and wanted:
            within.append(Held(event, wanted, before=False))
        if event.time <= stretch.since:
            for field in (*wanted, *_removed_by(event)):
                standing.pop(field, None)
        if event.time < stretch.since:
            standing |= dict.fromkeys(filter(describes, wanted), event)
    return [*_standing(standing), *within]


def _standing(standing: dict[str, RecordedEvent]) -> list[Held]:
    fields_by_position: dict[int, set[str]] = {}
    for field, event in standing.items():
        fields_by_position.setdefault(event.position, set()).add(field)
    events = {event.position: event for event in standing.values()}
    helds = [
        Held(events[position], frozenset(fields), before=True)
        for position, fields in fields_by_position.items()
    ]
    return sorted(helds, key=lambda held: order_of(held.event))


def together(several: Iterable[Sequence[Held]]) -> list[Held]:
    """The values that held in any of several stretches, each event once, by time."""
    by_position: dict[int, Held] = {}
    for held in (held for helds in several for held in helds):
        known = by_position.get(held.event.position, held)
        by_position[held.event.position] = replace(
            held, fields=known.fields | held.fields, before=known.before and held.before
        )
    return sorted(by_position.values(), key=lambda held: order_of(held.event))


def stretches_of(
    events: Iterable[RecordedEvent],
    field: str,
    has_value: Callable[[RecordedEvent], bool],
    within: Stretch,
) -> list[Stretch]:
    """When a person had a value, cut to a stretch. `has_value`: whether an event gives the value."""
    had = [(event.time, has_value(event)) for event in _touching(events, field)]
    if not describes(field):
        found = [Stretch(time, time) for time, has in had if has]
    else:
        # What comes next ends it: another value, a removal, or nothing yet.
        ends = [*(time - _INSTANT for time, _ in had[1:]), datetime.max.replace(tzinfo=UTC)]
        found = [Stretch(time, end) for (time, has), end in zip(had, ends, strict=False) if has]
    return [cut for stretch in found if (cut := cut_to(stretch, within)) is not None]


def _touching(events: Iterable[RecordedEvent], field: str) -> Iterator[RecordedEvent]:
    """The events that give a field a value or remove it, by time."""
    for event in sorted(events, key=order_of):
        if fields_of(event, [field]) or field in _removed_by(event):
            yield event


def cut_to(stretch: Stretch, within: Stretch) -> Stretch | None:
    """The part of a stretch that lies within another one; None where none does."""
    since, until = max(stretch.since, within.since), min(stretch.until, within.until)
    return Stretch(since, until) if since <= until else None


def fields_of(event: RecordedEvent, fields: Collection[str]) -> frozenset[str]:
    """The fields among these of which an event seals a value."""
    if not event.sealed:
        return frozenset()
    return frozenset(
        field
        for field in fields
        if (sealed := event.sealed.get(PERSONAL_FIELDS[field])) and field in sealed.fields
    )


def _removed_by(event: RecordedEvent) -> Iterator[str]:
    if event.name == names.PERSONAL_DATA_REMOVED:
        yield from event.facts["fields"]


def describes(field: str) -> bool:
    """Whether a field describes a person, and so holds until it changes."""
    return PERSONAL_FIELDS[field] not in ROLLING_CATEGORIES
