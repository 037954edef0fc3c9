"""What the access report hands over: a copy of the data, every consultation, and every act in words.

GDPR Art. 15(3); of a consultation date and purpose, without who it was (CJEU C-579/21).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from application.answer import Answer
from application.queries.oversight.consultations import (
    CONSULTATIONS,
    Consultation,
    consultations_of,
)
from application.queries.persons.evidence import evidence_of, evidence_words
from application.queries.persons.person import HeldValue, Subject
from application.queries.registers.recipients import RecipientNames
from application.source import Shown, Source
from ledger.event import RecordedEvent, instant
from ledger.reading import reads_of
from projections.folds.timetravel import Moment
from schemas import ALL_TYPES, CATEGORIES
from schemas.texts import Language, text_of, word_of


class ValueHeld(Answer, frozen=True):
    """A value that is held. `current`: it counts now. `annulled`: its event was taken back."""

    category: str
    field: str
    value: Shown
    since: str
    current: bool
    annulled: bool
    positions: list[int]


class ConsultationTold(Answer, frozen=True):
    """When data was looked at and what for. `everyone`: it was an answer about every customer."""

    occurred_at: str
    where: Literal["ledger", "system"]
    purpose: str
    everyone: bool
    categories: list[str]
    annulled: bool
    positions: list[int]


class ActTold(Answer, frozen=True):
    """Something that was recorded of the person, as a sentence. `annulled`: it was taken back."""

    occurred_at: str
    recorded_at: str
    act: str
    text: str
    annulled: bool
    positions: list[int]


def copy(subject: Subject) -> Iterator[ValueHeld]:
    """Every value that is held, by category, field and time."""

    def place(value: HeldValue) -> tuple[int, str, datetime, int]:
        event = value.event
        return CATEGORIES.index(value.category), value.field, event.time, event.position

    for value in sorted(subject.values, key=place):
        yield ValueHeld(
            category=value.category,
            field=value.field,
            value=value.value,
            since=instant(value.event.time),
            current=value.current,
            annulled=value.annulled_by is not None,
            positions=[value.event.position],
        )


def looks_told(source: Source, subject: Subject) -> Iterator[Consultation]:
    """Every look at the data, by time. Those at lists are left out: no event says whom a list showed."""
    moment = Moment(at_position=subject.position)
    reads = reads_of(source.session, subject.streams, subject.position)
    history = [*subject.acts, *((event, None) for event in reads)]
    looks = consultations_of(source, subject.reference, history, moment)
    by_time = sorted(looks, key=lambda look: (look.event.time, look.event.position))
    return (look for look in by_time if look.about != "list")


def consultations(source: Source, subject: Subject) -> Iterator[ConsultationTold]:
    """By time: when data was looked at and what for, without who it was."""
    return map(consultation_told, looks_told(source, subject))


def consultation_told(look: Consultation) -> ConsultationTold:
    """A look as the person is told of it."""
    return ConsultationTold(
        occurred_at=instant(look.event.time),
        where="ledger" if look.through_ledger else "system",
        purpose=look.why,
        everyone=look.about == "everyone",
        categories=sorted(look.event.categories),
        annulled=look.annulled_by is not None,
        positions=[look.event.position],
    )


def acts(subject: Subject, names: RecipientNames, language: Language) -> Iterator[ActTold]:
    """Everything else that was recorded of the person, in words, by time; what was taken back is marked."""
    by_time = sorted(subject.acts, key=lambda act: (act.event.time, act.event.position))
    for event, annulled_by in by_time:
        if event.name not in CONSULTATIONS and event.type in ALL_TYPES:
            yield ActTold(
                occurred_at=instant(event.time),
                recorded_at=instant(event.recorded_at),
                act=event.name,
                text=" ".join(_sentences(event, names, language)),
                annulled=annulled_by is not None,
                positions=[event.position],
            )


def _sentences(event: RecordedEvent, names: RecipientNames, language: Language) -> Iterator[str]:
    """What happened, and the evidence that is recorded with it."""
    facts = event.facts | {"categories": event.categories} | _recipient_name(event, names, language)
    yield text_of(event.name, facts, language)
    yield from evidence_words(evidence_of(event.facts), language)


def _recipient_name(
    event: RecordedEvent, names: RecipientNames, language: Language
) -> dict[str, str]:
    """The recipient that a sentence names, by name; a private person by what they are."""
    recipient = event.facts.get("recipient")
    if not recipient:
        return {}
    version = names.version(recipient, event.time)
    if event.facts.get("recipient_kind") == "subscriber" or (version and version.sealed_name):
        return {"recipient": word_of("subscriber", language)}
    return {"recipient": names.public(recipient, event.time) or recipient}
