"""Disclosures with rules of their own, and what is told about them (§ 3.1, 3.2, 6, 9; Tw 11.11)."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from schemas import names
from schemas.event_type import PERSON, RECIPIENT, EventType
from schemas.events.disclosure import RecipientKind
from schemas.facts import Facts, PersonFacts
from schemas.formats import Code, Country, Day, Id, LastDay
from schemas.personal import FieldName

_COUNT = Annotated[int, Meta(ge=0, le=2**53 - 1, description="How many.")]
_HASH = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9+/=_-]{32,128}\Z", description="A hash, in hex or base64.")
]
_HOURS = Annotated[int, Meta(ge=0, le=2**31 - 1, description="Hours.")]


class EmergencyCallDisclosed(PersonFacts, frozen=True, kw_only=True):
    """Number and location of an emergency call went to the emergency services (112)."""

    recipient: Id
    fields: list[FieldName]
    caller_id_blocked: bool


class MaliciousCallDataDisclosed(PersonFacts, frozen=True, kw_only=True):
    """A subscriber was told who made malicious calls (Tw 11.11)."""

    recipient: Id
    fields: list[FieldName]
    request_ref: Code


class BulkFeedDelivered(Facts, frozen=True, kw_only=True):
    """A feed about many persons was delivered; `merkle_root` commits to its salted records.

    `valid_for`: hours, or a code such as `24h`. `list_kept`: the ledger keeps whom it was about. Without
    `recipient_kind` it is that of the recipient's entry. `period_from`, `period_to`: what the data is about.
    """

    record_count: _COUNT
    merkle_root: _HASH
    valid_for: Code | _HOURS
    list_kept: bool | UnsetType = UNSET
    purpose: Code | UnsetType = UNSET
    recipient_kind: RecipientKind | UnsetType = UNSET
    period_from: Day | UnsetType = UNSET
    period_to: LastDay | UnsetType = UNSET


class _Porting(PersonFacts, frozen=True, kw_only=True):
    """`direction`: `in` when the number comes to us; by any other code it goes to the recipient."""

    direction: Code
    recipient: Id
    porting_ref: Code


class NumberPortingRequested(_Porting, frozen=True, kw_only=True):
    """It was asked that a number moves between providers."""


class NumberPortingPerformed(_Porting, frozen=True, kw_only=True):
    """A number moved between providers, and its data with it."""


class NumberPortingCancelled(_Porting, frozen=True, kw_only=True):
    """A number stays where it was."""

    reason: Code | UnsetType = UNSET


class DisclosureNoticeRequested(PersonFacts, frozen=True, kw_only=True):
    """The person asked to be told about a disclosure; `disclosure_id` is the id of its event."""

    disclosure_id: Id
    channel: Code | UnsetType = UNSET


class DisclosureNoticeGiven(PersonFacts, frozen=True, kw_only=True):
    """The person was told about a disclosure."""

    disclosure_id: Id
    channel: Code


class DisclosureNoticeWithheld(PersonFacts, frozen=True, kw_only=True):
    """The person was not told about a disclosure, on a ground."""

    disclosure_id: Id
    ground: Code


class RecipientNotified(PersonFacts, frozen=True, kw_only=True):
    """A recipient was told of a correction, an erasure or a restriction (GDPR Art. 19).

    Or it was not, since that was impossible or would take a disproportionate effort: `ground` says why.
    Without `categories` it is about all that was changed.
    """

    recipient: Id
    action: Code
    outcome: Code
    ground: Code | UnsetType = UNSET


class TransferAgreementRecorded(PersonFacts, frozen=True, kw_only=True):
    """The customer agreed to transfers to countries outside the EEA."""

    countries: list[Country]


class TransferAgreementEnded(PersonFacts, frozen=True, kw_only=True):
    """The customer's agreement to transfers ended."""

    countries: list[Country] | UnsetType = UNSET


TYPES = (
    EventType(names.EMERGENCY_CALL_DISCLOSED, EmergencyCallDisclosed, PERSON, "3.1"),
    EventType(names.MALICIOUS_CALL_DATA_DISCLOSED, MaliciousCallDataDisclosed, PERSON, "Tw 11.11"),
    EventType(names.BULK_FEED_DELIVERED, BulkFeedDelivered, RECIPIENT, "3.1"),
    EventType(names.NUMBER_PORTING_REQUESTED, NumberPortingRequested, PERSON, "9"),
    EventType(names.NUMBER_PORTING_PERFORMED, NumberPortingPerformed, PERSON, "9"),
    EventType(names.NUMBER_PORTING_CANCELLED, NumberPortingCancelled, PERSON, "9"),
    EventType(names.DISCLOSURE_NOTICE_REQUESTED, DisclosureNoticeRequested, PERSON, "6"),
    EventType(names.DISCLOSURE_NOTICE_GIVEN, DisclosureNoticeGiven, PERSON, "6"),
    EventType(names.DISCLOSURE_NOTICE_WITHHELD, DisclosureNoticeWithheld, PERSON, "6"),
    EventType(names.RECIPIENT_NOTIFIED, RecipientNotified, PERSON, "Art. 19"),
    EventType(names.TRANSFER_AGREEMENT_RECORDED, TransferAgreementRecorded, PERSON, "3.2"),
    EventType(names.TRANSFER_AGREEMENT_ENDED, TransferAgreementEnded, PERSON, "3.2"),
)
