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
from application.queries.oversight.consultations import (
    Consultation,
    consultations_of,
    going_on,
)
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
    """One look at personal data. `role`, and what was stated: empty where it is not told, nor judged then.

    `position`: of the event that tells of it; null while its visit goes on.
    """

    position: int | None
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
    an answer about many. `reason`, `case_ref`: what the reader stated to open masked values.
    """

    reader: Name
    query: str
    everyone: bool
    reason: str | None = None
    case_ref: str | None = None


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
    looks = looks_at(source, reference, moment)
    source.reads.note([reference], ())
    looks += looks_going_on(source, reference, moment)
    consultations = looks_shown(source, looks, house_at(source, moment), since)
    return SeenBy(
        subject=reference,
        accesses=consultations.accesses,
        reads=consultations.reads,
        lists=consultations.lists,
    )


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
    looks = consultations_of(source, reference, history, moment)
    return [look for look in looks if look.annulled_by is None]


def looks_going_on(source: Source, reference: str, moment: Moment) -> list[Consultation]:
    """Looks at a person's data of visits that are not over, and at lists; the caller has noted the read."""
    subjects = (reference, source.ledger.reference)
    return [look for subject in subjects for look in going_on(source, moment, subject)]


def looks_shown(
    source: Source,
    looks: Iterable[Consultation],
    house: House,
    since: datetime | None,
    *,
    of_others: bool = False,
) -> Consultations:
    """Looks as they are shown, in order of time. `since`: those that occurred then or later.

    `of_others`: each says whose data it was.
    """
    ordered = _in_order(looks, since)
    here = list(filter(_is_here, ordered))
    elsewhere = filterfalse(_is_here, ordered)
    recorded = [look for look in ordered if look.named is None]
    names = source.names(look.who for look in recorded)
    whose = _whose(source, recorded) if of_others else None

    def row_of(look: Consultation) -> SeenHere:
        return _seen_here(look, look.named[0] if look.named else names[look.who], house, whose)

    return Consultations(
        accesses=[_seen_elsewhere(look, names[look.who], house, whose) for look in elsewhere],
        reads=list(map(row_of, filterfalse(_is_list, here))),
        lists=list(map(row_of, filter(_is_list, here))),
    )


def _in_order(looks: Iterable[Consultation], since: datetime | None) -> list[Consultation]:
    """Looks that occurred at a time or later, by time."""
    later = (look for look in looks if since is None or look.event.time >= since)
    return sorted(later, key=lambda look: (look.event.time, look.event.source, look.event.id))


def _is_here(look: Consultation) -> bool:
    return look.through_ledger


def _is_list(look: Consultation) -> bool:
    return look.about == "list"


def covered(
    roles: Mapping[str, Role], role: str, time: datetime, *, here: bool = False
) -> list[str] | None:
    """What a role covers at a time, `here`: in this ledger; None for a role that was not defined by then."""
    row = roles.get(role)
    defined = definition_at(row.definitions, time, here=here) if row else None
    return list(defined.categories) if defined else None


class _Judged(NamedTuple):
    """What the house says of a look: whether the role was held, what it did not cover, the certificate."""

    held: bool
    beyond: list[str]
    vog: bool


_NOT_JUDGED = _Judged(held=True, beyond=[], vog=True)
"""Of a look of which the role is not told: nothing is said against it."""


def _judged(look: Consultation, house: House) -> _Judged:
    event, time = look.event, look.event.time
    row, role = house.employees.get(look.who, Employee()), event.facts.get("role")
    if role is None:
        return _NOT_JUDGED
    here = look.through_ledger
    may_see = covered(house.roles, role, time, here=here) or ()
    return _Judged(
        held=role in roles_at(powers_of(row) if here else row, time),
        beyond=sorted(set(event.categories) - set(may_see)),
        vog=certificate_at(row, time) is not None,
    )


def _seen_elsewhere(
    look: Consultation, employee: Name, house: House, whose: Mapping[int, Name | None] | None
) -> SeenElsewhere:
    event, judged = look.event, _judged(look, house)
    return SeenElsewhere(
        position=event.position,
        occurred_at=instant(event.time),
        employee=employee,
        purpose=look.why,
        case_ref=event.facts.get("case_ref", ""),
        role=event.facts.get("role", ""),
        categories=list(event.categories),
        held=judged.held,
        beyond=judged.beyond,
        vog=judged.vog,
        subject=UNSET if whose is None else whose[event.position],
    )


def _seen_here(
    look: Consultation, reader: Name, house: House, whose: Mapping[int, Name | None] | None
) -> SeenHere:
    event, judged = look.event, _judged(look, house)
    return SeenHere(
        position=None if look.named else event.position,
        occurred_at=instant(event.time),
        reader=reader,
        query=look.why,
        everyone=look.about == "everyone",
        reason=event.facts.get("reason"),
        case_ref=event.facts.get("case_ref"),
        role=event.facts.get("role", ""),
        categories=list(event.categories),
        held=judged.held,
        beyond=judged.beyond,
        vog=judged.vog,
        subject=UNSET if whose is None else _subject_of(look, whose),
    )


def _subject_of(look: Consultation, whose: Mapping[int, Name | None]) -> Name | None:
    if look.named is None:
        return whose[look.event.position]
    return look.named[1] if look.about == "subject" else None


def _whose(source: Source, looks: Sequence[Consultation]) -> dict[int, Name | None]:
    """By position whose data it was; None for an answer about many."""
    names = source.names(look.event.stream for look in looks if look.event.subject is None)
    return {
        look.event.position: look.event.subject or names[look.event.stream]
        if look.about == "subject"
        else None
        for look in looks
    }
