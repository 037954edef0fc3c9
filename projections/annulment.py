"""Annulment: which events count nowhere any more, because a later event says that they were a mistake.

Pure. An annulment has effect on an event that is earlier (time, source, id) and of the same stream and
source; only the privacy office may name another source. What has no effect is a finding elsewhere.
Annulments obey recorded time and position, never the occurred time that an answer is as of.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from ledger.event import RecordedEvent

__all__ = ["ANNULMENT", "Name", "annulled", "is_annulment", "name_of", "target_of", "void"]

Name = tuple[str, str]
"""Of an event: its source and id."""

# The ledger's own account of what was destroyed or passed over cannot be taken back: neither comes back.
ANNULMENT = "event-annulled"
_LASTING = {
    "personal-data-erased",
    "erasure-decided",
    "erasure-reapplied",
    "intake-gap-recorded",
}


def name_of(event: RecordedEvent) -> Name:
    """What names an event."""
    return event.source, event.id


def is_annulment(event: RecordedEvent) -> bool:
    """Whether the event annuls another one, with or without effect."""
    return event.name == ANNULMENT


def target_of(annulment: RecordedEvent, privacy_office: Collection[str]) -> Name | None:
    """What an annulment names; None when its source has no right to."""
    source = annulment.facts.get("annuls_source", annulment.source)
    if source != annulment.source and annulment.source not in privacy_office:
        return None
    return source, annulment.facts["annuls"]


def annulled(events: Iterable[RecordedEvent], privacy_office: Collection[str]) -> dict[Name, str]:
    """The annulled events of some streams, each with the id of the annulment that did it.

    `events`: everything visible of each stream, in any order. `privacy_office`: its sources. Of several
    annulments that are not annulled themselves, the earliest (time, source, id) is named.
    """
    visible = list(events)
    annulments = [event for event in visible if is_annulment(event)]
    if not annulments:
        return {}
    named = {(event.stream, *name_of(event)): event for event in visible}
    result: dict[Name, str] = {}
    # Latest first: what could annul an annulment is later than it, so it has been decided already.
    for annulment in sorted(annulments, key=_place, reverse=True):
        target = _target(annulment, named, privacy_office)
        if target is not None and name_of(annulment) not in result:
            result[name_of(target)] = annulment.id
    return result


def void(events: Iterable[RecordedEvent], privacy_office: Collection[str]) -> set[Name]:
    """The annulments among the events of some streams that have no effect, as far as these tell."""
    visible = list(events)
    annulments = [event for event in visible if is_annulment(event)]
    named = {(event.stream, *name_of(event)): event for event in visible} if annulments else {}
    return {name_of(a) for a in annulments if _target(a, named, privacy_office) is None}


def _target(
    annulment: RecordedEvent,
    named: dict[tuple[UUID, str, str], RecordedEvent],
    privacy_office: Collection[str],
) -> RecordedEvent | None:
    name = target_of(annulment, privacy_office)
    target = named.get((annulment.stream, *name)) if name else None
    if target is None or _place(target) >= _place(annulment):
        return None
    return None if target.ours and target.name in _LASTING else target


def _place(event: RecordedEvent) -> tuple[datetime, str, str]:
    return event.time, event.source, event.id
