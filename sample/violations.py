"""The planted violations: at least one of every rule of the rulebook that `ledger findings` must list.

Here those of the staff, and the deck of all of them; the others are in `sample_leaks` and `sample_lapses`.
"""

from datetime import datetime, timedelta

from sample import terms
from sample.acts import Somebody
from sample.chapters import Chapter
from sample.event import Publication, act, office_hour, publish, reference
from sample.lapses import LAPSES
from sample.leaks import LEAKS
from sample.life import CustomerLife
from sample.recording import recorded
from sample.register import CARE, RIGHTS, STAFF
from sample.staff import SOURCE, TEMPORARY, hired
from schemas import names

ANALYST, CAMPAIGNS = "employee/82", "campaign-analyst"
NEWCOMER = "employee/83"


def looked_after_leaving(life: CustomerLife) -> list[Publication]:
    """Somebody who has left still looks a customer up."""
    at = office_hour(life.rng, life.era.day(0.7))
    return [
        _looked(life, at, TEMPORARY, terms.HELPDESK, "name").breaking("house.access.role.missing")
    ]


def looked_at_restricted_data(life: CustomerLife) -> list[Publication]:
    """The helpdesk looks up a name that may only be stored while it is examined."""
    person, at = life.contact(11), life.office(0.5)
    employee, why = terms.ROLES[terms.HELPDESK].staff[0], {"ground": "accuracy-contested"}
    before, after = at - timedelta(hours=2), at + timedelta(hours=2)
    name, source = ("name",), "crm"
    access = _looked(person, at, employee, terms.HELPDESK, "name")
    return [
        recorded(person, before, RIGHTS, source, names.PROCESSING_RESTRICTED, name, **why),
        access.breaking("law.use.restriction"),
        recorded(person, after, RIGHTS, source, names.RESTRICTION_LIFTED, name, **why),
    ]


def looked_too_far(life: CustomerLife) -> list[Publication]:
    """The helpdesk looks at a credit score, which it has no need to see."""
    employee = terms.ROLES[terms.HELPDESK].staff[0]
    access = _looked(life, life.office(0.5), employee, terms.HELPDESK, "name", "credit_score")
    return [access.breaking("house.access.role.category")]


def role_never_defined(life: CustomerLife) -> list[Publication]:
    """A role that the register never defined is granted and used."""
    day = life.era.day(0.55)
    at = office_hour(life.rng, day + timedelta(days=12))
    access = _looked(life, at, ANALYST, CAMPAIGNS, "name", "email")
    return [
        *hired(life.rng, day, ANALYST, CAMPAIGNS),
        access.breaking("house.access.role.undefined"),
    ]


def worked_without_certificate(life: CustomerLife) -> list[Publication]:
    """Somebody starts, gets a role and looks a customer up, all before any certificate."""
    person, day = Somebody(life.rng, NEWCOMER), life.era.day(0.6)
    started, granted, at = (
        office_hour(life.rng, day + timedelta(days=days)) for days in (0, 3, 12)
    )
    employment = publish(
        life.rng, started, SOURCE, names.EMPLOYMENT_STARTED, subject=NEWCOMER, data=act(STAFF)
    )
    access = _looked(life, at, NEWCOMER, terms.HELPDESK, "name")
    return [
        employment.breaking("house.employment.vog"),
        recorded(person, granted, STAFF, SOURCE, names.ROLE_GRANTED, role=terms.HELPDESK),
        access.breaking("house.access.vog"),
    ]


def _looked(
    life: CustomerLife | Somebody, at: datetime, employee: str, role: str, *about: str
) -> Publication:
    facts = {
        "employee": employee,
        "role": role,
        "purpose": "customer-question",
        "case_ref": reference(life.rng, "HD"),
    }
    return recorded(life, at, CARE, "helpdesk", names.PERSONAL_DATA_ACCESSED, about, **facts)


VIOLATIONS: tuple[Chapter, ...] = (
    *LEAKS,
    *LAPSES,
    looked_after_leaving,
    looked_at_restricted_data,
    looked_too_far,
    role_never_defined,
    worked_without_certificate,
)
