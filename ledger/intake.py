"""From valid events to entries that are ready to be recorded: subjects, keys, sealing, fingerprints.

Nothing here commits an event. What a batch needs of subjects and keys is made first, in short
transactions of its own; the rest is pure work on cached keys.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
import orjson

from ledger.errors import TooLarge
from ledger.event import check_entry_size, encode_state, instant
from ledger.keyring import Keyring, Mention, Need
from ledger.names import LedgerName
from ledger.sealing import associated_data, key_id, keyed_hash, month_of, seal_value
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
_STARTING_TYPES = ("nl.voipzeker.ledger.customer-registered.",)


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
    """One message ready for the write transaction. Without `state` it can only become a dead letter.

    `refusal` holds unless the event turns out to be a duplicate, which comes first in the contract.
    """

    message: Message
    stream: UUID | None = None
    state: bytes = b""
    fingerprint: bytes = b""
    fingerprint_key: str = ""
    refusal: Rejection | None = None
    blind: tuple[tuple[bytes, str, str], ...] = ()
    subject_hmac: bytes | None = None


class Sealer:
    """Seals whole batches for one ledger."""

    def __init__(self, keyring: Keyring, ledger: LedgerName) -> None:
        self._keyring = keyring
        self._ledger = ledger

    def seal(self, messages: Sequence[Message]) -> list[Ready]:
        """Seal a batch, in order. Makes missing subjects and keys. Raises Retry or Halt."""
        events = [m.outcome for m in messages if isinstance(m.outcome, Event)]
        self._keyring.admit([mention for event in events for mention in _mentions(event)])
        streams = {id(event): self.stream_of(event) for event in events}
        self._provide(events, streams)
        return [self._ready(message, streams) for message in messages]

    def stream_of(self, event: Event) -> UUID:
        """The stream of an event whose person, if it has one, was admitted."""
        if is_person(event.subject):
            return self._keyring.subject_of(event.subject, event.time)
        return self._ledger.registry_stream(event.subject)

    def _provide(self, events: Sequence[Event], streams: dict[int, UUID]) -> None:
        """Make every key that is needed, and none for a value that may no longer be sealed."""
        wanted = [
            (event, streams[id(event)], category)
            for event in events
            for category in _categories(event)
        ]
        self._keyring.load_fences((stream, category) for _, stream, category in wanted)
        needs = {
            _need(event, stream, category)
            for event, stream, category in wanted
            if not self._keyring.fenced(stream, category, event.time)
        }
        needs |= {
            Need(streams[id(event)], "fingerprint") for event in events if is_person(event.subject)
        }
        self._keyring.provide(needs)

    def _ready(self, message: Message, streams: dict[int, UUID]) -> Ready:
        outcome = message.outcome
        if isinstance(outcome, Rejection):
            subject = outcome.subject
            hmac = self._hmac_of(subject) if subject else None
            return Ready(message=message, refusal=outcome, subject_hmac=hmac)
        stream = streams[id(outcome)]
        hmac = self._hmac_of(outcome.subject)
        fingerprint, fingerprint_key = self._fingerprint(outcome, stream)
        fenced = any(
            self._keyring.fenced(stream, category, outcome.time)
            for category in _categories(outcome)
        )
        refusal = _rejection(outcome, Code.ERASED_SUBJECT) if fenced else None
        state = b"" if fenced else self._state(outcome, stream, message.origin)
        try:
            check_entry_size(outcome.type, state)
        except TooLarge:
            return Ready(
                message=message,
                refusal=_rejection(outcome, Code.TOO_LARGE),
                subject_hmac=hmac,
            )
        return Ready(
            message=message,
            stream=stream,
            state=state,
            fingerprint=fingerprint,
            fingerprint_key=fingerprint_key,
            refusal=refusal,
            blind=() if fenced else self._blind(outcome),
            subject_hmac=hmac,
        )

    def _hmac_of(self, subject: str) -> bytes | None:
        return self._keyring.reference_hmac(subject) if is_person(subject) else None

    def _fingerprint(self, event: Event, stream: UUID) -> tuple[bytes, str]:
        """Keyed hash of the whole event, and the name of the key: two equal events have equal ones."""
        if is_person(event.subject):
            key = self._keyring.key(Need(stream, "fingerprint"))
            return keyed_hash(key.secret, event.canonical), key.id
        secret = self._keyring.ledger_key("fingerprint")
        return keyed_hash(secret, event.canonical), key_id(secret)

    def _state(self, event: Event, stream: UUID, origin: msgspec.Struct) -> bytes:
        return encode_state(
            {
                "id": event.id,
                "source": event.source,
                "time": instant(event.time),
                "subject": None if is_person(event.subject) else event.subject,
                "sequence": event.sequence,
                "activity": event.activity,
                "legal_basis": event.legal_basis,
                "provision": event.provision,
                "categories": list(event.categories),
                "facts": self._facts(event),
                "sealed": self._sealed(event, stream),
                "origin": msgspec.structs.asdict(origin),
                **event.trace,
            }
        )

    def _facts(self, event: Event) -> dict[str, Any]:
        """Facts with every reference to a person replaced by the data subject's UUID."""
        facts = dict(event.facts)
        for name in EVENT_TYPES[event.type].references:
            if name in facts:
                facts[name] = str(self._keyring.subject_of(facts[name], event.time))
        return facts

    def _sealed(self, event: Event, stream: UUID) -> dict[str, Any]:
        sealed: dict[str, Any] = {}
        for field, value in event.personal.items():
            category = PERSONAL_FIELDS[field]
            key = self._keyring.key(_need(event, stream, category))
            place = associated_data(
                ledger=str(self._ledger),
                subject=stream,
                source=event.source,
                id=event.id,
                category=category,
                field=field,
                key=key.id,
            )
            blob = seal_value(key.cipher, value, place, self._keyring.nonce())
            sealed.setdefault(category, {"key": key.id, "values": {}})["values"][field] = blob
        return sealed

    def _blind(self, event: Event) -> tuple[tuple[bytes, str, str], ...]:
        if not is_person(event.subject):
            return ()
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


def _categories(event: Event) -> set[str]:
    return {PERSONAL_FIELDS[field] for field in event.personal}


def _need(event: Event, stream: UUID, category: str) -> Need:
    month = month_of(event.time) if category in ROLLING_CATEGORIES else 0
    return Need(stream, category, month)


def _mentions(event: Event) -> Iterable[Mention]:
    """Every person that an event refers to: its subject first, then those in its facts."""
    if is_person(event.subject):
        starts = event.type.startswith(_STARTING_TYPES)
        yield Mention(event.subject, event.time, starts)
    for name in EVENT_TYPES[event.type].references:
        if name in event.facts:
            yield Mention(event.facts[name], event.time)
