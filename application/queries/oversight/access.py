"""`ledger access`: who could see what at a time, one employee's rights, and who saw a person's data.

Roles cover categories, employees hold roles: an employee could see the union over the roles held at that
moment. The same functions show the past and the present.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from application.answer import Answer, Name
from application.queries.oversight.consultations import (
    Consultation,
    consultations_by,
    going_on,
)
from application.queries.oversight.seen import (
    Consultations,
    House,
    SeenElsewhere,
    SeenHere,
    covered,
    house_at,
    looks_at,
    looks_going_on,
    looks_shown,
)
from application.queries.subjects import known_streams, selections
from application.source import Source, instant_or_none
from ledger.errors import UnknownSubject
from ledger.event import instant
from projections.folds.timetravel import Moment, fold
from projections.folds.view import Order
from projections.views import staff
from projections.views.staff import (
    Certificate,
    Employee,
    Role,
    certificate_at,
    definition_at,
    employed_at,
    roles_at,
)

ActOnEmployee = Literal["granted", "revoked", "started", "ended", "vog"]


class RoleAt(Answer, frozen=True):
    """What a role covered at a time. `since`: it was defined so."""

    role: str
    categories: list[str]
    since: str


class RoleHeld(Answer, frozen=True):
    """A role that an employee held at a time. `categories`: null for a role that was not defined by then.

    `until`: when it ends by itself, or ended; null for a role without an end.
    """

    role: str
    since: str
    categories: list[str] | None
    until: str | None = None


class CertificateShown(Answer, frozen=True):
    """A certificate of good conduct (VOG)."""

    profile: str
    issued_on: str


class Rights(Answer, frozen=True):
    """What an employee could see at a time. `employed`: null where nothing says so.

    `categories`: of all roles that were held.
    """

    employee: Name
    employed: bool | None
    vog: CertificateShown | None
    roles: list[RoleHeld]
    categories: list[str]


class Access(Answer, frozen=True):
    """Roles as they were at a time, and who held any."""

    as_of: str
    roles: list[RoleAt]
    employees: list[Rights]


class EmployeeAct(Answer, frozen=True):
    """An act of an employee's file. `about`: the role, or the profile of a certificate."""

    occurred_at: str
    act: ActOnEmployee
    about: str | None
    source: str


class EmployeeAccess(Rights, frozen=True, kw_only=True):
    """What one employee could see at a time, with all that led to it.

    `saw`: what the employee saw, each with whose data it was. `accesses`, `reads`, `lists`: who saw the
    employee's own data.
    """

    as_of: str
    history: list[EmployeeAct]
    saw: Consultations
    accesses: list[SeenElsewhere]
    reads: list[SeenHere]
    lists: list[SeenHere]


def access(
    source: Source, moment: Moment, *, role: str | None = None, category: str | None = None
) -> Access:
    """Roles as they were at a moment, and who held any. `role`, `category`: only employees who had that."""
    house, time = house_at(source, moment), moment.as_of or source.now
    source.reads.note_many(())
    names = source.names(house.employees)
    people = [
        _rights(names[stream], row, house.roles, time) for stream, row in house.employees.items()
    ]
    matching = [person for person in people if _matches(person, role, category)]
    return Access(
        as_of=instant(time),
        roles=list(_roles(house, time, role)),
        employees=sorted(matching, key=lambda person: str(person.employee)),
    )


def _matches(person: Rights, role: str | None, category: str | None) -> bool:
    """Whether a person held some role, and that one, and may see that category."""
    roles = [row.role for row in person.roles]
    return (
        bool(roles) and (role is None or role in roles) and category in {None, *person.categories}
    )


def _roles(house: House, time: datetime, role: str | None) -> Iterator[RoleAt]:
    for row in house.roles.values():
        role_at = _role(row, time)
        if role_at and role in {None, role_at.role}:
            yield role_at


def employee_access(
    source: Source, reference: str, moment: Moment, since: datetime | None = None
) -> EmployeeAccess:
    """What one employee may see, with all that led to it; what was seen, and who saw the employee's data.

    A person without a file can still have seen data: events of other persons name the reader. Raises
    UnknownSubject.
    """
    saw = consultations_by(source, known_streams(source, reference), moment)
    row, looks = _of_employee(source, reference, moment)
    if row is None and not saw:
        raise UnknownSubject(
            "The ledger holds no roles, employment or certificate of this subject, and no read by it."
        )
    row, house, time = row or Employee(), house_at(source, moment), moment.as_of or source.now
    source.reads.note([reference], ())
    if saw:
        source.reads.note_many(())
    mine = known_streams(source, reference)
    saw += [look for look in going_on(source, moment) if look.who in mine]
    looks += looks_going_on(source, reference, moment)
    rights = _rights(reference, row, house.roles, time)
    consultations = looks_shown(source, looks, house, since)
    return EmployeeAccess(
        employee=rights.employee,
        employed=rights.employed,
        vog=rights.vog,
        roles=rights.roles,
        categories=rights.categories,
        as_of=instant(time),
        history=_history(row),
        saw=looks_shown(source, saw, house, since, of_others=True),
        accesses=consultations.accesses,
        reads=consultations.reads,
        lists=consultations.lists,
    )


def _of_employee(
    source: Source, reference: str, moment: Moment
) -> tuple[Employee | None, list[Consultation]]:
    """The file of an employee, and who saw it; nothing where only other persons' events name the employee."""
    try:
        subjects = selections(source, reference, moment)
    except UnknownSubject:
        return None, []
    # The latest data subject first: after an erasure a reference can name a new one.
    files = [fold(staff.VIEW, subject.selected.counted).get("") for subject in reversed(subjects)]
    file = next((row for row in files if isinstance(row, Employee)), None)
    return file, looks_at(source, reference, moment)


def _rights(employee: Name, row: Employee, roles: Mapping[str, Role], time: datetime) -> Rights:
    roles_held = [
        RoleHeld(
            role=role,
            since=instant(grant.order.time),
            categories=covered(roles, role, time),
            until=instant_or_none(grant.valid_until),
        )
        for role, grant in roles_at(row, time).items()
    ]
    return Rights(
        employee=employee,
        employed=employed_at(row, time),
        vog=_certificate(certificate_at(row, time)),
        roles=roles_held,
        categories=sorted({name for role in roles_held for name in role.categories or ()}),
    )


def _certificate(vog: Certificate | None) -> CertificateShown | None:
    return CertificateShown(vog.profile, vog.issued_on.isoformat()) if vog else None


def _role(role: Role, time: datetime) -> RoleAt | None:
    defined = definition_at(role.definitions, time)
    if defined is None:
        return None
    return RoleAt(
        role=role.role, categories=list(defined.categories), since=instant(defined.order.time)
    )


def _history(row: Employee) -> list[EmployeeAct]:
    """Every act of the employee's file, in the order of time."""
    acts: list[tuple[Order, ActOnEmployee, str | None]] = [
        *(
            (grant.order, "granted" if grant.granted else "revoked", grant.role)
            for grant in row.grants
        ),
        *(
            (employment.order, "started" if employment.started else "ended", None)
            for employment in row.employments
        ),
        *((certificate.order, "vog", certificate.profile) for certificate in row.certificates),
    ]
    return [
        EmployeeAct(occurred_at=instant(order.time), act=act, about=about, source=order.source)
        for order, act, about in sorted(acts, key=lambda entry: entry[0])
    ]
