"""One event as an act of processing, as the Dutch standards for logs of processing see it.

Pure. `Act` gives what both standards ask for and an event holds in another form: identifiers, the trace,
whose data it was, who received it. Persons, recipients and activities are the ledger's own identifiers; no
value is opened.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from ledger.event import RecordedEvent
from ledger.names import LedgerName
from ledger.writing.rows import NAME_BYTES, name_of
from projections.views import disclosures
from schemas import ALL_TYPES, PERSONAL_FIELDS
from schemas.references import Kind

INVOLVED: Mapping[Kind, str] = {
    "customer": "klant",
    "contact": "contactpersoon",
    "visitor": "bezoeker",
    "employee": "medewerker",
}
"""Kind of a person -> in which capacity the person is involved."""

# What an identifier of version 8 says of itself, in 6 of its 128 bits (RFC 9562).
_SAYS, _VERSION_8 = 0xF << 76 | 0x3 << 62, 0x8 << 76 | 0x2 << 62
_PLACES = 1 << 62
# Facts of an event that name who handled the data.
_USERS = ("employee", "reader")


class Log(msgspec.Struct, frozen=True):
    """The ledger whose events are exported. `register_url`: what the id of an activity is put behind."""

    ledger: LedgerName
    confidential: bool = False
    register_url: str | None = None

    @property
    def urn(self) -> str:
        """What the identifiers of this ledger start with."""
        return f"urn:processing-ledger:{self.ledger}"

    def _mask(self, what: str) -> int:
        """Tells objects of this ledger from those of others, and from the names of events."""
        digest = sha256(f"{self.urn} {what}".encode()).digest()
        return int.from_bytes(digest[:NAME_BYTES])

    @property
    def _object_mask(self) -> int:
        return self._mask("object")

    def object_id(self, source: str, id: str) -> UUID:
        """The identifier of a person's part in an event: the name of the event in the ledger's index.

        Without a source it is the place of the event, which then is its id.
        """
        number = int.from_bytes(name_of(source, id)) ^ self._object_mask
        if not source:
            number = int(id) ^ self._mask("place")
        return UUID(int=number & ~_SAYS | _VERSION_8)

    def place_of_object(self, object_id: UUID) -> int | None:
        """The place that an object is named by, if it is."""
        place = (object_id.int ^ self._mask("place")) & ~_SAYS
        return place if place < _PLACES else None

    def names_of_object(self, object_id: UUID) -> list[UUID]:
        """The few names that the event of an object can have in the index: 6 bits of them are not known."""
        if object_id.int & _SAYS != _VERSION_8:
            return []
        known = (object_id.int ^ self._object_mask) & ~_SAYS
        return [UUID(int=known | high << 76 | low << 62) for high in range(16) for low in range(4)]


class Act(msgspec.Struct, frozen=True):
    """An event of a ledger, and whether an annulment took it back."""

    log: Log
    event: RecordedEvent
    annulled: bool = False

    @property
    def id(self) -> UUID:
        """Follows from source and id of the event, so that each export names the act alike."""
        return self._identifier(f"{self.event.source} {self.event.id}")

    @property
    def object_id(self) -> UUID:
        """The person's part in this act. The ledger finds the act by it."""
        return self.log.object_id(self.event.source, self.event.id)

    @property
    def trace_id(self) -> UUID:
        """The trace that the sender names, or a correlation as one; else the act is its own."""
        trace = self.event.trace
        if "traceparent" in trace:
            return UUID(trace["traceparent"].split("-")[1])
        if "correlationid" in trace:
            return self._identifier(trace["correlationid"])
        return self.id

    @property
    def span_id(self) -> str:
        """16 hexadecimal digits, never all zero."""
        return self.id.hex[16:]

    @property
    def parent_span_id(self) -> str | None:
        """The sender's span; None for an event without a trace context."""
        traceparent = self.event.trace.get("traceparent")
        return traceparent.split("-")[2] if traceparent else None

    @property
    def activity_id(self) -> UUID | None:
        """The stream of the activity in the register."""
        activity = self.event.activity
        return self.log.ledger.registry_stream(f"activity/{activity}") if activity else None

    @property
    def activity_url(self) -> str | None:
        """Where the register tells more of the activity; a name of it when no register is named."""
        activity = self.event.activity
        if activity is None:
            return None
        return f"{self.log.register_url or f'{self.log.urn}:activity:'}{activity}"

    @property
    def person(self) -> UUID | None:
        """Whose data it was; None for an event about no single person."""
        return self.event.stream if self.event.subject is None else None

    @property
    def purpose(self) -> str | None:
        """The code of what it was for, where the event or its type says so."""
        disclosed = self._disclosed
        return (disclosed.purpose if disclosed else self.event.facts.get("purpose")) or None

    @property
    def recipient(self) -> UUID | None:
        """The stream of the recipient, in the register of recipients."""
        disclosed = self._disclosed
        if disclosed is None:
            return None
        return self.log.ledger.registry_stream(f"recipient/{disclosed.recipient}")

    @property
    def user(self) -> str | None:
        """The data subject of the employee who handled the data."""
        facts = self.event.facts
        return next((facts[name] for name in user_facts(self.event.type) if name in facts), None)

    @property
    def kinds_of_data(self) -> list[str]:
        """`category/field` for each field that the event names, the bare category where it names none."""
        event = self.event
        fields = {*(event.facts.get("fields") or ())}
        for category, sealed in event.sealed.items():
            fields |= set(sealed.fields) if category in event.categories else set()
        categories = {PERSONAL_FIELDS[field] for field in fields}
        bare = set(event.categories) - categories
        return sorted({*bare, *(f"{PERSONAL_FIELDS[field]}/{field}" for field in fields)})

    @property
    def _disclosed(self) -> disclosures.Disclosure | None:
        is_disclosure = disclosures.keys(self.event)
        return disclosures.evolve(None, self.event) if is_disclosure else None

    def _identifier(self, name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self.log.urn}:{name}")


@lru_cache(maxsize=512)
def user_facts(type: str) -> tuple[str, ...]:
    """The facts of a type that name who handled the data."""
    entry = ALL_TYPES.get(type)
    return tuple(name for name in _USERS if entry and name in entry.references)


@lru_cache(maxsize=512)
def involved_as(type: str) -> str | None:
    """The capacity in which the person of a type is involved; None where there can be several."""
    entry = ALL_TYPES.get(type)
    kinds = tuple(entry.subjects) if entry else ()
    return INVOLVED.get(kinds[0]) if len(kinds) == 1 else None
