"""What says whom an order is about: numbers, addresses and names, as personal fields, which are sealed."""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from documents.order_forms.filled import Part
from schemas.encoding import JsonValue
from schemas.formats import E164, EMAIL
from schemas.references import is_person

OTHER = "other_identifier"
"""The field of what says whom it is about in a way that the ledger has no field for."""

_ABOUT = ("customer/", "visitor/")
_BETWEEN_DIGITS = re.compile(r"[ .()/-]")


def number_of(text: str) -> str:
    """A telephone number without what people write between digits; `00` is the `+` of another country."""
    digits = _BETWEEN_DIGITS.sub("", text)
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _same(text: str) -> str:
    return text.strip()


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


_IDENTIFIERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "phone": ("assigned_numbers", number_of),
    "email": ("email", _same),
    "ip_address": ("ip_address", _same),
    "device": ("device_id", _same),
    "user": ("login_name", _same),
    "person_name": ("name", _same),
    "company_name": ("company_name", _same),
    OTHER: ("remark", _same),
}
"""Field of a form -> personal field, and how its value is written there."""

_FORMATS: dict[str, tuple[str, Callable[[str], object]]] = {
    "phone": ("number-format", re.compile(E164).match),
    "email": ("email-format", re.compile(EMAIL).match),
    "ip_address": ("ip-format", _is_ip),
}


def personal_of(part: Part) -> dict[str, JsonValue]:
    """The personal values of a section; one value alone, several as a list."""
    found: dict[str, JsonValue] = {}
    for name, (field, written) in _IDENTIFIERS.items():
        values = [written(value) for value in part.all(name)]
        if values:
            found[field] = values[0] if len(values) == 1 else [*values]
    return found


def identifier_problems(part: Part) -> Iterator[tuple[str, str]]:
    """Code and field of each thing that is wrong with what identifies the person."""
    if not any(part.all(name) for name in ("subject", *_IDENTIFIERS)):
        yield "identifier-missing", ""
    subject = part.one("subject")
    if subject and not (subject.startswith(_ABOUT) and is_person(subject)):
        yield "subject-format", "subject"
    for name, (code, fits) in _FORMATS.items():
        written = _IDENTIFIERS[name][1]
        if any(value.strip() and not fits(written(value)) for value in part.all(name)):
            yield code, name
