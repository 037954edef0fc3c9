"""From valid events to entries that are ready to be recorded: subjects, keys, sealing, fingerprints.

Nothing here commits an event. What a batch needs of subjects and keys is made first, in short
transactions of its own; the rest is pure work on cached keys.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
import orjson

from ledger.errors import TooLarge
from ledger.event import check_entry_size, encode_state, instant
from ledger.keyring import Keyring, Need
from ledger.names import LedgerName
from ledger.sealing import associated_data, keyed_hash, month_of, seal_value
from ledger.subjects import Mention, SubjectIndex, kind_of
from schemas import (
    EVENT_TYPES,
    PERSONAL_FIELDS,
    ROLLING_CATEGORIES,
    Code,
    Event,
    Rejection,
    is_person,
)

__all__ = ["BLIND_FIELDS", "FileOrigin", "KafkaOrigin", "Message", "OwnOrigin", "Ready", "Sealer"]

# Fields by which a person can be looked up; the blind index knows no others.
BLIND_FIELDS = frozenset(
    {"email", "invoice_email", "mobile_number", "fixed_number", "iban", "kvk_number"}
)
# What starts a data subject anew after an erasure of the whole person; nothing registers the others.
_STARTS = {"customer": "customer-registered", "contact": "contact-person-added"}


class KafkaOrigin(msgspec.Struct, frozen=True):
    """A record's place in Kafka."""

    topic: str
    partition: int
    offset: int


class FileOrigin(msgspec.Struct, frozen=True):
    """A line's place: the label of the file, and the line from 1."""

    file: str
    line: int


class OwnOrigin(msgspec.Struct, frozen=True):
    """An event that the ledger itself recorded, and the command that made it."""

    command: str


class Message(msgspec.Struct, frozen=True):
    """One received message: its bytes as a dead letter would keep them, and what decoding made of it.

    `mode`: how the bytes are to be read again: `structured` or `binary` (a CloudEvents Kafka mode), or
    `truncated` when only their beginning was kept.
    """

    body: bytes
    outcome: Event | Rejection
    origin: KafkaOrigin | FileOrigin | OwnOrigin
    mode: Literal["structured", "binary", "truncated"] = "structured"


class Ready(msgspec.Struct, frozen=True):
    """One message ready for the write transaction. Without a stream it can only become a dead letter.

    `refusal` holds unless the event turns out to be a duplicate, which comes first in the contract.
    """

    message: Message
    stream: UUID | None = None
    state: bytes = b""
    fingerprint: bytes = b""
    generation: int = 0
    refusal: Rejection | None = None
    blind: tuple[tuple[bytes, str, str], ...] = ()


class _Placed(NamedTuple):
    """An event with its stream. `erased`: all of that data subject was. `needs`: category -> key."""

    message: Message
    event: Event
    stream: UUID
    person: bool
    erased: bool
    needs: dict[str, Need]


