"""The catalogue: every event type that a ledger can record, by its full name.

The open ledger knows the types of the open contract and no other; those of orders under secrecy are for the
confidential ledger only. Documents of the contract show the open types, unless they say otherwise.
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas import names
from schemas.event_type import EventType
from schemas.events import (
    access,
    consent,
    contract,
    credit,
    customer,
    delivery,
    disclosure,
    incidents,
    itself,
    orders,
    preferences,
    register,
    rights,
)

_BLOCKS = (
    customer,
    contract,
    consent,
    preferences,
    disclosure,
    delivery,
    credit,
    access,
    rights,
    incidents,
    register,
    itself,
)

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType(
    {entry.type: entry for block in _BLOCKS for entry in block.TYPES}
)
"""Full type -> its description, in the order of the contract: the types of the open ledger."""

ORDER_TYPES: Mapping[str, EventType] = MappingProxyType(
    {entry.type: entry for entry in orders.TYPES}
)
"""The same for the types that the confidential ledger alone can record."""

ALL_TYPES: Mapping[str, EventType] = MappingProxyType({**EVENT_TYPES, **ORDER_TYPES})
"""Both: what some ledger may have recorded."""

DISCLOSED = names.type_of(names.PERSONAL_DATA_DISCLOSED)
FEED = names.type_of(names.BULK_FEED_DELIVERED)
DISCLOSING: frozenset[str] = frozenset(
    map(
        names.type_of,
        (
            names.PERSONAL_DATA_DISCLOSED,
            names.EMERGENCY_CALL_DISCLOSED,
            names.MALICIOUS_CALL_DATA_DISCLOSED,
            names.BULK_FEED_DELIVERED,
        ),
    )
)
"""Types that tell of a disclosure under a provision. Of these the confidential ledger takes the first."""

ANNULLED = names.type_of(names.EVENT_ANNULLED)
ERASED = names.type_of(names.PERSONAL_DATA_ERASED)

APPROVED = names.type_of(names.ACT_APPROVED)
GAP = names.type_of(names.INTAKE_GAP_RECORDED)
PRUNED = names.type_of(names.PREFIX_PRUNED)

OWN_TYPES: frozenset[str] = frozenset(
    map(
        names.type_of,
        (
            names.ERASURE_DECIDED,
            names.PERSONAL_DATA_ERASED,
            names.ERASURE_REAPPLIED,
            names.VALUES_RESEALED,
            names.LEDGER_READ,
            names.INTAKE_GAP_RECORDED,
            names.ACT_APPROVED,
            names.PREFIX_PRUNED,
        ),
    )
)
"""Types that every ledger records about what it did itself."""

AT_HOME_IN_BOTH: frozenset[str] = (
    OWN_TYPES
    | {ANNULLED}
    | frozenset(
        map(
            names.type_of,
            (
                names.ROLE_DEFINED,
                names.ROLE_GRANTED,
                names.ROLE_REVOKED,
                names.EMPLOYMENT_STARTED,
                names.EMPLOYMENT_ENDED,
                names.RECIPIENT_REGISTERED,
                names.RECIPIENT_CHANGED,
                names.RECIPIENT_ENDED,
            ),
        )
    )
)
"""Types that either ledger records: of itself, of its staff, and of who receives data."""

CONFIDENTIAL_TYPES: frozenset[str] = frozenset(ORDER_TYPES)
"""Types of the confidential ledger only: an open one withholds them."""
