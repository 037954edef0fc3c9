"""What was copied from the open ledger for orders to preserve: a snapshot for each imposition.

A snapshot is a subject of its own, so it is sealed under keys of its own: to erase that subject destroys the
copy and nothing else. Its events have the time of those that they copy, so the same code gathers from both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict

from application.answer import Answer, Name
from application.language import spoken
from application.queries.desk.data import OrderData, OrderedPerson, OrderedValues, OrderGap, Wanted
from application.queries.desk.found_orders import FoundOrder, known_orders
from application.queries.desk.order_file import OrderFile, order_file
from application.queries.subjects import streams_of
from application.source import Source
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Missing
from ledger.reading import events_but_reads
from projections.reading.views import secrets_of
from projections.use.stretches import Held, held_in
from projections.views.orders import standing
from projections.views.secrecy import Secrets
from schemas import PERSONAL_FIELDS, names
from schemas.personal import Value


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


def next_snapshot(case: FoundOrder) -> str:
    """The subject of the snapshot that an imposition for an order takes now.

    It follows from what is recorded: a command that was killed goes on with what it began.
    """
    number = len(case.order.named(names.PRESERVATION_IMPOSED)) + 1
    return f"visitor/preserved-{uuid5(case.stream, f'{case.order.ref}/{number}')}"


def snapshots_in(secrets: Secrets, ref: str | None = None) -> list[UUID]:
    """The snapshots that were taken for a person, or for one order about them, the oldest first."""
    imposed = secrets.named(names.PRESERVATION_IMPOSED)
    return [
        UUID(act.facts["snapshot"])
        for act in imposed
        if "snapshot" in act.facts and (ref is None or act.facts.get("order_ref") == ref)
    ]


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


def waiting_for_data(source: Source, case: FoundOrder, time: datetime) -> list[str]:
    """References of orders to produce that are open, and may need the data that an order preserves."""
    return sorted(
        {
            order.ref
            for stream, order in known_orders(source)
            if order.kind == "production"
            and (stream == case.stream or _extends(order.receipt, case.order.ref))
            and (state := standing(order, time)) is not None
            and state.is_open
        }
    )


def _extends(receipt: object, ref: str) -> bool:
    facts = getattr(receipt, "facts", {})
    return bool(facts.get("extends") == ref)


def completed(source: Source, case: FoundOrder, wanted: Wanted, data: OrderData) -> OrderData:
    """The same, with what was preserved and the open ledger does not have any more."""
    streams = _snapshots_for(source, case, wanted)
    if not streams:
        return data
    persons = {person.subject: person for person in data.persons}
    for about, records in _preserved(source, streams, wanted).items():
        known = persons.get(about, OrderedPerson(about, []))
        persons[about] = OrderedPerson(about, _merged([*records, *known.records]))
    told = [persons[subject] for subject in sorted(persons)]
    return msgspec.structs.replace(data, persons=told, gaps=_left(data, told))


def _snapshots_for(source: Source, case: FoundOrder, wanted: Wanted) -> list[UUID]:
    """Of the same person; of a number those alone that this order, or the one that it extends, took."""
    refs = {case.order.ref, case.received.facts.get("extends")}
    own = [stream for stream, order in known_orders(source) if order.ref in refs]
    streams = {case.stream, *own}
    if wanted.subject is not None:
        streams |= set(streams_of(source, wanted.subject))
    every = secrets_of(source.session, sorted(streams)).values()
    if wanted.subject is not None:
        return [one for secrets in every for one in snapshots_in(secrets)]
    return [
        one
        for secrets in every
        for ref in sorted(filter(None, refs))
        for one in snapshots_in(secrets, ref)
    ]


def _preserved(
    source: Source, streams: Sequence[UUID], wanted: Wanted
) -> dict[str, list[OrderedValues]]:
    """What was preserved of the fields and the period of an order, person by person."""
    source.reads.note_many({PERSONAL_FIELDS[field] for field in wanted.fields})
    events = [
        event
        for event in events_but_reads(source.session, list(streams))
        if event.name == names.DATA_PRESERVED
    ]
    abouts = source.names(UUID(event.facts["about"]) for event in events)
    found: dict[str, list[OrderedValues]] = {}
    for person, own in _by_person(events, abouts).items():
        for held in held_in(own, wanted.fields, wanted.stretch):
            if (record := _record(source, held)) is not None:
                found.setdefault(person, []).append(record)
    return found


def _by_person(
    events: Iterable[RecordedEvent], abouts: dict[UUID, Name]
) -> dict[str, list[RecordedEvent]]:
    by_person: dict[str, list[RecordedEvent]] = {}
    for event in events:
        about = abouts[UUID(event.facts["about"])]
        if isinstance(about, str):
            by_person.setdefault(about, []).append(event)
    return by_person


def _record(source: Source, held: Held) -> OrderedValues | None:
    opened = source.personal(held.event)
    values: dict[str, Value] = {
        field: value
        for field in sorted(held.fields)
        if not isinstance(value := opened[field], Missing)
    }
    before = True if held.before or held.event.facts.get("held_before") else UNSET
    position = int(held.event.facts["position"])
    return OrderedValues(position, instant(held.event.time), values, before) if values else None


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
    gaps = []
    for gap in data.gaps:
        if gap.reason == "not-found" and told:
            continue
        subject, field = gap.subject or "", gap.field or ""
        added = has.get(subject, {}).get(field, 0) - had.get(subject, {}).get(field, 0)
        if added and gap.reason in {"not-collected", "outside-period"}:
            continue
        if added and gap.reason == "erased" and gap.values:
            left = gap.values - added
            if left <= 0:
                continue
            gaps.append(msgspec.structs.replace(gap, values=left))
            continue
        gaps.append(gap)
    return gaps


def _counts(person: OrderedPerson) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in person.records:
        for field in record.values:
            counts[field] = counts.get(field, 0) + 1
    return counts
