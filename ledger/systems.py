"""What the register says of systems and their sources, read for the intake. A few rows, found by an index."""

from collections.abc import Callable
from typing import Any

from ledger.event import RecordedEvent, decode_row
from ledger.storage.postgres import Session
from schemas import names

_ANNULLED = names.EVENT_ANNULLED


Counts = Callable[[RecordedEvent], bool]
"""Whether who said it may give a system the right to speak."""


def registered_systems(session: Session, counts: Counts) -> list[dict[str, Any]]:
    """Facts of every `system-registered` that is not annulled, earliest first."""
    return [event.facts for event in _standing(session, counts)]


def registered_sources(session: Session, counts: Counts) -> dict[str, str]:
    """By source the system that it was registered for, as `crm`; the latest where there are several."""
    return {
        source: str(event.subject).partition("/")[2]
        for event in _standing(session, counts)
        for source in event.facts.get("sources", ())
    }


def _standing(session: Session, counts: Counts) -> list[RecordedEvent]:
    events = [decode_row(*row) for row in session.rows("registered_systems")]
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
