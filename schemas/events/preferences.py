"""Preferences beside consent: cookies, marketing, permissions of the app, caller id, directory."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas import names
from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Gpc, TcfPurposes, TcText

Count = Annotated[int, Meta(ge=0, le=2**53 - 1, description="How many.")]


class CookiePreferenceRecorded(PersonFacts, frozen=True, kw_only=True):
    """A visitor chose cookies; `gpc` is the browser's signal not to sell or share."""

    functional: bool
    analytical: bool
    gpc: bool
    text_version: Code
    method: Code | UnsetType = UNSET
    tc_string: TcText | UnsetType = UNSET
    tcf_purposes: TcfPurposes | UnsetType = UNSET


class MarketingObjectionRecorded(PersonFacts, frozen=True, kw_only=True):
    """The person objected to marketing by a channel (GDPR Art. 21(2))."""

    channel: Code
    gpc: Gpc | UnsetType = UNSET


class MarketingMessageSent(PersonFacts, frozen=True, kw_only=True):
    """A marketing message was sent."""

    channel: Code
    campaign: Code
    purpose: Code


class _Permission(PersonFacts, frozen=True, kw_only=True):
    permission: Literal["contacts", "microphone", "speaker", "camera"]
    app_version: Code


class AppPermissionGranted(_Permission, frozen=True, kw_only=True):
    """The app was allowed to use a part of the device."""


class AppPermissionDenied(_Permission, frozen=True, kw_only=True):
    """The app was not allowed to use a part of the device."""


class AppPermissionRevoked(_Permission, frozen=True, kw_only=True):
    """The app may no longer use a part of the device."""


class ContactListUploaded(PersonFacts, frozen=True, kw_only=True):
    """The app sent the contacts of a device: only their number is known here."""

    count: Count


class ContactListPurged(PersonFacts, frozen=True, kw_only=True):
    """Contacts that the app had sent were deleted."""

    count: Count


class CallerIdBlockingChanged(PersonFacts, frozen=True, kw_only=True):
    """The caller's number is, or is no longer, withheld."""

    blocked: bool


class DirectoryListingChanged(PersonFacts, frozen=True, kw_only=True):
    """The person is, or is no longer, listed in directories, and for what."""

    listed: bool
    purposes: list[Code]
    channel: Code | UnsetType = UNSET


TYPES = (
    EventType(names.COOKIE_PREFERENCE_RECORDED, CookiePreferenceRecorded, PERSON, "3.1"),
    EventType(names.MARKETING_OBJECTION_RECORDED, MarketingObjectionRecorded, PERSON, "8"),
    EventType(names.MARKETING_MESSAGE_SENT, MarketingMessageSent, PERSON, "1"),
    EventType(names.APP_PERMISSION_GRANTED, AppPermissionGranted, PERSON, "2.3"),
    EventType(names.APP_PERMISSION_DENIED, AppPermissionDenied, PERSON, "2.3"),
    EventType(names.APP_PERMISSION_REVOKED, AppPermissionRevoked, PERSON, "2.3"),
    EventType(names.CONTACT_LIST_UPLOADED, ContactListUploaded, PERSON, "2.3"),
    EventType(names.CONTACT_LIST_PURGED, ContactListPurged, PERSON, "2.3"),
    EventType(names.CALLER_ID_BLOCKING_CHANGED, CallerIdBlockingChanged, PERSON, "3.1"),
    EventType(names.DIRECTORY_LISTING_CHANGED, DirectoryListingChanged, PERSON, "Tw 11.6"),
)
