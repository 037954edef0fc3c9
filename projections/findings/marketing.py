"""Situations of a marketing message: consent, account, objection and channel at its time. Pure."""

from collections.abc import Iterator

import msgspec

import rulebook
from projections.dossier.dossier import Dossier
from projections.dossier.fact import Fact
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.objections import is_declared, is_marketing
from projections.use.addressee import account_of, addressee, consented, decided_purposes, objects_to
from rulebook import Addressee
from rulebook.calendar import day_of
from rulebook.purposes import CHANNELS_OF


def contact(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """The person's agreement to marketing contact, and the law on the channel.

    A contact person is addressed as the organisation that is the customer.
    """
    at, channel, purpose = fact.occurred_at, fact.facts.channel, fact.facts.purpose
    dossier, account = look.own, account_of(look, at)
    registered = dossier.last("registered", at)
    kind = "legal-entity" if dossier.customer else registered.code if registered else None
    consents = consented(look, at)
    person = addressee(look, at, kind=kind, active=account == "active", consents=consents)
    purposes = (
        {purpose} if purpose in {*decided_purposes(dossier), *CHANNELS_OF} else _about(channel)
    )
    yield SeenSituation(
        {"consent": "effective" if person.consents & purposes else "none"}, detail=purpose
    )
    yield SeenSituation({"account": account})
    yield SeenSituation({"objection": objects_to(person, look, channel, at)}, detail=channel)
    denied = _denied(person, channel, fact)
    if denied is not None:
        yield SeenSituation({"law": "denied" if denied else "allowed"}, detail=channel)


def _about(channel: str) -> set[str]:
    """The purposes of marketing that a channel is for."""
    return {purpose for purpose, channels in CHANNELS_OF.items() if channel in channels}


def _denied(person: Addressee, channel: str, fact: Fact) -> bool | None:
    """Whether the law alone forbids the contact; None for an unknown channel.

    An objection or a restriction is a finding of its own.
    """
    unrestricted = msgspec.structs.replace(person, objections=frozenset(), restricted=frozenset())
    try:
        decision = rulebook.marketing_decision(unrestricted, channel, day_of(fact.occurred_at))
    except KeyError:
        return None
    return any(not verdict.allowed for verdict in decision.verdicts if verdict.layer == "law")


def objection(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Whether anybody said what the activity is for that a person objected to."""
    declared = is_declared(_objected_to(fact, look))
    yield SeenSituation(
        {"activity": "declared" if declared else "undeclared"},
        detail=fact.facts.activity_objected,
    )


def overruling(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """The subject of an overruled objection; an objection to direct marketing cannot be overruled."""
    activity = fact.facts.activity_objected
    about = "direct-marketing" if is_marketing(activity, _objected_to(fact, look)) else "other"
    yield SeenSituation({"overruled": about}, detail=activity)


def _objected_to(fact: Fact, look: FactContext) -> Dossier:
    [name] = fact.on
    return look.at(name)
