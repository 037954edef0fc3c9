"""Who may see what, who saw what, and every read of an account that must end."""

from typing import Annotated

from msgspec import Meta

from application.answer import Answer
from application.queries.lookups import known_role
from application.queries.oversight.access import Access, access
from application.queries.oversight.looks import (
    EmployeeFile,
    Looks,
    RoleLooks,
    employee_file,
    looks,
    role_looks,
)
from application.queries.oversight.seen import covered, house_at
from application.queries.subjects import check_person
from projections.views.staff import powers_of, roles_at
from schemas.formats import Code
from web.context import RequestContext
from web.principals import INSPECTOR
from web.resource import NoParams, Params, resource
from web.rights import rights_of, table

Limit = Annotated[int, Meta(ge=1, le=1000)]
Before = Annotated[int, Meta(ge=1)]
SHOWN = 100


class RoleRights(Answer, frozen=True):
    """What a role may see and do. `categories`: that the register says it covers; null: it is not defined.

    `parts`, `acts`: of the console. `opens`, `others`: which categories of personal values open, and what
    becomes of the others. `ends`: nobody logs in with it whose grant names no end. `holders`: how many.
    """

    role: str
    categories: list[str] | None
    parts: list[str]
    acts: list[str]
    opens: str
    others: str
    ends: bool
    holders: int


class RoleList(Answer, frozen=True):
    """All roles of the register and of the console."""

    roles: list[RoleRights]


class AccessParams(Params, frozen=True, kw_only=True):
    """Only employees who hold a role, or may see a category."""

    role: Code | None = None
    category: Code | None = None


class LooksParams(Params, frozen=True, kw_only=True):
    """A page of looks, newest first. `before`: only those recorded before this position."""

    before: Before | None = None
    limit: Limit = SHOWN


class EmployeeParams(LooksParams, frozen=True, kw_only=True):
    """An employee, by the bare id."""

    id: str


class SeenParams(LooksParams, frozen=True, kw_only=True):
    """A person, such as customer/10023."""

    subject: str


@resource("/roles", "staff", name="access", rows="roles", timed=True)
def roles(context: RequestContext, params: NoParams) -> RoleList:
    """What each role may see and do: by the register, and in this console."""
    source = context.source("access")
    house, time = house_at(source, context.moment), context.moment.as_of or source.now
    held = [role for row in house.employees.values() for role in roles_at(powers_of(row), time)]
    return RoleList(
        [
            _rights(role, covered(house.roles, role, time), held.count(role))
            for role in sorted({*house.roles, *table(), *held})
        ]
    )


def _rights(role: str, categories: list[str] | None, holders: int) -> RoleRights:
    rights = rights_of(role)
    return RoleRights(
        role=role,
        categories=categories,
        parts=list(rights.pages),
        acts=list(rights.acts),
        opens=rights.opens,
        others=rights.others,
        ends=rights.ends,
        holders=holders,
    )


@resource("/staff", "staff", name="access", rows="employees", timed=True)
def staff(context: RequestContext, params: AccessParams) -> Access:
    """Who may see what: the roles of the register at a time, and who held any."""
    source = context.source("access")
    role = known_role(source, params.role) if params.role else None
    return access(source, context.moment, role=role, category=params.category)


@resource("/staff/{id}", "staff", name="access", rows="looks", timed=True)
def employee(context: RequestContext, params: EmployeeParams) -> EmployeeFile:
    """What an employee may see, all that led to it, and what the employee saw."""
    reference = f"employee/{params.id}"
    check_person(reference)
    source = context.source("access")
    return employee_file(source, reference, context.moment, params.before, params.limit)


@resource("/seen", "staff", name="access", rows="looks", timed=True)
def seen(context: RequestContext, params: SeenParams) -> Looks:
    """Who saw a person's data, in other systems and through this ledger."""
    check_person(params.subject)
    source = context.source("access")
    return looks(source, params.subject, context.moment, params.before, params.limit)


@resource("/inspections", "staff", name="access", rows="looks", timed=True)
def inspections(context: RequestContext, params: LooksParams) -> RoleLooks:
    """The accounts of the authority's inspectors, and every read of each."""
    source = context.source("access")
    return role_looks(source, INSPECTOR, context.moment, params.before, params.limit)


RESOURCES = (roles, staff, employee, seen, inspections)
