"""What a person is judged with: the activities that they objected to, as dossiers, and the customer."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from application.source import Source
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from projections.dossier.dossier import Dossier, dossier_from
from projections.dossier.look import FactContext
from projections.dossier.objections import activities_objected_to, activity_name
from projections.folds.timetravel import Moment, select
from projections.views.customer_state import CustomerState


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


def looks_of(
    source: Source,
    own: Mapping[UUID, Dossier],
    customers: Mapping[str, CustomerState | None],
    moment: Moment,
) -> dict[UUID, FactContext]:
    """Persons with the activities that they objected to, and with the customers of contact persons."""
    objected = {name for dossier in own.values() for name in activities_objected_to(dossier)}
    others = activities(source, objected, moment)
    others |= {name: state.acts for name, state in customers.items() if state}
    return {stream: FactContext(stream, dossier, others.get) for stream, dossier in own.items()}
