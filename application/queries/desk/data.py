"""What an order may be told, gathered from the open ledger: `ledger order prepare`.

The `Source` reads the open ledger, and notes its reads in the confidential one. It reads events alone, as of
one position, so the same order and position give the same data until somebody is erased.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from application.answer import Answer
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.entries import Entries
from application.queries.desk.holders import had_number, held_by_number, narrowed
from application.queries.desk.ties import KINDS, NUMBERS, SHARED, Line, lines_of, told_of
from application.queries.subjects import selections
from application.source import Source
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Missing
from ledger.tlog.store.folder import LogFolder
from projections.folds.timetravel import Moment
from projections.use.stretches import Held, Stretch, describes, fields_of, held_in, together
from schemas import PERSONAL_FIELDS
from schemas.events.orders import GapReason
from schemas.personal import Value, each_of

FORMAT = "processing-ledger/order-data@v2"

Reason: TypeAlias = GapReason
"""Why something that the order asks for is not there.

`not-found`: no person is known by this reference or number, or none is any more; with a subject: the person
never had a number that the order names. `not-collected`: the ledger never got the field of this person.
`outside-period`: it did, and no value of the ordered numbers and period. `no-period`: it did, of a moment (a
call, a letter), and the order does not say of which days. `unknown-number`: some held in the
period, and their records do not say of which number they are. `erased`: some held, and their key is
destroyed. `lost`: their key is missing. `not-yet`: a part of the period is still to come. `withheld`: the
desk does not give the field, on a ground.
"""


class OrderScope(Struct, frozen=True, kw_only=True):
    """An order as far as it decides what is gathered.

    `fields`: that it may have. `stretch`: of which time; two equal instants: what held at that instant.
    `subject`: whom it names, and `numbers` of theirs to which it is confined; `number`: a field and its
    value, by which it names them instead, and `described`: what a person found so must have had at the same
    time. `withheld`: fields that the desk does not give -> the ground, as a
    code. `to_come`: its period goes on beyond the stretch. `case_ref`: the file number of the authority.
    """

    order_ref: str
    provision: str
    recipient: str
    fields: tuple[str, ...]
    stretch: Stretch
    subject: str | None = None
    number: tuple[str, Value] | None = None
    described: tuple[tuple[str, Value], ...] = ()
    numbers: tuple[tuple[str, Value], ...] = ()
    withheld: Mapping[str, str] = {}
    to_come: bool = False
    case_ref: str | None = None
    salt: str = ""

    @property
    def is_dated(self) -> bool:
        """Whether the order says of which time it wants data."""
        return self.stretch.since < self.stretch.until

    @property
    def told(self) -> list[str]:
        """The fields that are given, where they have values."""
        return [field for field in sorted(self.fields) if field not in self.withheld]


class OrderedValues(Answer, frozen=True):
    """Values that one event gave a person. `held_before`: they held already when the period began.

    `id`, `source`: of the event. `leaf`: the hash of its entry in the open log (RFC 6962), in hex. `proof`:
    that the log holds it, as a file `.tlog-proof`; absent where the log has not published it yet.
    """

    position: int
    occurred_at: str
    values: dict[str, Value]
    id: str
    source: str
    leaf: str
    held_before: bool | UnsetType = UNSET
    proof: str | UnsetType = UNSET


class OrderGap(Answer, frozen=True):
    """What is not there, and why. `values`: how many were. `ground`: on which the desk withholds it."""

    reason: Reason
    field: str | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    values: int | UnsetType = UNSET
    ground: str | UnsetType = UNSET


class OrderedPerson(Answer, frozen=True):
    """What is told of one person, by time."""

    subject: str
    records: list[OrderedValues]


class OrderData(Answer, frozen=True, kw_only=True):
    """The content of a bundle: what is told, and what could not be.

    `since`, `until`: the period that was looked at, both included. `position`: of the last event of the open
    ledger that it takes into account; `published`: of the last entry in its log. `recipient`:
    the authority, and `case_ref` its file number. `salt`: without it, no reader can guess these bytes from
    their digest.
    """

    format: str
    order_ref: str
    provision: str
    recipient: str
    case_ref: str | None
    fields: list[str]
    since: str
    until: str
    position: int
    published: int
    persons: list[OrderedPerson]
    gaps: list[OrderGap]
    salt: str


class _Person(NamedTuple):
    """Whom an order is about. `lines`: the marks by which it found them; None where it named no line."""

    reference: str
    stretches: tuple[Stretch, ...]
    lines: tuple[Line, ...] | None = None


def order_data(
    source: Source, wanted: OrderScope, position: int, log: LogFolder | None = None
) -> OrderData:
    """Gather what an order may have, as of a position of the open ledger.

    `log`: of the open ledger, for the proofs of its entries. Raises Misconfigured, Retry, Halt or Unproven;
    nothing opens before the read is noted.
    """
    entries = Entries(source.session, log)
    persons: list[OrderedPerson] = []
    gaps: list[OrderGap] = [OrderGap("not-yet")] if wanted.to_come else []
    gaps += [
        OrderGap("withheld", field, ground=ground)
        for field, ground in sorted(wanted.withheld.items())
    ]
    for person in _persons(source, wanted, position):
        told, missing = _of_person(source, wanted, person, position, entries)
        persons += told
        gaps += missing
    if not persons:
        gaps.append(OrderGap("not-found"))
    return OrderData(
        format=FORMAT,
        order_ref=wanted.order_ref,
        provision=wanted.provision,
        recipient=wanted.recipient,
        case_ref=wanted.case_ref,
        fields=sorted(wanted.fields),
        since=instant(wanted.stretch.since),
        until=instant(wanted.stretch.until),
        position=position,
        published=entries.published,
        persons=persons,
        gaps=gaps,
        salt=wanted.salt,
    )


def _persons(source: Source, wanted: OrderScope, position: int) -> list[_Person]:
    """Whom the order is about: the person it names, else each who had the number in its period."""
    if wanted.number is None:
        return [_Person(wanted.subject, (wanted.stretch,))] if wanted.subject else []
    field, value = wanted.number
    if field not in KINDS:
        holders = held_by_number(source, field, value, wanted.stretch, position)
        holders = narrowed(source, holders, wanted.described, wanted.stretch, position)
        _check_one(wanted, field, holders)
        return [_Person(reference, tuple(stretches)) for reference, stretches in holders.items()]
    lines: dict[str, list[Line]] = {}
    for single in each_of(value):
        # Each number by itself: who had one of them is told nothing of the others.
        holders = held_by_number(source, field, single, wanted.stretch, position)
        for reference, stretches in holders.items():
            lines.setdefault(reference, []).extend(lines_of(field, single, tuple(stretches)))
    return [
        _Person(reference, tuple(s for line in held for s in line.stretches), tuple(held))
        for reference, held in sorted(lines.items())
    ]


def _check_one(wanted: OrderScope, field: str, found: Collection[str]) -> None:
    """Raise NotAllowed where a name or a part of an address, which many share, finds several persons.

    A house is named by its number with its street or postcode: who lives there is meant, whoever that is.
    """
    ref, named = wanted.order_ref, {field for field, _ in wanted.described} | {field}
    is_house = "house_number" in named and not named.isdisjoint({"street", "postcode"})
    if len(found) > 1 and named <= SHARED and not is_house:
        raise NotAllowed(
            f"{len(found)} persons had this {' and '.join(sorted(named))}, and nothing says which of them "
            f"order {ref} means: give `ledger order object {ref} --ground incomplete`, or receive it about "
            "the person whom it means"
        )


def _of_person(
    source: Source, wanted: OrderScope, person: _Person, position: int, entries: Entries
) -> tuple[list[OrderedPerson], list[OrderGap]]:
    fields = wanted.told
    counted = _counted(source, wanted, person, position)
    if counted is None:
        return [], []
    lines = _lines_of(source, wanted, counted) if person.lines is None else person.lines
    held = together(
        held_in(events, fields, stretch) for events in counted for stretch in person.stretches
    )
    opened = [_opened(source, each, lines) for each in held]
    records = [each.record(entries) for each in opened if each.values]
    gaps = list(_all_gaps(person.reference, fields, opened, counted, dated=wanted.is_dated))
    if _had_none(lines):
        gaps.append(OrderGap("not-found", subject=person.reference))
    return [OrderedPerson(person.reference, records)], gaps


def _had_none(lines: Sequence[Line] | None) -> bool:
    """Whether an order is confined to lines of which none was the person's."""
    return lines is not None and not any(line.stretches for line in lines)


