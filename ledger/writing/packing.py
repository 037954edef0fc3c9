"""From events with their streams and keys to rows that are ready to be recorded: sealed, hashed, packed.

Pure work on a block of events. Each step goes over all of them before the next step does. Event by event
takes half as long again: the code and tables of all steps together do not fit the processor's cache.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID

import msgspec
import orjson

from ledger.crypto.groups import event_places
from ledger.crypto.held import StreamKeys
from ledger.crypto.layouts import Layout, Seal, Values, sealed_each
from ledger.crypto.sealing import KeyedHash, keyed_hash
from ledger.errors import TooLarge
from ledger.event import check_entry_size, encode_state, instant
from ledger.writing.message import Message
from ledger.writing.rows import FINGERPRINT_BYTES, event_start, name_start
from schemas import Code, Event, Rejection
from schemas.personal import each_of
from schemas.powers import Claim

_encode = msgspec.json.Encoder().encode
# The length of a hash of a value. A search opens and compares its hits, so more would only take room.
BLIND_BYTES = 16
# Characters of a text that is normalized at once: nearly all names and addresses.
_SHORT = 64
# Hash, category and field of a value that a person can be looked up by.
Blind = tuple[bytes, str, str]


class StreamEvent(msgspec.Struct, gc=False):
    """An event with its stream. `erased`: all of that data subject was. `facts`: as they are stored.

    `layout`: of its personal values, None without any. `seals`: made of its keys, once they are ready.
    `fenced`: some of its values may not be sealed.
    """

    message: Message
    event: Event
    keys: StreamKeys
    person: bool
    layout: Layout | None
    facts: dict[str, Any]
    erased: bool = False
    referred: tuple[UUID, ...] = ()
    seals: Sequence[Seal] = ()
    fenced: bool = False


def has_own_hash(stream_event: StreamEvent) -> bool:
    """Whether an event's fingerprint dies with the data of its stream: those of persons, and whatever holds
    values, such as the name of a recipient that is a private person."""
    return stream_event.person or stream_event.layout is not None


class PackedMessage(msgspec.Struct, frozen=True, gc=False):
    """One message ready for the write transaction. Without a stream it can only become a dead letter.

    `refusal` holds unless the event turns out to be a duplicate, which comes first in the contract.
    `row`, `name`: the starts of its rows (`rows.py`). `referred`: the data subjects that its facts refer
    to. `claim`: see `schemas.powers`. The message itself is not kept.
    """

    stream: UUID | None = None
    source: str = ""
    id: str = ""
    fingerprint: bytes = b""
    row: bytes = b""
    name: bytes = b""
    refusal: Rejection | None = None
    blind: Sequence[Blind] = ()
    referred: tuple[UUID, ...] = ()
    claim: Claim | None = None


class LedgerHashes(msgspec.Struct, frozen=True):
    """The ledger's own keyed hashes. `fingerprint`: for events without one of their stream's own."""

    fingerprint: KeyedHash
    blind: KeyedHash


def pack(
    ledger: str,
    stream_events: Sequence[StreamEvent],
    hashes: LedgerHashes,
    nonces: Callable[[int], bytes],
) -> list[PackedMessage]:
    """Seal and pack a block of events whose keys are ready.

    `nonces`: makes a number of fresh ones, in a row.
    """
    states = states_of(ledger, stream_events, nonces)
    hashed_by = [_hash_of(stream_event, hashes.fingerprint) for stream_event in stream_events]
    fingerprints = [
        keyed.of(stream_event.event.canonical)[:FINGERPRINT_BYTES]
        for stream_event, (keyed, _) in zip(stream_events, hashed_by, strict=True)
    ]
    rows = [
        event_start(stream_event.keys.stream, stream_event.event.type, state)
        for stream_event, state in zip(stream_events, states, strict=True)
    ]
    names = [
        name_start(stream_event.event.source, stream_event.event.id, fingerprint, generation)
        for stream_event, fingerprint, (_, generation) in zip(
            stream_events, fingerprints, hashed_by, strict=True
        )
    ]
    blind = _blind(stream_events, hashes.blind)
    return [
        _packed(*parts)
        for parts in zip(stream_events, states, fingerprints, rows, names, blind, strict=True)
    ]


def _hash_of(stream_event: StreamEvent, common: KeyedHash) -> tuple[KeyedHash, int]:
    """The hash for an event's fingerprint, and the generation of its key: 0 for that of the ledger."""
    own = stream_event.keys.fingerprint if has_own_hash(stream_event) else None
    return (own, stream_event.keys.generation) if own else (common, 0)


