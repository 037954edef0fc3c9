"""The contract as an answer: `ledger schema list`."""

from collections.abc import Iterable

from application.answer import Answer
from schemas import EventType


class EventTypeRow(Answer, frozen=True):
    """An event type: what it is, which kinds of subject it may have, on which topics it comes.

    `clause`: of the privacy policy, or the article of the GDPR, behind it.
    """

    type: str
    name: str
    version: int
    title: str
    clause: str
    subjects: list[str]
    topics: list[str]
    required_facts: list[str]


class EventTypes(Answer, frozen=True):
    """Every event type of the contract."""

    types: list[EventTypeRow]


def event_types(entries: Iterable[EventType]) -> list[EventTypeRow]:
    """Some event types, in the order of the contract."""
    return [_row(entry) for entry in entries]


def _row(entry: EventType) -> EventTypeRow:
    return EventTypeRow(
        type=entry.type,
        name=entry.name,
        version=entry.version,
        title=entry.title,
        clause=entry.clause,
        subjects=sorted(entry.subjects),
        topics=list(entry.topics),
        required_facts=list(entry.required_facts),
    )
