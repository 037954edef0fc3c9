"""The register of processing activities (GDPR Art. 30)."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from schemas.event_type import ACTIVITY, EventType
from schemas.events.disclosure import RecipientKind
from schemas.facts import Facts
from schemas.formats import Code, Country, LegalBasis, RuleId, Text
from schemas.personal import ByCategory, DataCategory


class Purpose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One purpose of an activity with its legal basis."""

    purpose: Code
    legal_basis: LegalBasis
    provision: RuleId | UnsetType = UNSET


class ProcessingActivityDeclared(Facts, frozen=True, kw_only=True):
    """A processing activity was entered into the register."""

    name: Text
    purposes: list[Purpose]
    subject_categories: list[Text]
    data_categories: list[DataCategory]
    recipient_kinds: list[RecipientKind]
    countries: list[Country]
    retention: ByCategory[RuleId]
    security_measures: list[Text]
    role: Literal["controller", "joint-controller", "processor"]
    owner: Text


class ProcessingActivityChanged(ProcessingActivityDeclared, frozen=True, kw_only=True):
    """A processing activity's entry in the register was replaced."""


class ProcessingActivityRetired(Facts, frozen=True, kw_only=True):
    """A processing activity came to its end."""

    reason: Code


TYPES = (
    EventType(
        "processing-activity-declared",
        ProcessingActivityDeclared,
        ACTIVITY,
        "Art. 30",
        topics=("register",),
    ),
    EventType(
        "processing-activity-changed",
        ProcessingActivityChanged,
        ACTIVITY,
        "Art. 30",
        topics=("register",),
    ),
    EventType(
        "processing-activity-retired",
        ProcessingActivityRetired,
        ACTIVITY,
        "Art. 30",
        topics=("register",),
    ),
)
