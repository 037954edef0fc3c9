"""References of an event: whether its subject has such a case, and whether the case began before."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledger.event import RecordedEvent
from schemas import EventType, names
from schemas.encoding import JsonValue

_REFERENCES: Final = ("complaint_ref", "contract_ref", "hold_ref", "request_ref", "breach_ref")
_DISCLOSURE: Final = "disclosure_id"
# Types with which a case begins: no earlier event can name its reference.
_OPENING: Final = frozenset(
    {
        names.COMPLAINT_RECEIVED,
        names.CONTRACT_CONCLUDED,
        names.CONTRACT_TAKEN_OVER,
        names.LEGAL_HOLD_PLACED,
        names.RIGHTS_REQUEST_RECEIVED,
        names.BREACH_DETECTED,
        names.MISUSE_SUSPECTED,
    }
)


def unknown(
    entry: EventType, data: Mapping[str, JsonValue], events: Sequence[RecordedEvent]
) -> Iterator[str]:
    """Names of members whose reference no event of the subject has."""
    if entry.name not in _OPENING:
        for name in _REFERENCES:
            if name in data and not _events_with_fact(events, name, data[name]):
                yield name
    if _DISCLOSURE in data and not any(event.id == data[_DISCLOSURE] for event in events):
        yield _DISCLOSURE


def begun(
    entry: EventType, data: Mapping[str, JsonValue], events: Sequence[RecordedEvent]
) -> int | None:
    """Position at which the same case began already; None when this event begins it, or begins no case."""
    if entry.name in _OPENING:
        for name in _REFERENCES:
            for event in _events_with_fact(events, name, data.get(name)):
                if event.type == entry.type:
                    return event.position
    return None


def _events_with_fact(
    events: Sequence[RecordedEvent], name: str, value: JsonValue
) -> list[RecordedEvent]:
    return [event for event in events if value is not None and event.facts.get(name) == value]
