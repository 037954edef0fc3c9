"""References to subjects: `customer/10023`, `recipient/police-nl`, and the kinds they have.

Owns the grammar of `subject` and of facts that name a subject in full.
"""

import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal[
    "customer",
    "contact",
    "visitor",
    "employee",
    "recipient",
    "activity",
    "role",
    "system",
    "measure",
    "breach",
    "notice",
]

PERSONS: frozenset[Kind] = frozenset({"customer", "contact", "visitor", "employee"})
"""Kinds whose subject is a natural person's account, contact, visit or employment."""

OUTSIDERS: frozenset[Kind] = frozenset({"customer", "contact", "visitor"})
"""Persons about whom an event must name its processing activity and legal basis."""

ANY_KIND: frozenset[Kind] = PERSONS | {
    "recipient",
    "activity",
    "role",
    "system",
    "measure",
    "breach",
    "notice",
}

PART = r"[A-Za-z0-9._:-]{1,128}"
_ENTRIES = r"(visitor|employee|recipient|activity|role|system|measure|breach|notice)"
SUBJECT = rf"^(?:customer/{PART}(/contact/{PART})?|{_ENTRIES}/{PART})\Z"

_SUBJECT = re.compile(SUBJECT)


def pattern_of(kinds: Iterable[Kind]) -> str:
    """The pattern of the subjects of some kinds, in a fixed order."""
    forms = [
        f"customer/{PART}/contact/{PART}" if kind == "contact" else f"{kind}/{PART}"
        for kind in sorted(kinds)
    ]
    return rf"^(?:{'|'.join(forms)})\Z"


def kind_of(subject: str) -> Kind | None:
    """The kind of a subject reference; None when the text is no reference."""
    found = _SUBJECT.match(subject)
    if found is None:
        return None
    if found[2] is not None:
        return found[2]  # type: ignore[return-value]
    return "customer" if found[1] is None else "contact"


def is_person(subject: str) -> bool:
    """True for customer/…, customer/…/contact/…, visitor/… and employee/… references."""
    return kind_of(subject) in PERSONS
