"""Employees: who looked at whose data, and who might (§ 3.1, 5)."""

from msgspec import UNSET, UnsetType

from schemas import names
from schemas.event_type import ANY, EMPLOYEE, PERSON, ROLE, EventType
from schemas.facts import Facts, PersonFacts
from schemas.formats import Code, Day, Employee, Instant
from schemas.personal import DataCategory


class PersonalDataAccessed(PersonFacts, frozen=True, kw_only=True):
    """An employee looked at personal data; the subject is the person whose data it was."""

    employee: Employee
    role: Code
    purpose: Code
    case_ref: Code


class RoleDefined(Facts, frozen=True, kw_only=True):
    """A role covers these data categories from here on; none of them ends the role."""

    role: Code
    categories: list[DataCategory]  # required here


class RoleGranted(PersonFacts, frozen=True, kw_only=True):
    """An employee has a role from here on.

    `valid_until`: the instant at which it ends by itself, such as that of an inspector of the authority.
    """

    role: Code
    valid_until: Instant | UnsetType = UNSET


class RoleRevoked(PersonFacts, frozen=True, kw_only=True):
    """An employee no longer has a role."""

    role: Code


class VogPresented(PersonFacts, frozen=True, kw_only=True):
    """An employee presented a certificate of good conduct (VOG) for a profile."""

    profile: Code
    issued_on: Day


class EmploymentStarted(PersonFacts, frozen=True, kw_only=True):
    """An employment began."""


class EmploymentEnded(PersonFacts, frozen=True, kw_only=True):
    """An employment came to its end, and every role with it."""


class AccessReviewCompleted(PersonFacts, frozen=True, kw_only=True):
    """Somebody looked at who has access to what."""

    scope: Code
    outcome: Code | UnsetType = UNSET


class InternalReportProduced(PersonFacts, frozen=True, kw_only=True):
    """A report for the management was made from customers' data."""

    report: Code
    aggregation: Code


TYPES = (
    EventType(
        names.PERSONAL_DATA_ACCESSED, PersonalDataAccessed, PERSON, "5.2", references=("employee",)
    ),
    EventType(names.ROLE_DEFINED, RoleDefined, ROLE, "5.2", topics=("register",)),
    EventType(names.ROLE_GRANTED, RoleGranted, EMPLOYEE, "5.2", topics=("register",)),
    EventType(names.ROLE_REVOKED, RoleRevoked, EMPLOYEE, "5.2", topics=("register",)),
    EventType(names.VOG_PRESENTED, VogPresented, EMPLOYEE, "5.1", topics=("register",)),
    EventType(names.EMPLOYMENT_STARTED, EmploymentStarted, EMPLOYEE, "5.1", topics=("register",)),
    EventType(names.EMPLOYMENT_ENDED, EmploymentEnded, EMPLOYEE, "5.1", topics=("register",)),
    EventType(
        names.ACCESS_REVIEW_COMPLETED, AccessReviewCompleted, ANY, "5.2", topics=("register",)
    ),
    EventType(
        names.INTERNAL_REPORT_PRODUCED, InternalReportProduced, ANY, "3.1", topics=("register",)
    ),
)
