"""Who a checked token names: an employee, a data subject of the portal, or a system.

Pure. A provider says who somebody is. In which role they act it only proposes: the register decides.
"""

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from schemas.formats import CODE, EMPLOYEE
from schemas.references import OUTSIDERS, kind_of
from web.logins.tokens import Claims
from web.principals import DATA_SUBJECT

Door = Literal["console", "portal"]
DOORS: tuple[Door, ...] = ("console", "portal")
# Users of the operating system without a name, and clients, have references that no provider may give away.
BY_NUMBER, BY_CLIENT = "employee/uid-", "employee/client-"
_EMPLOYEE, _CODE = re.compile(EMPLOYEE), re.compile(CODE)


class ClaimNames(msgspec.Struct, frozen=True):
    """Which claims say it; a dot leads into an object (`realm_access.roles`)."""

    person: str = "sub"
    role: str = "roles"
    data_subject: str = "data_subject"


class NoOne(Exception):
    """The claims name no person and no client. Its text is a word of `refused` (`web/words.toml`)."""


def employee_of(claims: Claims, names: ClaimNames) -> str:
    """The reference of an employee, from an id or a whole reference. Raises NoOne."""
    value = _at(claims, names.person)
    text = value if isinstance(value, str) else ""
    reference = text if text.startswith("employee/") else f"employee/{text}"
    if not _EMPLOYEE.match(reference) or reference.startswith((BY_NUMBER, BY_CLIENT)):
        raise NoOne("no-person")
    return reference


def is_of_client(claims: Claims, names: ClaimNames) -> bool:
    """Whether an access token is of the client itself, and of no person behind it.

    Its `sub` is the client, or the claim for persons names the client (`client-` and its id), where a
    provider keeps a user for each client.
    """
    client = claims["client_id"]
    own = {f"client-{client}", f"{BY_CLIENT}{client}"}
    named = _at(claims, names.person)
    return claims["sub"] == client or (isinstance(named, str) and named in own)


def client_reference(client: str) -> str:
    """The reference of a system that asks for itself, for the register and the record of reads."""
    reference = BY_CLIENT + client
    if not _EMPLOYEE.match(reference):
        raise NoOne("no-person")
    return reference


def data_subject_of(claims: Claims, names: ClaimNames) -> str:
    """The reference of a data subject, such as customer/10023. Raises NoOne."""
    value = _at(claims, names.data_subject)
    if not isinstance(value, str) or kind_of(value) not in OUTSIDERS:
        raise NoOne("no-person")
    return value


def roles_of(claims: Claims, names: ClaimNames) -> list[str]:
    """The roles that the provider proposes, in its order."""
    value = _at(claims, names.role)
    listed: Iterable[Any] = [value] if isinstance(value, str) else value or ()
    if not isinstance(listed, list):
        return []
    roles = (role for role in listed if isinstance(role, str) and _CODE.match(role))
    return [role for role in dict.fromkeys(roles) if role != DATA_SUBJECT]


def scopes_of(claims: Claims) -> frozenset[str]:
    """What an access token is for."""
    value = claims.get("scope")
    return frozenset(value.split()) if isinstance(value, str) else frozenset()


def _at(claims: Claims, path: str) -> Any:
    """The claim of a path; a claim whose whole name is the path comes first."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
