"""The catalogue's description of one event type, apart from its facts."""

from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import fields

from schemas import names
from schemas.facts import Facts
from schemas.references import ANY_KIND, PERSONS, Kind

Topic: TypeAlias = Literal["events", "register", "confidential"]

ACCOUNT: frozenset[Kind] = frozenset({"customer"})
CONTACT: frozenset[Kind] = frozenset({"contact"})
PERSON: frozenset[Kind] = PERSONS
RECIPIENT: frozenset[Kind] = frozenset({"recipient"})
ACTIVITY: frozenset[Kind] = frozenset({"activity"})
ROLE: frozenset[Kind] = frozenset({"role"})
EMPLOYEE: frozenset[Kind] = frozenset({"employee"})
SYSTEM: frozenset[Kind] = frozenset({"system"})
MEASURE: frozenset[Kind] = frozenset({"measure"})
BREACH: frozenset[Kind] = frozenset({"breach"})
NOTICE: frozenset[Kind] = frozenset({"notice"})
ANY: frozenset[Kind] = ANY_KIND


class EventType(Struct, frozen=True):
    """One event type: its name, the struct of its data and the kinds of subject it may have.

    `clause` is the clause of the privacy policy, or the article of the GDPR, behind it.
    `references` are the facts that hold a full reference to a person. `topics` says where it is
    published: acts on personal data, upkeep of the register, orders under secrecy. `needs_activity` is
    false where even an event about a person names no activity. `own` marks what only a ledger itself may
    record.
    """

    name: str
    data: type[Facts]
    subjects: frozenset[Kind]
    clause: str = ""
    version: int = 1
    references: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ("events",)
    needs_activity: bool = True
    own: bool = False

    @property
    def type(self) -> str:
        """The full CloudEvents type."""
        return names.type_of(self.name, self.version)

    @property
    def names_actor(self) -> bool:
        """Whether the ledger itself says which employee did it, in a confidential ledger: nobody else may."""
        is_secret = self.topics == ("confidential",)
        return "employee" in self.references and (is_secret or self.name == names.EVENT_ANNULLED)

    @property
    def title(self) -> str:
        """One sentence that says what happened."""
        return " ".join((self.data.__doc__ or "").split())

    @property
    def required_facts(self) -> tuple[str, ...]:
        """The facts that must be present, in the order of the contract."""
        return tuple(field.name for field in fields(self.data) if field.required)
