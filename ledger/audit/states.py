"""What is stored of each event: a state that can be read, under its name; gaps that explain themselves."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ledger.audit.findings import ExplainedGap, Findings
from ledger.errors import Halt
from ledger.event import RecordedEvent, decode_event
from schemas.catalogue import GAP

__all__ = ["check_states"]


def check_states(
    rows: Iterable[Sequence[Any]], unnamed: Sequence[tuple[int, int]], findings: Findings
) -> dict[int, ExplainedGap]:
    """Check event rows joined with their names; the explained gaps by position.

    `unnamed`: first and last position of batches whose events never had a name.
    """
    gaps: dict[int, ExplainedGap] = {}
    for stream, version, type, state, position, recorded_at, source, id in rows:
        if any(first <= position <= last for first, last in unnamed):
            continue
        try:
            event = decode_event(stream, version, type, state, position, recorded_at)
        except Halt:
            findings.note(position, "state", "the stored state cannot be read")
            continue
        if (source, id) != (event.source, event.id):
            detail = "the event's name is missing or is that of another event"
            findings.note(position, "event-id", detail)
        if type == GAP and event.ours:
            _take_gap(event, gaps, findings)
    return gaps


def _take_gap(event: RecordedEvent, gaps: dict[int, ExplainedGap], findings: Findings) -> None:
    try:
        gap = msgspec.convert({**event.facts, "position": event.position}, ExplainedGap)
    except msgspec.ValidationError:
        findings.note(event.position, "gap", "the gap does not say what it is")
    else:
        gaps[event.position] = gap
