"""References to subjects: `customer/10023`, `recipient/police-nl`, and the kinds they have.

Owns the grammar of `subject` and of facts that name a subject in full.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

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

ANY_KIND: frozenset[Kind] = frozenset(get_args(Kind))

PART = r"[A-Za-z0-9._:-]{1,128}"


def _form(kind: Kind) -> str:
    """The pattern of one kind of reference, without ends."""
    return f"customer/{PART}/contact/{PART}" if kind == "contact" else f"{kind}/{PART}"


def pattern_of(kinds: Iterable[Kind]) -> str:
    """The pattern of the subjects of some kinds, in a fixed order."""
    return rf"^(?:{'|'.join(_form(kind) for kind in sorted(kinds))})\Z"


SUBJECT = pattern_of(ANY_KIND)
_SUBJECT = re.compile("|".join(f"(?P<{kind}>{_form(kind)}\\Z)" for kind in sorted(ANY_KIND)))


is_numbered = re.compile(r"customer/[0-9]{1,64}\Z").match
"""Whether a text is a customer with a number: as most subjects are."""


def kind_of(subject: str) -> Kind | None:
    """The kind of a subject reference; None for any other text."""
    if is_numbered(subject):
        return "customer"
    match = _SUBJECT.match(subject)
    return None if match is None else match.lastgroup  # type: ignore[return-value]


def is_person(subject: str) -> bool:
    """True for customer/…, customer/…/contact/…, visitor/… and employee/… references."""
    return kind_of(subject) in PERSONS
