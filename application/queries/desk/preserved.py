"""What was copied from the open ledger for orders to preserve: a snapshot for each imposition.

A snapshot is a subject of its own, so it is sealed under keys of its own: to erase that subject destroys the
copy and nothing else. Its events have the time of those that they copy, so the same code gathers from both.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict

from application.answer import Answer
from application.language import spoken
from application.queries.desk.data import (
    OrderData,
    OrderedPerson,
    OrderedValues,
    OrderGap,
    OrderScope,
)
from application.queries.desk.found_orders import FoundOrder, known_orders, named_orders
from application.queries.desk.order_file import OrderFile, order_file
from application.queries.desk.prepared import whom_of
from application.queries.desk.ties import KINDS, OF_LINES, Line, lines_of, marks, told_of
from application.queries.subjects import streams_of
from application.source import Source
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Missing
from ledger.reading import LAST, events_but_reads, last_events_of
from projections.reading.views import secrets_of
from projections.use.stretches import Held, held_in
from projections.views.orders import standing
from projections.views.secrecy import Secrets, snapshot_of
from schemas import PERSONAL_FIELDS, names
from schemas.personal import Value

_FEW = 16


class SnapshotLook(Answer, frozen=True):
    """What one look at the open ledger found. `added`: records that were not copied before.

    `position`: of its last event then. `missing`: values whose keys were destroyed before.
    """

    position: int
    persons: int
    records: int
    added: int
    missing: int


class KeptOrder(OrderFile, frozen=True):
    """An order whose data is kept, and the look at the open ledger that copied it."""

    snapshot: SnapshotLook


def kept_order(source: Source, found: FoundOrder, look: SnapshotLook) -> KeptOrder:
    """An order as it stands after its data was copied."""
    file = order_file(source, found, source.now, spoken())
    assert file is not None
    return KeptOrder(**asdict(file), snapshot=look)


class SnapshotState(NamedTuple):
    """How far a snapshot is. `positions`: of the open ledger that it copied; `last`: the latest look."""

    begun: bool
    positions: frozenset[int]
    last: RecordedEvent | None


class _Copy(NamedTuple):
    """A copied record. `record`: what may be told of it; `unknown`: its fields of no number that is known."""

    position: int
    record: OrderedValues | None
    unknown: frozenset[str]


def next_snapshot(case: FoundOrder) -> str:
    """The subject of the snapshot that an imposition for an order takes now.

    It follows from what is recorded: a command that was killed goes on with what it began.
    """
    number = len(case.order.named(names.PRESERVATION_IMPOSED)) + 1
    return f"visitor/preserved-{uuid5(case.stream, f'{case.order.ref}/{number}')}"


def snapshots_in(secrets: Secrets, ref: str | None = None) -> list[UUID]:
    """The snapshots that were taken for a person, or for one order about them, the oldest first."""
    imposed = secrets.named(names.PRESERVATION_IMPOSED)
    of_order = [act for act in imposed if ref is None or act.facts.get("order_ref") == ref]
    return [snapshot for act in of_order if (snapshot := snapshot_of(act)) is not None]


def state_of_snapshot(source: Source, streams: Sequence[UUID]) -> SnapshotState:
    """How far a snapshot is, by the streams of its subject."""
    events = events_but_reads(source.session, streams)
    looks = [event for event in events if event.name == names.PRESERVATION_SNAPSHOT_TAKEN]
    copies = (event for event in events if event.name == names.DATA_PRESERVED)
    return SnapshotState(
        begun=bool(events),
        positions=frozenset(int(event.facts["position"]) for event in copies),
        last=looks[-1] if looks else None,
    )


def last_look(source: Source, streams: Sequence[UUID]) -> RecordedEvent | None:
    """The latest look of a snapshot: mostly its last event, so few are read however much was copied."""
    for event in last_events_of(source.session, streams, LAST, _FEW):
        if event.name == names.PRESERVATION_SNAPSHOT_TAKEN:
            return event
    return state_of_snapshot(source, streams).last


def waiting_for_data(source: Source, who: UUID, ref: str, time: datetime) -> list[str]:
    """References of orders to produce that are open, and may need the data that order `ref` preserves.

    `who`: the stream of the person whom it is about.
    """
    return sorted(
        {
            order.ref
            for stream, order in known_orders(source)
            if order.kind == "production"
            and (stream == who or order.fact("extends") == ref)
            and (state := standing(order, time)) is not None
            and state.is_open
        }
    )


def together(every: Iterable[OrderData]) -> OrderData:
    """What each of several values found, as one: the persons whom all of them found, where there are such.

    An order that names a number and an address means one person, whom both find. Where they find different
    ones, the desk has to find out whom it means, and the copy has them all.
    """
    found = list(every)
    if len(found) == 1:
        return found[0]
    whom = [{person.subject for person in data.persons} for data in found]
    meant = set.intersection(*whom) or set.union(*whom)
    records: dict[str, list[OrderedValues]] = {who: [] for who in sorted(meant)}
    for person in chain.from_iterable(data.persons for data in found):
        records.get(person.subject, []).extend(person.records)
    persons = [OrderedPerson(who, _merged(records[who])) for who in records]
    gaps = [*chain.from_iterable(data.gaps for data in found)]
    return msgspec.structs.replace(found[0], persons=persons, gaps=gaps)


def completed(source: Source, case: FoundOrder, wanted: OrderScope, data: OrderData) -> OrderData:
    """The same, with what was preserved and the open ledger does not have any more."""
    snapshots = _snapshots_for(source, case, wanted)
    if not snapshots:
        return data
    copies = _preserved(source, snapshots, wanted)
    if len(copies) > 1 and _is_by_one_of_several(source, case, wanted):
        copies = {about: copies[about] for about in copies.keys() & _found_in(data)}
    told = _with_copies(data, copies)
    return msgspec.structs.replace(
        data, persons=told, gaps=[*_left(data, told), *_untied(copies, told)]
    )


def _found_in(data: OrderData) -> set[str]:
    return {person.subject for person in data.persons}


def _with_copies(data: OrderData, copies: Mapping[str, Sequence[_Copy]]) -> list[OrderedPerson]:
    """The persons who were found, and those of whom a copy tells something; by reference."""
    persons, found = {person.subject: person for person in data.persons}, _found_in(data)
    for about, records in copies.items():
        known = persons[about].records if about in persons else []
        persons[about] = OrderedPerson(about, _merged([*_told(records), *known]))
    return [persons[who] for who in sorted(persons) if persons[who].records or who in found]


def _told(copies: Iterable[_Copy]) -> list[OrderedValues]:
    """What may be told of some copies."""
    return [one.record for one in copies if one.record]


def _is_by_one_of_several(source: Source, case: FoundOrder, wanted: OrderScope) -> bool:
    """Whether data was copied by each value of an order, and is asked for by one: that one decides."""
    return wanted.number is not None and len(whom_of(source, case).found_by) > 1


def _untied(
    copies: Mapping[str, Sequence[_Copy]], told: Sequence[OrderedPerson]
) -> Iterator[OrderGap]:
    """What no copy says of which number it is, and no record tells: of how many values, field by field."""
    given = {
        (person.subject, record.position, field)
        for person in told
        for record in person.records
        for field in record.values
    }
    unknown = {
        (about, one.position, field)
        for about, every in copies.items()
        for one in every
        for field in one.unknown
    }
    counts = Counter((about, field) for about, _, field in unknown - given)
    for (about, field), count in sorted(counts.items()):
        yield OrderGap("unknown-number", field, about, count)


def _snapshots_for(source: Source, case: FoundOrder, wanted: OrderScope) -> dict[UUID, bool]:
    """Snapshots that an order may take from -> whether they were confined to its numbers when taken.

    Of the same person; of a number those alone that the order itself took, or one that names the same number.
    """
    refs = {case.order.ref, case.order.fact("extends")}
    theirs = streams_of(source, wanted.subject) if wanted.subject else []
    rows = [row for row in known_orders(source) if row[1].ref in refs or row[0] in theirs]
    orders = named_orders(source, rows)
    kept = secrets_of(source.session, sorted({*theirs, *(one.stream for one in orders)}))

    def taken(stream: UUID, ref: str | None = None) -> dict[UUID, bool]:
        return dict.fromkeys(snapshots_in(kept.get(stream, Secrets()), ref), ref is not None)

    found = {one: not wanted.numbers for stream in theirs for one in taken(stream)}
    for one in orders:
        if _is_alike(source, one, case, wanted):
            found |= taken(one.stream, one.order.ref)
    return found


def _is_alike(source: Source, one: FoundOrder, case: FoundOrder, wanted: OrderScope) -> bool:
    """Whether an order is the same, or is about the same number, or about no other numbers of the person."""
    if one.order.ref == case.order.ref and one.stream == case.stream:
        return True
    if one.order.receipt is None or not isinstance(one.reference, str):
        return False
    whom = whom_of(source, one)
    if wanted.number is not None:
        return any(marks(*found_by) == marks(*wanted.number) for found_by in whom.found_by)
    # Of several values each found persons by itself, so no number confines what was copied.
    number = next(iter(whom.found_by), None)
    theirs = _marked(whom.confined(number)) if len(whom.found_by) < 2 else set()
    return bool(theirs) and theirs <= _marked(wanted.numbers)


def _marked(named: Iterable[tuple[str, Value]]) -> set[tuple[str, str]]:
    return {(KINDS[field], mark) for field, value in named for mark in marks(field, value)}


def _preserved(
    source: Source, snapshots: Mapping[UUID, bool], wanted: OrderScope
) -> dict[str, list[_Copy]]:
    """What was preserved of the fields and the period of an order, person by person."""
    source.reads.note_many({PERSONAL_FIELDS[field] for field in (*wanted.fields, *KINDS)})
    recorded = events_but_reads(source.session, list(snapshots))
    copies = [event for event in recorded if event.name == names.DATA_PRESERVED]
    of_person = _by_person(source, copies).items()
    return {who: _copies(source, own, snapshots, wanted) for who, own in of_person}


def _copies(
    source: Source,
    events: Sequence[RecordedEvent],
    snapshots: Mapping[UUID, bool],
    wanted: OrderScope,
) -> list[_Copy]:
    """What is told of the copies of one person."""
    # The lines to which an order is confined. When they were the person's is not copied: no call is tied.
    named = wanted.numbers
    lines = [line for field, value in named for line in lines_of(field, value, ())]
    held = held_in(events, wanted.told, wanted.stretch)
    return [_copy(source, one, None if snapshots[one.event.stream] else lines) for one in held]


def _by_person(source: Source, copies: Sequence[RecordedEvent]) -> dict[str, list[RecordedEvent]]:
    """The copies by whom they are about; nothing about a person who was erased here."""
    names = source.names(UUID(event.facts["about"]) for event in copies)
    by_person: dict[str, list[RecordedEvent]] = {}
    for event in copies:
        about = names[UUID(event.facts["about"])]
        if isinstance(about, str):
            by_person.setdefault(about, []).append(event)
    return by_person


def _copy(source: Source, held: Held, lines: Sequence[Line] | None) -> _Copy:
    """What is told of a copy. `lines`: to which the order is confined, where the copy was not."""
    event, opened = held.event, source.personal(held.event)
    values: dict[str, Value] = {
        field: value
        for field in sorted(held.fields)
        if not isinstance(value := opened[field], Missing)
    }
    told = values if lines is None else told_of(opened, values, lines, event.time).values
    said = event.facts
    position = int(said["position"])
    unknown = frozenset((values.keys() - told.keys()) & OF_LINES)
    if not told:
        return _Copy(position, None, unknown)
    record = OrderedValues(
        position=position,
        occurred_at=instant(event.time),
        values=told,
        id=said["entry_id"],
        source=said["entry_source"],
        leaf=said["leaf"],
        held_before=True if held.before or said.get("held_before") else UNSET,
        proof=b64decode(said["proof"]).decode() if "proof" in said else UNSET,
    )
    return _Copy(position, record, unknown)


def _merged(records: Iterable[OrderedValues]) -> list[OrderedValues]:
    """A record for each position. Of one that is there twice, the last one's values win."""
    by_position: dict[int, OrderedValues] = {}
    for record in records:
        known = by_position.get(record.position, record)
        by_position[record.position] = msgspec.structs.replace(
            record, values=dict(sorted((known.values | record.values).items()))
        )
    return sorted(by_position.values(), key=lambda record: (record.occurred_at, record.position))


def _left(data: OrderData, told: Sequence[OrderedPerson]) -> list[OrderGap]:
    """What is still missing: of a field that a person has values of now, only what no copy has."""
    had = {person.subject: _counts(person) for person in data.persons}
    has = {person.subject: _counts(person) for person in told}
    left = []
    for gap in data.gaps:
        subject, field = gap.subject or "", gap.field or ""
        added = has.get(subject, Counter())[field] - had.get(subject, Counter())[field]
        left += _after(gap, added, found=bool(told))
    return left


def _after(gap: OrderGap, added: int, *, found: bool) -> list[OrderGap]:
    """What is left of a gap. `added`: values of its field that a copy gave; `found`: anybody was found."""
    if gap.reason == "not-found" and not gap.subject and found:
        return []
    if added and gap.reason in {"not-collected", "outside-period", "no-period"}:
        return []
    if added and gap.reason == "erased" and gap.values:
        values = gap.values - added
        return [msgspec.structs.replace(gap, values=values)] if values > 0 else []
    return [gap]


def _counts(person: OrderedPerson) -> Counter[str]:
    return Counter(field for record in person.records for field in record.values)
