"""Who saw a person's data, in other systems and through this ledger, and whether a role allowed it.

Roles cover categories, and employees hold roles. Each look says whether a role that was held then covered
what was seen. The same functions show the past and the present.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import filterfalse
from typing import NamedTuple
from uuid import UUID

from msgspec import UNSET, UnsetType

from application.answer import Answer, Name
from application.queries.consultations import Consultation, consultations_of
from application.queries.subjects import history_of
from application.source import Source
from ledger.event import instant
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import rows_at
from projections.reading.house import employees, roles_by_id
from projections.views import staff
from projections.views.staff import (
    Employee,
    Role,
    certificate_at,
    definition_at,
    powers_of,
    roles_at,
)


class _Seen(Answer, frozen=True, kw_only=True):
    """One look at personal data."""

    position: int
    occurred_at: str
    role: str
    categories: list[str]
    held: bool
    beyond: list[str]
    vog: bool
    subject: Name | UnsetType | None = UNSET


class SeenElsewhere(_Seen, frozen=True, kw_only=True):
    """One look at personal data in another system.

    `held`: the employee held the role then. `beyond`: what the role did not cover. `vog`: the employee had
    shown a certificate of good conduct. `subject`: whose data it was, where an employee's looks are told.
    """

    employee: Name
    purpose: str
    case_ref: str


class SeenHere(_Seen, frozen=True, kw_only=True):
    """One answer of this ledger. `query`: the command that asked. `everyone`: about every customer.

    `held`: the reader held the role then. `beyond`: what the role did not cover. `vog`: the reader had shown
    a certificate of good conduct. `subject`: whose data it was, where a reader's looks are told; null for
    an answer about many.
    """

    reader: Name
    query: str
    everyone: bool


class Consultations(Answer, frozen=True):
    """What was seen in other systems, through this ledger, and in lists of the ledger; in order of time."""

    accesses: list[SeenElsewhere]
    reads: list[SeenHere]
    lists: list[SeenHere]


class SeenBy(Consultations, frozen=True, kw_only=True):
    """Who saw a person's data: in other systems, through this ledger, and in lists of the ledger."""

    subject: str


class House(NamedTuple):
    """Employees by data subject and roles by id, as they were recorded by a moment."""

    employees: Mapping[UUID, Employee]
    roles: Mapping[str, Role]


def seen_by(
    source: Source, reference: str, moment: Moment, since: datetime | None = None
) -> SeenBy:
    """Who saw a person's data, when and why, and whether the role allowed it. Raises UnknownSubject.

    `since`: occurred then or later.
    """
    seen = looks_at(source, reference, moment)
    source.reads.note([reference], ())
    told = told_of(source, seen, house_at(source, moment), since)
    return SeenBy(subject=reference, accesses=told.accesses, reads=told.reads, lists=told.lists)


def house_at(source: Source, moment: Moment) -> House:
    """The house as it was recorded by a moment."""
    if moment == NOW:
        return House(employees(source.session), roles_by_id(source.session))
    names = staff.VIEW.names
    rows = [
        (stream, row)
        for stream, of_one in rows_at(
            source.session, staff.VIEW, moment, source.privacy_office, names
        )
        for row in of_one.values()
    ]
    return House(
        {stream: row for stream, row in rows if isinstance(row, Employee)},
        {row.role: row for _, row in rows if isinstance(row, Role)},
    )


def looks_at(source: Source, reference: str, moment: Moment) -> list[Consultation]:
    """Every look at a person's data that counts at a moment. Raises UnknownSubject."""
    history = history_of(source, reference, moment)
    seen = consultations_of(source, reference, history, moment)
    return [one for one in seen if one.annulled_by is None]


def told_of(
    source: Source,
    seen: Iterable[Consultation],
    house: House,
    since: datetime | None,
    *,
    of_others: bool = False,
) -> Consultations:
    """Looks as they are shown, in order of time. `since`: those that occurred then or later.

    `of_others`: each says whose data it was.
    """
    found = _in_order(seen, since)
    here = list(filter(_is_here, found))
    elsewhere = list(filterfalse(_is_here, found))
    names = source.names(one.who for one in found)
    whose = _whose(source, found) if of_others else None

    def shown(one: Consultation) -> SeenHere:
        return _here(one, names[one.who], house, whose)

    return Consultations(
        accesses=[_elsewhere(one, names[one.who], house, whose) for one in elsewhere],
        reads=[shown(one) for one in here if one.about != "list"],
        lists=[shown(one) for one in here if one.about == "list"],
    )


def _in_order(seen: Iterable[Consultation], since: datetime | None) -> list[Consultation]:
    """Those that occurred at a time or later, by time."""
    found = (one for one in seen if since is None or one.event.time >= since)
    return sorted(found, key=lambda one: (one.event.time, one.event.source, one.event.id))


def _is_here(one: Consultation) -> bool:
    return one.through_ledger


def covered(roles: Mapping[str, Role], role: str, time: datetime) -> list[str] | None:
    """What a role covers at a time; None for one that was not defined by then."""
    known = roles.get(role)
    defined = definition_at(known.definitions, time) if known else None
    return list(defined.categories) if defined else None


class _Judged(NamedTuple):
    """What the house says of a look: whether the role was held, what it did not cover, the certificate."""

    held: bool
    beyond: list[str]
    vog: bool


def _judged(one: Consultation, house: House) -> _Judged:
    event, time = one.event, one.event.time
    row, role = house.employees.get(one.who, Employee()), event.facts["role"]
    return _Judged(
        held=role in roles_at(powers_of(row) if one.through_ledger else row, time),
        beyond=sorted(set(event.categories) - set(covered(house.roles, role, time) or ())),
        vog=certificate_at(row, time) is not None,
    )


def _elsewhere(
    one: Consultation, who: Name, house: House, whose: Mapping[int, Name | None] | None
) -> SeenElsewhere:
    event, judged = one.event, _judged(one, house)
    return SeenElsewhere(
        position=event.position,
        occurred_at=instant(event.time),
        employee=who,
        purpose=one.why,
        case_ref=event.facts["case_ref"],
        role=event.facts["role"],
        categories=list(event.categories),
        held=judged.held,
        beyond=judged.beyond,
        vog=judged.vog,
        subject=UNSET if whose is None else whose[event.position],
    )


def _here(
    one: Consultation, who: Name, house: House, whose: Mapping[int, Name | None] | None
) -> SeenHere:
    event, judged = one.event, _judged(one, house)
    return SeenHere(
        position=event.position,
        occurred_at=instant(event.time),
        reader=who,
        query=one.why,
        everyone=one.about == "everyone",
        role=event.facts["role"],
        categories=list(event.categories),
        held=judged.held,
        beyond=judged.beyond,
        vog=judged.vog,
        subject=UNSET if whose is None else whose[event.position],
    )


def _whose(source: Source, seen: Sequence[Consultation]) -> dict[int, Name | None]:
    """By position whose data it was; None for an answer about many."""
    names = source.names(one.event.stream for one in seen if one.event.subject is None)
    return {
        one.event.position: one.event.subject or names[one.event.stream]
        if one.about == "subject"
        else None
        for one in seen
    }
