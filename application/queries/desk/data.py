"""What an order may be told, gathered from the open ledger: `ledger order prepare`.

The `Source` reads the open ledger, and notes its reads in the confidential one. It reads events alone, as of
one position, so the same order and position give the same data until somebody is erased.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from msgspec import UNSET, Struct, UnsetType

from application.answer import Answer
from application.queries.desk.holders import held_by_number
from application.queries.subjects import selections
from application.source import Source
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Missing
from projections.folds.timetravel import Moment
from projections.use.stretches import Held, Stretch, fields_of, held_in, together
from schemas import PERSONAL_FIELDS
from schemas.personal import Value

FORMAT = "processing-ledger/order-data@v1"

Reason = Literal["not-found", "not-collected", "outside-period", "erased", "lost", "not-yet"]
"""Why something that the order asks for is not there.

`not-found`: no person is known by this reference or number, or none is any more. `not-collected`: the ledger
never got the field of this person. `outside-period`: it did, and no value held in the period. `erased`: some
held in the period, and their key is destroyed. `lost`: their key is missing. `not-yet`: a part of the period
is still to come.
"""


class Wanted(Struct, frozen=True, kw_only=True):
    """An order as far as it decides what is gathered.

    `fields`: that it may have. `stretch`: of which time; two equal instants: what held at that instant.
    `subject`: whom it names; `number`: a field and its value, by which it names them instead. `to_come`: its
    period goes on beyond the stretch.
    """

    order_ref: str
    provision: str
    recipient: str
    fields: tuple[str, ...]
    stretch: Stretch
    subject: str | None = None
    number: tuple[str, Value] | None = None
    to_come: bool = False
    salt: str = ""


class OrderedValues(Answer, frozen=True):
    """Values that one event gave a person. `held_before`: they held already when the period began."""

    position: int
    occurred_at: str
    values: dict[str, Value]
    held_before: bool | UnsetType = UNSET


class OrderGap(Answer, frozen=True):
    """What is not there, and why. `values`: how many were, where there were any."""

    reason: Reason
    field: str | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    values: int | UnsetType = UNSET


class OrderedPerson(Answer, frozen=True):
    """What is told of one person, by time."""

    subject: str
    records: list[OrderedValues]


class OrderData(Answer, frozen=True, kw_only=True):
    """The content of a bundle: what is told, and what could not be.

    `since`, `until`: the period that was looked at, both included. `position`: of the last event of the open
    ledger that it takes into account. `salt`: makes the digest of these bytes one that nobody can guess.
    """

    format: str
    order_ref: str
    provision: str
    recipient: str
    fields: list[str]
    since: str
    until: str
    position: int
    persons: list[OrderedPerson]
    gaps: list[OrderGap]
    salt: str


class _Person(NamedTuple):
    reference: str
    stretches: tuple[Stretch, ...]


def order_data(source: Source, wanted: Wanted, position: int) -> OrderData:
    """Gather what an order may have, as of a position of the open ledger.

    Raises Misconfigured, Retry or Halt; nothing opens before the read is noted.
    """
    persons: list[OrderedPerson] = []
    gaps: list[OrderGap] = [OrderGap("not-yet")] if wanted.to_come else []
    for person in _persons(source, wanted, position):
        told, missing = _of_person(source, wanted, person, position)
        persons += told
        gaps += missing
    if not persons:
        gaps.append(OrderGap("not-found"))
    return OrderData(
        format=FORMAT,
        order_ref=wanted.order_ref,
        provision=wanted.provision,
        recipient=wanted.recipient,
        fields=sorted(wanted.fields),
        since=instant(wanted.stretch.since),
        until=instant(wanted.stretch.until),
        position=position,
        persons=persons,
        gaps=gaps,
        salt=wanted.salt,
    )


def _persons(source: Source, wanted: Wanted, position: int) -> list[_Person]:
    """Whom the order is about: the person it names, else each who had the number in its period."""
    if wanted.number is None:
        return [_Person(wanted.subject, (wanted.stretch,))] if wanted.subject else []
    field, value = wanted.number
    holders = held_by_number(source, field, value, wanted.stretch, position)
    return [_Person(reference, tuple(stretches)) for reference, stretches in holders.items()]


def _of_person(
    source: Source, wanted: Wanted, person: _Person, position: int
) -> tuple[list[OrderedPerson], list[OrderGap]]:
    source.reads.note([person.reference], {PERSONAL_FIELDS[field] for field in wanted.fields})
    try:
        streams = selections(source, person.reference, Moment(at_position=position))
    except UnknownSubject:
        return [], []
    counted = [stream.selected.counted for stream in streams]
    opened = [_opened(source, held) for held in _held(wanted, person, counted)]
    records = [record for each in opened if (record := each.record) is not None]
    collected = _collected(wanted.fields, chain.from_iterable(counted))
    gaps = [
        gap
        for field in sorted(wanted.fields)
        for gap in _gaps(person.reference, field, opened, known=field in collected)
    ]
    return [OrderedPerson(person.reference, records)], gaps


def _held(
    wanted: Wanted, person: _Person, counted: Iterable[Sequence[RecordedEvent]]
) -> list[Held]:
    """What held in a person's stretches. `counted`: events, a list for each data subject that they were."""
    return together(
        held_in(events, wanted.fields, stretch)
        for events in counted
        for stretch in person.stretches
    )


def _collected(fields: Iterable[str], events: Iterable[RecordedEvent]) -> set[str]:
    """Those of some fields that the ledger ever got of a person."""
    wanted = list(fields)
    return {field for event in events for field in fields_of(event, wanted)}


class _Opened(NamedTuple):
    """What became of the values of one event."""

    held: Held
    values: dict[str, Value]
    missing: dict[str, Missing]

    @property
    def record(self) -> OrderedValues | None:
        """What is told of it, if anything opened."""
        if not self.values:
            return None
        event = self.held.event
        before = True if self.held.before else UNSET
        return OrderedValues(event.position, instant(event.time), self.values, before)


def _opened(source: Source, held: Held) -> _Opened:
    opened = source.personal(held.event)
    values: dict[str, Value] = {}
    missing: dict[str, Missing] = {}
    for field in sorted(held.fields):
        value = opened[field]
        if isinstance(value, Missing):
            missing[field] = value
        else:
            values[field] = value
    return _Opened(held, values, missing)


def _gaps(
    reference: str, field: str, opened: Sequence[_Opened], *, known: bool
) -> Iterator[OrderGap]:
    """What is missing of one field of a person. `known`: the ledger got it at some time."""
    missing = Counter(each.missing[field] for each in opened if field in each.missing)
    for why, reason in _REASONS.items():
        if missing[why]:
            yield OrderGap(reason, field, reference, missing[why])
    if not any(field in each.held.fields for each in opened):
        yield OrderGap("outside-period" if known else "not-collected", field, reference)


_REASONS: dict[Missing, Reason] = {Missing.ERASED: "erased", Missing.LOST: "lost"}
