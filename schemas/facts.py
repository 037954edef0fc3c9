"""The members of every event's `data` besides the facts of its type."""

from msgspec import UNSET, Struct, UnsetType

from schemas.formats import Id, LegalBasis, RuleId
from schemas.personal import DataCategory, Personal


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The common members: activity, legal basis, provision and data categories."""

    activity: Id | UnsetType = UNSET
    legal_basis: LegalBasis | UnsetType = UNSET
    provision: RuleId | UnsetType = UNSET
    categories: list[DataCategory] | UnsetType = UNSET


class PersonFacts(Facts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data of an event about a person: it alone may carry personal data."""

    personal: Personal | UnsetType = UNSET


COMMON_MEMBERS: frozenset[str] = frozenset(PersonFacts.__struct_fields__)

COMMON_LISTS: frozenset[str] = frozenset({"categories", "personal"})
"""The members that may be empty."""