class Sealer:
    """Seals whole batches for one ledger."""

    def __init__(self, keyring: Keyring, subjects: SubjectIndex, ledger: LedgerName) -> None:
        self._keyring = keyring
        self._subjects = subjects
        self._ledger = ledger

    def seal(self, messages: Sequence[Message], erasures: int) -> list[Ready]:
        """Seal a batch, in order, with what is true after that many erasures.

        Makes missing subjects and keys. Raises Retry or Halt.
        """
        if self._keyring.sync(erasures):
            self._subjects.forget()
        events = [m.outcome for m in messages if isinstance(m.outcome, Event)]
        self._subjects.admit([mention for event in events for mention in _mentions(event)])
        placed = [self._place(message) for message in messages]
        self._provide([one for one in placed if isinstance(one, _Placed)])
        return [self._ready(one) if isinstance(one, _Placed) else one for one in placed]

    def _place(self, message: Message) -> _Placed | Ready:
        event = message.outcome
        if isinstance(event, Rejection):
            return Ready(message=message, refusal=event)
        person, erased = is_person(event.subject), False
        if person:
            period = self._subjects.period_of(event.subject, event.time)
            stream, erased = period.subject, period.erased_through is not None
        else:
            stream = self._ledger.registry_stream(event.subject)
        needs = {
            category: Need(stream, category, _month(event, category))
            for category in {PERSONAL_FIELDS[field] for field in event.personal}
        }
        return _Placed(message, event, stream, person, erased, needs)

    def _provide(self, placed: Sequence[_Placed]) -> None:
        """Make every key that is needed, and none for a value that may no longer be sealed."""
        self._keyring.load_fences((one.stream, c) for one in placed for c in one.needs)
        needs = {
            need
            for one in placed
            for category, need in one.needs.items()
            if not self._is_fenced(one, category)
        }
        needs |= {Need(one.stream, "fingerprint") for one in placed if one.person}
        self._keyring.provide(needs)

    def _is_fenced(self, one: _Placed, category: str) -> bool:
        """Whether a value may no longer be sealed: everything of the person is gone, or this is."""
        return one.erased or self._keyring.fenced(one.stream, category, one.event.time)

    def _ready(self, one: _Placed) -> Ready:
        event = one.event
        fenced = any(self._is_fenced(one, category) for category in one.needs)
        state = b"" if fenced else self._state(one)
        try:
            check_entry_size(event.type, state)
        except TooLarge:
            return Ready(message=one.message, refusal=_rejection(event, Code.TOO_LARGE))
        return Ready(
            message=one.message,
            stream=one.stream,
            state=state,
            fingerprint=self._fingerprint(one),
            generation=self._keyring.generation(one.stream, "fingerprint") if one.person else 0,
            refusal=_rejection(event, Code.ERASED_SUBJECT) if fenced else None,
            blind=() if fenced or not one.person else self._blind(event),
        )

    def _fingerprint(self, one: _Placed) -> bytes:
        """Keyed hash of the whole event: two equal events of a stream have equal ones."""
        if one.person:
            secret = self._keyring.key(Need(one.stream, "fingerprint")).secret
        else:
            secret = self._keyring.ledger_key("fingerprint")
        return keyed_hash(secret, one.event.canonical)

    def _state(self, one: _Placed) -> bytes:
        event = one.event
        return encode_state(
            {
                "id": event.id,
                "source": event.source,
                "time": instant(event.time),
                "subject": None if one.person else event.subject,
                "sequence": event.sequence,
                "activity": event.activity,
                "legal_basis": event.legal_basis,
                "provision": event.provision,
                "categories": list(event.categories),
                "facts": self._facts(event),
                "sealed": self._sealed(one),
                "origin": msgspec.structs.asdict(one.message.origin),
                **event.trace,
            }
        )

    def _facts(self, event: Event) -> dict[str, Any]:
        """Facts with every reference to a person replaced by the data subject's UUID."""
        references = EVENT_TYPES[event.type].references
        if not references:
            return event.facts
        named = {name: event.facts[name] for name in references if name in event.facts}
        return event.facts | {
            name: str(self._subjects.period_of(reference, event.time).subject)
            for name, reference in named.items()
        }

    def _sealed(self, one: _Placed) -> dict[str, Any]:
        sealed: dict[str, Any] = {}
        for field, value in one.event.personal.items():
            category = PERSONAL_FIELDS[field]
            key = self._keyring.key(one.needs[category])
            place = associated_data(
                ledger=str(self._ledger),
                subject=one.stream,
                source=one.event.source,
                id=one.event.id,
                category=category,
                field=field,
                key=key.id,
            )
            blob = seal_value(key.cipher, value, place, self._keyring.nonce())
            sealed.setdefault(category, {"key": key.id, "values": {}})["values"][field] = blob
        return sealed

    def _blind(self, event: Event) -> tuple[tuple[bytes, str, str], ...]:
        key = self._keyring.ledger_key("blind")
        return tuple(
            (blind_hash(key, field, value), PERSONAL_FIELDS[field], field)
            for field, value in event.personal.items()
            if field in BLIND_FIELDS
        )


def blind_hash(key: bytes, field: str, value: Any) -> bytes:
    """Keyed hash of one searchable value, spelling folded: case and spaces do not matter."""
    folded = "".join(str(value).split()).casefold()
    return keyed_hash(key, orjson.dumps([field, folded]))


def _rejection(event: Event, code: Code) -> Rejection:
    return Rejection(
        code=code,
        pointer="",
        type=event.type,
        source=event.source,
        id=event.id,
        subject=event.subject,
    )


def _month(event: Event, category: str) -> int:
    return month_of(event.time) if category in ROLLING_CATEGORIES else 0


def _mentions(event: Event) -> Iterable[Mention]:
    """Every person that an event refers to: its subject first, then those in its facts."""
    if is_person(event.subject):
        yield Mention(event.subject, event.time, _starts(event))
    for name in EVENT_TYPES[event.type].references:
        if name in event.facts:
            yield Mention(event.facts[name], event.time)


def _starts(event: Event) -> bool:
    """Whether the event may start a new data subject where the one before was erased as a whole."""
    registration = _STARTS.get(kind_of(event.subject))
    return (
        bool(event.personal)
        if registration is None
        else (EVENT_TYPES[event.type].name == registration)
    )
