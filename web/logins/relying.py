"""What this console is to the provider, and whom its tokens name here."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from application.reading import Reader
from web.logins.claims import (
    ClaimNames,
    Door,
    NoOne,
    client_reference,
    data_subject_of,
    employee_of,
    roles_of,
)
from web.logins.provider import Credentials
from web.logins.tokens import ANY_LOGIN, Claims, Strength
from web.principals import DATA_SUBJECT, Method, Principal, staff_kind


class Relying(msgspec.Struct, frozen=True):
    """The settings of the provider. `audience`: for whom access tokens of clients are."""

    issuer: str
    us: Credentials
    audience: str
    scopes: tuple[str, ...] = ("openid",)
    names: ClaimNames = ClaimNames()
    strength: Strength = ANY_LOGIN


class Naming(msgspec.Struct, frozen=True):
    """How a principal comes from claims that were checked. `until`: when what was given ends."""

    names: ClaimNames
    grants: Callable[[Reader], bool]
    until: datetime
    method: Method

    def through(self, door: Door, claims: Claims) -> Principal:
        """Who comes in by a door. Raises NoOne."""
        return self.data_subject(claims) if door == "portal" else self.employee(claims)

    def data_subject(self, claims: Claims) -> Principal:
        """A person of the portal. Their own data needs no grant of the register."""
        return Principal(
            reference=data_subject_of(claims, self.names),
            role=DATA_SUBJECT,
            kind="data-subject",
            method=self.method,
            until=self.until,
            judged=False,
        )

    def employee(self, claims: Claims) -> Principal:
        """An employee, in the first role of the token that the register grants."""
        reference = employee_of(claims, self.names)
        role = self._granted(reference, claims)
        return Principal(
            reference=reference,
            role=role,
            kind=staff_kind(role),
            method=self.method,
            until=self.until,
        )

    def client(self, claims: Claims, client: str) -> Principal:
        """A system that asks for itself, as an entry of the register grants it."""
        reference = client_reference(client)
        return Principal(
            reference=reference,
            role=self._granted(reference, claims),
            kind="client",
            method=self.method,
            until=self.until,
            client=client,
        )

    def _granted(self, reference: str, claims: Claims) -> str:
        for role in roles_of(claims, self.names):
            if self.grants(Reader(reference, role, judged=True)):
                return role
        raise NoOne("not-granted")
