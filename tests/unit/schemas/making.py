"""Messages for the tests of the contract: examples, changed where a test wants it."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

from rulebook import secrecy
from schemas import EVENT_TYPES, AdmissionRules, Event, EventType, Rejection, decode
from schemas.library import examples_of

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OPEN = AdmissionRules(secrecy=secrecy())
CONFIDENTIAL = AdmissionRules(confidential=True, secrecy=OPEN.secrecy)
FOREIGN = [entry for entry in EVENT_TYPES.values() if not entry.own]

GONE = object()
"""As a value: the member is taken away."""

Message = dict[str, Any]


def example(name: str = "personal-data-collected", label: str = "normal") -> Message:
    """A parsed example."""
    message: Message = json.loads(examples_of(name)[label])
    return message


def all_examples() -> list[tuple[str, str]]:
    """Name and label of every example that may come from outside."""
    return [(entry.name, label) for entry in FOREIGN for label in examples_of(entry.name)]


def changed(message: Message, **values: Any) -> Message:
    """A copy with other members, by path with `__` for `/`: `data__purpose="x"`."""
    copied = copy.deepcopy(message)
    for path, value in values.items():
        *parents, last = path.split("__")
        holder = copied
        for parent in parents:
            holder = holder.setdefault(parent, {})
        if value is GONE:
            holder.pop(last, None)
        else:
            holder[last] = value
    return copied


def outcome(message: Any, intake: AdmissionRules = OPEN) -> Event | Rejection:
    """What decoding makes of a message, given as bytes or as a JSON value."""
    sent = message if isinstance(message, bytes) else json.dumps(message).encode()
    return decode(sent, intake, NOW)


def accepted(message: Any, intake: AdmissionRules = OPEN) -> Event:
    """The event of a message that must be valid."""
    event = outcome(message, intake)
    assert isinstance(event, Event), event
    return event


def refused(message: Any, intake: AdmissionRules = OPEN) -> tuple[str, str]:
    """Code and pointer of a message that must not be valid."""
    rejection = outcome(message, intake)
    assert isinstance(rejection, Rejection), rejection
    return rejection.code.value, rejection.pointer


def entry_of(name: str) -> EventType:
    """An event type by its short name."""
    return EVENT_TYPES[f"nl.voipzeker.ledger.{name}.v1"]
