"""Consent (§ 1, 3.1, 7)."""

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas import names
from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Gpc, Instant, TcfPurposes, TcText

Purpose = Literal[
    "newsletter",
    "product-information",
    "telemarketing",
    "analytics-cookies",
    "personalisation",
    "contacts-access",
    "location-services",
    "directory-listing",
]


class Evidenced(PersonFacts, frozen=True, kw_only=True):
    """What an act on a consent may show for itself."""

    gpc: Gpc | UnsetType = UNSET
    tc_string: TcText | UnsetType = UNSET
    tcf_purposes: TcfPurposes | UnsetType = UNSET


GivenBy = Literal["subject", "parent"]


class ConsentGiven(Evidenced, frozen=True, kw_only=True):
    """The person agreed to a purpose, or a parent for a child; `valid_until` is exclusive."""

    purpose: Purpose
    text_version: Code
    method: Code
    channel: Code
    valid_until: Instant | UnsetType = UNSET
    given_by: GivenBy | UnsetType = UNSET


class ConsentWithdrawn(Evidenced, frozen=True, kw_only=True):
    """The person took back the consent to a purpose."""

    purpose: Purpose
    channel: Code


class ConsentRefused(Evidenced, frozen=True, kw_only=True):
    """The person was asked for consent to a purpose and said no."""

    purpose: Purpose
    text_version: Code
    method: Code | UnsetType = UNSET
    channel: Code | UnsetType = UNSET
    reason: Code | UnsetType = UNSET


class ConsentRenewed(Evidenced, frozen=True, kw_only=True):
    """The person agreed to a purpose again, such as to a new text."""

    purpose: Purpose
    text_version: Code
    method: Code | UnsetType = UNSET
    channel: Code | UnsetType = UNSET
    valid_until: Instant | UnsetType = UNSET
    given_by: GivenBy | UnsetType = UNSET


class ConsentInvalidated(PersonFacts, frozen=True, kw_only=True):
    """A consent turned out not to be valid, such as for a defect of its text."""

    purpose: Purpose
    reason: Code
    text_version: Code | UnsetType = UNSET


TYPES = (
    EventType(names.CONSENT_GIVEN, ConsentGiven, PERSON, "1, 3.1, 7"),
    EventType(names.CONSENT_WITHDRAWN, ConsentWithdrawn, PERSON, "7"),
    EventType(names.CONSENT_REFUSED, ConsentRefused, PERSON, "1, 7"),
    EventType(names.CONSENT_RENEWED, ConsentRenewed, PERSON, "1, 7"),
    EventType(names.CONSENT_INVALIDATED, ConsentInvalidated, PERSON, "1"),
)
