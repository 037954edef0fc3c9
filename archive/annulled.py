"""What annulments took back, decided by the fold that the views use, over annulments and what they name."""

from collections.abc import Collection, Iterable

from ledger.event import RecordedEvent, decode_event
from ledger.tlog.tree.bundles import read_entry
from projections.folds.annulment import effects, name_of


def annulled_positions(entries: Iterable[bytes], privacy_office: Collection[str]) -> list[int]:
    """The positions of annulled events, from the entries of annulments and of the events that they name."""
    events = {name_of(event): event for event in map(_event_of, entries)}
    annulled = effects(events.values(), privacy_office).annulled
    return [events[name].position for name in annulled]


def _event_of(content: bytes) -> RecordedEvent:
    entry = read_entry(content)
    place = entry.stream, entry.version, entry.type, entry.state
    return decode_event(*place, entry.position, entry.recorded_at)
