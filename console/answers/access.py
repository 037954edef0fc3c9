"""`ledger access`: who could see what at a time, one employee's rights, and who saw a person's data.

Roles cover categories, employees hold roles: what somebody could see is the union over the roles held at
that moment. The same functions show the past and the present.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from console.answers.source import Source
from console.answers.subjects import chosen, history_of
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from projections import staff
from projections.read_house import employees, roles_by_id
from projections.staff import (
    Certificate,
    Employee,
    Role,
    certificate_at,
    definition_at,
    employed_at,
    roles_at,
)
from projections.timetravel import Moment, fold

__all__ = ["access", "employee_access", "seen_by"]

_ACCESSED = "personal-data-accessed"


def access(
    source: Source, time: datetime, *, role: str | None = None, category: str | None = None
) -> dict[str, Any]:
    """Roles as they were at a time, and who held any. `role`, `category`: only who had that."""
    roles = roles_by_id(source.session)
    everybody = employees(source.session)
    source.reads.note_many(())
    names = source.names(everybody)
    people = [
        {"employee": names[stream], **_rights(row, roles, time)}
        for stream, row in everybody.items()
    ]
    wanted = [
        person
        for person in people
        if person["roles"]
        and (role is None or any(held["role"] == role for held in person["roles"]))
        and (category is None or category in person["categories"])
    ]
    return {
        "as_of": instant(time),
        "roles": [
            shown
            for shown in (_role(one, time) for one in roles.values())
            if shown and (role is None or shown["role"] == role)
        ],
        "employees": sorted(wanted, key=lambda person: str(person["employee"])),
    }


def employee_access(source: Source, reference: str, moment: Moment) -> dict[str, Any]:
    """What one employee may see, with all that led to it. Raises UnknownSubject."""
    person = chosen(source, reference, moment)
    row = fold(staff.VIEW, person.selected.counted).get("")
    if not isinstance(row, Employee):
        raise UnknownSubject(
            "The ledger holds no roles, employment or certificate of this subject."
        )
    source.reads.note([reference], ())
    time = moment.as_of or source.now
    return {
        "employee": reference,
        "as_of": instant(time),
        **_rights(row, roles_by_id(source.session), time),
        "history": _history(row),
    }


def seen_by(
    source: Source, reference: str, since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    """Who saw a person's data, when and why, and whether the role allowed it. Bounds are inclusive.

    Raises UnknownSubject.
    """
    events = [
        event
        for event, annulled in history_of(source, reference, Moment(as_of=until))
        if annulled is None and event.name == _ACCESSED and (since is None or event.time >= since)
    ]
    source.reads.note([reference], ())
    everybody, roles = employees(source.session), roles_by_id(source.session)
    names = source.names(UUID(event.facts["employee"]) for event in events)
    return {
        "subject": reference,
        "accesses": [
            _seen(event, names[UUID(event.facts["employee"])], everybody, roles)
            for event in sorted(events, key=lambda one: (one.time, one.source, one.id))
        ],
    }


def _rights(row: Employee, roles: Mapping[str, Role], time: datetime) -> dict[str, Any]:
    held = [
        {
            "role": role,
            "since": instant(grant.order.time),
            "categories": _covered(roles, role, time),
        }
        for role, grant in roles_at(row, time).items()
    ]
    return {
        "employed": employed_at(row, time),
        "vog": _certificate(certificate_at(row, time)),
        "roles": held,
        "categories": sorted({name for one in held for name in one["categories"] or ()}),
    }


def _covered(roles: Mapping[str, Role], role: str, time: datetime) -> list[str] | None:
    """What a role covers; None for one that was not defined by then."""
    known = roles.get(role)
    defined = definition_at(known.definitions, time) if known else None
    return list(defined.categories) if defined else None


def _certificate(vog: Certificate | None) -> dict[str, Any] | None:
    if vog is None:
        return None
    return {"profile": vog.profile, "issued_on": vog.issued_on.isoformat()}


def _role(role: Role, time: datetime) -> dict[str, Any] | None:
    defined = definition_at(role.definitions, time)
    if defined is None:
        return None
    return {
        "role": role.role,
        "categories": list(defined.categories),
        "since": instant(defined.order.time),
    }


def _history(row: Employee) -> list[dict[str, Any]]:
    """Every act of the employee's file, in the order of time."""
    acts = [
        *((one.order, "granted" if one.granted else "revoked", one.role) for one in row.grants),
        *((one.order, "started" if one.started else "ended", None) for one in row.employments),
        *((one.order, "vog", one.profile) for one in row.certificates),
    ]
    return [
        {"occurred_at": instant(order.time), "act": act, "about": about, "source": order.source}
        for order, act, about in sorted(acts, key=lambda entry: entry[0])
    ]


def _seen(
    event: RecordedEvent,
    employee: Any,
    everybody: Mapping[UUID, Employee],
    roles: Mapping[str, Role],
) -> dict[str, Any]:
    role = event.facts["role"]
    row = everybody.get(UUID(event.facts["employee"]), Employee())
    covered = _covered(roles, role, event.time)
    return {
        "occurred_at": instant(event.time),
        "employee": employee,
        "role": role,
        "purpose": event.facts["purpose"],
        "case_ref": event.facts["case_ref"],
        "categories": list(event.categories),
        "held": role in roles_at(row, event.time),
        "beyond": _beyond(event.categories, covered),
        "vog": certificate_at(row, event.time) is not None,
    }


def _beyond(categories: Iterable[str], covered: list[str] | None) -> list[str]:
    """What was seen although the role did not cover it."""
    return sorted(set(categories) - set(covered or ()))
