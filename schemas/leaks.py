"""Personal data that slipped into a public place: e-mail addresses, phone numbers, IBANs and BSNs.

Facts, ids and names are stored in clear for ever, so they must not carry such a value. Values are recognised
as people read them: digits and dashes of any script, with or without separators. A *reference* (a `case_ref`,
a version) is a number of an administration: there nine digits alone do not count as a BSN. In an id they are
refused altogether, so that no BSN stands there. This module owns the kind of each place; `schemas.numbers`
owns the looks of a number.
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any, Final

from schemas.formats import has_iban_check_digits, is_uuid
from schemas.labels import beside
from schemas.lookalikes import plain
from schemas.numbers import holds_bare_number, holds_bsn, holds_phone, without_devices

_FEWEST_DIGITS: Final = 7
# None of the patterns could match without an @, a bracket or a character that stands for one, or this many
# digits. Read from the start only and never again: a search would begin at every digit.
_SUSPECT = re.compile(rf"[^@(\[{{%&]*+[@(\[{{%&]|(?:[^0-9]*+[0-9]){{{_FEWEST_DIGITS}}}").match
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
"""One in some thousands begins like an IBAN and passes its check."""

# One character before the @ is enough to know, and no part reaches across an @: the search is linear.
_EMAIL = re.compile(r"[^\s@]@[^\s@.]+\.[^\s@.]")
_AT = re.compile(r" ?[(\[{]at[)\]}] ?|%40|&#64;|&#x40;|&commat;", re.IGNORECASE)
_NAMED_AT = re.compile(
    r"[0-9a-z][._-]at[._-][0-9a-z.-]{1,64}\.(?:nl|com|net|org|eu|be|de|info|biz|io|app|dev|frl)\Z",
    re.IGNORECASE,
)
"""`jan_at_example.nl`, where an @ may not stand."""
_IBAN_START = re.compile(r"[A-Za-z]{2}[0-9]{2}(?=[-. _]?[A-Za-z0-9])")
_IBAN_MARKS = re.compile(r"[-. _]")
_DUTCH_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]{10}\Z")
_ADDRESS = re.compile(
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
    r"|[1-9][0-9]{3}(?!S[ADS])[A-Z]{2}[-._:]?[1-9][0-9]{0,4}[a-zA-Z]?"
    r"|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
    r"|(?=[0-9.]{0,14}[A-Fa-f])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"
    r"|[A-Za-z.-]{0,64}[A-Za-z]{3}(?:straat|laan|gracht|plein|singel|dreef|steeg|kade)[-._]?[1-9][0-9]{0,4}[a-zA-Z]?)\Z"
)
"""A machine by its number, a house by postcode or street with number, a device by its number."""

_PARTS = re.compile(r"[/:]")
_REFERENCES: Final = frozenset(
    {"annuls", "document", "ref", "reference", "sha256", "version", "disclosure_id"}
    | {"campaign", "report", "service", "services"}
)
_REFERENCE_ENDS: Final = ("_ref", "_version", "_root")

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
    country: re.compile(rf"[A-Za-z0-9](?:[-. _]?[A-Za-z0-9]){{{length - 1}}}(?![A-Za-z0-9])")
    for country, length in _IBAN_LENGTHS.items()
}


def looks_personal(text: str, *, reference: bool = False) -> bool:
    """True when a text holds something that looks like an e-mail address, phone, IBAN or BSN."""
    text = plain(text)
    if _SUSPECT(text) is None:
        return False
    return _holds_personal(text, reference, reference)


def _holds_personal(text: str, phone_reference: bool, bsn_reference: bool) -> bool:
    text = without_devices(_UUID.sub(" ", text))
    return (
        _holds_email(text)
        or holds_phone(text, reference=phone_reference)
        or holds_bsn(text, reference=bsn_reference)
        or any(_is_iban(text, match.start()) for match in _IBAN_START.finditer(text))
    )


@lru_cache(maxsize=4096)
def is_personal_id(text: str) -> bool:
    """True when an id, a name or a source in clear is, or holds, a value that may lead to a person.

    It is looked at as a reference, but telephone numbers count as in a text, and nine digits alone are
    refused whatever they are. Beyond that: addresses of machines and houses, where a whole part of the name
    is one.
    """
    text = plain(text)
    if _SUSPECT(text) is not None and (
        holds_bare_number(text) or _holds_personal(text, phone_reference=False, bsn_reference=True)
    ):
        return True
    parts = _PARTS.split(text)
    return _is_address(text) or any(map(_is_address, parts)) or any(map(_NAMED_AT.search, parts))


def _is_address(text: str) -> bool:
    if not _ADDRESS.match(text):
        return text.count(":") > 2 and _is_ip(IPv6Address, text)
    return text.count(".") != 3 or _is_ip(IPv4Address, text)


def _is_ip(kind: type[IPv4Address | IPv6Address], text: str) -> bool:
    try:
        kind(text)
    except AddressValueError:
        return False
    return True


def leak_of_envelope(message: dict[str, Any]) -> str | None:
    """The pointer of the first attribute of an event that is stored in clear and looks personal.

    `message`: with the envelope's shape. References to persons are stored under a pseudonym, so a subject
    is looked at only where it names something else.
    """
    if not is_harmless_id(message["id"]):
        return "/id"
    if is_personal_id(message["source"]):
        return "/source"
    if leak_of_subject(message["subject"]):
        return "/subject"
    for name in _LINKS:
        if _is_personal_link(message.get(name)):
            return f"/{name}"
    state = message.get("tracestate")
    if state and looks_personal(state.replace("=", " "), reference=True):
        return "/tracestate"
    return None


def leak_of_subject(subject: str) -> bool:
    """Whether the reference of a subject other than a person looks personal."""
    return not subject.startswith(_SEALED) and is_personal_id(subject.partition("/")[2])


def is_harmless_id(text: str) -> bool:
    """Whether an id leads to no person: for texts with the form of an id, the reverse of `is_personal_id`.

    Ids are counted on, and what is personal about a text with few digits does not depend on which they are.
    So it is asked for a text of ones, which is remembered.
    """
    if is_uuid(text) is not None:
        return True
    ones = text.translate(_ONES)
    if ones.count("1") < _FEWEST_DIGITS and not is_personal_id(ones):
        return True
    return not is_personal_id(text)


_ONES: Final = str.maketrans("0123456789", "1111111111")


def _is_personal_link(value: str | None) -> bool:
    return value is not None and not is_harmless_id(value)


_SEALED: Final = ("customer/", "visitor/", "employee/")
_LINKS: Final = ("correlationid", "causationid")


def find_leak(data: dict[str, Any], members: tuple[str, ...]) -> str | None:
    """The pointer below `data` of the first fact among `members` that looks personal, or None."""
    for member in members:
        value = data.get(member)
        if isinstance(value, str):
            if member in _NAMES:
                if is_personal_id(value):
                    return f"/{member}"
                continue
            if value in _HARMLESS or _is_harmless(value):
                continue
        elif value is None or isinstance(value, int):  # a number instead of a code is not a text
            continue
        below = _leak_in(member, value)
        if below is not None:
            return f"/{member}{below}"
    return None


# Codes come again and again. A text that no pattern could match is remembered, in any member.
_HARMLESS: Final[set[str]] = set()
_REMEMBERED: Final = 4_096
_LONGEST_REMEMBERED: Final = 64


def _is_harmless(text: str) -> bool:
    """Whether none of the patterns could match a fact; a short one is known again."""
    if not text.isascii() or _SUSPECT(text) is not None:
        return False
    if len(text) <= _LONGEST_REMEMBERED:
        if len(_HARMLESS) >= _REMEMBERED:
            _HARMLESS.clear()
        _HARMLESS.add(text)
    return True


def is_harmless_reference(text: str) -> bool:
    """Whether none of the patterns could match a reference. It comes once, so it is not remembered."""
    return text.isascii() and _SUSPECT(text) is None


def _leak_in(member: str, value: Any) -> str | None:
    """The pointer below one fact; it stops at a map, whose keys are the sender's words."""
    if isinstance(value, str):
        return "" if _is_leak(member, value) else None
    if isinstance(value, dict):
        words = any(_is_leak(member, word) for word in value)
        return "" if words or any(_holds_leak(member, item) for item in value.values()) else None
    for place, item in enumerate(value):
        below = _leak_of_item(member, item)
        if below is not None:
            return f"/{place}{below}"
    return None


