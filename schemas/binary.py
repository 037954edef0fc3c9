"""From Kafka records to events, in binary mode of CloudEvents: attributes are headers, the value is `data`.

Tells the two modes apart, by the content type alone (CloudEvents Kafka binding, 3). Nothing raises on bad
input: it becomes a `Rejection`.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from schemas.admission import admit_each
from schemas.decode import (
    BYTE_ORDER_MARK,
    MAX_MESSAGE,
    MAX_READ,
    out_of_range,
    unreadable,
    with_sequence,
)
from schemas.diagnosis import reject
from schemas.event import AdmissionRules, Event
from schemas.formats import STRUCTURED_TYPE
from schemas.rejection import Code, Rejection
from schemas.repeats import first_repeat, may_repeat

Headers = Sequence[tuple[str, bytes | None]]

_CONTENT_TYPE: Final = "content-type"
_CLOUDEVENTS: Final = "application/cloudevents"
_IS_STRUCTURED: Final = re.compile(STRUCTURED_TYPE).match


def decode_binary(
    headers: Headers, value: bytes | None, intake: AdmissionRules, now: datetime
) -> Event | Rejection:
    """Decode a message in binary mode; `now` is aware."""
    return admit_each([parse_binary(headers, value, intake)], intake, now)[0]


def parse_binary(headers: Headers, value: bytes | None, intake: AdmissionRules) -> Any:
    """The structured form of a message in binary mode, for `admit_each`; or its rejection.

    `ce_` headers are attributes, and the value is `data`.

    An attribute that is given twice, is null or is not UTF-8 makes it no CloudEvent. Headers of
    other names are not part of the event. An empty value is an absent `data`.
    """
    size = _size(headers, value)
    if size > MAX_READ:
        return unreadable(_bytes_of(headers, value), Code.TOO_LARGE, intake)
    message, sound = _attributes(headers)
    fault, pointer = _fault_of_headers(message, sound, size), ""
    if value:
        text = value.removeprefix(BYTE_ORDER_MARK)
        try:
            message["data"] = msgspec.json.decode(text)
        except msgspec.ValidationError:
            return out_of_range(text, intake, message)
        except (ValueError, RecursionError):
            fault = fault if fault is Code.TOO_LARGE else Code.NOT_JSON
        else:
            fault, pointer = _repeat(text, message, fault)
    # Neither attributes nor a value: it is not an event in either mode.
    elif _is_bare(message) and fault is not Code.TOO_LARGE:
        fault = Code.NOT_JSON
    if fault is None:
        return with_sequence(message)
    return _refused(headers, value, message, Rejection(fault, pointer), intake)


def _fault_of_headers(message: dict[str, Any], sound: bool, size: int) -> Code | None:
    """The fault of a record by its headers and its size; None without one."""
    if size > MAX_MESSAGE:
        return Code.TOO_LARGE
    return None if sound and _is_binary(message) else Code.NOT_A_CLOUDEVENT


def _repeat(text: bytes, message: dict[str, Any], fault: Code | None) -> tuple[Code | None, str]:
    """The fault of a record, and its pointer, after a search of its data for repeated keys."""
    if fault is not Code.TOO_LARGE and may_repeat(text, message["data"]):
        pointer = first_repeat(b'{"data":%b}' % text, message)
        if pointer is not None:
            return Code.NOT_JSON, pointer
    return fault, ""


def _is_bare(message: dict[str, Any]) -> bool:
    """Whether a record has no attribute in its headers."""
    return message.keys() <= {"datacontenttype", "data"}


def _is_binary(message: dict[str, Any]) -> bool:
    """Whether the headers of a record make it an event in binary mode.

    Without attributes they make it nothing, and a content type of CloudEvents that is not ours says that the
    event is in a format, or a batch, which is not read here.
    """
    content_type = message.get("datacontenttype", "")
    return not (_is_bare(message) or content_type.lower().startswith(_CLOUDEVENTS))


def _refused(
    headers: Headers,
    value: bytes | None,
    message: dict[str, Any],
    fault: Rejection,
    intake: AdmissionRules,
) -> Rejection:
    """The rejection of a record in binary mode. Headers that do not belong to an event are looked at as well.

    Where the headers have no attribute, the value may be a whole event: it says whose it is.
    """
    if "data" in message and not intake.confidential and intake.secrecy.withholds(message):
        return Rejection(fault.code, hidden=True)
    if fault.code is not Code.TOO_LARGE or "data" not in message:
        rejection = unreadable(_bytes_of(headers, value), fault.code, intake)
        if rejection.hidden:
            return rejection
    readable = message.get("data") if _is_bare(message) else message
    return reject(readable, fault.code, fault.pointer)


def _bytes_of(headers: Headers, value: bytes | None) -> bytes:
    """The headers and the value of a record as bytes, one a line."""
    content_parts = (part for name, content in headers for part in (name.encode(), content or b""))
    return b"\n".join((*content_parts, value or b""))


def is_structured(headers: Headers) -> bool:
    """True when a Kafka record is in structured mode: its content type says that it is an event in JSON.

    Any other record can only be in binary mode (CloudEvents Kafka binding, 3), or no event at all.
    """
    types = [value for header, value in headers if header.lower() == _CONTENT_TYPE]
    return bool(types) and all(map(_is_structured_type, types))


@lru_cache(maxsize=64)
def _is_structured_type(value: bytes | None) -> bool:
    return value is not None and _IS_STRUCTURED(value.decode("latin-1")) is not None


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
    return {name: attributes[name] for name in attributes.keys() - unsound}, not unsound


def _attribute_name(header: str) -> str | None:
    if header == _CONTENT_TYPE:
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
    header_bytes = sum(len(name.encode()) + len(content or b"") for name, content in headers)
    return header_bytes + len(value or b"")
