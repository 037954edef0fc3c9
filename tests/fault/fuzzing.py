"""Decoding broken messages by the thousand, and what is held against each of them."""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec

from consumers.pipeline import messages_of_records
from consumers.source import Partition, record_of
from ledger.writing.message import Message
from rulebook import secrecy
from schemas import EVENT_TYPES, AdmissionRules, Event, Rejection, decode, formats, is_structured
from schemas.documents import schema_of
from schemas.rejection import Code
from tests.fault.mutation import CANARIES, CANARY_WORD, Mutant, mutant
from tests.fixtures.counting import steps

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
INTAKE = AdmissionRules(secrecy=secrecy())
HANGS_S = 120.0
"""Seconds after which a message is taken to be one that never ends, on a slow machine too."""

FREE_STEPS = 1_500
"""Calls that every message may make, whatever its size."""

_COUNTED = 3
"""One in so many messages has its calls counted, as that doubles its time."""

_LARGE = 16_384
"""Bytes from which a message is large: one in twelve is, and they take nine tenths of the time."""

_SHAPE = {Code.NOT_A_CLOUDEVENT, Code.UNKNOWN_TYPE, Code.UNKNOWN_FIELD, Code.SCHEMA}
_DECODED = _SHAPE | {
    *(Code.NOT_JSON, Code.TOO_LARGE, Code.WITHHELD, Code.PERSONAL_DATA_IN_FACTS),
    Code.TIME_IN_FUTURE,
}
_UNREAD = {Code.TOO_LARGE, Code.NOT_JSON}
_POINTER = re.compile(r"(?:/[a-z_0-9]+)*\Z")
_IBAN, _TIME = re.compile(formats.IBAN), re.compile(formats.TIME)
_TC = re.compile(formats.TC)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_KEPT = 400


@cache
def _validator(type: str) -> jsonschema_rs.Draft202012Validator | None:
    """By the schema that is published; None for a type that nobody sends."""
    entry = EVENT_TYPES.get(type)
    if entry is None or entry.own:
        return None
    return jsonschema_rs.Draft202012Validator(schema_of(type), validate_formats=True)


@dataclass
class Report:
    """What came of a run. `accepted` and `refused` are a sample of it, for the recorder."""

    seed: int
    messages: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    worst_recipe: str = ""
    compared: int = 0
    faults: list[str] = field(default_factory=list)
    accepted: list[Mutant] = field(default_factory=list)
    refused: list[Mutant] = field(default_factory=list)

    def join(self, other: "Report") -> None:
        """Add another part of the same run."""
        self.messages += other.messages
        self.codes += other.codes
        self.compared += other.compared
        self.faults += other.faults
        self.accepted += other.accepted
        self.refused += other.refused
        if other.worst > self.worst:
            self.worst, self.worst_recipe = other.worst, other.worst_recipe

    def told(self) -> str:
        """The figures in words."""
        return (
            f"{self.messages} messages, {self.codes.most_common()}, {self.compared} compared with "
            f"JSON Schema, at most {self.worst:.2f} calls a byte ({self.worst_recipe:.200})"
        )


class Hangs(Exception):
    """A message never ends."""


@contextmanager
def bounded() -> Iterator[None]:
    """Raise Hangs when the block does not end."""

    def stop(*_: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANGS_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def fuzz(seed: int, first: int, count: int, large_in: int = 1) -> Report:
    """Decode the messages with these numbers; of the large ones one in `large_in`."""
    report = Report(seed)
    for number in range(first, first + count):
        made = mutant(seed, number)
        if number % large_in and _size(made) >= _LARGE:
            continue
        report.messages += 1
        try:
            with bounded():
                result = message_of(made).outcome
                if number % _COUNTED == 0:
                    _count(report, made)
        except Exception as error:  # nothing at all may be raised
            report.faults.append(f"{type(error).__name__} by {made.recipe}")
            continue
        _judge(report, made, result, number)
    return report


def _count(report: Report, made: Mutant) -> None:
    """Note the calls that a message costs a byte, beyond those that every message may make."""
    worst = max(0, steps(lambda: message_of(made)) - FREE_STEPS) / max(1, _size(made))
    if worst > report.worst:
        report.worst, report.worst_recipe = worst, made.recipe


def _size(made: Mutant) -> int:
    return len(made.value or b"") + sum(len(name) + len(text or b"") for name, text in made.headers)


def message_of(made: Mutant, offset: int = 0) -> Message:
    """What the consumer makes of a record with this content."""
    record = record_of(offset, made.value, tuple(made.headers))
    return messages_of_records(Partition("t", 0), [record], INTAKE, NOW)[0]


def _judge(report: Report, made: Mutant, result: Event | Rejection, number: int) -> None:
    kept = report.accepted if isinstance(result, Event) else report.refused
    if len(kept) < _KEPT:
        kept.append(made)
    if isinstance(result, Event):
        report.codes["accepted"] += 1
        fault = _of_event(result) if number % 10 == 0 else None
    else:
        report.codes[result.code.value] += 1
        fault = _of_rejection(result)
    if fault is None and number % 4 == 1 and is_structured(made.headers):
        fault = _of_schema(report, made.value or b"", result)
    if fault is not None:
        report.faults.append(f"{fault} by {made.recipe}")


def _of_rejection(rejection: Rejection) -> str | None:
    """What is wrong with a rejection: a code that decoding does not give, or a value that is quoted."""
    if rejection.code not in _DECODED:
        return f"code {rejection.code}"
    if not _POINTER.match(rejection.pointer) or CANARY_WORD in rejection.pointer:
        return f"pointer {rejection.pointer!r}"
    said = " ".join(filter(None, (rejection.type, rejection.source, rejection.id)))
    said += f" {rejection.pointer}"
    return "a quoted value" if any(canary in said for canary in CANARIES) else None


def _of_event(event: Event) -> str | None:
    """What is wrong with an event: its canonical form must be a message that means the same."""
    again = decode(event.canonical, INTAKE, NOW)
    is_same = isinstance(again, Event) and again.canonical == event.canonical
    return None if is_same or len(event.canonical) > 48 * 1024 else "an unstable event"


def _of_schema(report: Report, value: bytes, result: Event | Rejection) -> str | None:
    """Whether decoding and the published JSON Schema of the type agree on the shape."""
    try:
        message = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return None
    if isinstance(result, Rejection) and (result.hidden or result.code in _UNREAD):
        return None
    type = message.get("type") if isinstance(message, dict) else None
    validator = _validator(type) if isinstance(type, str) else None
    refused = isinstance(result, Rejection) and result.code in _SHAPE
    if validator is None:
        return None if refused else "an unknown type that is no fault of shape"
    fits = _fits(validator, message)
    if fits is None:
        return None
    report.compared += 1
    if fits is not refused or (isinstance(result, Rejection) and _beyond_schemas(message, result)):
        return None
    return f"JSON Schema says {fits}, decoding {result if isinstance(result, Rejection) else 'yes'}"


def _beyond_schemas(message: Any, rejection: Rejection) -> bool:
    """Whether it was refused for what no schema can say: see `schemas.documents`."""
    value = message
    for step in rejection.pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    if isinstance(value, float):
        return value.is_integer()
    if rejection.pointer.endswith("/tc_string"):
        return _TC.match(value) is not None
    beyond = (_IBAN, _TIME, _DAY)
    return isinstance(value, str) and any(pattern.match(value) for pattern in beyond)


def _fits(validator: Any, message: Any) -> bool | None:
    """What JSON Schema says; None where its library cannot take the message, as with deep nesting."""
    try:
        return bool(validator.is_valid(message))
    except (ValueError, RecursionError):
        return None
