"""Customers and contracts (§ 2, 3.1, 7, 8)."""

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas import names
from schemas.event_type import ACCOUNT, CONTACT, PERSON, EventType
from schemas.events.rights import Capacity
from schemas.facts import PersonFacts
from schemas.formats import Code, Customer, Id
from schemas.personal import DataCategory, FieldName


class CustomerRegistered(PersonFacts, frozen=True, kw_only=True):
    """A customer account was opened; it starts a data subject."""

    customer_kind: Literal["consumer", "sole-trader", "partnership", "legal-entity"]
    channel: Code
    notice_version: Code


class CustomerMerged(PersonFacts, frozen=True, kw_only=True):
    """The account ended, since the same customer has another one. What is held stays under this one."""

    into_customer: Customer


class CustomerDeceased(PersonFacts, frozen=True, kw_only=True):
    """The house heard that a customer died: the account is inactive, and no consent counts any more."""

    reported_by: Code


class RepresentativeRecorded(PersonFacts, frozen=True, kw_only=True):
    """Somebody showed that they may act for a person. `mandate_ref`: of the document that shows it."""

    representative_ref: Code
    capacity: Capacity
    mandate_ref: Code | UnsetType = UNSET


class RepresentativeEnded(PersonFacts, frozen=True, kw_only=True):
    """Somebody no longer acts for a person."""

    representative_ref: Code
    capacity: Capacity


class PersonalDataCollected(PersonFacts, frozen=True, kw_only=True):
    """Personal data was obtained; `from_recipient` names the third party it came from.

    `origin`: `own-record` is what the house noted itself, `unknown` says that the house does not know it.
    """

    origin: Literal[
        "customer",
        "portal",
        "app",
        "device",
        "cookie",
        "third-party",
        "network",
        "own-record",
        "unknown",
    ]
    channel: Code
    necessity: Literal["mandatory", "optional"]
    notice_version: Code
    from_recipient: Id | UnsetType = UNSET


class PersonalDataCorrected(PersonFacts, frozen=True, kw_only=True):
    """Values were replaced by better ones; `request_ref` when a rights request asked for it."""

    fields: list[FieldName]
    requested_by: Literal["subject", "helpdesk", "system"]
    reason: Code
    request_ref: Code | UnsetType = UNSET


class PersonalDataRemoved(PersonFacts, frozen=True, kw_only=True):
    """Single values were removed; the keys of their categories stay."""

    fields: list[FieldName]
    requested_by: Literal["subject", "helpdesk", "system"]


class DataConfirmed(PersonFacts, frozen=True, kw_only=True):
    """What was known before was confirmed: values of these categories go on in the relationship that runs."""

    categories: list[DataCategory]  # required here


class ContactPersonAdded(PersonFacts, frozen=True, kw_only=True):
    """A contact person of a customer became known; the subject is that person."""

    customer: Customer


class ContactPersonRemoved(PersonFacts, frozen=True, kw_only=True):
    """A contact person no longer acts for the customer; the subject is that person."""

    customer: Customer


class AccountDeactivated(PersonFacts, frozen=True, kw_only=True):
    """The account went inactive: no product information from here on."""

    reason: Code


class AccountReactivated(PersonFacts, frozen=True, kw_only=True):
    """The account is active again; withdrawn consents stay withdrawn.

    `carries_over`: the categories whose values go on; without it all of them do.
    """

    reason: Code
    carries_over: list[DataCategory] | UnsetType = UNSET


TYPES = (
    EventType(names.CUSTOMER_REGISTERED, CustomerRegistered, ACCOUNT, "2.1"),
    EventType(names.CUSTOMER_MERGED, CustomerMerged, ACCOUNT, "2.1", references=("into_customer",)),
    EventType(names.CUSTOMER_DECEASED, CustomerDeceased, ACCOUNT, "2.1"),
    EventType(names.REPRESENTATIVE_RECORDED, RepresentativeRecorded, PERSON, "7"),
    EventType(names.REPRESENTATIVE_ENDED, RepresentativeEnded, PERSON, "7"),
    EventType(names.PERSONAL_DATA_COLLECTED, PersonalDataCollected, PERSON, "2.1-2.3"),
    EventType(names.PERSONAL_DATA_CORRECTED, PersonalDataCorrected, PERSON, "7, 8"),
    EventType(names.PERSONAL_DATA_REMOVED, PersonalDataRemoved, PERSON, "7"),
    EventType(names.DATA_CONFIRMED, DataConfirmed, PERSON, "3.1"),
    EventType(
        names.CONTACT_PERSON_ADDED, ContactPersonAdded, CONTACT, "2.1", references=("customer",)
    ),
    EventType(
        names.CONTACT_PERSON_REMOVED, ContactPersonRemoved, CONTACT, "2.1", references=("customer",)
    ),
    EventType(names.ACCOUNT_DEACTIVATED, AccountDeactivated, ACCOUNT, "3.1"),
    EventType(names.ACCOUNT_REACTIVATED, AccountReactivated, ACCOUNT, "3.1"),
)
