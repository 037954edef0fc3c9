"""Activities that persons object to, as dossiers: what they were ever declared to be for."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from application.source import Source
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from projections.dossier.dossier import NO_DOSSIER, Dossier, dossier_from, noting
from projections.dossier.look import FactContext
from projections.dossier.objections import (
    activities_objected_to,
    activity_name,
    objects_to_marketing,
)
from projections.folds.timetravel import Moment, select

_OBJECTED = "objected"
_ACTS = noting({_OBJECTED})


def activities(source: Source, activity_ids: Iterable[str], moment: Moment) -> dict[str, Dossier]:
    """Name -> dossier of some activities, as they were known at a moment, whenever they were declared."""
    names = {
        activity_name(activity): source.ledger.registry_stream(activity_name(activity))
        for activity in activity_ids
    }
    events: dict[UUID, list[RecordedEvent]] = {stream: [] for stream in names.values()}
    if names:
        for event in events_but_reads(source.session, sorted(events)):
            events[event.stream].append(event)
    return {
        name: dossier_from(select(events[stream], moment.known, source.privacy_office).counted)
        for name, stream in names.items()
    }


def look_of(
    source: Source,
    stream: UUID,
    own: Dossier,
    moment: Moment,
    others: Callable[[str], Dossier | None] = lambda _name: None,
) -> FactContext:
    """A person with the activities that they objected to, and others by name."""
    dossiers = activities(source, activities_objected_to(own), moment)
    return FactContext(stream, own, lambda name: dossiers.get(name) or others(name))


def objecting(source: Source, events: Iterable[RecordedEvent], moment: Moment) -> bool:
    """Whether a person objected to direct marketing, from their events that count at a moment."""
    own = dossier_from(events, _ACTS)
    look = look_of(source, UUID(int=0), own, moment)
    return objects_to_marketing(look, moment.as_of or source.now)


def objectors(source: Source, dossiers: Mapping[UUID, Dossier], moment: Moment) -> set[UUID]:
    """Those of some persons who objected to direct marketing."""
    objected = {activity for own in dossiers.values() for activity in activities_objected_to(own)}
    of_activities = activities(source, objected, moment)
    time = moment.as_of or source.now
    return {
        stream
        for stream, own in dossiers.items()
        if objects_to_marketing(FactContext(stream, own or NO_DOSSIER, of_activities.get), time)
    }
