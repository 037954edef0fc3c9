"""From valid events to entries that are ready to be recorded: subjects, keys, sealing, fingerprints.

Nothing here commits an event. What a batch needs of subjects and keys is made first, in short
transactions of its own; the rest is pure work on cached keys.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import msgspec
import orjson

from ledger.errors import TooLarge
from ledger.event import check_entry_size, encode_state, instant
from ledger.keyring import FINGERPRINT, Held, Keyring, Need
from ledger.layouts import Group, Layout, Seal, layout_of
from ledger.names import LedgerName
from ledger.overtaking import Moment
from ledger.sealing import (
    NONCE_BYTES,
    event_place,
    keyed_hash,
    month_of,
)
from ledger.subjects import Mention, SubjectIndex, kind_of
from schemas import (
    EVENT_TYPES,
    Code,
    Event,
    Rejection,
)

__all__ = [
    "FileOrigin",
    "KafkaOrigin",
    "Message",
    "OwnOrigin",
    "Ready",
    "Sealer",
    "refusal_of",
]

_NONCES_AT_ONCE = 256
# So many messages are decoded, then sealed: few enough to stay in the processor's cache meanwhile.
_BLOCK = 50
_encode = msgspec.json.Encoder().encode
_PERSONS = ("customer/", "employee/", "visitor/")
# What starts a data subject anew after an erasure of the whole person; nothing registers the others.
_STARTS = {"customer": "customer-registered", "contact": "contact-person-added"}


class KafkaOrigin(msgspec.Struct, frozen=True, gc=False):
    """A record's place in Kafka."""

    topic: str
    partition: int
    offset: int


class FileOrigin(msgspec.Struct, frozen=True, gc=False):
    """A line's place: the label of the file, and the line from 1."""

    file: str
    line: int


class OwnOrigin(msgspec.Struct, frozen=True):
    """An event that the ledger itself recorded, and the command that made it."""

    command: str


class Message(msgspec.Struct, frozen=True, gc=False):
    """One received message: its bytes as a dead letter would keep them, and what decoding made of it.

    `mode`: how the bytes are to be read again: `structured` or `binary` (a CloudEvents Kafka mode), or
    `truncated` when only their beginning was kept.
    """

    body: bytes
    outcome: Event | Rejection
    origin: KafkaOrigin | FileOrigin | OwnOrigin
    mode: Literal["structured", "binary", "truncated"] = "structured"


class Ready(msgspec.Struct, frozen=True, gc=False):
    """One message ready for the write transaction. Without a stream it can only become a dead letter.

    `refusal` holds unless the event turns out to be a duplicate, which comes first in the contract.
    `referred`: the data subjects that its facts refer to. The message itself is not kept.
    """

    stream: UUID | None = None
    type: str = ""
    source: str = ""
    id: str = ""
    state: bytes = b""
    fingerprint: bytes = b""
    generation: int = 0
    refusal: Rejection | None = None
    blind: Sequence[tuple[bytes, str, str]] = ()
    referred: tuple[UUID, ...] = ()


