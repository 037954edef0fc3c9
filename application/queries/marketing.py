"""`ledger marketing`: whether a person may be approached by a channel, and why; law and house both shown."""

from collections.abc import Sequence
from typing import Any

from application.queries.activities import look_of
from application.queries.consents import Holder, answer_of, holder
from application.queries.state import folded_state
from application.queries.subjects import chosen, customer_of
from application.queries.verdicts import explained
from application.source import Source
from ledger.errors import UnknownSubject
from ledger.event import instant
from projections.dossier.dossier import dossier_from
from projections.folds.timetravel import Moment
from projections.use.addressee import addressee
from projections.views import customer_state
from projections.views.customer_state import CustomerState
from rulebook import Addressee, marketing_decision
from rulebook.calendar import day_of
from rulebook.marketing import EXPLANATIONS, MARKETING_RULES

_RULES = {entry.id: entry for entry in MARKETING_RULES}
_TITLES = {entry.id: (entry.title, entry.title_nl) for entry in MARKETING_RULES}


def marketing(
    source: Source, reference: str, channels: Sequence[str], moment: Moment
) -> dict[str, Any]:
    """The decision for each channel, as of a moment. Raises UnknownSubject."""
    found = holder(source, reference, moment)
    person = _addressee(source, found, moment)
    decided = answer_of(found)["consents"]
    return {
        "subject": reference,
        "data_subject": str(found.person.subject),
        "as_of": instant(found.clock),
        "person": {
            "kind": person.kind,
            "active": person.active,
            "customer": person.customer,
            "consents": [one["purpose"] for one in decided if one["effective"]],
            "without_effect": [
                {"purpose": one["purpose"], "why": one["why"]}
                for one in decided
                if not one["effective"]
            ],
            "objections": sorted(person.objections),
            "restricted": sorted(person.restricted),
        },
        "decisions": [_decision(person, channel, found) for channel in channels],
        "position": found.person.selected.position,
    }


def _addressee(source: Source, found: Holder, moment: Moment) -> Addressee:
    """Of a contact person, the customer is what the customer is."""
    customer = customer_of(found.reference)
    state = _state(source, customer, moment) if customer else found.state
    own = dossier_from(found.person.selected.counted)
    return addressee(
        look_of(source, found.person.subject, own, moment),
        found.clock,
        kind=customer_state.customer_kind(state) if state else None,
        active=found.account == "active" and found.customer in {None, "active"},
    )


def _state(source: Source, reference: str, moment: Moment) -> CustomerState | None:
    """What a customer is; of one that is not known nothing."""
    try:
        return folded_state(chosen(source, reference, moment))
    except UnknownSubject:
        return None


def _decision(person: Addressee, channel: str, found: Holder) -> dict[str, Any]:
    decision = marketing_decision(person, channel, day_of(found.clock))
    return {
        "channel": channel,
        "allowed": decision.allowed,
        "verdicts": [
            explained(verdict, _TITLES, EXPLANATIONS)
            | {"consent_for": list(_RULES[verdict.rule].asks(channel))}
            for verdict in decision.verdicts
        ],
    }
