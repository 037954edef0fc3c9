"""Personal data that slipped into a fact: e-mail addresses, phone numbers, IBANs and BSNs.

Facts are stored in clear for ever, so a text that its sender chooses freely must not carry such a
value. Owns the patterns and their limits: a plain number counts when letters and digits do not
touch it; a grouped phone number also must not continue a longer run such as a dated reference.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from schemas.formats import has_iban_check_digits

_FEWEST_DIGITS: Final = 7
_SUSPECT = re.compile(rf"[0-9](?:[^0-9]*[0-9]){{{_FEWEST_DIGITS - 1}}}")

# One character before the @ is enough to know, and keeps the search linear.
_EMAIL = re.compile(r"[^\s@]@[^\s@.]+(?:\.[^\s@.]+)+")
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
"""One in some thousands begins like an IBAN and passes its check."""

_BLANK = r"[ \u00a0()./-]"
"""What people put between the digits of a phone number."""

_PHONE = re.compile(
    # International, with + or 00; national, without a break or in groups.
    rf"\+[1-9](?:{_BLANK}{{0,3}}[0-9]){{6,14}}(?![0-9])"
    rf"|(?<![A-Za-z0-9])00[1-9](?:{_BLANK}{{0,3}}[0-9]){{9,14}}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])0[1-9][0-9]{8}(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9])(?<![0-9][-./])0[1-9](?:{_BLANK}{{0,3}}[0-9]){{8}}(?![A-Za-z0-9])(?![-./][0-9])"
)
_BSN = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=[Bb][Ss][Nn]))"
    r"(?:(?!00)[0-9]{9}|[0-9]{4}[. ][0-9]{2}[. ][0-9]{3}|[0-9]{3}[. ][0-9]{3}[. ][0-9]{3})"
    r"(?![A-Za-z0-9])"
)
_NAMED = re.compile(r"bsn[^A-Za-z0-9]*\Z", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"\s")
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ -]?[A-Za-z0-9])")

_BSN_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)

_IBAN_LENGTHS: Final[dict[str, int]] = {
    country: int(length)
    for length, countries in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FK FO GL NL SD",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HN HU LB NI PL SV",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "32": "LC",
        "33": "RU",
    }.items()
    for country in countries.split()
}
"""ISO 13616 registry: the length of an IBAN by country, used to find one inside a text."""

_IBANS: Final = {
    country: re.compile(rf"[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){{{length - 1}}}(?![A-Za-z0-9])")
    for country, length in _IBAN_LENGTHS.items()
}


def looks_personal(text: str) -> bool:
    """True when a text holds something that looks like an e-mail address, phone, IBAN or BSN."""
    if not _is_suspect(text):
        return False
    text = _UUID.sub(" ", text)
    return (
        _EMAIL.search(text) is not None
        or _PHONE.search(text) is not None
        or _holds_bsn(text)
        or any(_is_iban(text, found.start()) for found in _IBAN_START.finditer(text))
    )


def _is_suspect(text: str) -> bool:
    """Whether one of the patterns could match at all: none does without an @ or seven digits."""
    return "@" in text or (len(text) >= _FEWEST_DIGITS and _SUSPECT.search(text) is not None)


def find_leak(data: dict[str, Any], members: tuple[str, ...]) -> str | None:
    """The pointer below `data` of the first fact among `members` that looks personal, or None."""
    for member in members:
        value = data.get(member)
        if value is None or isinstance(value, int):  # a number instead of a code is no text
            continue
        if isinstance(value, str) and not _is_suspect(value):
            continue
        below = _leak_in(value)
        if below is not None:
            return f"/{member}{below}"
    return None


def _leak_in(value: Any) -> str | None:
    """The pointer below one fact; it stops at a map, whose keys are the sender's words."""
    if isinstance(value, str):
        return "" if looks_personal(value) else None
    if isinstance(value, dict):
        return "" if any(_holds_leak(item) for item in value.values()) else None
    for place, item in enumerate(value):
        if isinstance(item, str):
            if looks_personal(item):
                return f"/{place}"
        else:
            for name, text in item.items():
                if looks_personal(text):
                    return f"/{place}/{name}"
    return None


def _holds_leak(item: str | dict[str, str]) -> bool:
    """True when a value of a map, or one of its members, looks personal."""
    return any(map(looks_personal, (item,) if isinstance(item, str) else item.values()))


def _holds_bsn(text: str) -> bool:
    """True when a number passes the eleven test, unless it is a part of a longer reference.

    One in eleven numbers passes: in a code such as `ORD-123456782` it is a coincidence.
    """
    found = list(_BSN.finditer(text))
    if not found:
        return False
    if found[0][0] != text and _WHITE_SPACE.search(text) is None:
        found = _named(text, found)
    return any(_passes_eleven(re.sub("[. ]", "", number[0])) for number in found)


def _named(text: str, found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Those numbers that directly follow the word BSN.

    Each is looked for only after the number before it, whose digits the word could not reach across:
    so all searches together read the text once.
    """
    ends = [0, *(number.end() for number in found)]
    return [
        number
        for end, number in zip(ends, found, strict=False)
        if _NAMED.search(text, end, number.start())
    ]


def _passes_eleven(digits: str) -> bool:
    """The eleven test of a BSN."""
    total = sum(weight * int(digit) for weight, digit in zip(_BSN_WEIGHTS, digits, strict=True))
    return total % 11 == 0


def _is_iban(text: str, start: int) -> bool:
    """True when an IBAN of its country's length starts here, grouped by blanks or hyphens or not."""
    pattern = _IBANS.get(text[start : start + 2].upper())
    found = pattern.match(text, start) if pattern else None
    if found is None:
        return False
    return has_iban_check_digits(re.sub("[ -]", "", found[0]).upper())
