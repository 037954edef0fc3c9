"""The catalogue: every event type that a ledger can record, by its full name."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.event_type import PREFIX, EventType
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
"""Full type -> what is known of it, in the order of the contract."""

DISCLOSED = f"{PREFIX}personal-data-disclosed.v1"
FEED = f"{PREFIX}bulk-feed-delivered.v1"
DISCLOSING: frozenset[str] = frozenset(
    f"{PREFIX}{name}.v1"
    for name in (
        "personal-data-disclosed",
        "emergency-call-disclosed",
        "malicious-call-data-disclosed",
        "bulk-feed-delivered",
    )
)
"""Types that tell of a disclosure under a provision. Of these the confidential ledger takes the first."""

ANNULLED = f"{PREFIX}event-annulled.v1"
ERASED = f"{PREFIX}personal-data-erased.v1"

APPROVED = f"{PREFIX}act-approved.v1"
GAP = f"{PREFIX}intake-gap-recorded.v1"

OWN_TYPES: frozenset[str] = frozenset(
    f"{PREFIX}{name}.v1"
    for name in (
        "erasure-decided",
        "personal-data-erased",
        "erasure-reapplied",
        "ledger-read",
        "intake-gap-recorded",
        "act-approved",
    )
)
"""Types that every ledger records about what it did itself."""

CONFIDENTIAL_TYPES: frozenset[str] = frozenset(
    f"{PREFIX}{name}.v1"
    for name in (
        "order-received",
        "order-validated",
        "order-narrowed",
        "order-rejected",
        "order-executed",
        "secrecy-imposed",
        "secrecy-reviewed",
        "secrecy-lifted",
        "preservation-imposed",
        "preservation-released",
        "restriction-applied",
        "interception-provided",
        "interception-ended",
    )
)
"""Types of the confidential ledger only; none of them can be recorded yet."""
