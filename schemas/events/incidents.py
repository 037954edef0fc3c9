"""Breaches, complaints and inquiries (§ 4.1, 10; GDPR Art. 33, 34; Tw 11.3a)."""

from msgspec import UNSET, UnsetType

from schemas import names
from schemas.event_type import ANY, BREACH, PERSON, EventType
from schemas.events.preferences import Count
from schemas.facts import Facts, PersonFacts
from schemas.formats import Code, Instant, Sha256, Text


class _BreachTold(Facts, frozen=True, kw_only=True):
    """What a notification of a breach must say, as far as known; the latest counts.

    GDPR Art. 33(3); from `began` on Annex I of Regulation 611/2013, which asks it of telecom providers.
    """

    nature: list[Code] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    subject_categories: list[Text] | UnsetType = UNSET
    subject_count: Count | UnsetType = UNSET
    record_count: Count | UnsetType = UNSET
    consequences: list[Text] | UnsetType = UNSET
    measures_taken: list[Text] | UnsetType = UNSET
    measures_proposed: list[Text] | UnsetType = UNSET
    delay_reason: Text | UnsetType = UNSET
    began: Text | UnsetType = UNSET
    protection: Text | UnsetType = UNSET
    other_providers: list[Text] | UnsetType = UNSET
    other_states: list[Text] | UnsetType = UNSET


class BreachDetected(_BreachTold, frozen=True, kw_only=True):
    """A breach of personal data was detected; the clocks of its regime run from `detected_at`."""

    breach_ref: Code
    detected_at: Instant
    regime: Code


class BreachAssessed(_BreachTold, frozen=True, kw_only=True):
    """The risk of a breach for the persons concerned was assessed."""

    breach_ref: Code
    risk: Code


class AuthorityNotified(_BreachTold, frozen=True, kw_only=True):
    """The authority was notified of a breach, at first or in full."""

    breach_ref: Code
    regime: Code
    phase: Code


class SubjectsNotified(PersonFacts, frozen=True, kw_only=True):
    """Persons concerned were told of a breach; one person when the subject is one.

    `sha256`: of the letter.
    """

    breach_ref: Code
    channel: Code | UnsetType = UNSET
    sha256: Sha256 | UnsetType = UNSET


class BreachClosed(Facts, frozen=True, kw_only=True):
    """A breach was dealt with."""

    breach_ref: Code | UnsetType = UNSET


class _Complaint(PersonFacts, frozen=True, kw_only=True):
    complaint_ref: Code
    via: Code


class ComplaintReceived(_Complaint, frozen=True, kw_only=True):
    """A person complained, here or to the authority."""


class ComplaintAnswered(_Complaint, frozen=True, kw_only=True):
    """A complaint was answered."""

    outcome: Code | UnsetType = UNSET


class SupervisoryInquiryReceived(PersonFacts, frozen=True, kw_only=True):
    """The supervisory authority asked something. `respond_by`: the end of the period that it set."""

    inquiry_ref: Code
    respond_by: Instant | UnsetType = UNSET


class SupervisoryInquiryAnswered(PersonFacts, frozen=True, kw_only=True):
    """The supervisory authority got its answer."""

    inquiry_ref: Code


class CourtPetitionReceived(PersonFacts, frozen=True, kw_only=True):
    """A court was asked to order something about a person's data."""

    case_ref: Code


TYPES = (
    EventType(names.BREACH_DETECTED, BreachDetected, BREACH, "4.1"),
    EventType(names.BREACH_ASSESSED, BreachAssessed, BREACH, "4.1"),
    EventType(names.AUTHORITY_NOTIFIED, AuthorityNotified, BREACH, "4.1"),
    EventType(names.SUBJECTS_NOTIFIED, SubjectsNotified, PERSON | BREACH, "4.1"),
    EventType(names.BREACH_CLOSED, BreachClosed, BREACH, "4.1"),
    EventType(names.COMPLAINT_RECEIVED, ComplaintReceived, PERSON, "10"),
    EventType(names.COMPLAINT_ANSWERED, ComplaintAnswered, PERSON, "10"),
    EventType(names.SUPERVISORY_INQUIRY_RECEIVED, SupervisoryInquiryReceived, ANY, "10"),
    EventType(names.SUPERVISORY_INQUIRY_ANSWERED, SupervisoryInquiryAnswered, ANY, "10"),
    EventType(names.COURT_PETITION_RECEIVED, CourtPetitionReceived, ANY, "10"),
)
