"""Recorded events for tests: short to write, valid to fold."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import msgspec

from ledger.event import RecordedEvent, Sealed
from projections.folds.timetravel import fold
from projections.folds.view import View

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPACE = UUID("6f0f4a8e-5d0c-4a57-9d5a-1f6a5f6b7a10")
ANNA, BERT = uuid5(SPACE, "anna"), uuid5(SPACE, "bert")
CRM, PORTAL = "urn:test:crm", "urn:test:portal"
OFFICE = "urn:test:privacy-office"
HR, IT = "urn:voipzeker:hr", "urn:voipzeker:it"
"""What the house lists for staff and for systems."""
OURS = "urn:processing-ledger:erasure"
_POSITIONS = count(1)


def at(minutes: float) -> datetime:
    """An instant, in minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def event(
    name: str,
    minutes: float = 0,
    /,
    *,
    stream: UUID = ANNA,
    source: str = CRM,
    id: str | None = None,
    position: int | None = None,
    subject: str | None = None,
    sequence: int | None = None,
    activity: str | None = None,
    legal_basis: str | None = None,
    provision: str | None = None,
    categories: Sequence[str] = (),
    sealed: dict[str, Sealed] | None = None,
    recorded: float | None = None,
    came_by: dict[str, Any] | None = None,
    **facts: Any,
) -> RecordedEvent:
    """An event `minutes` after noon; unnamed members get what does not matter."""
    place = next(_POSITIONS) if position is None else position
    return RecordedEvent(
        position=place,
        stream=uuid5(SPACE, subject) if subject else stream,
        version=place,
        type=f"nl.voipzeker.ledger.{name}.v1",
        name=name,
        recorded_at=at(minutes if recorded is None else recorded),
        id=id or f"e{place:04}",
        source=source,
        time=at(minutes),
        facts=facts,
        categories=tuple(categories),
        sealed=sealed or {},
        origin=came_by or {"file": "test", "line": place},
        trace={},
        subject=subject,
        sequence=sequence,
        activity=activity,
        legal_basis=legal_basis,
        provision=provision,
    )


def values(key: str, category: str = "contact", **fields: str) -> dict[str, Sealed]:
    """Sealed values of one category; the blob is what it stands for."""
    return {category: Sealed(key, tuple(sorted(fields)), msgspec.json.encode(fields).decode())}


def erasure(
    minutes: float, categories: Sequence[str], keys: Sequence[str], source: str = OURS
) -> RecordedEvent:
    """An erasure by the ledger itself."""
    facts: dict[str, Any] = {
        "categories": list(categories),
        "ground": "request",
        "keys_destroyed": list(keys),
    }
    return event("personal-data-erased", minutes, source=source, **facts)


def annulment(
    minutes: float, target: RecordedEvent, *, source: str | None = None, **more: Any
) -> RecordedEvent:
    """An annulment of an event by its own source, unless told otherwise."""
    return event(
        "event-annulled",
        minutes,
        stream=target.stream,
        subject=target.subject,
        source=source or target.source,
        **({"annuls": target.id, "reason": "mistake"} | more),
    )


def folded(view: View[Any], events: Iterable[RecordedEvent]) -> dict[str, Any]:
    """The rows of one stream from events that all count."""
    return fold(view, events)
