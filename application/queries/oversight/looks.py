"""Looks at personal data one under the other, newest first: of one employee, of a role, or at one person.

The same looks as `ledger access` tells, in pages: each begins below the position of the last one before.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import structs

from application.answer import Answer, Name
from application.queries.oversight.access import EmployeeAct, RoleHeld, employee_access
from application.queries.oversight.consultations import Consultation, consultations_as
from application.queries.oversight.seen import (
    Consultations,
    House,
    SeenElsewhere,
    SeenHere,
    house_at,
    looks_shown,
    seen_by,
)
from application.source import Source, instant_or_none
from ledger.event import instant
from projections.folds.timetravel import Moment
from projections.views.staff import Employee, Grant, powers_of, roles_at

Place = Literal["elsewhere", "here", "list"]
AccountState = Literal["open", "ended", "endless"]
_MOST = 2**63


class Look(Answer, frozen=True, kw_only=True):
    """One look at personal data. `place`: in another system, through this ledger, or in a list of it.

    `why`: the purpose that another system was told, or the command that asked this ledger. `reason`,
    `case_ref`: what was stated. `whose`: null for an answer about many; `everyone`: about every customer.
    `held`, `beyond`, `vog`: as `ledger access` says.
    """

    position: int
    occurred_at: str
    who: Name
    role: str
    whose: Name | None
    place: Place
    everyone: bool
    why: str
    reason: str | None
    case_ref: str | None
    categories: list[str]
    held: bool
    beyond: list[str]
    vog: bool


class _Looks(Answer, frozen=True, kw_only=True):
    """A page of looks, newest first. `total`: of all pages; `below`: where the next page begins, if there is one."""

    looks: list[Look]
    total: int
    below: int | None


class EmployeeFile(_Looks, frozen=True, kw_only=True):
    """What one employee could see at a time, all that led to it, and what the employee saw.

    `employed`: null where nothing says so. `certificate`: the day of issue of a certificate of good conduct.
    `categories`: of all roles that were held.
    """

    employee: Name
    as_of: str
    employed: bool | None
    certificate: str | None
    roles: list[RoleHeld]
    categories: list[str]
    history: list[EmployeeAct]


class Account(Answer, frozen=True):
    """An employee's account in a role that must end. `until`: null where its grant names no end."""

    employee: Name
    since: str
    until: str | None
    state: AccountState
    reads: int


class RoleLooks(_Looks, frozen=True, kw_only=True):
    """Every read of this ledger in one role, and the accounts that had it."""

    role: str
    as_of: str
    accounts: list[Account]


class PersonLooks(_Looks, frozen=True, kw_only=True):
    """Who saw a person's data."""

    subject: str


def employee_file(
    source: Source, reference: str, moment: Moment, below: int | None, most: int
) -> EmployeeFile:
    """The file of an employee with a page of what the employee saw. Raises UnknownSubject."""
    known = employee_access(source, reference, moment)
    looks = _rows(known.saw, known.employee)
    shown = _page(looks, below, most)
    return EmployeeFile(
        looks=shown,
        total=len(looks),
        below=_below(looks, shown),
        employee=known.employee,
        as_of=known.as_of,
        employed=known.employed,
        certificate=known.vog.issued_on if known.vog else None,
        roles=known.roles,
        categories=known.categories,
        history=known.history,
    )


def person_looks(
    source: Source, reference: str, moment: Moment, below: int | None, most: int
) -> PersonLooks:
    """A page of who saw a person's data. Raises UnknownSubject."""
    seen = seen_by(source, reference, moment)
    looks = [
        structs.replace(look, whose=None if look.place == "list" else reference)
        for look in _rows(seen, None)
    ]
    shown = _page(looks, below, most)
    return PersonLooks(looks=shown, total=len(looks), below=_below(looks, shown), subject=reference)


def role_looks(
    source: Source, role: str, moment: Moment, below: int | None, most: int
) -> RoleLooks:
    """A page of all reads of this ledger in a role, and the accounts that have or had it."""
    house, time = house_at(source, moment), moment.as_of or source.now
    reads = sorted(
        consultations_as(source, role, moment), key=lambda look: look.event.position, reverse=True
    )
    page = [look for look in reads if look.event.position < (below or _MOST)]
    source.reads.note_many(())
    looks = _rows(looks_shown(source, page[:most], house, None, of_others=True), None)
    return RoleLooks(
        looks=looks,
        total=len(reads),
        below=looks[-1].position if len(page) > most else None,
        role=role,
        as_of=instant(time),
        accounts=_accounts(source, house, role, time, reads),
    )


def _rows(seen: Consultations, who: Name | None) -> list[Look]:
    """All looks, newest first. `who`: the employee who looked, where that is always the same one."""
    rows = [
        *(_elsewhere(row, who) for row in seen.accesses),
        *(_here(row, "here", who) for row in seen.reads),
        *(_here(row, "list", who) for row in seen.lists),
    ]
    return sorted(rows, key=lambda row: row.position, reverse=True)


def _elsewhere(row: SeenElsewhere, who: Name | None) -> Look:
    return Look(
        position=row.position,
        occurred_at=row.occurred_at,
        who=who or row.employee,
        role=row.role,
        whose=row.subject or None,
        place="elsewhere",
        everyone=False,
        why=row.purpose,
        reason=None,
        case_ref=row.case_ref,
        categories=row.categories,
        held=row.held,
        beyond=row.beyond,
        vog=row.vog,
    )


def _here(row: SeenHere, place: Place, who: Name | None) -> Look:
    return Look(
        position=row.position,
        occurred_at=row.occurred_at,
        who=who or row.reader,
        role=row.role,
        whose=row.subject or None,
        place=place,
        everyone=row.everyone,
        why=row.query,
        reason=row.reason,
        case_ref=row.case_ref,
        categories=row.categories,
        held=row.held,
        beyond=row.beyond,
        vog=row.vog,
    )


def _page(looks: Iterable[Look], below: int | None, most: int) -> list[Look]:
    return [look for look in looks if look.position < (below or _MOST)][:most]


def _below(looks: Sequence[Look], shown: Sequence[Look]) -> int | None:
    """Where the next page begins; None when this one has the oldest look."""
    return shown[-1].position if shown and shown[-1] != looks[-1] else None


def _accounts(
    source: Source, house: House, role: str, time: datetime, reads: Sequence[Consultation]
) -> list[Account]:
    granted = {
        stream: grant
        for stream, row in house.employees.items()
        if (grant := _last_grant(row, role, time)) is not None
    }
    names = source.names(granted)
    accounts = [
        Account(
            employee=names[stream],
            since=instant(grant.order.time),
            until=instant_or_none(grant.valid_until),
            state=_state(house.employees, stream, role, time, grant),
            reads=sum(look.who == stream for look in reads),
        )
        for stream, grant in granted.items()
    ]
    return sorted(accounts, key=lambda account: account.since, reverse=True)


def _last_grant(row: Employee, role: str, time: datetime) -> Grant | None:
    """The latest grant of a role that counts, by a time; also one that has ended since."""
    grants = [
        grant
        for grant in powers_of(row).grants
        if grant.role == role and grant.granted and grant.order.time <= time
    ]
    return grants[-1] if grants else None


def _state(
    employees: Mapping[UUID, Employee], stream: UUID, role: str, time: datetime, grant: Grant
) -> AccountState:
    if role not in roles_at(powers_of(employees[stream]), time):
        return "ended"
    return "endless" if grant.valid_until is None else "open"
