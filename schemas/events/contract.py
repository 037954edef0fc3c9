"""Orders, contracts, services, invoices, the portal and the privacy notice (§ 1, 2.1, 3.1, 7, 9)."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas import names
from schemas.event_type import ACCOUNT, NOTICE, PERSON, EventType
from schemas.facts import Facts, PersonFacts
from schemas.formats import OPEN, Code, Customer, Day, Id, Sha256
from schemas.personal import DataCategory


class OrderPlaced(PersonFacts, frozen=True, kw_only=True):
    """A customer ordered services; a large order may be checked for credit.

    `carries_over`: of somebody who had left, the categories whose values go on in the new relationship.
    """

    order_ref: Code
    services: list[Code]
    large_order: bool
    carries_over: list[DataCategory] | UnsetType = UNSET


class ContractConcluded(PersonFacts, frozen=True, kw_only=True):
    """A contract began. `carries_over`: as of `order-placed`."""

    contract_ref: Code
    services: list[Code] | UnsetType = UNSET
    carries_over: list[DataCategory] | UnsetType = UNSET


class ContractChanged(PersonFacts, frozen=True, kw_only=True):
    """A contract was changed."""

    contract_ref: Code
    services: list[Code] | UnsetType = UNSET


class ContractEnded(PersonFacts, frozen=True, kw_only=True):
    """A contract came to its end; periods of retention start here."""

    contract_ref: Code
    reason: Code | UnsetType = UNSET


class ContractTakenOver(PersonFacts, frozen=True, kw_only=True):
    """A contract went from one customer to another, with whom it runs; each has an event of its own."""

    contract_ref: Code
    from_customer: Customer
    to_customer: Customer


class _ServiceFacts(PersonFacts, frozen=True, kw_only=True):
    service: Code
    contract_ref: Code


class ServiceActivated(_ServiceFacts, frozen=True, kw_only=True):
    """A service was switched on."""


class ServiceExtended(_ServiceFacts, frozen=True, kw_only=True):
    """A service was prolonged or enlarged."""


class ServiceBlocked(_ServiceFacts, frozen=True, kw_only=True):
    """A service was blocked for a time."""

    reason: Code | UnsetType = UNSET


class ServiceUnblocked(_ServiceFacts, frozen=True, kw_only=True):
    """A blocked service works again."""

    reason: Code | UnsetType = UNSET


class ServiceDeactivated(_ServiceFacts, frozen=True, kw_only=True):
    """A service was switched off."""

    reason: Code | UnsetType = UNSET


class EquipmentShipped(PersonFacts, frozen=True, kw_only=True):
    """Equipment was sent; the carrier received what it needs for that."""

    order_ref: Code
    recipient: Id


class InvoiceSent(PersonFacts, frozen=True, kw_only=True):
    """An invoice was sent."""

    channel: Code
    reference: Code


class ServiceMessageSent(PersonFacts, frozen=True, kw_only=True):
    """A message about the service was sent, which is no marketing."""

    channel: Code
    reference: Code


class PortalAccountOpened(PersonFacts, frozen=True, kw_only=True):
    """The person can see and change data in the portal."""


class PortalAccountClosed(PersonFacts, frozen=True, kw_only=True):
    """The person's access to the portal ended."""

    reason: Code | UnsetType = UNSET


_Claimed = Annotated[str, Meta(max_length=256, extra={OPEN: True})]


class Claim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a clause of a notice says, as data: `claim` names the statement, `value` says it."""

    clause: Code
    claim: Code
    value: _Claimed


Claims = list[Claim] | dict[str, _Claimed]


class PrivacyNoticePublished(Facts, frozen=True, kw_only=True):
    """A version of the privacy notice took effect; `claims` holds what it promises."""

    version: Code
    sha256: Sha256
    effective_from: Day
    claims: Claims


class PrivacyNoticeProvided(PersonFacts, frozen=True, kw_only=True):
    """A person was given the privacy notice (GDPR Art. 13 or 14). `language`: that they read."""

    version: Code
    channel: Code
    article: Literal["13", "14"]
    language: Code | UnsetType = UNSET


TYPES = (
    EventType(names.ORDER_PLACED, OrderPlaced, ACCOUNT, "2.1"),
    EventType(names.CONTRACT_CONCLUDED, ContractConcluded, ACCOUNT, "3.1"),
    EventType(names.CONTRACT_CHANGED, ContractChanged, ACCOUNT, "3.1"),
    EventType(names.CONTRACT_ENDED, ContractEnded, ACCOUNT, "3.1"),
    EventType(
        names.CONTRACT_TAKEN_OVER,
        ContractTakenOver,
        ACCOUNT,
        "9",
        references=("from_customer", "to_customer"),
    ),
    EventType(names.SERVICE_ACTIVATED, ServiceActivated, ACCOUNT, "3.1"),
    EventType(names.SERVICE_EXTENDED, ServiceExtended, ACCOUNT, "3.1"),
    EventType(names.SERVICE_BLOCKED, ServiceBlocked, ACCOUNT, "3.1"),
    EventType(names.SERVICE_UNBLOCKED, ServiceUnblocked, ACCOUNT, "3.1"),
    EventType(names.SERVICE_DEACTIVATED, ServiceDeactivated, ACCOUNT, "3.1"),
    EventType(names.EQUIPMENT_SHIPPED, EquipmentShipped, ACCOUNT, "3.1"),
    EventType(names.INVOICE_SENT, InvoiceSent, PERSON, "3.1"),
    EventType(names.SERVICE_MESSAGE_SENT, ServiceMessageSent, PERSON, "3.1"),
    EventType(names.PORTAL_ACCOUNT_OPENED, PortalAccountOpened, PERSON, "7"),
    EventType(names.PORTAL_ACCOUNT_CLOSED, PortalAccountClosed, PERSON, "7"),
    EventType(
        names.PRIVACY_NOTICE_PUBLISHED, PrivacyNoticePublished, NOTICE, "1", topics=("register",)
    ),
    EventType(names.PRIVACY_NOTICE_PROVIDED, PrivacyNoticeProvided, PERSON, "1"),
)
