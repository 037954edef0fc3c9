"""What a report about one person is made from: every event, what counts of it, every value that still opens.

Everything is as of one position, so that the same position gives the same report whatever came later.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain, filterfalse
from typing import NamedTuple
from uuid import UUID

import msgspec
import orjson

from application.answer import Gone
from application.queries.registers.recipients import RecipientNames
from application.queries.subjects import SubjectEvents, selections
from application.source import Shown, Source, is_told, shown
from application.undisclosed import hidden_in
from ledger.crypto.sealing import base64url
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from projections.folds.timetravel import Moment, SelectedEvents, fold, select
from projections.folds.view import order_of
from projections.views import customer_state, recipients
from projections.views.customer_state import live_values
from projections.views.disclosures import VIEW as DISCLOSURES
from projections.views.disclosures import Disclosure, sorted_disclosures
from projections.views.recipients import Recipient
from schemas import PERSONAL_FIELDS, names
from schemas.personal import Single, each_of

# Facts that name a recipient.
_PARTIES = ("recipient", "from_recipient")
# Fields of traffic with the other end of a call: another person's number, unless it is the person's own.
_OTHER_END = frozenset({"called_number", "calling_number"})
_OWN_NUMBERS = ("mobile_number", "fixed_number", "assigned_numbers")
# How much is shown of another person's number: country and network, not the subscriber.
_SHOWN_DIGITS = 6


class PersonEvent(NamedTuple):
    """An event of the person, and the annulment that took it back, if any did."""

    event: RecordedEvent
    annulled_by: str | None


class HeldValue(NamedTuple):
    """A value that is still held. `current`: it counts now; otherwise a later one took its place."""

    category: str
    field: str
    value: Shown
    current: bool
    event: RecordedEvent
    annulled_by: str | None


class Subject(msgspec.Struct, frozen=True):
    """All data subjects of a reference, up to a position. `acts`: all but reads, in the order of positions.

    `undisclosed`: what counts of holds of which the person is not told. It is among neither `acts` nor
    `counted`, and nothing of it is shown.
    """

    reference: str
    position: int
    streams: tuple[UUID, ...]
    acts: tuple[PersonEvent, ...]
    counted: tuple[RecordedEvent, ...]
    values: tuple[HeldValue, ...]
    undisclosed: tuple[RecordedEvent, ...] = ()


def subject_of(source: Source, reference: str, position: int) -> Subject:
    """Everything about a person up to a position; the read of it is noted. Raises UnknownSubject."""
    subjects = selections(source, reference, Moment(at_position=position))
    hidden = hidden_in(subject.selected for subject in subjects)
    acts = [act for act in _acts(subjects) if not hidden(act.event)]
    counted = list(chain.from_iterable(subject.selected.counted for subject in subjects))
    undisclosed = tuple(filter(hidden, counted))
    source.reads.note([reference], set(chain.from_iterable(act.event.sealed for act in acts)))
    live = set(chain.from_iterable(_live_fields(subject.selected) for subject in subjects))
    return Subject(
        reference=reference,
        position=position,
        streams=tuple(subject.subject for subject in subjects),
        acts=tuple(acts),
        counted=tuple(filterfalse(hidden, counted)),
        values=_masked(tuple(_values(source, acts, live))),
        undisclosed=undisclosed,
    )


def _acts(subjects: Iterable[SubjectEvents]) -> list[PersonEvent]:
    """Every event, in the order of positions."""
    acts = (
        PersonEvent(event, subject.selected.annulled.get((event.source, event.id)))
        for subject in subjects
        for event in subject.selected.shown
    )
    return sorted(acts, key=lambda act: act.event.position)


def _live_fields(selected: SelectedEvents) -> Iterator[tuple[str, str, str]]:
    """Source and id of the event, and the field, of every value that counts."""
    state = fold(customer_state.VIEW, selected.counted, selected.erasures).get("")
    for fields in (live_values(state) if state else {}).values():
        for field, value in fields.items():
            yield value.source, value.id, field


def _values(
    source: Source, acts: Iterable[PersonEvent], live: set[tuple[str, str, str]]
) -> Iterator[HeldValue]:
    for act in acts:
        event = act.event
        for field, value in source.personal(event).items():
            if is_told(value):
                current = (event.source, event.id, field) in live
                category = PERSONAL_FIELDS[field]
                yield HeldValue(category, field, shown(value), current, event, act.annulled_by)


def _masked(values: tuple[HeldValue, ...]) -> tuple[HeldValue, ...]:
    """The numbers of the other ends of calls are other persons' data (GDPR Art. 15(4))."""
    own = {
        str(number)
        for value in values
        if value.field in _OWN_NUMBERS and not isinstance(value.value, Gone)
        for number in each_of(value.value)
    }
    return tuple(
        value._replace(value=_shortened(value.value, own)) if value.field in _OTHER_END else value
        for value in values
    )


