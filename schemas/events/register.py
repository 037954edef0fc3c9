"""The register of processing activities (GDPR Art. 30)."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from schemas import names
from schemas.event_type import ACTIVITY, ANY, MEASURE, SYSTEM, EventType
from schemas.events.disclosure import RecipientKind
from schemas.facts import Facts
from schemas.formats import Code, Country, Day, LegalBasis, RuleId, Source, Text
from schemas.personal import ByCategory, DataCategory


class Purpose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One purpose of an activity with its legal basis."""

    purpose: Code
    legal_basis: LegalBasis
    provision: RuleId | UnsetType = UNSET


class Safeguard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On what a transfer to a third country rests, and which document says so (Art. 30(1)(e))."""

    country: Country
    mechanism: Code
    document: Code | UnsetType = UNSET


class ProcessingActivityDeclared(Facts, frozen=True, kw_only=True):
    """A processing activity was entered into the register.

    For a processor (Art. 30(2)): `on_behalf_of` whom, with their address, and which kinds of `processing`.
    """

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
    description: Text | UnsetType = UNSET
    joint_controllers: list[Text] | UnsetType = UNSET
    on_behalf_of: list[Text] | UnsetType = UNSET
    processing: list[Code] | UnsetType = UNSET
    safeguards: list[Safeguard] | UnsetType = UNSET


class ProcessingActivityChanged(ProcessingActivityDeclared, frozen=True, kw_only=True):
    """A processing activity's entry in the register was replaced."""


class ProcessingActivityRetired(Facts, frozen=True, kw_only=True):
    """A processing activity came to its end."""

    reason: Code


class SystemRegistered(Facts, frozen=True, kw_only=True):
    """A system that sends events, or holds personal data, became known.

    What its sources may send, where that is enforced: `types` by short name, about `subject_kinds`, `through`
    topics, or `file`, or `file:` and a label.
    """

    name: Text | UnsetType = UNSET
    owner: Text | UnsetType = UNSET
    sources: list[Source] | UnsetType = UNSET
    types: list[Code] | UnsetType = UNSET
    subject_kinds: list[Code] | UnsetType = UNSET
    through: list[Source] | UnsetType = UNSET


class SecurityMeasureAdopted(Facts, frozen=True, kw_only=True):
    """A security measure is in place from here on (Art. 32)."""

    name: Text | UnsetType = UNSET
    owner: Text | UnsetType = UNSET


class SecurityMeasureRetired(Facts, frozen=True, kw_only=True):
    """A security measure is no longer in place."""

    reason: Code | UnsetType = UNSET


class DpiaLinked(Facts, frozen=True, kw_only=True):
    """An impact assessment was made for a processing activity (Art. 35)."""

    dpia_ref: Code | UnsetType = UNSET
    assessed_on: Day | UnsetType = UNSET
    outcome: Code | UnsetType = UNSET


class CodesDeclared(Facts, frozen=True, kw_only=True):
    """The house declared codes ordinary: they say nothing of an investigation."""

    codes: list[Code]
    reason: Code | UnsetType = UNSET


TYPES = (
    EventType(
        names.PROCESSING_ACTIVITY_DECLARED,
        ProcessingActivityDeclared,
        ACTIVITY,
        "Art. 30",
        topics=("register",),
    ),
    EventType(
        names.PROCESSING_ACTIVITY_CHANGED,
        ProcessingActivityChanged,
        ACTIVITY,
        "Art. 30",
        topics=("register",),
    ),
    EventType(
        names.PROCESSING_ACTIVITY_RETIRED,
        ProcessingActivityRetired,
        ACTIVITY,
        "Art. 30",
        topics=("register",),
    ),
    EventType(names.SYSTEM_REGISTERED, SystemRegistered, SYSTEM, "Art. 30", topics=("register",)),
    EventType(
        names.SECURITY_MEASURE_ADOPTED, SecurityMeasureAdopted, MEASURE, "4.1", topics=("register",)
    ),
    EventType(
        names.SECURITY_MEASURE_RETIRED, SecurityMeasureRetired, MEASURE, "4.1", topics=("register",)
    ),
    EventType(names.DPIA_LINKED, DpiaLinked, ACTIVITY, "Art. 35", topics=("register",)),
    EventType(names.CODES_DECLARED, CodesDeclared, ANY, "4.3", topics=("register",)),
)