def _counted(
    source: Source, wanted: OrderScope, person: _Person, position: int
) -> list[tuple[RecordedEvent, ...]] | None:
    """The events of a person that count; None where the person is not known. The read is noted before."""
    # Of which number a record is stands in fields that the order need not ask for.
    ties = KINDS if person.lines or wanted.numbers else ()
    read = {PERSONAL_FIELDS[field] for field in (*wanted.fields, *ties)}
    source.reads.note([person.reference], read)
    try:
        streams = selections(source, person.reference, Moment(at_position=position))
    except UnknownSubject:
        return None
    return [stream.selected.counted for stream in streams]


def _lines_of(
    source: Source, wanted: OrderScope, counted: Sequence[Sequence[RecordedEvent]]
) -> tuple[Line, ...] | None:
    """The lines of a person to which the order is confined, each for as long as the person had it.

    None where it is confined to none.
    """
    if not wanted.numbers:
        return None
    lines: list[Line] = []
    for field, value in wanted.numbers:
        for single in each_of(value):
            stretches: tuple[Stretch, ...] = (wanted.stretch,)
            if KINDS[field] == KINDS[NUMBERS[0]]:
                # The other end of a call may have the number, too, when it is not the person's.
                stretches = had_number(source, counted, single, wanted.stretch)
            lines += lines_of(field, single, stretches)
    return tuple(lines)