class _Nonces:
    """Random nonces of one batch, each handed out once. Never kept: a copy of it would repeat them."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._drawn = b""
        self._used = 0

    def take(self, count: int) -> bytes:
        """The next ones, one after the other."""
        start = self._used
        end = start + count * NONCE_BYTES
        if end > len(self._drawn):
            self._drawn = self._random(max(count, _NONCES_AT_ONCE))
            start, end = 0, count * NONCE_BYTES
        self._used = end
        return self._drawn[start:end]


class _Placed(msgspec.Struct, gc=False):
    """An event with its stream. `erased`: all of that data subject was. `facts`: as they are stored.

    `layout`: of its personal values, None without any. `seals`: made of its keys, once they are ready.
    `fenced`: some of its values may not be sealed.
    """

    message: Message
    event: Event
    held: Held
    person: bool
    layout: Layout | None
    facts: dict[str, Any]
    erased: bool = False
    referred: tuple[UUID, ...] = ()
    seals: Sequence[Seal] = ()
    fenced: bool = False


class Sealer:
    """Seals whole batches for one ledger."""

    def __init__(self, keyring: Keyring, subjects: SubjectIndex, ledger: LedgerName) -> None:
        self._keyring = keyring
        self._subjects = subjects
        self._ledger = ledger
        self._name = str(ledger)
        self._settled: dict[str, Held] = {}

    def seal(self, messages: Sequence[Message], now: Moment) -> list[Ready]:
        """Seal a batch, in order, with what is true at that moment of the head.

        Makes missing subjects and keys. Raises Retry or Halt.
        """
        dropped = self._keyring.sync(now)
        if dropped is None or dropped:
            self._subjects.forget(dropped)
            self._settled.clear()
        nonces = _Nonces(self._keyring.nonces)
        at_once: list[Ready | None] = []
        waiting: list[Message] = []
        arriving = iter(messages)
        while block := list(islice(arriving, _BLOCK)):
            ready = [self._at_once(message, nonces) for message in block]
            waiting += [m for m, one in zip(block, ready, strict=True) if one is None]
            at_once += ready
        made = iter(self._after_making(waiting, nonces) if waiting else ())
        return [one or next(made) for one in at_once]

    def _at_once(self, message: Message, nonces: _Nonces) -> Ready | None:
        """Seal one message; None when a subject or a key must be made first."""
        event = message.outcome
        if isinstance(event, Rejection):
            return Ready(refusal=event)
        held = self._settled.get(event.subject)
        if held is not None and not EVENT_TYPES[event.type].references:
            one = _placed(message, event, held, person=True)
        elif self._unsettled(event):
            return None
        else:
            one = self._place(message, event)
        return self._ready(one, nonces) if _find_keys(one) else None

    def _after_making(self, messages: Sequence[Message], nonces: _Nonces) -> list[Ready]:
        """Make what is missing for all of these messages, and seal them."""
        events = [(m, m.outcome) for m in messages if isinstance(m.outcome, Event)]
        self._subjects.admit([mention for _, event in events for mention in self._unsettled(event)])
        placed = [self._place(message, event) for message, event in events]
        self._make_keys([one for one in placed if not _find_keys(one)])
        return [self._ready(one, nonces) for one in placed]

    def _unsettled(self, event: Event) -> Sequence[Mention]:
        """Persons that an event refers to and whose data subject may be missing: its own subject first."""
        settled, references = self._subjects.settled, EVENT_TYPES[event.type].references
        if not references and settled(event.subject):
            return ()
        found = []
        if _names_person(event.subject) and not settled(event.subject):
            found.append(Mention(event.subject, event.time, _starts(event)))
        for name in references:
            if name in event.facts and not settled(event.facts[name]):
                found.append(Mention(event.facts[name], event.time))
        return found

    def _place(self, message: Message, event: Event) -> _Placed:
        if _names_person(event.subject):
            period = self._subjects.period_of(event.subject, event.time)
            placed = _placed(message, event, self._keyring.of(period.subject), person=True)
            placed.erased = period.erased_through is not None
            if self._subjects.settled(event.subject):
                self._settled[event.subject] = placed.held
        else:
            stream = self._ledger.registry_stream(event.subject)
            placed = _placed(message, event, self._keyring.of(stream), person=False)
        if EVENT_TYPES[event.type].references:
            self._refer(placed)
        return placed

    def _refer(self, one: _Placed) -> None:
        """Replace every reference to a person in the facts by the data subject's UUID."""
        named = {
            name: self._subjects.period_of(one.event.facts[name], one.event.time).subject
            for name in EVENT_TYPES[one.event.type].references
            if name in one.event.facts
        }
        one.facts = one.event.facts | {name: str(subject) for name, subject in named.items()}
        one.referred = tuple(named.values())

    def _make_keys(self, placed: Sequence[_Placed]) -> None:
        """Make every key that is missing, and none for a value that may no longer be sealed."""
        self._keyring.know(
            (one.held.stream, category) for one in placed for category, _, _ in _groups(one)
        )
        needs: set[Need] = set()
        for one in placed:
            held = one.held
            if one.person and held.fingerprint is None:
                needs.add(Need(held.stream, FINGERPRINT))
            for category, rolling, _ in _groups(one):
                if one.erased or held.chains[category].fences(one.event.time):
                    one.fenced = True
                    continue
                month = month_of(one.event.time) if rolling else 0
                if (category, month) not in held.ready:
                    needs.add(Need(held.stream, category, month))
        self._keyring.provide(needs)
        for one in placed:
            _find_keys(one)

    def _ready(self, one: _Placed, nonces: _Nonces) -> Ready:
        event, held = one.event, one.held
        state = b"" if one.fenced else self._state(one, nonces)
        try:
            check_entry_size(event.type, state)
        except TooLarge:
            return Ready(refusal=refusal_of(event, Code.TOO_LARGE))
        fingerprint = held.fingerprint or self._keyring.hash(FINGERPRINT)
        return Ready(
            held.stream,
            event.type,
            event.source,
            event.id,
            state,
            fingerprint.of(event.canonical),
            held.generation,
            refusal_of(event, Code.ERASED_SUBJECT) if one.fenced else None,
            () if one.fenced or not one.person else self._blind(one),
            one.referred,
        )

    def _state(self, one: _Placed, nonces: _Nonces) -> bytes:
        event = one.event
        return encode_state(
            {
                "id": event.id,
                "source": event.source,
                "time": instant(event.time),
                "categories": event.categories,
                "facts": one.facts,
                "sealed": self._sealed(one, one.layout, nonces) if one.layout else {},
                "origin": msgspec.structs.asdict(one.message.origin),
                **event.trace,
            },
            subject=None if one.person else event.subject,
            sequence=event.sequence,
            activity=event.activity,
            legal_basis=event.legal_basis,
            provision=event.provision,
        )

    def _sealed(self, one: _Placed, layout: Layout, nonces: _Nonces) -> orjson.Fragment:
        event = one.event
        place = event_place(self._name, one.held.text, event.source, event.id)
        personal = event.personal
        return layout.sealed(personal, one.seals, place, nonces.take(len(personal)))

    def _blind(self, one: _Placed) -> Sequence[tuple[bytes, str, str]]:
        if not (one.layout and one.layout.searchable):
            return ()
        hash_of, personal = self._keyring.hash("blind").of, one.event.personal
        return [
            (hash_of(_folded(field, personal[field])), category, field)
            for field, category in one.layout.searchable
        ]


