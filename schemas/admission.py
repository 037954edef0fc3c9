"""From a parsed message to an event: the fast path.

One pass over envelope and data with their structs, then the rules between members, the search for
personal data in facts, and the clock. A message that fails the pass goes to `schemas.diagnosis`.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import orjson

from schemas.catalogue import ERASED, EVENT_TYPES
from schemas.diagnosis import diagnose, reject, wrong_ledger
from schemas.envelope import TRACE, Envelope
from schemas.event import Event, Intake
from schemas.events.disclosure import PRIVATE_KINDS
from schemas.facts import COMMON_MEMBERS
from schemas.formats import OPEN, instant_of
from schemas.leaks import find_leak
from schemas.rejection import Code, Rejection
from schemas.rules import broken_rule, foreign_rule
from schemas.shapes import members_marked

MAX_AHEAD: Final = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""

_OPEN = {name: members_marked(entry.data, OPEN) for name, entry in EVENT_TYPES.items()}


def admit(message: Any, intake: Intake, now: datetime) -> Event | Rejection:
    """The event that a parsed message from outside is, or why it is refused.

    `message` is a decoded JSON value; `now` is aware.
    """
    try:
        fit(message)
    except (msgspec.ValidationError, KeyError, TypeError):
        return diagnose(message, intake) or reject(message, Code.SCHEMA)
    if EVENT_TYPES[message["type"]].own:
        return reject(message, Code.UNKNOWN_TYPE, "/type")
    elsewhere = wrong_ledger(message, intake)
    if elsewhere is not None:
        return reject(message, Code.WRONG_LEDGER, elsewhere)
    pointer = foreign_rule(message)
    if pointer is not None:
        return reject(message, Code.SCHEMA, pointer)
    event = event_of(message)
    if isinstance(event, Event) and event.time - now > MAX_AHEAD:
        return reject(message, Code.TIME_IN_FUTURE, "/time")
    return event


def fit(message: Any) -> None:
    """Hold envelope and data against their structs.

    Raises msgspec.ValidationError, or KeyError and TypeError where there is no known type to check.
    """
    entry = EVENT_TYPES[message["type"]]
    msgspec.convert(message, Envelope)
    msgspec.convert(message["data"], entry.data)


def event_of(message: dict[str, Any]) -> Event | Rejection:
    """The event of a message that fits its structs, whoever sends it, or why it is refused."""
    time = instant_of(message["time"])
    if time is None:
        return reject(message, Code.SCHEMA, "/time")
    pointer = broken_rule(message)
    if pointer is not None:
        return reject(message, Code.SCHEMA, pointer)
    data = message["data"]
    facts = {name: value for name, value in data.items() if name not in COMMON_MEMBERS}
    personal = data.get("personal", {})
    if facts.get("kind") in PRIVATE_KINDS:
        personal = {"name": facts.pop("name")}
        data = {name: value for name, value in data.items() if name != "name"}
    leak = find_leak(data, _OPEN[message["type"]])
    if leak is not None:
        return reject(message, Code.PERSONAL_DATA_IN_FACTS, f"/data{leak}")
    return _event(message, time, facts, personal)


def _event(
    message: dict[str, Any], time: datetime, facts: dict[str, Any], personal: dict[str, Any]
) -> Event:
    data = message["data"]
    categories = data.get("categories", ())
    if message["type"] == ERASED:
        facts["categories"] = categories
    if None in message.values():
        message = {name: value for name, value in message.items() if value is not None}
    return Event(
        type=message["type"],
        id=message["id"],
        source=message["source"],
        subject=message["subject"],
        time=time,
        sequence=message.get("sequence"),
        trace={name: message[name] for name in TRACE if name in message},
        activity=data.get("activity"),
        legal_basis=data.get("legal_basis"),
        provision=data.get("provision"),
        categories=tuple(categories),
        facts=facts,
        personal=personal,
        canonical=orjson.dumps(message, option=orjson.OPT_SORT_KEYS),
    )
