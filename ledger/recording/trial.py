"""A check for messages that would be too large once sealed: without a ledger, and nothing is kept.

Pure. An entry is as long with one key as with any other, so a dummy key serves.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ledger.crypto.held import StreamKeys
from ledger.crypto.layouts import layout_of
from ledger.crypto.sealing import KEY_BYTES, NONCE_BYTES, DataKey
from ledger.errors import TooLarge
from ledger.event import check_entry_size
from ledger.writing.message import Message
from ledger.writing.packing import StreamEvent, refusal_of, states_of
from schemas import ALL_TYPES, Code, Event, Rejection, is_person

_NOBODY = StreamKeys(UUID(int=0))
_NO_KEY = DataKey(bytes(KEY_BYTES))


def outcomes(messages: Sequence[Message]) -> list[Event | Rejection]:
    """The event or refusal of each message, as recording would find; an entry that would be too large is
    refused.
    """
    return [
        _outcome(message, message.outcome)
        if isinstance(message.outcome, Event)
        else message.outcome
        for message in messages
    ]


def _outcome(message: Message, event: Event) -> Event | Rejection:
    (state,) = states_of(
        "", [_sealable(message, event)], lambda number: bytes(number * NONCE_BYTES)
    )
    try:
        check_entry_size(event.type, state)
    except TooLarge:
        return refusal_of(event, Code.TOO_LARGE)
    return event


def _sealable(message: Message, event: Event) -> StreamEvent:
    layout = layout_of(tuple(event.personal)) if event.personal else None
    seals = layout.seals([_NO_KEY] * len(layout.groups)) if layout else ()
    person = is_person(event.subject)
    return StreamEvent(message, event, _NOBODY, person, layout, _facts(event), seals=seals)


def _facts(event: Event) -> dict[str, Any]:
    """The facts with a data subject in the place of each person that they name."""
    named = event.facts.keys() & ALL_TYPES[event.type].references
    return event.facts | dict.fromkeys(named, _NOBODY.text)
