"""Situations of a marketing message: consent, account, objection and channel at its time. Pure."""

from collections.abc import Iterator
from datetime import datetime

import rulebook
from projections.addressee import is_customer, kind_of_addressee
from projections.choices import objects
from projections.findings_dossier import Dossier
from projections.findings_fact import Fact
from projections.findings_look import Look, Seen
from rulebook.calendar import day_of
from rulebook.purposes import CHANNELS_OF
from schemas.formats import instant_of

__all__ = ["contact"]


def contact(fact: Fact, look: Look) -> Iterator[Seen]:
    """What the person had agreed to, and what the law says of the channel."""
    at, channel, purpose = fact.occurred_at, fact.facts["channel"], fact.facts["purpose"]
    own, account = look.own, look.at(look.own.customer) if look.own.customer else look.own
    consents = {name for name in _purposes(own) if _consented(own, name, at)}
    wanted = {purpose} if purpose in {*_purposes(own), *CHANNELS_OF} else _about(channel)
    yield Seen({"consent": "effective" if consents & wanted else "none"}, detail=purpose)
    yield Seen({"account": _status(own, account, at)})
    yield Seen({"objection": _objected(own, channel, consents, at)}, detail=channel)
    denied = _denied(own, channel, frozenset(consents), at)
    if denied is not None:
        yield Seen({"law": "denied" if denied else "allowed"}, detail=channel)


def _about(channel: str) -> set[str]:
    """The purposes of marketing that a channel is for."""
    return {purpose for purpose, channels in CHANNELS_OF.items() if channel in channels}


def _purposes(own: Dossier) -> set[str]:
    return {topic.partition("/")[2] for topic in own.marks if topic.startswith("consent/")}


def _consented(own: Dossier, purpose: str, at: datetime) -> bool:
    """Given, not taken back and not expired; whether the account is active is asked apart."""
    mark = own.last(f"consent/{purpose}", at)
    if mark is None or mark.says is None:
        return False
    until = instant_of(mark.says[0]) if mark.says[0] else None
    return until is None or at < until


def _status(own: Dossier, account: Dossier, at: datetime) -> str:
    """`active` unless the person or, for a contact person, the customer is not."""
    marks = (one.last("account", at) for one in (own, account))
    codes = {str(mark.says) for mark in marks if mark}
    return min(codes - {"active"}, default="active")


def _objected(own: Dossier, channel: str, consents: set[str], at: datetime) -> bool:
    """An objection to the channel, unless a consent about it that stands came after it."""
    objections = [(str(mark.says), mark.order) for mark in own.until("objection", at)]
    acts = [(purpose, own.last(f"consent/{purpose}", at)) for purpose in sorted(consents)]
    return objects(channel, objections, [(purpose, act.order) for purpose, act in acts if act])


def _denied(own: Dossier, channel: str, consents: frozenset[str], at: datetime) -> bool | None:
    """Whether the law alone forbids it, objections aside; None for a channel that it does not know.

    A contact person is addressed as the organisation that is the customer.
    """
    registered = own.last("registered", at)
    person = rulebook.Addressee(
        kind="legal-entity"
        if own.customer
        else kind_of_addressee(registered.says if registered else None),
        customer=is_customer(own, at),
        consents=consents,
    )
    try:
        decision = rulebook.marketing_decision(person, channel, day_of(at))
    except KeyError:
        return None
    return any(not verdict.allowed for verdict in decision.verdicts if verdict.layer == "law")
