"""The orders of a confidential ledger as they are counted, and the commitments to them."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from application.answer import Answer
from application.queries.desk.commitments import Salt, Tree, tree_of
from application.queries.desk.counts import (
    Counted,
    OrderCounts,
    Outcome,
    half_year_of,
    order_counts,
)
from application.queries.desk.found_orders import known_orders
from application.source import Source
from ledger.crypto.sealing import keyed_hash
from ledger.recording.reads import READS
from projections.folds.timetravel import Moment
from projections.views.order_acts import OrderAct
from projections.views.orders import Order, Status, standing
from rulebook import provision
from rulebook.calendar import day_of
from rulebook.provisions import PROVISIONS
from schemas import names

_SALT = b"processing-ledger/order-count/1\n"
_NOT_STATED, _OTHER = "not-stated", "other"
_OUTCOMES: Mapping[Status, Outcome] = {
    "received": "open",
    "authenticated": "open",
    "validated": "open",
    "narrowed": "open",
    "objected": "objected",
    "rejected": "refused",
    "executed": "executed",
    "confirmed": "executed",
    "withdrawn": "withdrawn",
    "lapsed": "lapsed",
}


class CountsProven(Answer, frozen=True):
    """What a file of numbers of orders proves. `whole`: that there were no more, too.

    `orders`: how many there were at least, and with `whole` exactly.
    """

    half_year: str
    root: str
    orders: int
    whole: bool


class WrittenCounts(CountsProven, frozen=True):
    """The files that were written. `whole_file`: for an auditor; None where none was asked for."""

    file: str
    whole_file: str | None


class CountedOrders(Struct, frozen=True):
    """Every order that may be counted, by its reference."""

    by_ref: Mapping[str, Counted]

    def of(self, half_year: str) -> list[tuple[str, Counted]]:
        """Those of a half-year."""
        return [row for row in self.by_ref.items() if row[1].half_year == half_year]


def counted_orders(source: Source, moment: Moment, now: datetime) -> CountedOrders:
    """The orders as they stand at a time, each once, however many persons it is about.

    `moment`: of which position of the confidential ledger. Nothing of a person is opened.
    """
    steps: dict[str, list[OrderAct]] = {}
    for _, order in known_orders(source, moment):
        steps.setdefault(order.ref, []).extend(order.steps)
    orders = (
        Order(ref, tuple(sorted(steps[ref], key=lambda act: act.order))) for ref in sorted(steps)
    )
    counted = ((order.ref, counted_as(order, now)) for order in orders)
    return CountedOrders({ref: row for ref, row in counted if row is not None})


def counts_of(orders: CountedOrders, now: datetime) -> OrderCounts:
    """The numbers that can be published."""
    uncounted = (entry.citation for entry in PROVISIONS if not entry.counted)
    return order_counts(orders.by_ref.values(), half_year_of(day_of(now)), uncounted)


def tree_for(source: Source, orders: CountedOrders, half_year: str) -> Tree:
    """The commitments to the orders of a half-year."""
    return tree_of(orders.of(half_year), _salt(source, half_year))


def counted_as(order: Order, now: datetime) -> Counted | None:
    """How an order is counted; None for one that had not been received, or may not be counted."""
    status, receipt = standing(order, now), order.receipt
    entry = provision(receipt.provision) if receipt and receipt.provision else None
    if status is None or receipt is None or (entry is not None and not entry.counted):
        return None
    return Counted(
        half_year=half_year_of(day_of(receipt.time)),
        provision=entry.id if entry else _OTHER,
        country=_country(receipt, entry.id if entry else ""),
        kind=order.kind or _NOT_STATED,
        outcome=_outcome(order, status.status),
    )


def _country(receipt: OrderAct, provision_id: str) -> str:
    """Of the authority: as the order states it; under a provision of our own law it is ours."""
    stated: str | None = receipt.facts.get("country")
    return stated or ("NL" if provision_id.startswith("nl.") else _NOT_STATED)


def _outcome(order: Order, status: Status) -> Outcome:
    narrowed = order.decision is not None and order.decision.name == names.ORDER_NARROWED
    outcome = _OUTCOMES[status]
    return "executed-in-part" if outcome == "executed" and narrowed else outcome


def _salt(source: Source, half_year: str) -> Salt:
    key = source.opener.ledger_key(READS)
    return lambda name: keyed_hash(key, _SALT + f"{half_year}\n{name}".encode())
