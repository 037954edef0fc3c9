"""Looks at personal data one under the other, newest first: of one employee, of a role, or at one person.

The same looks as `ledger access` tells, those of a visit as one, in pages: each begins before the position of
the last one before. Visits that go on stand on the first page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nlargest
from typing import Literal
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from application.answer import Answer, Name, given
from application.queries.oversight.access import EmployeeAct, RoleHeld, employee_access
from application.queries.oversight.consultations import (
    Consultation,
    consultations_as,
    going_on,
)
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
from ledger.reading import LAST
from ledger.recording.visits import VISIT
from projections.folds.timetravel import Moment
from projections.views.staff import Employee, Grant, powers_of, roles_at

AccountState = Literal["open", "ended", "endless"]


class LookPart(Answer, frozen=True):
    """What was looked at in a visit, and each time when. `why`: the query; empty where it is not told."""

    why: str
    categories: list[str]
    times: list[str]


class Look(Answer, frozen=True, kw_only=True):
    """One look, or the looks of one visit. `why`: the purpose that another system was told, or the query.

    `position`: of its event; null of a visit that goes on. `count`: of looks. `until`: the last of them.
    `parts`: of several looks, what they were at.

    `here`: through this ledger. `many`: it told about many at once; `everyone`: about every customer.
    `held`, `beyond`, `vog`: as `SeenElsewhere` has them. `reason`, `case_ref`: what was stated. `whose`:
    whose data it was; null for an answer about many. To a reader who sees a part no `role` is told, so
    nothing judges the look: it is empty, and `held`, `beyond` and `vog` are absent.
    """

    position: int | None
    occurred_at: str
    until: str
    count: int
    parts: list[LookPart]
    who: Name
    role: str
    why: str
    here: bool
    many: bool
    categories: list[str]
    held: bool | UnsetType = UNSET
    beyond: list[str] | UnsetType = UNSET
    vog: bool | UnsetType = UNSET
    case_ref: str | None
    reason: str | None
    whose: Name | None
    everyone: bool


class _Page(Answer, frozen=True, kw_only=True):
    """Looks, the latest recorded first. `count`: of all. `next`: the next page has those before it."""

    looks: list[Look]
    count: int
    next: int | None


class Looks(_Page, frozen=True, kw_only=True):
    """Looks at a person's data."""

    subject: str


class EmployeeFile(_Page, frozen=True, kw_only=True):
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


class RoleLooks(_Page, frozen=True, kw_only=True):
    """Every read of this ledger in one role, and the accounts that had it."""

    role: str
    as_of: str
    accounts: list[Account]


def looks(source: Source, reference: str, moment: Moment, before: int | None, limit: int) -> Looks:
    """Who saw a person's data: looks before a position, at most so many. Raises UnknownSubject."""
    rows = _rows(seen_by(source, reference, moment), None, reference)
    page, following = _page(rows, before, limit)
    return Looks(looks=page, count=_count(rows), next=following, subject=reference)


def employee_file(
    source: Source, reference: str, moment: Moment, before: int | None, limit: int
) -> EmployeeFile:
    """The file of an employee with a page of what the employee saw. Raises UnknownSubject."""
    known = employee_access(source, reference, moment)
    rows = _rows(known.saw, known.employee, None)
    page, following = _page(rows, before, limit)
    return EmployeeFile(
        looks=page,
        count=_count(rows),
        next=following,
        employee=known.employee,
        as_of=known.as_of,
        employed=known.employed,
        certificate=known.vog.issued_on if known.vog else None,
        roles=known.roles,
        categories=known.categories,
        history=known.history,
    )


def role_looks(
    source: Source, role: str, moment: Moment, before: int | None, limit: int
) -> RoleLooks:
    """A page of all reads of this ledger in a role, and the accounts that have or had it."""
    house, time = house_at(source, moment), moment.as_of or source.now
    reads = consultations_as(source, role, moment)
    positions = {look.event.position for look in reads}
    left = set(filter((before or LAST).__gt__, positions))
    latest = set(nlargest(limit, left))
    source.reads.note_many(())
    shown = [look for look in reads if look.event.position in latest]
    now = [look for look in going_on(source, moment) if look.event.facts["role"] == role]
    reads += now
    shown += now if before is None else []
    rows = _rows(looks_shown(source, shown, house, None, of_others=True), None, None)
    return RoleLooks(
        looks=sorted(rows, key=_newest),
        count=len(reads),
        next=min(latest) if len(left) > len(latest) else None,
        role=role,
        as_of=instant(time),
        accounts=_accounts(source, house, role, time, reads),
    )


