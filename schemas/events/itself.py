"""The ledger about itself."""

from msgspec import UNSET, UnsetType

from schemas.event_type import ANY, EventType
from schemas.facts import Facts, PersonFacts
from schemas.formats import Code, Id, Source


class EventAnnulled(PersonFacts, frozen=True, kw_only=True):
    """An earlier event of the same source and subject was a mistake; both stay in the history.

    `annuls_source` is for the privacy office, which may annul another source's event.
    """

    annuls: Id
    reason: Code
    annuls_source: Source | UnsetType = UNSET


class ErasureReapplied(Facts, frozen=True, kw_only=True):
    """An erasure was carried out again, because what was restored was older than it."""

    after: Code


TYPES = (
    EventType(
        "event-annulled", EventAnnulled, ANY, topics=("events", "register"), needs_activity=False
    ),
    EventType("erasure-reapplied", ErasureReapplied, ANY, needs_activity=False, own=True),
)
