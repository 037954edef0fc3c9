"""The facts about a person that marketing rules ask for: the one judgement of `marketing` and of findings.

Pure, and made of dossiers: of the person, of a contact person's customer, and of the activities objected to.
An existing customer is a person who bought something: a contract, an order, a service, an invoice. A
registration is not a sale.
"""

from datetime import datetime
from typing import Literal

from projections.dossier.account import ACTIVE, account_at
from projections.dossier.choices import objects
from projections.dossier.dossier import Dossier
from projections.dossier.look import FactContext
from projections.dossier.objections import objects_to_marketing
from projections.dossier.relationships import (
    as_customer,
    contract_topics,
    is_former,
    relationships_of,
    sales_of,
)
from projections.dossier.said import Consent
from projections.use.restricting import restricted
from rulebook import Addressee
from rulebook.purposes import CHANNELS
from schemas.formats import instant_of

EVERY = "all"
"""The channel of an objection to direct marketing as such: it stands for all of them."""
_CONSENT = "consent/"
Kind = Literal["consumer", "sole-trader", "legal-entity"]
_KINDS: dict[str | None, Kind] = {
    "sole-trader": "sole-trader",
    # Its partners are natural persons, and it is none of its own (Tw art. 11.7).
    "partnership": "sole-trader",
    "legal-entity": "legal-entity",
}


def kind_of_addressee(customer_kind: str | None) -> Kind:
    """A person without a kind, or with another one, counts as a consumer, whom the law protects most."""
    return _KINDS.get(customer_kind, "consumer")


def is_customer(look: FactContext, at: datetime) -> bool:
    """Whether a person is an existing customer at a time: something was bought in a relationship that runs.

    A contact person is one for what the customer ordered or has a contract of.
    """
    own = look.own
    if own.customer and not contract_topics(own):
        customer = look.at(own.customer)
        bought, relationships = sales_of(customer), as_customer(customer)
    else:
        bought, relationships = list(own.all("bought")), look.once(relationships_of)
    return any(
        one.sold or any(one.has_begun(mark.order.time) for mark in bought if mark.order.time <= at)
        for one in relationships
        if one.runs_at(at)
    )


def addressee(
    look: FactContext, at: datetime, *, kind: str | None, active: bool, consents: frozenset[str]
) -> Addressee:
    """A person as the marketing rules see them at a time. `kind`: of the customer."""
    dossier = look.own
    by_channel = {
        channel for channel in CHANNELS if _objects_by_channel(dossier, channel, consents, at)
    }
    every = {EVERY} if objects_to_marketing(look, at) else set()
    return Addressee(
        kind=kind_of_addressee(kind),
        active=active,
        customer=is_customer(look, at),
        consents=consents,
        objections=frozenset(by_channel | every),
        restricted=restricted(dossier, at),
    )


def objects_to(person: Addressee, look: FactContext, channel: str, at: datetime) -> bool:
    """Whether a person had objected to a channel by a time; the rulebook may not know the channel."""
    if person.objections & {channel, EVERY}:
        return True
    return channel not in CHANNELS and _objects_by_channel(look.own, channel, person.consents, at)


def account_of(look: FactContext, at: datetime) -> str:
    """`active` unless the person or, for a contact person, the customer is not."""
    dossier, own = look.own, account_at(look.own, at)
    if own.status != ACTIVE or not dossier.customer:
        return own.status
    return account_at(look.at(dossier.customer), at).status


def decided_purposes(dossier: Dossier) -> set[str]:
    """The purposes that a person ever consented to, or refused."""
    return {topic.removeprefix(_CONSENT) for topic in dossier.marks if topic.startswith(_CONSENT)}


def consented(look: FactContext, at: datetime) -> frozenset[str]:
    """The purposes of consents that stand at a time; whether the account is active is asked apart."""
    return frozenset(name for name in decided_purposes(look.own) if _stands(look, name, at))


def _stands(look: FactContext, purpose: str, at: datetime) -> bool:
    """Given, not taken back, not expired, and in no relationship that another one followed."""
    mark = look.own.last(f"{_CONSENT}{purpose}", at)
    if mark is None or not isinstance(mark.says, Consent):
        return False
    until = instant_of(mark.says.valid_until) if mark.says.valid_until else None
    former = is_former(look.once(relationships_of), mark.order.time, at)
    return (until is None or at < until) and not former


def _objects_by_channel(
    dossier: Dossier, channel: str, consents: frozenset[str], at: datetime
) -> bool:
    """An objection to the channel, unless a consent about it that stands came after it."""
    objections = [(str(mark.says), mark.order) for mark in dossier.until("objection", at)]
    if not objections:
        return False
    acts = [(purpose, dossier.last(f"{_CONSENT}{purpose}", at)) for purpose in sorted(consents)]
    return objects(channel, objections, [(purpose, act.order) for purpose, act in acts if act])
