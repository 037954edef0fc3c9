"""The staff part of the sample: roles, who holds them since when, and the certificate before that."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sample import people, terms
from sample.acts import Somebody
from sample.event import Publication, act, digits, office_hour, publish
from sample.recording import entered, recorded
from sample.register import STAFF, Era
from schemas import names

SOURCE = "hr"
# What each role is about: the categories that its holders may see.
COVERS = {
    terms.HELPDESK: ("identity", "address", "contact", "service"),
    terms.BILLING_CLERK: ("identity", "address", "payment", "traffic"),
    terms.COLLECTOR: ("identity", "address", "payment"),
    terms.ENGINEER: ("identity", "address"),
    terms.SALES: ("identity", "contact"),
    terms.TAX_SPECIALIST: ("identity", "address", "payment"),
}
# A temporary employee of one year, under whose name no access is recorded.
TEMPORARY = "employee/81"


def staff(rng: Random, era: Era) -> list[Publication]:
    """Every event about employees and roles, unsorted; each employee shows a certificate (VOG) first."""
    published = [_role(rng, era.first, role, covers) for role, covers in COVERS.items()]
    for role, role_terms in terms.ROLES.items():
        for employee in role_terms.staff:
            published += hired(rng, era.first, employee, role)
    published += hired(rng, era.day(0.3), TEMPORARY, terms.HELPDESK)
    published += _left(rng, era.day(0.6), TEMPORARY, terms.HELPDESK)
    return [*published, *_reviews(rng, era)]


def _role(rng: Random, day: datetime, role: str, covers: tuple[str, ...]) -> Publication:
    at, subject = office_hour(rng, day), f"role/{role}"
    facts = {"role": role, "categories": list(covers)}
    return entered(rng, at, SOURCE, names.ROLE_DEFINED, subject, **facts)


def hired(rng: Random, day: datetime, employee: str, role: str) -> list[Publication]:
    """Three days lie between each step, so that no weekend changes their order."""
    person = Somebody(rng, employee)
    shown_at, started, granted = (office_hour(rng, day + timedelta(days=d)) for d in (0, 3, 6))
    personal = act(STAFF, personal={"employee_name": people.full_name(rng)})
    certificate = act(
        STAFF,
        personal={"vog_reference": f"VOG-{digits(rng, 6)}"},
        profile="telecom-customer-data",
        issued_on=(shown_at - timedelta(days=20)).date().isoformat(),
    )
    return [
        publish(rng, shown_at, SOURCE, names.VOG_PRESENTED, subject=employee, data=certificate),
        publish(rng, started, SOURCE, names.EMPLOYMENT_STARTED, subject=employee, data=personal),
        recorded(person, granted, STAFF, SOURCE, names.ROLE_GRANTED, role=role),
    ]


def _left(rng: Random, day: datetime, employee: str, role: str) -> list[Publication]:
    person, at = Somebody(rng, employee), office_hour(rng, day)
    return [
        recorded(person, at, STAFF, SOURCE, names.ROLE_REVOKED, role=role),
        recorded(person, at + timedelta(minutes=20), STAFF, SOURCE, names.EMPLOYMENT_ENDED),
    ]


def _reviews(rng: Random, era: Era) -> Iterator[Publication]:
    for share in (0.33, 0.66):
        at, name = office_hour(rng, era.day(share)), names.ACCESS_REVIEW_COMPLETED
        facts = {"scope": terms.HELPDESK, "outcome": "no-change"}
        yield entered(rng, at, SOURCE, name, f"role/{terms.HELPDESK}", **facts)