def states_of(
    ledger: str, stream_events: Sequence[StreamEvent], nonces: Callable[[int], bytes]
) -> list[bytes]:
    """The bytes of `state` of each event; empty where its values may not be sealed."""
    sealed = iter(_sealed_members(ledger, stream_events, nonces))
    return [
        b""
        if stream_event.fenced
        else _state(stream_event, next(sealed) if stream_event.layout else None)
        for stream_event in stream_events
    ]


def _sealed_members(
    ledger: str, stream_events: Sequence[StreamEvent], nonces: Callable[[int], bytes]
) -> list[orjson.Fragment]:
    """The member `sealed` of each event that has values and may keep them."""
    kept = [event for event in stream_events if event.layout and not event.fenced]
    places = event_places([(ledger, one.keys.text, one.event.source, one.event.id) for one in kept])
    values: list[Values] = [
        (one.layout, one.event.personal, one.seals, place)
        for one, place in zip(kept, places, strict=True)
        if one.layout
    ]
    return sealed_each(values, nonces(sum(len(seals) for _, _, seals, _ in values)))


def _state(stream_event: StreamEvent, sealed: orjson.Fragment | None) -> bytes:
    event = stream_event.event
    members: dict[str, Any] = {
        "id": event.id,
        "source": event.source,
        "time": instant(event.time),
        "categories": event.categories,
        "facts": stream_event.facts,
        "origin": msgspec.structs.asdict(stream_event.message.origin),
        **event.trace,
    }
    if sealed is not None:
        members["sealed"] = sealed
    if not stream_event.person:
        members["subject"] = event.subject
    if event.sequence is not None:
        members["sequence"] = event.sequence
    if event.activity is not None:
        members["activity"] = event.activity
    if event.legal_basis is not None:
        members["legal_basis"] = event.legal_basis
    if event.provision is not None:
        members["provision"] = event.provision
    return encode_state(members)


def _blind(stream_events: Sequence[StreamEvent], hmac: KeyedHash) -> list[Sequence[Blind]]:
    """Rows of the blind index for each event: one for each value of a list."""
    folded = [
        [
            (_folded(field, one), category, field)
            for field, category in stream_event.layout.searchable
            for one in each_of(stream_event.event.personal[field])
        ]
        if stream_event.layout and stream_event.person and not stream_event.fenced
        else ()
        for stream_event in stream_events
    ]
    return [
        [(hmac.of(text)[:BLIND_BYTES], category, field) for text, category, field in values]
        for values in folded
    ]


def _packed(
    stream_event: StreamEvent,
    state: bytes,
    fingerprint: bytes,
    row: bytes,
    name: bytes,
    blind: Sequence[Blind],
) -> PackedMessage:
    event = stream_event.event
    try:
        check_entry_size(event.type, state)
    except TooLarge:
        return PackedMessage(refusal=refusal_of(event, Code.TOO_LARGE))
    return PackedMessage(
        stream_event.keys.stream,
        event.source,
        event.id,
        fingerprint,
        row,
        name,
        refusal_of(event, Code.ERASED_SUBJECT) if stream_event.fenced else None,
        blind,
        stream_event.referred,
        event.claim,
    )


def blind_hash(key: bytes, field: str, value: Any) -> bytes:
    """Keyed hash of one searchable value, 16 bytes, of its `spelling`. Each value of a list has its own."""
    return keyed_hash(key, _folded(field, value))[:BLIND_BYTES]


def spelling(value: Any) -> str:
    """A value as it is searched by: case, spaces and how accents are encoded do not matter."""
    text = "".join(str(value).split())
    # Unicode 3.13, D145: only outside of ASCII does one text have several encodings.
    return text.lower() if text.isascii() else decomposed(decomposed(text).casefold())


def decomposed(text: str) -> str:
    """The text in normalization form NFD, in a time that grows with its length, whatever it is made of."""
    if len(text) <= _SHORT:
        return normalize("NFD", text)
    # `normalize` sorts a run of marks in a time that grows with the square of the run's length.
    alone = "".join(normalize("NFD", character) for character in text)
    runs = groupby(alone, key=lambda character: combining(character) > 0)
    return "".join("".join(sorted(run, key=combining) if marks else run) for marks, run in runs)


def _folded(field: str, value: Any) -> bytes:
    return _encode((field, spelling(value)))


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
