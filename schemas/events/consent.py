"""Consent (§ 1, 3.1, 7)."""

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Instant

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


class ConsentGiven(PersonFacts, frozen=True, kw_only=True):
    """The person agreed to a purpose; `valid_until` is exclusive."""

    purpose: Purpose
    text_version: Code
    method: Code
    channel: Code
    valid_until: Instant | UnsetType = UNSET


class ConsentWithdrawn(PersonFacts, frozen=True, kw_only=True):
    """The person took back the consent to a purpose."""

    purpose: Purpose
    channel: Code


TYPES = (
    EventType("consent-given", ConsentGiven, PERSON, "1, 3.1, 7"),
    EventType("consent-withdrawn", ConsentWithdrawn, PERSON, "7"),
)
