"""From bytes to an event, in both modes of the CloudEvents Kafka binding.

*Structured*: the whole event is one JSON document (also a line of a file). *Binary*: attributes are
headers, the value is `data`. Both give the same event, byte for byte in `canonical`.
Nothing raises on bad input: it becomes a `Rejection`.
"""

import json
import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from schemas.admission import admit_each
from schemas.diagnosis import diagnose, reject
from schemas.encoding import to_json
from schemas.event import Event, Intake
from schemas.rejection import Code, Rejection
from schemas.skimming import skim

Headers = Sequence[tuple[str, bytes | None]]

MAX_MESSAGE: Final = 48 * 1024
"""Bytes of a whole message; sealed and encoded it still fits into an entry of 65,535 bytes."""

_MAX_READ: Final = 1024 * 1024
"""Bytes up to which a message that is too large is still read, to say whose it is."""

_MAX_DIGITS: Final = 64

_STRUCTURED: Final = b"application/cloudevents"

_SEQUENCE = re.compile(r"(?:0|-?[1-9][0-9]{0,18})\Z")


def decode(message: bytes, intake: Intake, now: datetime) -> Event | Rejection:
    """Decode a message in structured mode; `now` is aware."""
    return admit_each([parse(message, intake)], intake, now)[0]


def decode_binary(
    headers: Headers, value: bytes | None, intake: Intake, now: datetime
) -> Event | Rejection:
    """Decode a message in binary mode; `now` is aware."""
    return admit_each([parse_binary(headers, value, intake)], intake, now)[0]


def parse(message: bytes, intake: Intake) -> Any:
    """The JSON value of a message in structured mode, for `admit_each`; or its rejection."""
    if len(message) > MAX_MESSAGE:
        return _too_large(message, intake)
    try:
        return msgspec.json.decode(message)
    except msgspec.ValidationError:
        return _out_of_range(message, intake)
    except (ValueError, RecursionError):
        return unreadable(message, Code.NOT_JSON, intake)


def unreadable(start: bytes, code: Code, intake: Intake) -> Rejection:
    """The rejection of what was not parsed. `start`: as much of it as a dead letter may keep."""
    return Rejection(code, hidden=not intake.confidential and intake.secrecy.withholds_bytes(start))


def parse_binary(headers: Headers, value: bytes | None, intake: Intake) -> Any:
    """The structured form of a message in binary mode, for `admit_each`; or its rejection.

    `ce_` headers are attributes, and the value is `data`.

    An attribute that is given twice, is null or is not UTF-8 makes it no CloudEvent. Headers of
    other names are not part of the event. An empty value is an absent `data`.
    """
    size = _size(headers, value)
    if size > _MAX_READ:
        return unreadable(_bytes_of(headers, value), Code.TOO_LARGE, intake)
    message, sound = _attributes(headers)
    refusal = Code.TOO_LARGE if size > MAX_MESSAGE else None if sound else Code.NOT_A_CLOUDEVENT
    if value:
        try:
            message["data"] = msgspec.json.decode(value)
        except msgspec.ValidationError:
            return _out_of_range(value, intake, message)
        except (ValueError, RecursionError):
            refusal = refusal if refusal is Code.TOO_LARGE else Code.NOT_JSON
    if refusal is None:
        return message
    return _refused_record(headers, value, message, refusal, intake)


def _refused_record(
    headers: Headers, value: bytes | None, message: dict[str, Any], code: Code, intake: Intake
) -> Rejection:
    """The rejection of a record in binary mode. Headers that are none of an event are looked at as well."""
    if "data" in message and not intake.confidential and intake.secrecy.withholds(message):
        return Rejection(code, hidden=True)
    parsed = code is Code.TOO_LARGE and "data" in message
    found = Rejection(code) if parsed else unreadable(_bytes_of(headers, value), code, intake)
    return found if found.hidden else reject(message, code)


def _bytes_of(headers: Headers, value: bytes | None) -> bytes:
    """What is said in a record, one thing a line."""
    said = (part for name, content in headers for part in (name.encode(), content or b""))
    return b"\n".join((*said, value or b""))


def is_structured(headers: Headers) -> bool:
    """True when a Kafka record is in structured mode: its content type says so.

    A record without any `ce_` header can only be structured, whatever its content type.
    """
    binary = False
    for header, value in headers:
        name = header.lower()
        if name == "content-type" and (value or b"").lower().startswith(_STRUCTURED):
            return True
        binary = binary or name.startswith("ce_")
    return not binary


def _attributes(headers: Headers) -> tuple[dict[str, Any], bool]:
    """The attributes that headers carry, and whether every one of them was sound.

    Unsound ones are left out. `ce_data` and `ce_datacontenttype` are attributes of no CloudEvent in
    binary mode, so they keep their prefix and meet the fate of unknown ones.
    """
    attributes: dict[str, Any] = {}
    unsound: set[str] = set()
    for header, raw in headers:
        name = _attribute_name(header.lower())
        if name is None:
            continue
        text = _text(raw)
        if text is None or name in attributes:
            unsound.add(name)
        else:
            attributes[name] = text
    sequence = attributes.get("sequence")
    if sequence is not None and _SEQUENCE.match(sequence):
        attributes["sequence"] = int(sequence)
    return {name: attributes[name] for name in attributes.keys() - unsound}, not unsound


def _attribute_name(header: str) -> str | None:
    if header == "content-type":
        return "datacontenttype"
    if header in {"ce_data", "ce_data_base64", "ce_datacontenttype"}:
        return header
    return header.removeprefix("ce_") if header.startswith("ce_") else None


def _text(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _size(headers: Headers, value: bytes | None) -> int:
    """Bytes of a record's headers and value."""
    named = sum(len(name.encode()) + len(content or b"") for name, content in headers)
    return named + len(value or b"")


def _too_large(message: bytes, intake: Intake) -> Rejection:
    """The rejection of a message over the limit; it is read only where that stays cheap."""
    if len(message) > _MAX_READ:
        return unreadable(message, Code.TOO_LARGE, intake)
    found = unreadable(message, Code.TOO_LARGE, intake)
    return found if found.hidden else reject(skim(message), Code.TOO_LARGE)


class _OutOfRange:
    """Stands for a number that no program can carry exactly; it fits no member of any struct."""

    def __init__(self, digits: str) -> None:
        """Forget the digits."""


def _out_of_range(
    text: bytes, intake: Intake, attributes: dict[str, Any] | None = None
) -> Rejection:
    """The rejection of JSON with a number beyond every range, such as 1e400.

    It is JSON all the same, so the checks that follow decide the code. `attributes` are those of a
    message in binary mode, whose data `text` is.
    """
    try:
        parsed = json.loads(text, parse_float=_float, parse_int=_whole, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        whole = to_json(attributes) + text if attributes else text
        found = unreadable(whole, Code.NOT_JSON, intake)
        return found if found.hidden else reject(attributes, Code.NOT_JSON)
    message = parsed if attributes is None else {**attributes, "data": parsed}
    return diagnose(message, intake) or reject(message, Code.NOT_JSON)


def _float(digits: str) -> float | _OutOfRange:
    number = float(digits)
    return number if math.isfinite(number) else _OutOfRange(digits)


def _whole(digits: str) -> int | _OutOfRange:
    return int(digits) if len(digits) < _MAX_DIGITS else _OutOfRange(digits)


def _no_constant(name: str) -> float:
    raise ValueError(name)
