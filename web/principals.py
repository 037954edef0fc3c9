"""Who asks over HTTP, in which role, and until when.

The reference is the one that the record of reads names. The register judges the role, whatever a login said.
"""

from datetime import datetime
from typing import Literal

import msgspec

from application.reading import Reader

Kind = Literal["staff", "inspector", "data-subject", "client"]
Method = Literal["oidc", "link", "token", "certificate"]

INSPECTOR = "inspector"
"""The role of the authority's inspector: an account in it has an end."""
DATA_SUBJECT = "data-subject"
"""The role of a person in the portal. The register grants it to no employee."""


class Principal(msgspec.Struct, frozen=True):
    """One who may ask. `reference`: employee/…, or in the portal the data subject's own reference.

    `until`: when the session or the account ends, whichever is first. `judged`: whether the register must
    grant the role; it need not for the portal, nor for the operator whom the operating system names.
    `client`: the system that asks. `scopes`: what its token is for.
    """

    reference: str
    role: str
    kind: Kind
    method: Method
    until: datetime
    judged: bool = True
    client: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def reader(self) -> Reader:
        """The principal as the record of reads knows a reader."""
        own = self.kind == "data-subject"
        return Reader(self.reference, self.role, self.judged, own=own, visits=not own)


def staff_kind(role: str) -> Kind:
    """The kind of a principal who is no data subject and no client."""
    return "inspector" if role == INSPECTOR else "staff"
