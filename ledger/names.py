"""The name of a ledger, and every other name that follows from it.

Two ledgers in one database share no namespace, no role, no notification channel and no key folder:
all of them are derived here and nowhere else.
"""

import re
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from ledger.errors import Misconfigured

Role = Literal["recorder", "eraser", "pruner", "projector", "reader", "publisher"]
ROLES: tuple[Role, ...] = ("recorder", "eraser", "pruner", "projector", "reader", "publisher")

# No underscore: `a_keys` would otherwise be both a ledger and the key namespace of the ledger `a`.
_PATTERN = re.compile(r"[a-z][a-z0-9]{0,30}")


@dataclass(frozen=True, slots=True)
class LedgerName:
    """A ledger's name: a lower-case letter, then up to 30 lower-case letters or digits."""

    name: str = "main"

    def __post_init__(self) -> None:
        if not _PATTERN.fullmatch(self.name):
            raise Misconfigured(f"a ledger's name must match {_PATTERN.pattern}")

    def __str__(self) -> str:
        return self.name

    @property
    def events(self) -> str:
        """Namespace of the events and everything that is backed up with them."""
        return f"ledger_{self.name}"

    @property
    def keys(self) -> str:
        """Namespace of wrapped keys and the subject index; left out of the ledger's backups."""
        return f"ledger_{self.name}_keys"

    @property
    def views(self) -> str:
        """Namespace of the views, which can be thrown away."""
        return f"ledger_{self.name}_views"

    @property
    def namespaces(self) -> dict[str, str]:
        """The namespaces by their names in the braces of SQL files."""
        return {"events": self.events, "keys": self.keys, "views": self.views}

    @property
    def channel(self) -> str:
        """Notification channel on which a new position is announced."""
        return self.events

    @property
    def search_path(self) -> str:
        """Namespaces in the order in which unqualified names are looked up, of every session.

        Only namespaces in which the ledger's owner alone may create anything. The views are not among them:
        their names are always written with their namespace.
        """
        return f"pg_catalog,{self.events},{self.keys},pg_temp"

    @property
    def reference(self) -> str:
        """This ledger as the subject of the events that it records about itself."""
        return f"system/processing-ledger-{self.name}"

    def role(self, role: Role) -> str:
        """PostgreSQL role of one kind of work on this ledger."""
        return f"ledger_{self.name}_{role}"

    def registry_stream(self, reference: str) -> UUID:
        """Stream of a registry entry, such as `recipient/tax-authority`: it follows from its name."""
        return uuid5(uuid5(NAMESPACE_URL, f"urn:processing-ledger:{self.name}"), reference)
