"""Requests of a person, and the decisions and acts on them (§ 8, 9; GDPR Art. 12 to 22)."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas import names
from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Day, Gpc, Id, KeyId, LastDay, Sha256
from schemas.personal import ByCategory, DataCategory, FieldName, Remarks, SealedCategory

Position = Annotated[int, Meta(ge=0, le=2**53 - 1, description="A position of the ledger.")]


Right = Literal[
    "access",
    "rectification",
    "erasure",
    "restriction",
    "portability",
    "objection",
    "human-review",
]


Channel = Literal["post", "email", "portal", "phone", "other"]
Capacity = Literal["parent", "guardian", "attorney", "heir"]
"""As what somebody acts for a person."""
Requester = Literal["subject", Capacity]
"""Who may ask: the person, or somebody who acts for them."""


class RightsRequestReceived(PersonFacts, frozen=True, kw_only=True):
    """A person asked for a right; the period runs from `received_on`.

    `requester`: who asked, where it was not the person; `mandate_ref`: of the document that lets them.
    """

    request_ref: Code
    right: Right
    channel: Channel
    received_on: Day
    requester: Requester | UnsetType = UNSET
    mandate_ref: Code | UnsetType = UNSET


class IdentityVerified(PersonFacts, frozen=True, kw_only=True):
    """The person who asked is who they say."""

    request_ref: Code
    method: Code | UnsetType = UNSET


class IdentityVerificationFailed(PersonFacts, frozen=True, kw_only=True):
    """The person who asked could not show who they are, or not yet.

    `information_asked`: what more was asked for. The period of the request then stands still until the
    identity is verified, if this was asked without delay (Art. 12(6)).
    """

    request_ref: Code
    method: Code | UnsetType = UNSET
    information_asked: Code | UnsetType = UNSET


class RightsRequestExtended(PersonFacts, frozen=True, kw_only=True):
    """The period of a request was prolonged, and the person was told why (Art. 12(3))."""

    request_ref: Code
    reason: Code


class RightsRequestRefused(PersonFacts, frozen=True, kw_only=True):
    """A request was refused, and the person was told about the authority and the court (Art. 12(4))."""

    request_ref: Code
    ground: Code


class RightsRequestAnswered(PersonFacts, frozen=True, kw_only=True):
    """A request was answered."""

    request_ref: Code
    outcome: Code


class _Issued(PersonFacts, frozen=True, kw_only=True):
    request_ref: Code
    sha256: Sha256
    format: Code
    language: Code | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    checkpoint_size: Position | UnsetType = UNSET
    checkpoint_root: Sha256 | UnsetType = UNSET


class AccessReportIssued(_Issued, frozen=True, kw_only=True):
    """A person was given the report about their data (Art. 15); the hash names its bytes.

    `position`: of the last event that it may reflect. `checkpoint_…`: the published checkpoint that it shows.
    """


class PortabilityExportIssued(_Issued, frozen=True, kw_only=True):
    """A person was given their data to take along (Art. 20); the hash names its bytes."""


ErasureGround = Literal["request", "retention", "consent-withdrawn", "unlawful", "objection"]
ErasureCause = Literal[
    "request", "retention", "consent-withdrawn", "unlawful", "objection", "removed"
]
"""What asks for an erasure; `removed`: that single values were removed."""


class DecisionGround(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a data category is kept, and until when.

    `rule`: id in the rulebook of what decides; `ref`: of the hold, dispute, claim, case or request.
    """

    ground: Code
    until: LastDay | UnsetType = UNSET
    rule: Code | UnsetType = UNSET
    ref: Code | UnsetType = UNSET


class Decision(DecisionGround, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to one data category, and on which ground: the longest one.

    `besides`: the other grounds.
    """

    decision: Literal["erase", "retain", "restrict"]
    besides: list[DecisionGround] | UnsetType = UNSET


class ErasureDecided(PersonFacts, frozen=True, kw_only=True):
    """It was decided, per data category, whether a person's data is erased.

    `cause`: what asked for it. What is not erased yet is erased for that cause once nothing keeps it.
    `fields`: where single fields go and their categories stay.
    """

    decisions: ByCategory[Decision]
    cause: ErasureCause | UnsetType = UNSET
    fields: list[FieldName] | UnsetType = UNSET
    request_ref: Code | UnsetType = UNSET


class PersonalDataErased(PersonFacts, frozen=True, kw_only=True):
    """Personal data of the listed categories was erased by destroying its keys.

    Only a ledger destroys keys: from any other source `keys_destroyed` is empty.
    """

    categories: list[SealedCategory]  # type: ignore[assignment]  # required here, and wider
    ground: ErasureGround
    keys_destroyed: list[KeyId]


class _Restriction(PersonFacts, frozen=True, kw_only=True):
    categories: list[DataCategory]  # required here
    ground: Code
    request_ref: Code | UnsetType = UNSET
    remarks: Remarks | UnsetType = UNSET


class ProcessingRestricted(_Restriction, frozen=True, kw_only=True):
    """Data of the listed categories is only kept, not used (Art. 18). `remarks`: free remarks, too."""


class RestrictionLifted(_Restriction, frozen=True, kw_only=True):
    """Data of the listed categories may be used again, and the person was told before."""


class _Objection(PersonFacts, frozen=True, kw_only=True):
    activity_objected: Id
    ground: Code
    request_ref: Code | UnsetType = UNSET


class ObjectionRaised(_Objection, frozen=True, kw_only=True):
    """A person objected to a processing activity (Art. 21)."""

    gpc: Gpc | UnsetType = UNSET


class ObjectionUpheld(_Objection, frozen=True, kw_only=True):
    """An objection was right: the activity ends for this person."""


class ObjectionOverruled(_Objection, frozen=True, kw_only=True):
    """An objection was outweighed by compelling grounds."""


TYPES = (
    EventType(names.RIGHTS_REQUEST_RECEIVED, RightsRequestReceived, PERSON, "8"),
    EventType(names.IDENTITY_VERIFIED, IdentityVerified, PERSON, "8"),
    EventType(names.IDENTITY_VERIFICATION_FAILED, IdentityVerificationFailed, PERSON, "8"),
    EventType(names.RIGHTS_REQUEST_EXTENDED, RightsRequestExtended, PERSON, "8"),
    EventType(names.RIGHTS_REQUEST_REFUSED, RightsRequestRefused, PERSON, "8"),
    EventType(names.RIGHTS_REQUEST_ANSWERED, RightsRequestAnswered, PERSON, "8"),
    EventType(names.ACCESS_REPORT_ISSUED, AccessReportIssued, PERSON, "8"),
    EventType(names.PORTABILITY_EXPORT_ISSUED, PortabilityExportIssued, PERSON, "9"),
    EventType(names.ERASURE_DECIDED, ErasureDecided, PERSON, "8", needs_activity=False),
    EventType(names.PERSONAL_DATA_ERASED, PersonalDataErased, PERSON, "8", needs_activity=False),
    EventType(names.PROCESSING_RESTRICTED, ProcessingRestricted, PERSON, "8"),
    EventType(names.RESTRICTION_LIFTED, RestrictionLifted, PERSON, "8"),
    EventType(names.OBJECTION_RAISED, ObjectionRaised, PERSON, "8"),
    EventType(names.OBJECTION_UPHELD, ObjectionUpheld, PERSON, "8"),
    EventType(names.OBJECTION_OVERRULED, ObjectionOverruled, PERSON, "8"),
)
