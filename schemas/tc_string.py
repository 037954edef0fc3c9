"""TC strings: choices in the form of the Transparency and Consent Framework of IAB Europe (2.0 to 2.3).

Decodes a string by "Consent string and vendor list formats v2" of the IAB Tech Lab, in work and memory that
are linear in its letters. A string is refused by the name of its fault, never by what stands in it: another
version, letters that are no base64url, fields that end too early, set bits that no field has. Zero bits
behind the last field are padding. Ids of vendors stay ranges, since 34 bits may mean 65,535 of them.
"""

import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

from msgspec import Struct

LONGEST: Final = 8_192
"""Letters of a string: some thousands of vendors fit, and no more is looked at."""
VERSION: Final = 2
Fault = Literal[
    "too-long",
    "not-base64url",
    "wrong-version",
    "too-short",
    "wrong-letter",
    "wrong-vendor",
    "wrong-purpose",
    "unknown-segment",
    "repeated-segment",
    "bits-beyond",
]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
Vendors = tuple[tuple[int, int], ...]
"""Ids of vendors as ranges, both ends inclusive, in the order of the string."""

_LETTERS: Final = re.compile(r"^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ONES: Final = re.compile("1+")
_PURPOSES: Final = 24
_SPECIAL_FEATURES: Final = 12
_RESTRICTIONS: Final = 3
_DISCLOSED, _ALLOWED, _PUBLISHER = 1, 2, 3


class TcFault(ValueError):
    """A text is not a TC string. `name`: its fault."""

    def __init__(self, name: Fault) -> None:
        """Quotes nothing of the text."""
        super().__init__(name)
        self.name: Fault = name


class Restriction(Struct, frozen=True):
    """A restriction by the publisher for some vendors. `kind`: 0 all, 1 all but consent, 2 all but `li`."""

    purpose: int
    kind: int
    vendors: Vendors


class Publisher(Struct, frozen=True):
    """The person's choices for the publisher itself; the publisher numbers its custom purposes."""

    purposes_consent: tuple[int, ...]
    purposes_li: tuple[int, ...]
    custom_consent: tuple[int, ...]
    custom_li: tuple[int, ...]


class TcString(Struct, frozen=True):
    """The fields of a string, in its order. `li`: legitimate interest, transparent and not objected to.

    `purpose_one_undisclosed`: purpose 1 was not asked, by the law of the publisher's country.
    `vendors_disclosed` and `vendors_allowed` are None where the string does not say them.
    """

    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    service_specific: bool
    non_standard_texts: bool
    special_features: tuple[int, ...]
    purposes_consent: tuple[int, ...]
    purposes_li: tuple[int, ...]
    purpose_one_undisclosed: bool
    publisher_country: str
    vendors_consent: Vendors
    vendors_li: Vendors
    restrictions: tuple[Restriction, ...]
    vendors_disclosed: Vendors | None = None
    vendors_allowed: Vendors | None = None
    publisher: Publisher | None = None


def decoded(text: str) -> TcString:
    """The fields of a TC string. Raises TcFault."""
    if len(text) > LONGEST:
        raise TcFault("too-long")
    if _LETTERS.match(text) is None:
        raise TcFault("not-base64url")
    core, *segments = text.split(".")
    return TcString(**(_core(_Bits(core)) | _segments(segments)))


def is_tc_string(text: str) -> bool:
    """Whether a text is one."""
    try:
        decoded(text)
    except TcFault:
        return False
    return True


class _Bits:
    """The bits of one segment, six a letter, read from the left. Each look touches its own bytes only."""

    def __init__(self, segment: str) -> None:
        # `A` is six zero bits: it fills the last group, and `_end` keeps it from being read.
        self._bytes = urlsafe_b64decode(segment + "A" * (-len(segment) % 4))
        self._end = 6 * len(segment)
        self._at = 0

    def number(self, width: int) -> int:
        start, end = self._at, self._at + width
        if end > self._end:
            raise TcFault("too-short")
        self._at = end
        # Whole bytes around the bits; then the bits behind and before them are cut off.
        touched = int.from_bytes(self._bytes[start >> 3 : (end + 7) >> 3])
        return touched >> (-end & 7) & ((1 << width) - 1)

    def flag(self) -> bool:
        return self.number(1) == 1

    def time(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=100 * self.number(36))

    def letters(self) -> str:
        """Two letters, a to z as 0 to 25."""
        codes = (self.number(6), self.number(6))
        if max(codes) > ord("Z") - ord("A"):
            raise TcFault("wrong-letter")
        return "".join(chr(ord("A") + code) for code in codes)

    def ranges(self, width: int) -> Vendors:
        """Where bits are set, counted from 1."""
        bits = f"{self.number(width):0{width}b}" if width else ""
        return tuple((match.start() + 1, match.end()) for match in _ONES.finditer(bits))

    def ids(self, width: int) -> tuple[int, ...]:
        """The numbers of the set bits, counted from 1, each by itself: for few bits."""
        return tuple(id for first, last in self.ranges(width) for id in range(first, last + 1))

    def close(self) -> None:
        if self.number(self._end - self._at):
            raise TcFault("bits-beyond")


def _core(bits: _Bits) -> dict[str, Any]:
    if bits.number(6) != VERSION:
        raise TcFault("wrong-version")
    fields: dict[str, Any] = {
        "created": bits.time(),
        "last_updated": bits.time(),
        "cmp_id": bits.number(12),
        "cmp_version": bits.number(12),
        "consent_screen": bits.number(6),
        "consent_language": bits.letters(),
        "vendor_list_version": bits.number(12),
        "policy_version": bits.number(6),
        "service_specific": bits.flag(),
        "non_standard_texts": bits.flag(),
        "special_features": bits.ids(_SPECIAL_FEATURES),
        "purposes_consent": bits.ids(_PURPOSES),
        "purposes_li": bits.ids(_PURPOSES),
        "purpose_one_undisclosed": bits.flag(),
        "publisher_country": bits.letters(),
        "vendors_consent": _vendors(bits),
        "vendors_li": _vendors(bits),
        "restrictions": tuple(_restriction(bits) for _ in range(bits.number(12))),
    }
    bits.close()
    return fields


def _vendors(bits: _Bits) -> Vendors:
    most = bits.number(16)
    return _listed(bits, most) if bits.flag() else bits.ranges(most)


def _listed(bits: _Bits, most: int) -> Vendors:
    return tuple(_range(bits, most) for _ in range(bits.number(12)))


def _range(bits: _Bits, most: int) -> tuple[int, int]:
    is_range, first = bits.flag(), bits.number(16)
    last = bits.number(16) if is_range else first
    if not 0 < first <= last <= most:
        raise TcFault("wrong-vendor")
    return first, last


def _restriction(bits: _Bits) -> Restriction:
    purpose, kind = bits.number(6), bits.number(2)
    if not 0 < purpose <= _PURPOSES or kind >= _RESTRICTIONS:
        raise TcFault("wrong-purpose")
    return Restriction(purpose, kind, _listed(bits, 0xFFFF))


def _segments(segments: list[str]) -> dict[str, Any]:
    """The segments behind the core, in any order, each kind once."""
    fields: dict[str, Any] = {}
    for segment in segments:
        bits = _Bits(segment)
        name, value = _segment(bits, bits.number(3))
        if name in fields:
            raise TcFault("repeated-segment")
        fields[name] = value
        bits.close()
    return fields


def _segment(bits: _Bits, kind: int) -> tuple[str, Any]:
    if kind == _DISCLOSED:
        return "vendors_disclosed", _vendors(bits)
    if kind == _ALLOWED:
        return "vendors_allowed", _vendors(bits)
    if kind != _PUBLISHER:
        raise TcFault("unknown-segment")
    consent, li, custom = bits.ids(_PURPOSES), bits.ids(_PURPOSES), bits.number(6)
    return "publisher", Publisher(consent, li, bits.ids(custom), bits.ids(custom))