def _leak_of_item(member: str, item: Any) -> str | None:
    """The pointer below one item of a list: a text, or an object of texts; None without a leak."""
    if isinstance(item, str):
        return "" if _is_leak(member, item) else None
    texts = ((name, text) for name, text in item.items() if isinstance(text, str))
    return next((f"/{name}" for name, text in texts if _is_leak(name, text)), None)


def _holds_leak(member: str, item: str | dict[str, str]) -> bool:
    """True when a value of a map, or one of its members, looks personal."""
    if isinstance(item, str):
        return _is_leak(member, item)
    return any(isinstance(text, str) and _is_leak(name, text) for name, text in item.items())


def _is_leak(member: str, text: str) -> bool:
    if member in _NAMES:
        return is_personal_id(text)
    is_reference = member in _REFERENCES or member.endswith(_REFERENCE_ENDS)
    return looks_personal(text, reference=is_reference)


_NAMES: Final = frozenset(
    {"activity", "activity_objected", "annuls_source", "from_recipient", "recipient", "sources"}
)
"""Facts that name something that the register knows, as `activity` does."""


def _holds_email(text: str) -> bool:
    return _EMAIL.search(text if "@" in text else _AT.sub("@", text)) is not None


def _is_iban(text: str, start: int) -> bool:
    """True when an IBAN of its country's length starts here, in groups or not."""
    pattern = _IBANS.get(text[start : start + 2].upper())
    match = pattern.match(text, start) if pattern else None
    if match is None:
        return False
    number = _IBAN_MARKS.sub("", match[0])
    if not has_iban_check_digits(number.upper()):
        return False
    return not text[start - 1 : start].isalnum() or _is_labelled(text, start, match.end(), number)


def _is_labelled(text: str, start: int, end: int, number: str) -> bool:
    """True for an IBAN that letters touch: they say what it is, or it has the form of a Dutch one."""
    near = beside(text, start, end)
    return near.iban or near.person or _DUTCH_IBAN.match(number) is not None
