"""Orders of authorities, found by their reference, as they were known at a moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.answer import Name
from application.queries.cases.found_requests import NotAllowed
from application.queries.subjects import known_streams, note_read
from application.source import Source, each_known
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.reading import events_but_reads
from ledger.writing.packing import spelling
from projections.folds.timetravel import NOW, Moment
from projections.reading.views import orders
from projections.views.order_acts import OrderAct
from projections.views.orders import RECEIVED, VIEW, Order, OrderStatus, standing
from schemas.personal import Single, each_of


class OrderFilter(Struct, frozen=True):
    """Which orders. `authority`, `case_ref`: as they were received; `sha256`: of a document of theirs.

    `value`: a number, an address or another value of the person that the order names, or the desk stated.
    `owner`: streams of the employee in whose hands it is.
    """

    authority: str | None = None
    case_ref: str | None = None
    sha256: str | None = None
    value: str | None = None
    owner: Sequence[UUID] | None = None

    def has(self, order: Order) -> bool:
        """Whether an order is meant, as far as its facts say."""
        facts = order.receipt.facts if order.receipt else {}
        stated = {"authority": self.authority, "case_ref": self.case_ref}
        digests = {act.facts.get(name) for act in order.steps for name in _DIGESTS}
        return (
            all(text is None or facts.get(name) == text for name, text in stated.items())
            and (self.sha256 is None or self.sha256 in digests)
            and (self.owner is None or not {*order.owners[-1:]}.isdisjoint(self.owner))
        )


ANY = OrderFilter()
_DIGESTS = ("sha256", "form_sha256", "bundle_sha256")


class FoundOrder(Struct, frozen=True):
    """One order and whom it is about. `reference`: as it is shown; that of an erased person is gone.

    `others`: the other orders of the person, of which one may wait for the data that this order keeps.
    `employees`: in whose hands it was, by stream.
    """

    stream: UUID
    reference: Name
    order: Order
    others: tuple[Order, ...] = ()
    employees: Mapping[UUID, Name] = {}

    def standing(self, time: datetime) -> OrderStatus | None:
        """What it is at a time; None when it had not been received by then."""
        return standing(self.order, time, followers=self.others)

    def owner(self, time: datetime) -> Name | None:
        """The employee in whose hands it is at a time; None where nobody is known."""
        owners = self.order.until(time).owners
        return self.employees.get(owners[-1]) if owners else None

    @property
    def person(self) -> str:
        """The reference of the person. Raises NotAllowed when it is gone."""
        if isinstance(self.reference, str):
            return self.reference
        raise NotAllowed(
            f"the person of order {self.order.ref} was erased: name them", field="subject"
        )

    @property
    def received(self) -> OrderAct:
        """How the order came in. Raises NotAllowed when it never did."""
        if self.order.receipt is None:
            raise NotAllowed(f"order {self.order.ref} was never received")
        return self.order.receipt

    @property
    def provision(self) -> str | None:
        """The provision that the order names; None when it was never received."""
        return self.order.receipt.provision if self.order.receipt else None


def known_orders(
    source: Source,
    moment: Moment = NOW,
    *,
    streams: Sequence[UUID] | None = None,
    refs: Sequence[str] | None = None,
) -> list[tuple[UUID, Order]]:
    """Orders as they were known at a moment, of some persons or references, or all."""
    if moment.known == NOW:
        return orders(source.session, streams=streams, refs=refs)
    rows = each_known(source, VIEW, moment.known, refs)
    return [row for row in rows if streams is None or row[0] in streams]


def orders_like(
    source: Source, rows: Sequence[tuple[UUID, Order]], wanted: OrderFilter
) -> list[tuple[UUID, Order]]:
    """The rows that a filter names. A value is compared with what each order's receipt names, opened."""
    found = [row for row in rows if wanted.has(row[1])]
    if wanted.value is None:
        return found
    named = _naming(source, found, spelling(wanted.value))
    return [(stream, order) for stream, order in found if (stream, order.ref) in named]


