"""What is decided and done about a person's rights (§ 8; GDPR Art. 17)."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Day, KeyId
from schemas.personal import ByCategory, SealedCategory


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to one data category, why, and until when it is kept or restricted."""

    decision: Literal["erase", "retain", "restrict"]
    ground: Code
    until: Day | UnsetType = UNSET


class ErasureDecided(PersonFacts, frozen=True, kw_only=True):
    """It was decided, per data category, whether a person's data is erased."""

    decisions: ByCategory[Decision]


class PersonalDataErased(PersonFacts, frozen=True, kw_only=True):
    """Personal data of the listed categories was erased by destroying its keys.

    Only a ledger destroys keys: from any other source `keys_destroyed` is empty.
    """

    categories: list[SealedCategory]  # type: ignore[assignment]  # required here, and wider
    ground: Literal["request", "retention", "consent-withdrawn", "unlawful", "objection"]
    keys_destroyed: list[KeyId]


TYPES = (
    EventType("erasure-decided", ErasureDecided, PERSON, "8", needs_activity=False),
    EventType("personal-data-erased", PersonalDataErased, PERSON, "8", needs_activity=False),
)
