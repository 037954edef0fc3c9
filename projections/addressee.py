"""What the marketing rules ask about a person: from the events that count, at any time.

Pure. An existing customer is whoever bought something: a contract, an order, a service, an invoice. To be
registered is no sale.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from ledger.event import RecordedEvent
from projections.choices import Choice, objected
from projections.consent_status import Row, consents_among, status_at
from rulebook import Addressee

__all__ = ["Kind", "addressee", "has_bought", "kind_of_addressee"]

_SALES = frozenset(
    {
        "contract-changed",
        "contract-concluded",
        "contract-taken-over",
        "equipment-shipped",
        "invoice-sent",
        "order-placed",
        "service-activated",
        "service-extended",
    }
)
Kind = Literal["consumer", "sole-trader", "legal-entity"]
_KINDS: dict[str | None, Kind] = {"sole-trader": "sole-trader", "legal-entity": "legal-entity"}


def kind_of_addressee(customer_kind: str | None) -> Kind:
    """Whoever has no kind, or another one, counts as a consumer, who is protected most."""
    return _KINDS.get(customer_kind, "consumer")


def has_bought(events: Iterable[RecordedEvent]) -> bool:
    """Whether one of the events is about something that the person bought."""
    return any(event.name in _SALES for event in events)


def addressee(
    rows: Iterable[Row], *, kind: str | None, active: bool, customer: bool, clock: datetime
) -> Addressee:
    """A person as the marketing rules see them.

    `rows`: of `consent_status`. `kind`: of the customer.
    """
    known = list(rows)
    given = [row for row in consents_among(known) if status_at(row, clock) == "given"]
    choices = [row for row in known if isinstance(row, Choice)]
    return Addressee(
        kind=kind_of_addressee(kind),
        active=active,
        customer=customer,
        consents=frozenset(row.purpose for row in given),
        objections=objected(choices, [(row.purpose, row.order) for row in given]),
    )
