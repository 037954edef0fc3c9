"""`ledger state`: what is known of a person at a moment, opened."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from application.queries.subjects import Chosen, chosen
from application.source import Source, instant_or_none, shown
from ledger.errors import UnknownSubject
from ledger.event import instant
from ledger.keys.opening import Missing
from projections.dossier.contracts import Contract, contracts_of
from projections.folds.timetravel import Moment, fold
from projections.use.restricting import restricted_by
from projections.views import customer_state
from projections.views.customer_state import CustomerState, Status


class Beside(Struct, frozen=True):
    """What a state says beside the values: members of the answer where there is something to say.

    `restricted`: categories that may only be stored. `contracts`: that the person has or had.
    """

    restricted: Collection[str] = ()
    contracts: Sequence[Contract] = ()

    def shown(self, source: Source, subject: UUID) -> dict[str, Any]:
        """As members of the answer. Whoever handed a contract over or took it is named, unless erased."""
        told = [_contract(source, one, str(subject)) for one in self.contracts]
        return {
            **({"restricted_categories": sorted(self.restricted)} if self.restricted else {}),
            **({"contracts": told} if told else {}),
        }


def _contract(source: Source, contract: Contract, subject: str) -> dict[str, Any]:
    """One contract; of a takeover by or from the person, when it was and between whom."""
    known = [one for one in contract.takeovers if subject in (one.from_customer, one.to_customer)]
    names = source.names(UUID(party) for one in known for party in one.parties)
    takeovers = [
        {"at": instant(one.at)}
        | {
            side: names[UUID(party)]
            for side, party in zip(("from", "to"), one.parties, strict=True)
        }
        for one in known
    ]
    told = {
        "contract_ref": contract.contract_ref,
        "status": contract.status,
        "since": instant(contract.since),
    }
    return told | ({"takeovers": takeovers} if takeovers else {})


def state(source: Source, reference: str, moment: Moment) -> dict[str, Any]:
    """The state of the data subject of that moment. Raises UnknownSubject."""
    person = chosen(source, reference, moment)
    folded = folded_state(person)
    if folded is None:
        raise UnknownSubject("The ledger holds nothing about this subject at that moment.")
    source.reads.note([reference], customer_state.live_values(folded))
    counted = person.selected.counted
    restricted = restricted_by(counted, moment.as_of or source.now)
    beside = Beside(restricted, contracts_of(counted))
    return state_answer(source, reference, person.subject, folded, beside) | {
        "position": person.selected.position
    }


def folded_state(person: Chosen) -> CustomerState | None:
    """The state from the events of the moment; None when none of them counts."""
    selected = person.selected
    return fold(customer_state.VIEW, selected.counted, selected.erasures).get("")


def account_status(source: Source, reference: str, moment: Moment) -> Status:
    """Status of an account at a moment; one that is not known is active, as nothing says otherwise."""
    try:
        folded = folded_state(chosen(source, reference, moment))
    except UnknownSubject:
        return "active"
    return customer_state.status(folded) if folded else "active"


def state_answer(
    source: Source,
    reference: str,
    subject: UUID,
    state: CustomerState,
    beside: Beside,
) -> dict[str, Any]:
    """A state in the shape that is shown. Values that were erased a moment ago are left out."""
    personal: dict[str, dict[str, Any]] = {}
    for category, fields in customer_state.live_values(state).items():
        for field, sealed in fields.items():
            value = source.open(subject, category, field, sealed)
            if value is not Missing.ERASED:
                personal.setdefault(category, {})[field] = shown(value)
    return {
        "subject": reference,
        "data_subject": str(subject),
        "status": customer_state.status(state),
        "customer_kind": customer_state.customer_kind(state),
        "personal": personal,
        "erased_categories": customer_state.erased_categories(state),
        "position": state.position,
        "since": instant_or_none(customer_state.since(state)),
        **beside.shown(source, subject),
    }
