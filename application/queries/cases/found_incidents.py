"""Incidents, found by their reference, as they were known at a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.answer import Name
from application.queries.cases.found_requests import NoSuchCase, NotAllowed
from application.queries.subjects import known_streams, note_read
from application.source import Source, each_known
from projections.folds.timetravel import NOW, Moment
from projections.reading.incident_acts import named
from projections.reading.views import incidents
from projections.views.incidents import (
    VIEW,
    Incident,
    subkey_of_breach,
    subkey_of_misuse,
    subkey_of_told,
)

_SUBKEYS = {"breach": subkey_of_breach, "misuse": subkey_of_misuse}


class FoundIncident(Struct, frozen=True):
    """One incident. `reference`: the breach, or the person. `told`: who was told of it, and when first."""

    stream: UUID
    reference: Name
    incident: Incident
    told: Mapping[UUID, datetime] = {}

    @property
    def subject(self) -> str:
        """The reference of the breach or of the person. Raises NotAllowed when it is gone."""
        if isinstance(self.reference, str):
            return self.reference
        raise NotAllowed(
            f"the person of {named(self.incident)} was erased: name them", field="subject"
        )


def known_incidents(
    source: Source, moment: Moment = NOW, subkeys: Sequence[str] | None = None
) -> list[tuple[UUID, Incident]]:
    """Incidents as they were known at a moment; of some rows, or all. `until` gives their past."""
    if moment.known == NOW:
        return incidents(source.session, subkeys=subkeys)
    return each_known(source, VIEW, moment.known, subkeys)


def find_case(
    source: Source,
    ref: str,
    kind: str | None = None,
    subject: str | None = None,
    moment: Moment = NOW,
) -> FoundIncident:
    """The incident of a reference. Raises NotAllowed when there is none, several, or one of another kind."""
    subkeys = [make(ref) for make in _SUBKEYS.values()]
    rows = [row for row in _begun(source, subkeys, moment) if _is_of(source, row[0], subject)]
    stream, incident = _single(rows, ref, kind)
    # A breach has a stream of its own; a case of misuse is in the stream of its person.
    if incident.kind == "misuse":
        return FoundIncident(stream, _reference(source, stream, subject), incident)
    return FoundIncident(stream, f"breach/{ref}", incident, persons_told(source, ref, moment))


def _single(
    candidates: Sequence[tuple[UUID, Incident]], ref: str, kind: str | None
) -> tuple[UUID, Incident]:
    """The one incident of a kind among those of a reference. Raises NotAllowed."""
    rows = [row for row in candidates if kind in {None, row[1].kind}]
    if candidates and not rows:
        raise NotAllowed(f"expected a {kind}: {named(candidates[0][1])} is none")
    if not rows:
        raise NoSuchCase(f"there is no incident {ref}")
    if len(rows) > 1:
        raise NotAllowed(
            f"{len(rows)} incidents have the reference {ref}: name one", field="subject"
        )
    return rows[0]


def is_taken(source: Source, ref: str) -> bool:
    """Whether an incident with this reference began."""
    return bool(_begun(source, [make(ref) for make in _SUBKEYS.values()]))


def _begun(
    source: Source, subkeys: Sequence[str], moment: Moment = NOW
) -> list[tuple[UUID, Incident]]:
    time = moment.as_of or source.now
    rows = known_incidents(source, moment, subkeys)
    return [(stream, incident) for stream, incident in rows if incident.until(time).begin]


def _reference(source: Source, stream: UUID, subject: str | None) -> Name:
    if subject is None:
        return source.noted(stream)
    note_read(source, subject)
    return subject


def _is_of(source: Source, stream: UUID, subject: str | None) -> bool:
    return subject is None or stream in known_streams(source, subject)


def persons_told(source: Source, ref: str, moment: Moment = NOW) -> dict[UUID, datetime]:
    """Persons who were told of a breach themselves, and when first."""
    rows = known_incidents(source, moment, [subkey_of_told(ref)])
    return {stream: incident.steps[0].order.time for stream, incident in rows}