def _rows(seen: Consultations, who: Name | None, whose: Name | None) -> list[Look]:
    """All looks, each visit as one. `who`, `whose`: who looked, or at whom, where that is always the same."""
    return [
        *(_elsewhere(row, who, whose) for row in seen.accesses),
        *_visits(_here(row, who, whose) for row in seen.reads),
        *_visits(_here(row, who, None, many=True) for row in seen.lists),
    ]


def _visits(looks: Iterable[Look]) -> Iterator[Look]:
    """Looks by time, with those of one event as one, and those of visits that go on."""
    visits: dict[object, list[Look]] = {}
    for look in looks:
        going_on = (look.who, look.role, look.whose)
        visits.setdefault(look.position or going_on, []).append(look)
    return map(_visit, visits.values())


def _visit(looks: Sequence[Look]) -> Look:
    """Several looks of one reader at one person as one, by time."""
    first = min(looks, key=lambda look: look.occurred_at)
    if len(looks) == 1:
        return first
    times: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for look in looks:
        times.setdefault((look.why, tuple(look.categories)), []).append(look.occurred_at)
    return replace(
        first if first.held is UNSET else _all_judged(first, looks),
        until=max(look.occurred_at for look in looks),
        count=len(looks),
        parts=[LookPart(why, [*shown], at) for (why, shown), at in times.items()],
        why=VISIT,
        categories=sorted({name for look in looks for name in look.categories}),
    )


def _all_judged(first: Look, looks: Sequence[Look]) -> Look:
    """The first of several looks, with what is said against any of them."""
    beyond = {name for look in looks for name in given(look.beyond) or ()}
    held, vog = all(look.held for look in looks), all(look.vog for look in looks)
    return replace(first, held=held, beyond=sorted(beyond), vog=vog)


def _elsewhere(row: SeenElsewhere, who: Name | None, whose: Name | None) -> Look:
    return _look(row, who or row.employee, row.purpose, whose)


def _here(row: SeenHere, who: Name | None, whose: Name | None, *, many: bool = False) -> Look:
    look = _look(row, who or row.reader, row.query, whose)
    everyone = row.everyone
    return replace(look, here=True, many=many or everyone, reason=row.reason, everyone=everyone)


def _look(row: SeenElsewhere | SeenHere, who: Name, why: str, whose: Name | None) -> Look:
    """What every look has, as one in another system."""
    return Look(
        position=row.position,
        occurred_at=row.occurred_at,
        until=row.occurred_at,
        count=1,
        parts=[],
        who=who,
        role=row.role,
        why=why,
        here=False,
        many=False,
        categories=row.categories,
        held=row.held if row.role else UNSET,
        beyond=row.beyond if row.role else UNSET,
        vog=row.vog if row.role else UNSET,
        case_ref=row.case_ref or None,
        reason=None,
        whose=whose or row.subject or None,
        everyone=False,
    )


def _page(rows: Sequence[Look], before: int | None, limit: int) -> tuple[list[Look], int | None]:
    """The looks before a position, the latest recorded first; and before which one the next page begins.

    Visits that go on come first, and are no part of what `limit` counts.
    """
    newest = sorted(rows, key=_newest)
    left = [look for look in newest if look.position and look.position < (before or LAST)]
    page, now = left[:limit], [look for look in newest if look.position is None and before is None]
    return [*now, *page], page[-1].position if len(left) > len(page) else None


def _newest(look: Look) -> tuple[int, str]:
    """The place of a look in a list that begins with the newest."""
    return -(look.position or LAST), look.occurred_at


def _count(rows: Iterable[Look]) -> int:
    return sum(look.count for look in rows)


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
