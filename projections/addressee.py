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
from projections.findings_dossier import Dossier, dossier_from, noting
from projections.restricting import SAYS_RESTRICTED, restricted
from rulebook import Addressee
from rulebook.marketing import MARKETING_ACTIVITIES

__all__ = ["Kind", "addressee", "is_customer", "kind_of_addressee"]

# Topics of a dossier that say who is a customer, and what was objected to.
_TOPICS = frozenset({"bought", "customer", "objected"})
_ASKED = SAYS_RESTRICTED | noting(_TOPICS)
Kind = Literal["consumer", "sole-trader", "legal-entity"]
_KINDS: dict[str | None, Kind] = {"sole-trader": "sole-trader", "legal-entity": "legal-entity"}


def kind_of_addressee(customer_kind: str | None) -> Kind:
    """Whoever has no kind, or another one, counts as a consumer, who is protected most."""
    return _KINDS.get(customer_kind, "consumer")


def is_customer(own: Dossier, at: datetime) -> bool:
    """Whether somebody is an existing customer at a time: something was bought by then.

    A contact person is one for what the customer buys.
    """
    return own.customer is not None or own.last("bought", at) is not None


def addressee(
    rows: Iterable[Row],
    events: Iterable[RecordedEvent] = (),
    *,
    kind: str | None,
    active: bool,
    clock: datetime,
) -> Addressee:
    """A person as the marketing rules see them.

    `rows`: of `consent_status`. `events`: of the person, which say what was bought, objected to and
    restricted. `kind`: of the customer.
    """
    known = list(rows)
    given = [row for row in consents_among(known) if status_at(row, clock) == "given"]
    choices = [row for row in known if isinstance(row, Choice)]
    own = dossier_from(events, _ASKED)
    against = frozenset({"all"}) if _objects_to_marketing(own, clock) else frozenset()
    return Addressee(
        kind=kind_of_addressee(kind),
        active=active,
        customer=is_customer(own, clock),
        consents=frozenset(row.purpose for row in given),
        objections=objected(choices, [(row.purpose, row.order) for row in given]) | against,
        restricted=restricted(own, clock),
    )


def _objects_to_marketing(own: Dossier, clock: datetime) -> bool:
    """Whether an objection to direct marketing was raised: it is final (GDPR Art. 21(3))."""
    topics = (f"objected/{activity}" for activity in MARKETING_ACTIVITIES)
    return any(own.last(topic, clock) for topic in topics)
