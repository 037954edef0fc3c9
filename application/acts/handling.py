"""Acts on incidents: each is checked against the state of its case first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from application.acts.acting import Act
from application.acts.requesting import new_reference
from application.queries.cases.found_incidents import FoundIncident, is_taken
from application.queries.cases.found_requests import NotAllowed
from application.queries.subjects import check_person, known_streams
from application.source import Source
from ledger.errors import UnknownSubject
from ledger.event import instant
from projections.reading.incident_acts import ProposedAct, hindrance, named
from schemas import names
from schemas.encoding import JsonValue

# A person is warned because the policy promises it; told of a breach because the law asks for it.
_BASIS, _PROVISION = "6-1-f", "eu.gdpr.34"


def detection(source: Source, ref: str, regime: str, time: datetime) -> Act:
    """That a breach was detected at a time. Raises NotAllowed when its reference is taken."""
    _check_free(source, ref)
    facts = {"breach_ref": ref, "detected_at": instant(time), "regime": regime}
    return Act(name=names.BREACH_DETECTED, subject=f"breach/{ref}", facts=facts)


def suspicion(
    source: Source, subject: str, ref: str | None, data_kinds: Sequence[str], time: datetime
) -> tuple[str, Act]:
    """The reference of a case, a new one if none is named, and the act that records the suspicion.

    Raises NotAllowed when the reference is taken, UnknownSubject when nothing is known of the person.
    """
    check_person(subject)
    known_streams(source, subject)
    ref = ref or new_reference(time, "MB")
    _check_free(source, ref)
    facts = {"case_ref": ref, "data_kinds": list(data_kinds)}
    return ref, Act(name=names.MISUSE_SUSPECTED, subject=subject, facts=facts, legal_basis=_BASIS)


def _check_free(source: Source, ref: str) -> None:
    if is_taken(source, ref):
        raise NotAllowed(f"there is an incident {ref} already")


def act_on_case(
    case: FoundIncident, name: str, facts: Mapping[str, JsonValue], time: datetime
) -> Act:
    """An act on an incident at a time. Raises NotAllowed when its state forbids it."""
    _check_allowed(case, name, facts, time)
    ref_member = "breach_ref" if case.incident.kind == "breach" else "case_ref"
    facts = {ref_member: case.incident.ref, **facts}
    return Act(name=name, subject=case.subject, facts=facts, legal_basis=_BASIS)


def assessment(case: FoundIncident, facts: Mapping[str, JsonValue], time: datetime) -> Act:
    """The act that assesses a breach; without a risk it keeps the last one. Raises NotAllowed."""
    risk = facts.get("risk") or case.incident.until(time).risk
    if risk is None:
        raise NotAllowed(
            f"the risk of {named(case.incident)} was never assessed: say what it is", field="risk"
        )
    return act_on_case(case, names.BREACH_ASSESSED, {**facts, "risk": risk}, time)


def _check_allowed(
    case: FoundIncident, name: str, facts: Mapping[str, JsonValue], time: datetime
) -> None:
    incident = case.incident
    why = hindrance(incident, ProposedAct(name, time, facts, len(case.told)))
    if why is not None:
        raise NotAllowed(why)


def words_to(
    source: Source, case: FoundIncident, persons: Sequence[str], channel: str, time: datetime
) -> list[Act]:
    """That persons were told of a breach themselves: an act for each who had not been told yet.

    Raises NotAllowed when a person is not known, or the breach was detected later: then no act is made.
    """
    _check_allowed(case, names.SUBJECTS_NOTIFIED, {}, time)
    facts = {"breach_ref": case.incident.ref, "channel": channel}
    return [
        Act(name=names.SUBJECTS_NOTIFIED, subject=person, facts=facts, provision=_PROVISION)
        for place, person in enumerate(dict.fromkeys(persons), 1)
        if _stream_of(source, person, place) not in case.told
    ]


def _stream_of(source: Source, person: str, place: int) -> UUID:
    check_person(person)
    try:
        return known_streams(source, person)[-1]
    except UnknownSubject:
        raise NotAllowed(f"the ledger holds nothing about person {place} of the list") from None
