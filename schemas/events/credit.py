"""Credit checks, collection, misuse, fraud, disputes and legal holds (§ 3.1, 4)."""

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas import names
from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Employee, LastDay, Text
from schemas.personal import DataCategory, Remarks


class CreditCheckRequested(PersonFacts, frozen=True, kw_only=True):
    """A credit check was asked for: only for a new customer or a large order."""

    reason: Literal["new-customer", "large-order"]


class CreditCheckResultReceived(PersonFacts, frozen=True, kw_only=True):
    """A credit check came back."""

    outcome: Code
    automated: bool


class AutomatedDecisionMade(PersonFacts, frozen=True, kw_only=True):
    """A decision was made without a human (GDPR Art. 22); `logic_ref` names its logic.

    `logic`, `consequences`: texts for the person, about how it is made and what it brings about.
    """

    decision: Code
    logic_ref: Code
    logic: Text | UnsetType = UNSET
    consequences: Text | UnsetType = UNSET


class HumanReviewCompleted(PersonFacts, frozen=True, kw_only=True):
    """A human looked at an automated decision again; `reviewer` is who did."""

    outcome: Code
    reviewer: Employee | UnsetType = UNSET
    request_ref: Code | UnsetType = UNSET


class PaymentDefaultRecorded(PersonFacts, frozen=True, kw_only=True):
    """An invoice was not paid in time."""

    invoice_ref: Code


class CollectionNoticeSent(PersonFacts, frozen=True, kw_only=True):
    """The person was told that a claim goes to collection unless it is paid by the deadline."""

    invoice_ref: Code
    deadline: LastDay


class CollectionClosed(PersonFacts, frozen=True, kw_only=True):
    """The collection of a claim came to its end."""

    invoice_ref: Code
    outcome: Code


class MisuseSuspected(PersonFacts, frozen=True, kw_only=True):
    """Misuse of the person's data or login is suspected."""

    case_ref: Code
    data_kinds: list[Code]


class CustomerWarned(PersonFacts, frozen=True, kw_only=True):
    """The person was warned of suspected misuse."""

    case_ref: Code
    channel: Code


class MisuseResolved(PersonFacts, frozen=True, kw_only=True):
    """A case of suspected misuse was closed."""

    case_ref: Code
    outcome: Code


class FraudSignalRecorded(PersonFacts, frozen=True, kw_only=True):
    """A signal of fraud was recorded; its content is a restricted value."""

    case_ref: Code


class _Dispute(PersonFacts, frozen=True, kw_only=True):
    case_ref: Code
    forum: Code


class DisputeOpened(_Dispute, frozen=True, kw_only=True):
    """A dispute began; what proves it is kept until it is closed."""


class DisputeClosed(_Dispute, frozen=True, kw_only=True):
    """A dispute came to its end."""

    outcome: Code | UnsetType = UNSET


class _LegalHold(PersonFacts, frozen=True, kw_only=True):
    hold_ref: Code
    categories: list[DataCategory]  # required here
    ground: Code
    review_on: LastDay
    remarks: Remarks | UnsetType = UNSET


class LegalHoldPlaced(_LegalHold, frozen=True, kw_only=True):
    """Data of the listed categories is kept, whatever period ends, until the hold is released.

    `remarks`: free remarks about the person are held, too.
    """

    owner: Code | UnsetType = UNSET


class LegalHoldReviewed(_LegalHold, frozen=True, kw_only=True):
    """A legal hold was looked at again and goes on."""

    owner: Code | UnsetType = UNSET


class LegalHoldReleased(_LegalHold, frozen=True, kw_only=True):
    """A legal hold was released."""


TYPES = (
    EventType(names.CREDIT_CHECK_REQUESTED, CreditCheckRequested, PERSON, "3.1"),
    EventType(names.CREDIT_CHECK_RESULT_RECEIVED, CreditCheckResultReceived, PERSON, "3.1"),
    EventType(names.AUTOMATED_DECISION_MADE, AutomatedDecisionMade, PERSON, "Art. 22"),
    EventType(names.HUMAN_REVIEW_COMPLETED, HumanReviewCompleted, PERSON, "Art. 22"),
    EventType(names.PAYMENT_DEFAULT_RECORDED, PaymentDefaultRecorded, PERSON, "3.1"),
    EventType(names.COLLECTION_NOTICE_SENT, CollectionNoticeSent, PERSON, "3.1"),
    EventType(names.COLLECTION_CLOSED, CollectionClosed, PERSON, "3.1"),
    EventType(names.MISUSE_SUSPECTED, MisuseSuspected, PERSON, "4.4"),
    EventType(names.CUSTOMER_WARNED, CustomerWarned, PERSON, "4.4"),
    EventType(names.MISUSE_RESOLVED, MisuseResolved, PERSON, "4.4"),
    EventType(names.FRAUD_SIGNAL_RECORDED, FraudSignalRecorded, PERSON, "4.3"),
    EventType(names.DISPUTE_OPENED, DisputeOpened, PERSON, "3.1"),
    EventType(names.DISPUTE_CLOSED, DisputeClosed, PERSON, "3.1"),
    EventType(names.LEGAL_HOLD_PLACED, LegalHoldPlaced, PERSON, "3.1"),
    EventType(names.LEGAL_HOLD_REVIEWED, LegalHoldReviewed, PERSON, "3.1"),
    EventType(names.LEGAL_HOLD_RELEASED, LegalHoldReleased, PERSON, "3.1"),
)