def blind_hash(key: bytes, field: str, value: Any) -> bytes:
    """Keyed hash of one searchable value, spelling folded: case and spaces do not matter."""
    return keyed_hash(key, _folded(field, value))


def _folded(field: str, value: Any) -> bytes:
    folded = "".join(str(value).split()).casefold()
    return _encode((field, folded))


def refusal_of(event: Event, code: Code) -> Rejection:
    """The rejection of a valid event."""
    return Rejection(
        code=code,
        pointer="",
        type=event.type,
        source=event.source,
        id=event.id,
        subject=event.subject,
        traceparent=event.trace.get("traceparent"),
    )


def _placed(message: Message, event: Event, held: Held, *, person: bool) -> _Placed:
    layout = layout_of(tuple(event.personal)) if event.personal else None
    return _Placed(message, event, held, person, layout, event.facts)


def _groups(one: _Placed) -> Sequence[Group]:
    return one.layout.groups if one.layout else ()


def _find_keys(one: _Placed) -> bool:
    """Note the keys that are ready; False when one is missing."""
    held = one.held
    if one.layout and one.erased:
        one.fenced = True
    elif one.layout and not one.fenced:
        found = held.keys_for(one.layout, one.event.time)
        if found is None:
            return False
        one.seals, through = found
        if through is not None and one.event.time <= through:
            one.fenced = True
    return held.fingerprint is not None or not one.person


def _names_person(subject: str) -> bool:
    """Like `is_person`, for the subject of a valid event: it needs no look at its form."""
    return subject.startswith(_PERSONS)


def _starts(event: Event) -> bool:
    """Whether the event may start a new data subject where the one before was erased as a whole."""
    registration = _STARTS.get(kind_of(event.subject))
    return (
        bool(event.personal)
        if registration is None
        else (EVENT_TYPES[event.type].name == registration)
    )
