"""`ledger access`: who could see what at a time, one employee's rights, and who saw a person's data.

Roles cover categories, employees hold roles: what somebody could see is the union over the roles held at
that moment. What was seen is told of other systems and of this ledger, each with whether a role that was
held then covered it. The same functions show the past and the present.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from application.queries.consultations import Consultation, consultations_by, consultations_of
from application.queries.subjects import history_of, known_streams, selections
from application.source import Source
from ledger.errors import UnknownSubject
from ledger.event import instant
from projections.folds.timetravel import NOW, Moment, fold
from projections.following.derive import rows_at
from projections.reading.house import employees, roles_by_id
from projections.views import staff
from projections.views.staff import (
    Certificate,
    Employee,
    Role,
    certificate_at,
    definition_at,
    employed_at,
    powers_of,
    roles_at,
)


class _House(NamedTuple):
    """Employees by data subject and roles by id, as they were recorded by a moment."""

    employees: Mapping[UUID, Employee]
    roles: Mapping[str, Role]


def access(
    source: Source, moment: Moment, *, role: str | None = None, category: str | None = None
) -> dict[str, Any]:
    """Roles as they were at a moment, and who held any. `role`, `category`: only who had that."""
    house, time = _house(source, moment), moment.as_of or source.now
    source.reads.note_many(())
    names = source.names(house.employees)
    people = [
        {"employee": names[stream], **_rights(row, house.roles, time)}
        for stream, row in house.employees.items()
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
            for shown in (_role(one, time) for one in house.roles.values())
            if shown and (role is None or shown["role"] == role)
        ],
        "employees": sorted(wanted, key=lambda person: str(person["employee"])),
    }


def employee_access(
    source: Source, reference: str, moment: Moment, since: datetime | None = None
) -> dict[str, Any]:
    """What one employee may see, with all that led to it; what was seen, and who saw the employee's data.

    Whoever was never in service can have seen something all the same. Raises UnknownSubject.
    """
    saw = consultations_by(source, known_streams(source, reference), moment)
    row, of_it = _of_employee(source, reference, moment)
    if row is None and not saw:
        raise UnknownSubject(
            "The ledger holds no roles, employment or certificate of this subject, and nothing it saw."
        )
    row, house, time = row or Employee(), _house(source, moment), moment.as_of or source.now
    source.reads.note([reference], ())
    if saw:
        source.reads.note_many(())
    return {
        "employee": reference,
        "as_of": instant(time),
        **_rights(row, house.roles, time),
        "history": _history(row),
        "saw": _shown(source, _since(saw, since), house, of_others=True),
        **_shown(source, _since(of_it, since), house),
    }


def seen_by(
    source: Source, reference: str, moment: Moment, since: datetime | None = None
) -> dict[str, Any]:
    """Who saw a person's data, when and why, and whether the role allowed it. Raises UnknownSubject.

    `since`: occurred then or later.
    """
    seen = _seen(source, reference, moment)
    source.reads.note([reference], ())
    return {
        "subject": reference,
        **_shown(source, _since(seen, since), _house(source, moment)),
    }


def _house(source: Source, moment: Moment) -> _House:
    if moment == NOW:
        return _House(employees(source.session), roles_by_id(source.session))
    names = staff.VIEW.names
    rows = [
        (stream, row)
        for stream, of_one in rows_at(
            source.session, staff.VIEW, moment, source.privacy_office, names
        )
        for row in of_one.values()
    ]
    return _House(
        {stream: row for stream, row in rows if isinstance(row, Employee)},
        {row.role: row for _, row in rows if isinstance(row, Role)},
    )


def _of_employee(
    source: Source, reference: str, moment: Moment
) -> tuple[Employee | None, list[Consultation]]:
    """The file of an employee, and who saw it; neither of one whom only other persons' events name."""
    try:
        found = selections(source, reference, moment)
    except UnknownSubject:
        return None, []
    files = [fold(staff.VIEW, one.selected.counted).get("") for one in reversed(found)]
    return next((row for row in files if isinstance(row, Employee)), None), _seen(
        source, reference, moment
    )


def _seen(source: Source, reference: str, moment: Moment) -> list[Consultation]:
    history = history_of(source, reference, moment)
    seen = consultations_of(source, reference, history, moment)
    return [one for one in seen if one.annulled_by is None]


def _since(seen: Iterable[Consultation], since: datetime | None) -> list[Consultation]:
    return [one for one in seen if since is None or one.event.time >= since]


def _shown(
    source: Source, seen: Sequence[Consultation], house: _House, *, of_others: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """What was seen in other systems, through this ledger, and in lists of the ledger; in order of time.

    `of_others`: each says whose data it was.
    """
    ordered = sorted(seen, key=lambda one: (one.event.time, one.event.source, one.event.id))
    names = source.names(one.who for one in ordered)
    subjects = source.names(_persons(ordered)) if of_others else {}
    rows = [(one, _row(one, names, house) | _subject(one, subjects, of_others)) for one in ordered]
    return {
        "accesses": [row for one, row in rows if not one.through_ledger],
        "reads": [row for one, row in rows if one.through_ledger and one.about != "list"],
        "lists": [row for one, row in rows if one.about == "list"],
    }


def _persons(seen: Iterable[Consultation]) -> Iterable[UUID]:
    return (one.event.stream for one in seen if one.event.subject is None)


def _subject(one: Consultation, names: Mapping[UUID, Any], of_others: bool) -> dict[str, Any]:
    """Whose data it was; None for an answer about many."""
    if not of_others:
        return {}
    if one.about != "subject":
        return {"subject": None}
    return {"subject": one.event.subject or names[one.event.stream]}


def _row(one: Consultation, names: Mapping[UUID, Any], house: _House) -> dict[str, Any]:
    event, time = one.event, one.event.time
    row, role = house.employees.get(one.who, Employee()), event.facts["role"]
    told = (
        {"reader": names[one.who], "query": one.why, "everyone": one.about == "everyone"}
        if one.through_ledger
        else {
            "employee": names[one.who],
            "purpose": one.why,
            "case_ref": event.facts["case_ref"],
        }
    )
    return {
        "position": event.position,
        "occurred_at": instant(time),
        **told,
        "role": role,
        "categories": list(event.categories),
        "held": role in roles_at(powers_of(row) if one.through_ledger else row, time),
        "beyond": _beyond(event.categories, _covered(house.roles, role, time)),
        "vog": certificate_at(row, time) is not None,
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


def _beyond(categories: Iterable[str], covered: list[str] | None) -> list[str]:
    """What was seen although the role did not cover it."""
    return sorted(set(categories) - set(covered or ()))
