"""Recipients, and what they received (§ 3.1, 4.3, 6)."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from schemas import names
from schemas.event_type import PERSON, RECIPIENT, EventType
from schemas.events.preferences import Count
from schemas.facts import Facts, PersonFacts
from schemas.formats import Code, Country, Day, Id, LastDay, Sha256, Text
from schemas.personal import FieldName

RecipientKind = Literal[
    "police",
    "public-prosecutor",
    "intelligence-service",
    "tax-authority",
    "collection-agency",
    "carrier",
    "telecom-provider",
    "internet-provider",
    "credit-bureau",
    "emergency-services",
    "court",
    "lawyer",
    "bailiff",
    "dispute-body",
    "supervisory-authority",
    "subscriber",
    "shipping",
    "processor",
    "ciot",
    "directory-publisher",
    "investigation-agency",
    "group-company",
]

PRIVATE_KINDS = frozenset({"subscriber", "lawyer", "bailiff"})
"""Kinds of recipient that are private persons: their name is personal data and is sealed."""


class Certification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recipient is certified under a framework of a decision of adequacy, such as `dpf` (Art. 45).

    From the day `valid_from`; `valid_to` is the first day on which it no longer is.
    """

    framework: Code
    valid_from: Day
    valid_to: LastDay | UnsetType = UNSET


class RecipientRegistered(Facts, frozen=True, kw_only=True):
    """A party that may receive personal data became known."""

    name: Text
    kind: RecipientKind
    role: Literal["controller", "joint-controller", "processor", "authority"]
    country: Country
    valid_from: Day
    agreement_ref: Code | UnsetType = UNSET
    transfer_mechanism: Code | UnsetType = UNSET
    certifications: list[Certification] | UnsetType = UNSET


class RecipientChanged(RecipientRegistered, frozen=True, kw_only=True):
    """What is known of a recipient changed from `valid_from` on; earlier disclosures keep theirs."""


class RecipientEnded(Facts, frozen=True, kw_only=True):
    """A recipient receives nothing any more."""

    valid_to: LastDay
    reason: Code


class PersonalDataDisclosed(PersonFacts, frozen=True, kw_only=True):
    """Personal data was given to a recipient.

    Of what an order was given: the hash of the bundle, how many entries of the ledger it tells, and the hash
    of their positions, ascending, a decimal a line.
    """

    recipient: Id
    recipient_kind: RecipientKind
    purpose: Code
    method: Literal["push", "pull", "feed", "realtime", "paper"]
    country: Country
    fields: list[FieldName]
    necessity_reason: Code
    case_ref: Code | UnsetType = UNSET
    transfer_mechanism: Code | UnsetType = UNSET
    period_from: Day | UnsetType = UNSET
    period_to: LastDay | UnsetType = UNSET
    bundle_sha256: Sha256 | UnsetType = UNSET
    entries: Count | UnsetType = UNSET
    entries_sha256: Sha256 | UnsetType = UNSET
    notice: Literal["none", "on-request", "required", "given", "barred"] | UnsetType = UNSET


TYPES = (
    EventType(
        names.RECIPIENT_REGISTERED, RecipientRegistered, RECIPIENT, "6", topics=("register",)
    ),
    EventType(names.RECIPIENT_CHANGED, RecipientChanged, RECIPIENT, "6", topics=("register",)),
    EventType(names.RECIPIENT_ENDED, RecipientEnded, RECIPIENT, "6", topics=("register",)),
    EventType(names.PERSONAL_DATA_DISCLOSED, PersonalDataDisclosed, PERSON, "3.1, 4.3, 6"),
)
