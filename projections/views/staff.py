"""View `staff`: roles and what they cover, employees with their roles, employments and certificates.

One row a role, one an employee. Nothing is overwritten, so that anyone may ask who could see what at any
time. A role ends by itself at the end that its grant names. An employment that ends takes every role with
it; a role has to be granted again after it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Order, View, order_of
from rulebook.calendar import day_of
from schemas import names
from schemas.formats import instant_of

_ROLE = "role/"
_GRANTS = {names.ROLE_GRANTED: True, names.ROLE_REVOKED: False}
_EMPLOYMENTS = {names.EMPLOYMENT_STARTED: True, names.EMPLOYMENT_ENDED: False}
_ACTS = {*_GRANTS, *_EMPLOYMENTS, names.VOG_PRESENTED}


class Definition(msgspec.Struct, frozen=True):
    """The scope of a role from an event on; empty: the role ended. `counts`: its power, as for a grant."""

    order: Order
    categories: tuple[str, ...]
    counts: bool = True


class Role(msgspec.Struct, frozen=True, tag="role"):
    """Every definition of one role, by order."""

    role: str
    definitions: tuple[Definition, ...] = ()


class Grant(msgspec.Struct, frozen=True):
    """A role was granted to an employee, or revoked.

    `valid_until`: the instant at which the role ends by itself. `counts`: False for what somebody said who
    may not give power: it opens nothing of this ledger.
    """

    order: Order
    role: str
    granted: bool
    counts: bool = True
    valid_until: datetime | None = None

    def gives(self, time: datetime) -> bool:
        """Whether it gives the role at a time at which nothing else was said."""
        return self.granted and not is_over(self.valid_until, time)


class Employment(msgspec.Struct, frozen=True):
    """An employment began, or ended. `counts`: as of a grant."""

    order: Order
    started: bool
    counts: bool = True


class Certificate(msgspec.Struct, frozen=True):
    """A certificate of good conduct (VOG) was presented."""

    order: Order
    profile: str
    issued_on: date


class Employee(msgspec.Struct, frozen=True, tag="employee"):
    """All that was said about one employee, each kind by order."""

    grants: tuple[Grant, ...] = ()
    employments: tuple[Employment, ...] = ()
    certificates: tuple[Certificate, ...] = ()


Row = Role | Employee


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """The acts on a role or an employee touch its one row."""
    if event.name in _ACTS:
        return ("",)
    return ("",) if event.name == names.ROLE_DEFINED and _of_role(event) else ()


def _of_role(event: RecordedEvent) -> bool:
    return (event.subject or "").startswith(_ROLE)


def evolve(state: Row | None, event: RecordedEvent) -> Row:
    """Add what the event says."""
    if event.name == names.ROLE_DEFINED:
        role = state if isinstance(state, Role) else Role((event.subject or "")[len(_ROLE) :])
        categories = tuple(sorted(event.categories))
        defined = Definition(order_of(event), categories, not event.void)
        return Role(role.role, _with(role.definitions, defined))
    employee = state if isinstance(state, Employee) else Employee()
    if event.name in _GRANTS:
        granted = _GRANTS[event.name]
        # At equal time a revocation beats a grant.
        order = order_of(event, int(not granted))
        ends = event.facts.get("valid_until")
        until = instant_of(ends) if granted and ends else None
        grant = Grant(order, event.facts["role"], granted, not event.void, until)
        return msgspec.structs.replace(employee, grants=_with(employee.grants, grant))
    if event.name in _EMPLOYMENTS:
        started = _EMPLOYMENTS[event.name]
        # At equal time an end beats a start.
        employment = Employment(order_of(event, int(not started)), started, not event.void)
        return msgspec.structs.replace(
            employee, employments=_with(employee.employments, employment)
        )
    certificate = Certificate(
        order_of(event), event.facts["profile"], date.fromisoformat(event.facts["issued_on"])
    )
    return msgspec.structs.replace(employee, certificates=_with(employee.certificates, certificate))


_E = TypeVar("_E", bound=Definition | Grant | Employment | Certificate)


def _with(entries: tuple[_E, ...], added: _E) -> tuple[_E, ...]:
    return tuple(sorted((*entries, added), key=lambda entry: entry.order))


def roles_at(employee: Employee, time: datetime) -> dict[str, Grant]:
    """The roles that an employee holds at a time, sorted, with the grant that gave each."""
    last = {grant.role: grant for grant in employee.grants if grant.order.time <= time}
    endings = [
        employment.order
        for employment in employee.employments
        if not employment.started and employment.order.time <= time
    ]
    return {
        role: grant
        for role, grant in sorted(last.items())
        if holds(grant.gives(time), grant.order, endings)
    }


def powers_of(employee: Employee) -> Employee:
    """The employee with what gives or takes power here, and nothing else."""
    return msgspec.structs.replace(
        employee,
        grants=tuple(grant for grant in employee.grants if grant.counts),
        employments=tuple(one for one in employee.employments if one.counts),
    )


def holds(gives: bool, act: Order, endings: Iterable[Order]) -> bool:
    """Whether a role is held by its last act: that gives it, and no employment ended after it."""
    return gives and not any(act < end for end in endings)


def is_over(valid_until: datetime | None, time: datetime) -> bool:
    """Whether a grant has ended by itself at a time."""
    return valid_until is not None and valid_until <= time


def employed_at(employee: Employee, time: datetime) -> bool | None:
    """Whether an employment runs at a time; None when nothing was said about it by then."""
    employments = [
        employment for employment in employee.employments if employment.order.time <= time
    ]
    return employments[-1].started if employments else None


def certificate_at(employee: Employee, time: datetime) -> Certificate | None:
    """The newest certificate that was presented, and issued, by a time."""
    certificates = [
        certificate
        for certificate in employee.certificates
        if counts(certificate.order, certificate.issued_on, time)
    ]
    return max(
        certificates,
        key=lambda certificate: (certificate.issued_on, certificate.order),
        default=None,
    )


def counts(presented: Order, issued_on: date, time: datetime) -> bool:
    """Whether a certificate counts at a time: presented, and issued, by then."""
    return presented.time <= time and issued_on <= day_of(time)


def definition_at(
    definitions: Iterable[Definition], time: datetime, *, here: bool = False
) -> Definition | None:
    """The scope of a role at a time; None if it was not defined by then.

    `here`: in this ledger itself, where only definitions with power count.
    """
    definitions_by_then = [
        definition
        for definition in definitions
        if definition.order.time <= time and (definition.counts or not here)
    ]
    return definitions_by_then[-1] if definitions_by_then else None


VIEW: View[Row] = View(
    name="staff",
    version="5",
    type=Row,
    keys=keys,
    names=frozenset({*_ACTS, names.ROLE_DEFINED}),
    evolve=lambda _subkey, state, event: evolve(state, event),
)
