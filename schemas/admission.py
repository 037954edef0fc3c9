"""From a parsed message to an event: the fast path.

One pass over envelope and data with their structs, then the rules between members, the search for
personal data in facts, and the clock. A message that fails the pass goes to `schemas.diagnosis`.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from schemas.diagnosis import diagnose, reject, wrong_ledger
from schemas.encoding import to_json
from schemas.envelope import TRACE, Envelope
from schemas.event import Event, Intake
from schemas.events.disclosure import PRIVATE_KINDS
from schemas.formats import instant_of
from schemas.leaks import find_leak
from schemas.rejection import Code, Rejection
from schemas.rules import Checks, broken_rule, checks_of

MAX_AHEAD: Final = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""


def admit(message: Any, intake: Intake, now: datetime) -> Event | Rejection:
    """The event that a parsed message from outside is, or why it is refused.

    `message` is a decoded JSON value; `now` is aware.
    """
    try:
        checks = fit(message)
    except (msgspec.ValidationError, KeyError, TypeError):
        return diagnose(message, intake) or reject(message, Code.SCHEMA)
    elsewhere = wrong_ledger(message, intake)
    if elsewhere is not None:
        return reject(message, Code.WRONG_LEDGER, elsewhere)
    time = instant_of(message["time"])
    if time is None:
        return reject(message, Code.SCHEMA, "/time")
    data = _without_private_name(message["data"])
    fault = _fault(message, data, checks) or _in_future(time, now)
    return _event(message, time, data, checks) if fault is None else reject(message, *fault)


def _fault(
    message: dict[str, Any], data: dict[str, Any], checks: Checks
) -> tuple[Code, str] | None:
    broken = broken_rule(message, checks)
    if broken is not None:
        return Code.SCHEMA, broken
    leak = find_leak(data, checks.open_facts)
    return None if leak is None else (Code.PERSONAL_DATA_IN_FACTS, f"/data{leak}")


def _in_future(time: datetime, now: datetime) -> tuple[Code, str] | None:
    return (Code.TIME_IN_FUTURE, "/time") if time - now > MAX_AHEAD else None


def fit(message: Any) -> Checks:
    """Hold envelope and data against their structs; gives the checks that are left to do.

    Raises msgspec.ValidationError, or KeyError and TypeError where there is no known type to check.
    """
    checks = checks_of(message["type"])
    msgspec.convert(message, Envelope)
    msgspec.convert(message["data"], checks.data)
    return checks


def _without_private_name(data: dict[str, Any]) -> dict[str, Any]:
    """The data, with the name of a recipient that is a private person as personal data."""
    if data.get("kind") not in PRIVATE_KINDS:
        return data
    public = {name: value for name, value in data.items() if name != "name"}
    return {**public, "personal": {"name": data["name"]}}


def _event(message: dict[str, Any], time: datetime, data: dict[str, Any], checks: Checks) -> Event:
    facts = data.copy()
    categories = facts.get("categories", ()) if checks.erases else facts.pop("categories", ())
    if None in message.values():
        message = {name: value for name, value in message.items() if value is not None}
    return Event(
        message["type"],
        message["id"],
        message["source"],
        message["subject"],
        time,
        message.get("sequence"),
        {name: message[name] for name in TRACE if name in message},
        facts.pop("activity", None),
        facts.pop("legal_basis", None),
        facts.pop("provision", None),
        tuple(categories),
        facts,
        facts.pop("personal", None) or {},
        to_json(message, sort_keys=True),
    )