def _shortened(value: Shown, own: Set[str]) -> Shown:
    if isinstance(value, list):
        return [_without_end(number, own) for number in value]
    return value if isinstance(value, Gone) else _without_end(value, own)


def _without_end(number: Single, own: Set[str]) -> Single:
    """A number as far as it may be told, whether it came as a text or as a number of JSON."""
    return number if str(number) in own else f"{str(number)[:_SHOWN_DIGITS]}…"


def positions_of(events: Iterable[RecordedEvent]) -> list[int]:
    """The positions of events, in order."""
    return sorted(event.position for event in events)


def seal_of(source: Source, subject: Subject, place: Sequence[object]) -> str:
    """256 bits that cannot be guessed without the person's key: the recorded hash covers them.

    `place`: which report it is, and of which request and moment.
    """
    return base64url(source.opener.keyed(subject.streams[-1], orjson.dumps(place)))


def disclosures_of(subject: Subject) -> list[Disclosure]:
    """What was given to others, by time."""
    rows = fold(DISCLOSURES, subject.counted).values()
    return sorted_disclosures(rows)


def named_recipients(
    source: Source, subject: Subject, rows: Iterable[Disclosure]
) -> RecipientNames:
    """The recipients that a person's events name, as the ledger knew them; names of disclosures are noted."""
    disclosures = list(rows)
    registered = {
        recipient: row
        for recipient in {*(row.recipient for row in disclosures), *_parties(subject)}
        if (row := _recipient(source, recipient, subject.position))
    }
    names = RecipientNames(source, registered)
    names.note(
        (row.recipient, row.occurred_at)
        for row in disclosures
        if row.recipient_kind != "subscriber"
    )
    return names


def _parties(subject: Subject) -> set[str]:
    """Whom the events of a person name."""
    parties = {act.event.facts.get(fact) for act in subject.acts for fact in _PARTIES}
    return {name for name in parties if name}


def _recipient(source: Source, recipient: str, position: int) -> Recipient | None:
    selected = _registry(source, f"recipient/{recipient}", position)
    return fold(recipients.VIEW, selected.counted).get("")


def declarations(
    source: Source, activities: Iterable[str], position: int
) -> dict[str, RecordedEvent]:
    """Activity -> the declaration that holds at the position."""
    latest = {}
    for activity in sorted(set(activities)):
        declared = [
            event
            for event in _registry(source, f"activity/{activity}", position).counted
            if event.name in {names.PROCESSING_ACTIVITY_DECLARED, names.PROCESSING_ACTIVITY_CHANGED}
        ]
        if declared:
            latest[activity] = max(declared, key=order_of)
    return latest


def _registry(source: Source, reference: str, position: int) -> SelectedEvents:
    stream = source.ledger.registry_stream(reference)
    moment = Moment(at_position=position)
    return select(
        events_but_reads(source.session, [stream], position), moment, source.privacy_office
    )
