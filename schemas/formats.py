"""Formats of single values: patterns and the annotated types that carry them.

Owns every pattern of the contract once. Patterns end in ``\\Z``, because ``$`` would let a trailing
line feed through; `schemas.documents` writes them as ``$`` for JSON Schema, where it means the end.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal

from msgspec import Meta

from schemas.references import PERSONS, pattern_of
from schemas.tc_string import LONGEST

_ID_PART = r"[A-Za-z0-9._:-]{1,128}"
ID = rf"^{_ID_PART}\Z"
SOURCE = r"^[A-Za-z0-9._:/-]{1,128}\Z"
CODE = r"^[A-Za-z0-9._/-]{1,64}\Z"
TYPE = r"^nl\.voipzeker\.ledger\.(?=[a-z-]{1,64}\.v)[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]{0,3}\Z"
TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
TRACEPARENT = r"^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z"
TRACESTATE = r"^[ -~]{0,512}\Z"
TEXT = "^[^\\x00-\\x1f\\x7f-\\x9f]+\\Z"
_OWS = r"[ \t]{0,8}"
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}"
_CHARSET = "[Cc][Hh][Aa][Rr][Ss][Ee][Tt]="
_UTF8 = "[Uu][Tt][Ff]-?8"
# Parameters of a media type (RFC 9110, 8.3.1): of a charset only UTF-8, whatever others say.
_PARAMETERS = (
    rf'(?:{_OWS};{_OWS}(?:{_CHARSET}(?:{_UTF8}|"{_UTF8}")'
    rf'|(?!{_CHARSET}){_WORD}=(?:{_WORD}|"[\t !#-\[\]-~]{{0,64}}"))){{0,8}}{_OWS}\Z'
)
JSON_TYPE = rf"^[Aa][Pp][Pp][Ll][Ii][Cc][Aa][Tt][Ii][Oo][Nn]/[Jj][Ss][Oo][Nn]{_PARAMETERS}"
STRUCTURED_TYPE = rf"^(?i:application/cloudevents\+json){_PARAMETERS}"
TOPIC = r"^[A-Za-z0-9._-]{1,249}\Z"
COUNTRY = r"^[A-Z]{2}\Z"
SHA256 = r"^[A-Za-z0-9+/=_-]{43,64}\Z"
KEY_ID = r"^[A-Za-z0-9_-]{43}\Z"
EMPLOYEE = rf"^employee/{_ID_PART}\Z"
CUSTOMER = rf"^customer/{_ID_PART}\Z"
# White space as JSON Schema means `\s`: with U+FEFF and without U+0085, other than Python does.
SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
EMAIL = rf"^[^@{SPACE}\x00-\x1f]+@[^@{SPACE}.\x00-\x1f]+(?:\.[^@{SPACE}.\x00-\x1f]+)+\Z"
E164 = r"^\+[1-9][0-9]{6,14}\Z"
IBAN = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z"
POSTCODE = r"^[1-9][0-9]{3} ?[A-Z]{2}\Z"
KVK = r"^[0-9]{8}\Z"
TC = r"^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,3}\Z"

OPEN = "open"
"""Mark of a text that its sender chooses freely: looked through for personal data."""

INSTANT = "instant"
"""Mark of a text that must name a real instant."""

TC_STRING = "tc-string"
"""Mark of a text that must be a TC string (`schemas.tc_string`)."""

DAY = "day"
"""Mark of a date on which something happened or begins."""

LAST_DAY = "last-day"
"""Mark of a date on which something ends."""

EARLIEST, AFTER_ALL = date(1900, 1, 1), date(2200, 1, 1)
"""Nothing that is told happened or began before the one, or on the other or after it: such a year is a slip
of a program, or its word for none, and periods that run from the end of the calendar cannot be counted."""

Id = Annotated[str, Meta(pattern=ID, description="A bare id.", extra={OPEN: True})]
Source = Annotated[
    str, Meta(pattern=SOURCE, description="A CloudEvents source.", extra={OPEN: True})
]
Code = Annotated[str, Meta(pattern=CODE, description="A code.", extra={OPEN: True})]
RuleId = Annotated[
    str, Meta(pattern=SOURCE, description="An id in the rulebook.", extra={OPEN: True})
]
Text = Annotated[
    str,
    Meta(pattern=TEXT, description="A line of text without personal data.", extra={OPEN: True}),
]
Topic = Annotated[str, Meta(pattern=TOPIC, description="Name of a Kafka topic.")]
Sha256 = Annotated[
    str,
    Meta(pattern=SHA256, description="A SHA-256 hash, in hex or base64.", extra={OPEN: True}),
]
ProofFile = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9+/]{1,16384}={0,2}\Z",
        description="A .tlog-proof, in base64.",
        extra={OPEN: True},
    ),
]
Country = Annotated[str, Meta(pattern=COUNTRY, description="ISO 3166-1 alpha-2, capitals.")]
Employee = Annotated[str, Meta(pattern=EMPLOYEE, description="A full reference to an employee.")]
Customer = Annotated[str, Meta(pattern=CUSTOMER, description="A full reference to a customer.")]
PersonRef = Annotated[
    str, Meta(pattern=pattern_of(PERSONS), description="A full reference to a person.")
]
KeyId = Annotated[str, Meta(pattern=KEY_ID, description="Base64url name of a data key.")]
Instant = Annotated[
    str,
    Meta(
        description="RFC 3339 with offset, at most 6 fractional digits.",
        extra={INSTANT: True},
        extra_json_schema={"format": "date-time", "pattern": TIME},
    ),
]
TcText = Annotated[
    str,
    Meta(
        pattern=TC,
        max_length=LONGEST,
        description="A TC string, version 2, of the Transparency and Consent Framework 2.0 to 2.3.",
        extra={TC_STRING: True},
    ),
]
TcfPurposes = Annotated[
    list[Annotated[int, Meta(ge=1, le=24)]],
    Meta(
        min_length=1,
        max_length=24,
        description="Purposes of the framework that the act is about; without it those of the rulebook.",
    ),
]
Gpc = Annotated[
    bool,
    Meta(description="Whether the browser said `Sec-GPC: 1` (Global Privacy Control) at the act."),
]
_MIDNIGHT = "A date: 00:00 in Europe/Amsterdam."
Day = Annotated[date, Meta(description=_MIDNIGHT, extra={DAY: True})]
LastDay = Annotated[date, Meta(description=_MIDNIGHT, extra={LAST_DAY: True})]
LegalBasis = Literal["6-1-a", "6-1-b", "6-1-c", "6-1-d", "6-1-e", "6-1-f"]

MAX_AHEAD: Final = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""

is_id = re.compile(ID).match
is_traceparent = re.compile(TRACEPARENT).match
is_uuid = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch

_TIME = re.compile(TIME)
_EARLIEST, _AFTER_ALL = EARLIEST.isoformat(), AFTER_ALL.isoformat()
_IBAN = re.compile(IBAN)
_LETTERS = {ord(letter): str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def instant_of(text: str) -> datetime | None:
    """The instant that an RFC 3339 text names, aware and in UTC; None for any other text.

    A leap second, 24:00 and an instant before year 1 or after year 9999 in UTC have none.
    """
    if _TIME.match(text) is None:
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_plausible(instant: datetime) -> bool:
    """Whether an instant, in UTC, lies in the years that an event may name."""
    return EARLIEST.year <= instant.year < AFTER_ALL.year


def is_ahead(instant: datetime, now: datetime) -> bool:
    """Whether it lies further in the future than clocks differ."""
    return instant - now > MAX_AHEAD


def is_plausible_day(text: str) -> bool:
    """Whether a date, written YYYY-MM-DD, lies in the years that an event may name."""
    return _EARLIEST <= text < _AFTER_ALL


def is_plausible_end(text: str) -> bool:
    """Whether a date may be the end of something: as far ahead as its sender likes, such as 9999-12-31."""
    return text >= _EARLIEST


def has_iban_check_digits(text: str) -> bool:
    """True for an IBAN in electronic form whose check digits are right (ISO 13616, mod 97)."""
    if _IBAN.match(text) is None:
        return False
    return int((text[4:] + text[:4]).translate(_LETTERS)) % 97 == 1
