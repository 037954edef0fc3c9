"""Agreements of a customer to transfers outside the EEA (privacy policy 3.2), at any time.

Pure. `agreed_at` asks the events of one person that count.
"""

from collections.abc import Iterable
from datetime import datetime

from ledger.event import RecordedEvent
from projections.view import order_of

__all__ = ["agreed_at"]

_RECORDED, _ENDED = "transfer-agreement-recorded", "transfer-agreement-ended"


def agreed_at(events: Iterable[RecordedEvent], country: str, time: datetime) -> bool:
    """Whether the latest act by then about a country is an agreement; an end without countries ends all."""
    acts = [
        (order_of(event, event.name == _ENDED), event.name)
        for event in events
        if event.time <= time and _concerns(event, country)
    ]
    return bool(acts) and max(acts)[1] == _RECORDED


def _concerns(event: RecordedEvent, country: str) -> bool:
    if event.name == _RECORDED:
        return country in event.facts["countries"]
    return event.name == _ENDED and country in event.facts.get("countries", [country])
