"""Incidents as commands handle them: found by reference, held against their state, acted on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from application.acts.acting import Act
from application.acts.requesting import NotAllowed, new_reference
from application.queries.subjects import check_person, known_streams, note_read
from application.source import ERASED, Source, rows_known
from ledger.errors import UnknownSubject
from ledger.event import instant
from projections.folds.timetravel import NOW, Moment
from projections.reading.incident_acts import Deed, hindrance, named
from projections.reading.views import incidents
from projections.views.incidents import (
    VIEW,
    Incident,
    subkey_of_breach,
    subkey_of_misuse,
    subkey_of_told,
)

__all__ = [
    "Case",
    "act_on_case",
    "assessment",
    "detection",
    "find_case",
    "known_incidents",
    "suspicion",
    "told_of",
    "words_to",
]

# A person is warned because the policy promises it; told of a breach because the law asks for it.
_BASIS, _PROVISION = "6-1-f", "eu.gdpr.34"
_SUBKEYS = {"breach": subkey_of_breach, "misuse": subkey_of_misuse}


class Case(Struct, frozen=True):
    """One incident. `reference`: the breach, or the person. `told`: who was told of it, and when first."""

    stream: UUID
    reference: Any
    incident: Incident
    told: Mapping[UUID, datetime] = {}


def known_incidents(
    source: Source, moment: Moment = NOW, subkeys: Sequence[str] | None = None
) -> list[tuple[UUID, Incident]]:
    """Incidents as they were known at a moment; of some rows, or all. They say themselves how they were."""
    if moment.known == NOW:
        return incidents(source.session, subkeys=subkeys)
    return [
        (stream, incident)
        for stream, rows in rows_known(source, VIEW, moment.known)
        for subkey, incident in rows.items()
        if subkeys is None or subkey in subkeys
    ]


def find_case(
    source: Source,
    ref: str,
    kind: str | None = None,
    subject: str | None = None,
    moment: Moment = NOW,
) -> Case:
    """The incident of a reference. Raises NotAllowed when there is none, several, or one of another kind."""
    subkeys = [make(ref) for make in _SUBKEYS.values()]
    rows = [row for row in _begun(source, subkeys, moment) if _is_of(source, row[0], subject)]
    if kind is not None and rows and all(one.kind != kind for _, one in rows):
        raise NotAllowed(f"expected a {kind}: {named(rows[0][1])} is none")
    rows = [row for row in rows if kind in {None, row[1].kind}]
    if not rows:
        raise NotAllowed(f"there is no incident {ref}")
    if len(rows) > 1:
        raise NotAllowed(f"{len(rows)} incidents have the reference {ref}: name one with --subject")
    [(stream, incident)] = rows
    if incident.kind == "misuse":
        return Case(stream, _reference(source, stream, subject), incident)
    return Case(stream, f"breach/{ref}", incident, told_of(source, ref, moment))


def _begun(
    source: Source, subkeys: Sequence[str], moment: Moment = NOW
) -> list[tuple[UUID, Incident]]:
    time = moment.as_of or source.now
    known = known_incidents(source, moment, subkeys)
    return [(stream, one) for stream, one in known if one.until(time).begin]


def _reference(source: Source, stream: UUID, subject: str | None) -> Any:
    if subject is None:
        return source.noted(stream)
    note_read(source, subject)
    return subject


def _is_of(source: Source, stream: UUID, subject: str | None) -> bool:
    return subject is None or stream in known_streams(source, subject)


def told_of(source: Source, ref: str, moment: Moment = NOW) -> dict[UUID, datetime]:
    """Persons who were told of a breach themselves, and when first."""
    rows = known_incidents(source, moment, [subkey_of_told(ref)])
    return {stream: one.steps[0].order.time for stream, one in rows}


def detection(source: Source, ref: str, regime: str, time: datetime) -> Act:
    """That a breach was detected at a time. Raises NotAllowed when its reference is taken."""
    _check_free(source, ref)
    facts = {"breach_ref": ref, "detected_at": instant(time), "regime": regime}
    return Act(name="breach-detected", subject=f"breach/{ref}", facts=facts)


def suspicion(
    source: Source, subject: str, ref: str | None, data_kinds: Sequence[str], time: datetime
) -> tuple[str, Act]:
    """The reference of a case, made without one; and that misuse of a person's data is suspected.

    Raises NotAllowed when the reference is taken, UnknownSubject when nothing is known of the person.
    """
    check_person(subject)
    known_streams(source, subject)
    ref = ref or new_reference(time, "MB")
    _check_free(source, ref)
    facts = {"case_ref": ref, "data_kinds": list(data_kinds)}
    return ref, Act(name="misuse-suspected", subject=subject, facts=facts, legal_basis=_BASIS)


def _check_free(source: Source, ref: str) -> None:
    if _begun(source, [make(ref) for make in _SUBKEYS.values()]):
        raise NotAllowed(f"there is an incident {ref} already")


def act_on_case(case: Case, name: str, facts: Mapping[str, Any], time: datetime) -> Act:
    """An act on an incident at a time. Raises NotAllowed when its state forbids it."""
    _check_allowed(case, name, facts, time)
    by = "breach_ref" if case.incident.kind == "breach" else "case_ref"
    facts = {by: case.incident.ref, **facts}
    return Act(name=name, subject=case.reference, facts=facts, legal_basis=_BASIS)


def assessment(case: Case, facts: Mapping[str, Any], time: datetime) -> Act:
    """What is known of a breach; without a risk that is as it was assessed last. Raises NotAllowed."""
    risk = facts.get("risk") or case.incident.until(time).risk
    if risk is None:
        raise NotAllowed(
            f"the risk of {named(case.incident)} was never assessed: say it with --risk"
        )
    return act_on_case(case, "breach-assessed", {**facts, "risk": risk}, time)


def _check_allowed(case: Case, name: str, facts: Mapping[str, Any], time: datetime) -> None:
    incident = case.incident
    why = hindrance(incident, Deed(name, time, facts, len(case.told)))
    if why is None and case.reference == ERASED:
        why = f"the person of {named(incident)} was erased: name them with --subject"
    if why is not None:
        raise NotAllowed(why)


def words_to(
    source: Source, case: Case, persons: Sequence[str], channel: str, time: datetime
) -> list[Act]:
    """That persons were told of a breach themselves: an act for each who had not been told yet.

    Raises NotAllowed when one of them is not known, or the breach was detected later: then none is told.
    """
    _check_allowed(case, "subjects-notified", {}, time)
    facts = {"breach_ref": case.incident.ref, "channel": channel}
    return [
        Act(name="subjects-notified", subject=person, facts=facts, provision=_PROVISION)
        for place, person in enumerate(dict.fromkeys(persons), 1)
        if _stream_of(source, person, place) not in case.told
    ]


def _stream_of(source: Source, person: str, place: int) -> UUID:
    check_person(person)
    try:
        return known_streams(source, person)[-1]
    except UnknownSubject:
        raise NotAllowed(f"the ledger holds nothing about person {place} of the list") from None