class _Opened(NamedTuple):
    """What became of the values of one event. `missing`: field -> why it has none that may be told."""

    held: Held
    values: dict[str, Value]
    missing: dict[str, Reason]

    def record(self, entries: Entries) -> OrderedValues:
        """What is told of it."""
        event = self.held.event
        leaf = entries.leaf(event.position)
        return OrderedValues(
            position=event.position,
            occurred_at=instant(event.time),
            values=self.values,
            id=event.id,
            source=event.source,
            leaf=leaf.hex(),
            held_before=True if self.held.before else UNSET,
            proof=entries.proof(event.position, leaf) or UNSET,
        )


def _opened(source: Source, held: Held, lines: Sequence[Line] | None) -> _Opened:
    """`lines`: to which the order is confined, if it is."""
    opened, fields = source.personal(held.event), sorted(held.fields)
    values = {field: value for field in fields if not isinstance(value := opened[field], Missing)}
    missing = {
        field: _REASONS[value] for field in fields if isinstance(value := opened[field], Missing)
    }
    if lines is not None:
        values, unknown = told_of(opened, values, lines, held.event.time)
        missing |= {field: "unknown-number" for field in unknown}
    return _Opened(held, values, missing)


def _all_gaps(
    reference: str,
    fields: Sequence[str],
    opened: Sequence[_Opened],
    counted: Iterable[Sequence[RecordedEvent]],
    *,
    dated: bool,
) -> Iterator[OrderGap]:
    """What is missing of a person. `counted`: all that there is of them; `dated`: the order names days."""
    events = chain.from_iterable(counted)
    # Those of some fields that the ledger ever got of a person.
    wanted = list(fields)
    collected = {field for event in events for field in fields_of(event, wanted)}
    for field in fields:
        elsewhen: Reason = "outside-period" if dated or describes(field) else "no-period"
        nothing = elsewhen if field in collected else "not-collected"
        yield from _gaps(reference, field, opened, nothing)


def _gaps(
    reference: str, field: str, opened: Sequence[_Opened], nothing: Reason
) -> Iterator[OrderGap]:
    """What is missing of one field of a person. `nothing`: why, where no record of the time has it."""
    missing = Counter(each.missing[field] for each in opened if field in each.missing)
    for reason in _COUNTED:
        if missing[reason]:
            yield OrderGap(reason, field, reference, missing[reason])
    # Of records of another number nothing is said: they are no part of the order.
    if not missing and not any(field in each.values for each in opened):
        yield OrderGap(nothing, field, reference)


_REASONS: dict[Missing, Reason] = {Missing.ERASED: "erased", Missing.LOST: "lost"}
_COUNTED: tuple[Reason, ...] = ("unknown-number", "erased", "lost")
