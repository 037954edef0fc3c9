"""What an activity declares in the register, as its events say it (GDPR Art. 30)."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from application.answer import Answer
from schemas.encoding import JsonValue


class DeclaredPurpose(Answer, frozen=True):
    """One purpose of an activity with its legal basis."""

    purpose: str
    legal_basis: str
    provision: str | UnsetType = UNSET


class Safeguard(Answer, frozen=True):
    """On what a transfer to a third country rests, and which document says so."""

    country: str
    mechanism: str
    document: str | UnsetType = UNSET


class Declaration(Answer, frozen=True, kw_only=True):
    """An entry in the register. `retention`: by category the rule that was declared.

    For a processor: `on_behalf_of` whom, and which kinds of `processing`.
    """

    name: str
    purposes: list[DeclaredPurpose]
    subject_categories: list[str]
    data_categories: list[str]
    recipient_kinds: list[str]
    countries: list[str]
    retention: dict[str, str]
    security_measures: list[str]
    role: str
    owner: str
    description: str | UnsetType = UNSET
    joint_controllers: list[str] | UnsetType = UNSET
    on_behalf_of: list[str] | UnsetType = UNSET
    processing: list[str] | UnsetType = UNSET
    safeguards: list[Safeguard] | UnsetType = UNSET


def declaration(facts: Mapping[str, JsonValue] | None) -> Declaration | None:
    """The declaration of an event's facts; None: the activity was never declared."""
    return None if facts is None else msgspec.convert(facts, Declaration)


UNDECLARED = Declaration(
    name="",
    purposes=[],
    subject_categories=[],
    data_categories=[],
    recipient_kinds=[],
    countries=[],
    retention={},
    security_measures=[],
    role="",
    owner="",
)
"""The empty declaration, for an activity that was never declared."""
