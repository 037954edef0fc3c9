"""The register's entries about systems, their sources and declared codes, read for the intake.

A few rows, found by an index: every batch is held against them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, LiteralString

from ledger.event import RecordedEvent
from ledger.storage.postgres import Session
from ledger.stored import decode_row
from schemas import names

_ANNULLED = names.EVENT_ANNULLED
_DECLARING = [
    names.PROCESSING_ACTIVITY_DECLARED,
    names.PROCESSING_ACTIVITY_CHANGED,
    names.RECIPIENT_REGISTERED,
    names.ROLE_DEFINED,
    names.CODES_DECLARED,
]


Counts = Callable[[RecordedEvent], bool]
"""Whether who said it may give a system the right to speak."""


def registered_systems(session: Session, counts: Counts) -> list[dict[str, Any]]:
    """Facts of every `system-registered` that is not annulled, earliest first."""
    return [event.facts for event in _standing(session, "registered_systems", counts)]


def registered_sources(session: Session, counts: Counts) -> dict[str, str]:
    """By source the system that it was registered for, as `crm`; the latest where there are several."""
    return {
        source: str(event.subject).partition("/")[2]
        for event in _standing(session, "registered_systems", counts)
        for source in event.facts.get("sources", ())
    }


def declaring_codes(session: Session, counts: Counts) -> list[RecordedEvent]:
    """The events that declare codes ordinary and are not annulled, earliest first."""
    return _standing(session, "declared_codes", counts, names=_DECLARING)


def declaring_secret(session: Session, counts: Counts) -> list[RecordedEvent]:
    """The declarations of secret codes in force, in a confidential ledger."""
    return _standing(session, "declared_codes", counts, names=[names.SECRET_CODES_DECLARED])


# They are read for every batch, and hold no personal value.
_decoded = lru_cache(2_048)(decode_row)


def _standing(
    session: Session, query: LiteralString, counts: Counts, **about: Any
) -> list[RecordedEvent]:
    events = [_decoded(*row) for row in session.rows(query, **about)]
    annulled = {_target(event) for event in events if event.name == _ANNULLED}
    standing = [
        event
        for event in events
        if event.name != _ANNULLED
        and counts(event)
        and (event.stream, event.source, event.id) not in annulled
    ]
    return sorted(standing, key=lambda e: (e.time, e.source, e.id))


def _target(annulment: RecordedEvent) -> tuple[Any, ...]:
    source = annulment.facts.get("annuls_source", annulment.source)
    return annulment.stream, source, annulment.facts["annuls"]
