"""What the marketing rules ask about a person: from the events that count, at any time.

Pure. An existing customer is whoever bought something: a contract, an order, a service, an invoice. To be
registered is no sale.
"""

from collections.abc import Iterable
from datetime import datetime

from ledger.event import RecordedEvent
from projections.choices import Choice, objected
from projections.consent_status import Row, consents_among, status_at
from rulebook import Addressee

__all__ = ["addressee", "has_bought"]

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
_KINDS = {"sole-trader": "sole-trader", "legal-entity": "legal-entity"}


def has_bought(events: Iterable[RecordedEvent]) -> bool:
    """Whether one of the events is about something that the person bought."""
    return any(event.name in _SALES for event in events)


def addressee(
    rows: Iterable[Row], *, kind: str | None, active: bool, customer: bool, clock: datetime
) -> Addressee:
    """A person as the marketing rules see them.

    `rows`: of `consent_status`. `kind`: of the customer; whoever has none counts as a consumer, who is
    protected most.
    """
    known = list(rows)
    given = [row for row in consents_among(known) if status_at(row, clock) == "given"]
    choices = [row for row in known if isinstance(row, Choice)]
    return Addressee(
        kind=_KINDS.get(kind or "", "consumer"),  # type: ignore[arg-type]  # the three of its type
        active=active,
        customer=customer,
        consents=frozenset(row.purpose for row in given),
        objections=objected(choices, [(row.purpose, row.order) for row in given]),
    )
