"""From bytes to an event, in structured mode of CloudEvents: the whole event is one JSON document.

So is a line of a file; binary mode is in `schemas.binary`, and both give the same event, byte for byte in
`canonical`. Nothing raises on bad input: it becomes a `Rejection`. A byte order mark is passed over.
"""

import json
import math
import re
from datetime import datetime
from typing import Any, Final

import msgspec

from schemas.admission import admit_each
from schemas.diagnosis import diagnose, reject
from schemas.encoding import to_json
from schemas.event import AdmissionRules, Event
from schemas.rejection import Code, Rejection
from schemas.repeats import first_repeat, may_repeat
from schemas.skimming import skim

MAX_MESSAGE: Final = 48 * 1024
"""Bytes of a whole message. The last ones may be too many for an entry, once sealed (`schemas.limits`)."""

MAX_READ: Final = 1024 * 1024
"""Bytes up to which a message that is too large is still read, to say whose it is."""

_MAX_DIGITS: Final = 64

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark, as some programs write it before UTF-8."""

_SEQUENCE = re.compile(r"(?:0|-?[1-9][0-9]{0,18})\Z")


def decode(message: bytes, intake: AdmissionRules, now: datetime) -> Event | Rejection:
    """Decode a message in structured mode; `now` is aware."""
    return admit_each([parse(message, intake)], intake, now)[0]


def parse(message: bytes, intake: AdmissionRules) -> Any:
    """The JSON value of a message in structured mode, for `admit_each`; or its rejection."""
    if len(message) > MAX_MESSAGE:
        # The rejection of a message over the limit; it is read only where that stays cheap.
        if len(message) > MAX_READ:
            return unreadable(message, Code.TOO_LARGE, intake)
        rejection = unreadable(message, Code.TOO_LARGE, intake)
        return (
            rejection
            if rejection.hidden
            else reject(skim(message.removeprefix(BYTE_ORDER_MARK)), Code.TOO_LARGE)
        )
    text = message.removeprefix(BYTE_ORDER_MARK)
    try:
        parsed = msgspec.json.decode(text)
    except msgspec.ValidationError:
        return out_of_range(text, intake)
    except (ValueError, RecursionError):
        return unreadable(message, Code.NOT_JSON, intake)
    # The cheap look clears nearly every message; only then is the text read a second time.
    if may_repeat(text, parsed):
        pointer = first_repeat(text, parsed)
        if pointer is not None:
            return _repeated(text, parsed, pointer, intake)
    return with_sequence(parsed)


def with_sequence(parsed: Any) -> Any:
    """The message with the number of its sequence, where that is a decimal text (as CloudEvents
    defines it).
    """
    if type(parsed) is dict:
        sequence = parsed.get("sequence")
        if type(sequence) is str and _SEQUENCE.match(sequence):
            parsed["sequence"] = int(sequence)
    return parsed


def _repeated(text: bytes, message: Any, pointer: str, intake: AdmissionRules) -> Rejection:
    """The rejection of a message in which a key stands twice. `text`: the JSON that says so."""
    if not intake.confidential and intake.secrecy.withholds(message):
        return Rejection(Code.NOT_JSON, hidden=True)
    rejection = unreadable(text, Code.NOT_JSON, intake)
    return rejection if rejection.hidden else reject(message, Code.NOT_JSON, pointer)


def unreadable(start: bytes, code: Code, intake: AdmissionRules) -> Rejection:
    """The rejection of bytes that were not parsed. `start`: as much of it as a dead letter may keep."""
    return Rejection(code, hidden=not intake.confidential and intake.secrecy.withholds_bytes(start))


class _OutOfRange:
    """Stands for a number that no program can carry exactly; it fits no member of any struct."""

    def __init__(self, digits: str) -> None:
        """Forget the digits."""


def out_of_range(
    text: bytes, intake: AdmissionRules, attributes: dict[str, Any] | None = None
) -> Rejection:
    """The rejection of JSON with a number beyond every range, such as 1e400.

    It is JSON all the same, so the checks that follow decide the code. `attributes` are those of a
    message in binary mode, whose data `text` is.
    """
    try:
        parsed = json.loads(
            text, parse_float=_float, parse_int=_integer, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        document = to_json(attributes) + text if attributes else text
        rejection = unreadable(document, Code.NOT_JSON, intake)
        return rejection if rejection.hidden else reject(attributes, Code.NOT_JSON)
    message = parsed if attributes is None else {**attributes, "data": parsed}
    document = text if attributes is None else b'{"data":%b}' % text
    pointer = first_repeat(document, message)
    if pointer is not None:
        return _repeated(document, message, pointer, intake)
    return diagnose(message, intake) or reject(message, Code.NOT_JSON)


def _float(digits: str) -> float | _OutOfRange:
    number = float(digits)
    return number if math.isfinite(number) else _OutOfRange(digits)


def _integer(digits: str) -> int | _OutOfRange:
    return int(digits) if len(digits) < _MAX_DIGITS else _OutOfRange(digits)


def _no_constant(name: str) -> float:
    raise ValueError(name)
