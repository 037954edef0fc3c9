"""Why a message was refused: the code in the fixed order of the contract, and where.

The slow path: it runs only after the fast one has failed, and looks at the message again, check by
check. Invariant: no value of the sender reaches a pointer, and no name that the sender chose but that of an
attribute, where it is harmless (`schemas.extensions`).
"""

import re
from typing import Any

import msgspec

from schemas import formats, references
from schemas.catalogue import (
    ALL_TYPES,
    AT_HOME_IN_BOTH,
    CONFIDENTIAL_TYPES,
    DISCLOSED,
    EVENT_TYPES,
)
from schemas.envelope import ATTRIBUTES, Envelope
from schemas.event import AdmissionRules
from schemas.extensions import DROPPED, misshapen, pointer_to
from schemas.leaks import is_personal_id
from schemas.rejection import Code, Rejection
from schemas.shapes import unknown_member
from schemas.sources import not_allowed
from schemas.withholding import Why

_REQUIRED = ("specversion", "id", "source", "type")
"""Attributes without which a message is no CloudEvent at all (CloudEvents 1.0, 3.1)."""

_ECHOED = {
    name: re.compile(pattern)
    for name, pattern in {
        "type": formats.TYPE,
        "source": formats.SOURCE,
        "id": formats.ID,
        "subject": references.SUBJECT,
        "traceparent": formats.TRACEPARENT,
    }.items()
}

_NAMED = frozenset({"source", "id"})

_PLACE = re.compile(r" - at `(?:key` in `)?\$([^`]*)`\Z")
_MISSING = re.compile(r"Object missing required field `([a-z0-9_]+)`")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[([0-9]+)\]")


def reject(message: Any, code: Code, pointer: str = "") -> Rejection:
    """The rejection of a parsed message, with the attributes that may be echoed."""
    attributes = message if isinstance(message, dict) else {}
    echoed: dict[str, Any] = {
        name: value
        for name, pattern in _ECHOED.items()
        if isinstance(value := attributes.get(name), str)
        and pattern.match(value)
        # The subject is only hashed, and an erasure must find the letter of the person it names.
        and (name not in _NAMED or not is_personal_id(value))
    }
    return Rejection(code, pointer, **echoed)


def diagnose(message: Any, intake: AdmissionRules) -> Rejection | None:
    """The rejection of a message without the shape of an event; None when its shape is right.

    A message that the open ledger may not know is hidden first, before any other fault is named.
    """
    fault = _not_a_cloudevent(message) or _wrong_type(message, intake)
    why = None if intake.confidential else intake.secrecy.why(message)
    if why is not None:
        return _hidden(message, fault or (Code.WITHHELD, ""), why)
    fault = fault or _wrong_source(message, intake) or _wrong_shape(message)
    return None if fault is None else reject(message, *fault)


def _hidden(message: Any, fault: tuple[Code, str], why: Why) -> Rejection:
    """The rejection of a message that the open ledger may not know.

    Its code is told to the user of a file alone.
    """
    if fault[0] is Code.UNKNOWN_TYPE and message["type"] in CONFIDENTIAL_TYPES:
        fault = (Code.WITHHELD, "")
    code, pointer = fault
    return Rejection(code, pointer if code is Code.UNKNOWN_TYPE else "", hidden=True, why=why)


def _not_a_cloudevent(message: Any) -> tuple[Code, str] | None:
    if not isinstance(message, dict):
        return Code.NOT_A_CLOUDEVENT, ""
    for name in _REQUIRED:
        value = message.get(name)
        if not isinstance(value, str) or not value:
            return Code.NOT_A_CLOUDEVENT, f"/{name}"
    if message["specversion"] != "1.0":
        return Code.NOT_A_CLOUDEVENT, "/specversion"
    return None


def _wrong_type(message: dict[str, Any], intake: AdmissionRules) -> tuple[Code, str] | None:
    name = message["type"]
    known = ALL_TYPES if intake.confidential else EVENT_TYPES
    if name not in known or known[name].own:
        return Code.UNKNOWN_TYPE, "/type"
    pointer = wrong_ledger(message, intake) if intake.confidential else None
    return None if pointer is None else (Code.WRONG_LEDGER, pointer)


def elsewhere(message: dict[str, Any], intake: AdmissionRules) -> Rejection | None:
    """The rejection of a message of the right shape that belongs into the other ledger."""
    if not intake.confidential:
        why = intake.secrecy.why(message)
        return None if why is None else Rejection(Code.WITHHELD, hidden=True, why=why)
    pointer = wrong_ledger(message, intake)
    return None if pointer is None else reject(message, Code.WRONG_LEDGER, pointer)


def wrong_ledger(message: dict[str, Any], intake: AdmissionRules) -> str | None:
    """The pointer of the member that makes a message of a known type one of the open ledger; None without
    one.

    The confidential ledger takes messages that are withheld from the open one, and those at home in both.
    """
    name = message["type"]
    if name in AT_HOME_IN_BOTH or intake.secrecy.withholds(message):
        return None
    return "/data/provision" if name == DISCLOSED else "/type"


def _wrong_source(message: dict[str, Any], intake: AdmissionRules) -> tuple[Code, str] | None:
    pointer = not_allowed(message, intake)
    return None if pointer is None else (Code.SOURCE_NOT_ALLOWED, pointer)


def _wrong_shape(message: dict[str, Any]) -> tuple[Code, str] | None:
    entry = ALL_TYPES[message["type"]]
    unknown = _unknown_attribute(message)
    if unknown is None:
        unknown = unknown_member(message.get("data"), entry.data, "/data")
    if unknown is not None:
        return Code.UNKNOWN_FIELD, unknown
    pointer = _wrong_attribute(message)
    if pointer is None:
        below = misfit(message["data"], entry.data)
        pointer = None if below is None else f"/data{below}"
    return None if pointer is None else (Code.SCHEMA, pointer)


def _unknown_attribute(message: dict[str, Any]) -> str | None:
    """The pointer of the first attribute that is neither read nor dropped."""
    for name in message:
        if name not in ATTRIBUTES and name not in DROPPED:
            return pointer_to(name)
    return None


def _wrong_attribute(message: dict[str, Any]) -> str | None:
    """The pointer of the first attribute with a wrong value, or of the attribute that says that the data is
    elsewhere.
    """
    if message.get("dataref") is not None and message.get("data") is None:
        return "/dataref"
    dropped = misshapen(message)
    if dropped is not None:
        return f"/{dropped}"
    return misfit({name: message[name] for name in message if name not in DROPPED}, Envelope)


def misfit(value: Any, struct: type[msgspec.Struct]) -> str | None:
    """The pointer of the first member that does not fit the struct; None when all do.

    Expects a value without unknown members. Reads the place from msgspec's message, which names
    members of the struct only (a map's key appears as `[...]`, where the pointer ends).
    """
    try:
        msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        return _pointer(str(error))
    return None


def _pointer(message: str) -> str:
    place = _PLACE.search(message)
    path = place[1] if place is not None else ""
    missing = _MISSING.match(message)
    steps = _STEP.findall(path.partition("[...]")[0])
    pointer = "".join(f"/{name or index}" for name, index in steps)
    if missing is None or "[...]" in path:
        return pointer
    return f"{pointer}/{missing[1]}"
