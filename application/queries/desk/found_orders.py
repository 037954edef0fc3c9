"""Orders of authorities, found by their reference, as they were known at a moment."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.answer import Name
from application.queries.cases.found_requests import NotAllowed
from application.queries.subjects import known_streams, note_read
from application.source import Source, each_known
from projections.folds.timetravel import NOW, Moment
from projections.reading.views import orders
from projections.views.order_acts import OrderAct
from projections.views.orders import VIEW, Order, OrderStatus, standing


class FoundOrder(Struct, frozen=True):
    """One order and whom it is about. `reference`: as it is shown; that of an erased person is gone.

    `others`: the other orders of the person, of which one may wait for the data that this order keeps.
    """

    stream: UUID
    reference: Name
    order: Order
    others: tuple[Order, ...] = ()

    def standing(self, time: datetime) -> OrderStatus | None:
        """What it is at a time; None when it had not been received by then."""
        return standing(self.order, time, followers=self.others)

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


def named_orders(source: Source, rows: Sequence[tuple[UUID, Order]]) -> list[FoundOrder]:
    """Rows of the view with the references of their persons, noted as one answer about many."""
    source.reads.note_many(())
    names = source.names(stream for stream, _ in rows)
    of_person: dict[UUID, list[Order]] = {}
    for stream, order in rows:
        of_person.setdefault(stream, []).append(order)
    return [
        FoundOrder(stream, names[stream], order, tuple(of_person[stream])) for stream, order in rows
    ]


def find_order(
    source: Source, ref: str, subject: str | None = None, moment: Moment = NOW
) -> FoundOrder:
    """The order of a reference. Raises NotAllowed when there is none, several, or another person's."""
    rows = known_orders(source, moment, refs=[ref])
    if subject is not None:
        streams = known_streams(source, subject)
        others, rows = rows, [row for row in rows if row[0] in streams]
        if others and not rows:
            raise NotAllowed(f"order {ref} is about another person")
    if not rows:
        raise NotAllowed(f"there is no order {ref}: `ledger order list --all` names them all")
    if len(rows) > 1:
        raise NotAllowed(f"order {ref} is about {len(rows)} persons: name one", field="subject")
    [(stream, order)] = rows
    if subject is not None:
        note_read(source, subject)
    of_person = _others(source, moment, stream, order)
    return FoundOrder(stream, subject or source.noted(stream), order, of_person)


def _others(source: Source, moment: Moment, stream: UUID, order: Order) -> tuple[Order, ...]:
    """The orders of the same person, where one of them can prolong what this order keeps."""
    if order.rule is None or not order.rule.until_production:
        return ()
    return tuple(other for _, other in known_orders(source, moment, streams=[stream]))
