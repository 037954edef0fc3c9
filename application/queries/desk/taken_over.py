"""`ledger dead-letters taken-over`: what the open ledger withheld and this one recorded, and why that was."""

from typing import Final

from application.answer import Answer
from application.source import Source
from consumers.register import accepted_now
from ledger.event import RecordedEvent, instant
from ledger.reading import LAST, decoded
from ledger.writing.message import place_in
from schemas import AdmissionRules
from schemas.encoding import JsonValue
from schemas.sources import is_taken_over

MOST_READ: Final = 10_000
"""So many of the newest events are looked through."""


class TakenOver(Answer, frozen=True):
    """An event that was withheld. `pointer`, `rule`: where and why, by the rules of today and the codes that
    are secret now; `rule` is null where nothing of these withholds it any more.
    """

    position: int
    occurred_at: str
    type: str
    source: str
    id: str
    pointer: str
    rule: str | None


class TakenOverList(Answer, frozen=True):
    """What was taken over, newest first. `read`: events that were looked through; `whole`: these are all."""

    taken_over: list[TakenOver]
    read: int
    whole: bool


def taken_over(source: Source, intake: AdmissionRules) -> TakenOverList:
    """What this ledger took over, and why the open one withheld it. `intake`: what this one accepts."""
    rules = accepted_now(intake, source.session)
    asked = {"before": LAST, "count": MOST_READ}
    events = decoded(source.session.of("ledger").rows("newest_events", **asked))
    rows = [_row(event, rules) for event in events if is_taken_over(place_in(event.origin))]
    return TakenOverList(rows, len(events), len(events) < MOST_READ)


def _row(event: RecordedEvent, rules: AdmissionRules) -> TakenOver:
    why = rules.secrecy.why(_message(event))
    return TakenOver(
        event.position,
        instant(event.time),
        event.name,
        event.source,
        event.id,
        why.pointer if why else "",
        why.rule if why else None,
    )


def _message(event: RecordedEvent) -> dict[str, JsonValue]:
    """What was withheld, without its values: nobody looked at these."""
    stated = {
        "activity": event.activity,
        "legal_basis": event.legal_basis,
        "provision": event.provision,
    }
    said = {name: text for name, text in stated.items() if text is not None}
    about = {"type": event.type, "id": event.id, "source": event.source}
    return {**about, **event.trace, "data": {**event.facts, **said}}