def _naming(
    source: Source, rows: Sequence[tuple[UUID, Order]], value: str
) -> set[tuple[UUID, str]]:
    """Stream and reference of each order whose receipt names a value, as it is spelled for a search."""
    receipts = {act.position for _, order in rows for act in order.named(RECEIVED)}
    streams = dict.fromkeys(stream for stream, _ in rows)
    told = [one for one in events_but_reads(source.session, [*streams]) if one.position in receipts]
    source.reads.note_many({category for event in told for category in event.sealed})
    return {
        (event.stream, str(event.facts["order_ref"]))
        for event in told
        if value in map(spelling, _values(source, event))
    }


def _values(source: Source, event: RecordedEvent) -> Iterator[Single]:
    for value in source.personal(event).values():
        if not isinstance(value, Missing):
            yield from each_of(value)


def named_orders(source: Source, rows: Sequence[tuple[UUID, Order]]) -> list[FoundOrder]:
    """Rows of the view with the references of their persons, noted as one answer about many."""
    source.reads.note_many(())
    names = source.names(stream for stream, _ in rows)
    of_person: dict[UUID, list[Order]] = {}
    for stream, order in rows:
        of_person.setdefault(stream, []).append(order)
    whose = owners_of(source, rows)
    return [
        FoundOrder(stream, names[stream], order, tuple(of_person[stream]), whose)
        for stream, order in rows
    ]


def owners_of(source: Source, rows: Sequence[tuple[UUID, Order]]) -> Mapping[UUID, Name]:
    """Everybody in whose hands some orders were."""
    return source.names(owner for _, order in rows for owner in order.owners)


def find_order(
    source: Source, ref: str, subject: str | None = None, moment: Moment = NOW
) -> FoundOrder:
    """The order of a reference. Raises NotAllowed when there is none, several, or another person's."""
    found = find_cases(source, ref, subject, moment)
    if len(found) > 1:
        raise NotAllowed(f"order {ref} is about {len(found)} persons: name one", field="subject")
    return found[0]


def find_cases(
    source: Source, ref: str, subject: str | None = None, moment: Moment = NOW
) -> list[FoundOrder]:
    """The order of a reference, for each person whom it is about, or for one of them; at least one.

    Raises NotAllowed when there is none, or it is about others than the person who is named.
    """
    rows = known_orders(source, moment, refs=[ref])
    if subject is not None:
        streams = known_streams(source, subject)
        found = [row for row in rows if row[0] in streams]
        if rows and not found:
            raise NotAllowed(f"order {ref} is about another person")
        if len(found) > 1:
            raise NotAllowed(
                f"order {ref} is about {len(found)} persons: name one", field="subject"
            )
        rows = found
    if not rows:
        raise NotAllowed(f"there is no order {ref}: `ledger order list --all` names them all")
    whose = _whose(source, [stream for stream, _ in rows], subject)
    employees = owners_of(source, rows)
    return [
        FoundOrder(stream, whose[stream], order, _others(source, moment, stream, order), employees)
        for stream, order in rows
    ]


def _whose(source: Source, streams: Sequence[UUID], subject: str | None) -> dict[UUID, Name]:
    """Whom streams are about, noted as read. `subject`: whose they are, where it was named."""
    if subject is not None:
        note_read(source, subject)
        return dict.fromkeys(streams, subject)
    if len(streams) == 1:
        return {streams[0]: source.noted(streams[0])}
    source.reads.note_many(())
    return source.names(streams)


def _others(source: Source, moment: Moment, stream: UUID, order: Order) -> tuple[Order, ...]:
    """The orders of the same person, where one of them can prolong what another one keeps."""
    if order.rule is None or not order.rule.preserve_days:
        return ()
    return tuple(other for _, other in known_orders(source, moment, streams=[stream]))
