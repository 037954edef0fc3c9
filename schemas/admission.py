"""From parsed messages to events: the fast path.

Messages like earlier ones are recognised (`schemas.recognition`). All others get one pass over envelope and
data with their structs, then the rules between members, the search for personal data in facts, and the clock.
A message that fails the pass goes to `schemas.diagnosis`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.canonical import canonical_of
from schemas.diagnosis import diagnose, elsewhere, reject
from schemas.envelope import ATTRIBUTES, TRACE, Envelope
from schemas.event import AdmissionRules, Event
from schemas.events.disclosure import PRIVATE_KINDS
from schemas.extensions import DROPPED, misshapen
from schemas.formats import instant_of, is_ahead, is_plausible
from schemas.leaks import find_leak, leak_of_envelope
from schemas.recognition import Parts, event_of, learn, parts_of
from schemas.rejection import Code, Rejection
from schemas.rules import Checks, broken_rule, checks_of
from schemas.sources import claimed, not_allowed


def admit_each(
    parsed: Sequence[Any], intake: AdmissionRules, now: datetime
) -> list[Event | Rejection]:
    """The events that parsed messages from outside are, or why they are refused, in order.

    `parsed`: decoded JSON values, and rejections, which pass unchanged; `now` is aware. Each check goes over
    all of the messages before the next one does: its code stays in the processor's cache, which saves a third
    of the time. All of them are in memory together, so they should be few.
    """
    parts = [parts_of(message, intake) for message in parsed]
    recognised = [each and event_of(each, intake, now) for each in parts]
    unknown = [
        (message, each)
        for message, each, event in zip(parsed, parts, recognised, strict=True)
        if event is None
    ]
    looked_at = iter(_looked_at_and_learnt(unknown, intake, now) if unknown else ())
    return claimed([event or next(looked_at) for event in recognised], intake)


def _looked_at_and_learnt(
    unknown: Sequence[tuple[Any, Parts | None]], intake: AdmissionRules, now: datetime
) -> list[Event | Rejection]:
    """Check messages that were not recognised, each with its parts, and learn to recognise the next ones like
    them.
    """
    outcomes = _looked_at([message for message, _ in unknown], intake, now)
    for (_, parts), outcome in zip(unknown, outcomes, strict=True):
        if parts is not None and isinstance(outcome, Event):
            learn(parts, outcome, intake)
    return outcomes


def _looked_at(
    parsed: Sequence[Any], intake: AdmissionRules, now: datetime
) -> list[Event | Rejection]:
    """Check messages that were not recognised, in full: the event or rejection of each, in order."""
    checked = [_checks_or_rejection(message, intake) for message in parsed]
    fitting = [
        (message, checks)
        for message, checks in zip(parsed, checked, strict=True)
        if isinstance(checks, Checks)
    ]
    # Outcomes are those of the fitting messages, in order: they fill the gaps between the rejections.
    outcomes = iter(_judged(fitting, now))
    return [next(outcomes) if isinstance(checks, Checks) else checks for checks in checked]


def _checks_or_rejection(message: Any, intake: AdmissionRules) -> Checks | Rejection:
    """The checks that remain for a message of the right shape that belongs to this ledger; else its
    rejection.
    """
    if isinstance(message, Rejection):
        return message
    try:
        checks = fit(message)
    except (msgspec.ValidationError, KeyError, TypeError):
        # The fast pass says that it is wrong, not where: the slow one looks for the first fault.
        return diagnose(message, intake) or reject(message, Code.SCHEMA)
    rejection = elsewhere(message, intake)
    if rejection is not None:
        return rejection
    unheard = not_allowed(message, intake)
    return checks if unheard is None else reject(message, Code.SOURCE_NOT_ALLOWED, unheard)


def _judged(
    fitting: Sequence[tuple[dict[str, Any], Checks]], now: datetime
) -> list[Event | Rejection]:
    """The outcomes of messages whose shape is right, after all other checks, each over all messages."""
    times = [instant_of(message["time"]) for message, _ in fitting]
    data = [_without_private_name(message["data"]) for message, _ in fitting]
    broken_rules = [broken_rule(message, checks) for message, checks in fitting]
    leaks = [
        _leak(message, facts, checks)
        for facts, (message, checks) in zip(data, fitting, strict=True)
    ]
    outcomes: list[Event | Rejection] = []
    for (message, checks), time, facts, rule, leak in zip(
        fitting, times, data, broken_rules, leaks, strict=True
    ):
        if time is None or not is_plausible(time):
            outcomes.append(reject(message, Code.SCHEMA, "/time"))
            continue
        refusal = _refusal(message, rule, leak, is_ahead(time, now))
        outcomes.append(refusal or _event(message, time, facts, checks))
    return outcomes


def _refusal(
    message: dict[str, Any], rule: str | None, leak: str | None, is_ahead: bool
) -> Rejection | None:
    """Why a message is refused: the first reason in the order of the contract."""
    if rule is not None:
        return reject(message, Code.SCHEMA, rule)
    if leak is not None:
        return reject(message, Code.PERSONAL_DATA_IN_FACTS, leak)
    return reject(message, Code.TIME_IN_FUTURE, "/time") if is_ahead else None


def _leak(message: dict[str, Any], data: dict[str, Any], checks: Checks) -> str | None:
    """The pointer of a value that is stored in clear and looks personal."""
    attribute = leak_of_envelope(message)
    if attribute is not None:
        return attribute
    below = find_leak(data, checks.open_facts)
    return None if below is None else f"/data{below}"


def fit(message: Any) -> Checks:
    """Hold envelope and data against their structs; gives the checks that are left to do.

    Raises msgspec.ValidationError, or KeyError and TypeError for an unknown type.
    """
    checks = checks_of(message["type"])
    msgspec.convert(
        message if message.keys() <= ATTRIBUTES else _attributes_read(message), Envelope
    )
    msgspec.convert(message["data"], checks.data)
    return checks


def _attributes_read(message: dict[str, Any]) -> dict[str, Any]:
    """The attributes that are read. Raises TypeError for a dropped one of a wrong shape."""
    if misshapen(message) is not None:
        raise TypeError
    return {name: value for name, value in message.items() if name not in DROPPED}


def _without_private_name(data: dict[str, Any]) -> dict[str, Any]:
    """The data, with the name of a recipient that is a private person as personal data."""
    if data.get("kind") not in PRIVATE_KINDS:
        return data
    public = {name: value for name, value in data.items() if name != "name"}
    return {**public, "personal": {"name": data["name"]}}


def _event(message: dict[str, Any], time: datetime, data: dict[str, Any], checks: Checks) -> Event:
    facts = data.copy()
    categories = facts.get("categories", ()) if checks.erases else facts.pop("categories", ())
    return Event(
        message["type"],
        message["id"],
        message["source"],
        message["subject"],
        time,
        message.get("sequence"),
        {name: message[name] for name in TRACE if message.get(name)},
        facts.pop("activity", None),
        facts.pop("legal_basis", None),
        facts.pop("provision", None),
        tuple(categories),
        facts,
        facts.pop("personal", None) or {},
        canonical_of(message, time, checks.instants, checks.silent),
    )
