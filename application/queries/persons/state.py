"""`ledger state`: what is known of a person at a moment, opened."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from application.answer import Answer, Name
from application.queries.subjects import SubjectEvents, chosen, customer_of
from application.source import Shown, Source, instant_or_none, is_told, shown
from ledger.errors import UnknownSubject
from ledger.event import erases_all, instant
from projections.dossier.account import AccountStanding
from projections.dossier.contracts import Contract, contracts_of
from projections.folds.timetravel import Moment, fold
from projections.use.restricting import restricted_by
from projections.views import customer_state
from projections.views.customer_state import CustomerState, Status


class Takeover(Answer, frozen=True):
    """A contract went over, at a time. `from`, `to`: who handed it over and who took it, unless erased."""

    at: str
    from_: Name = field(name="from")
    to: Name


class ContractShown(Answer, frozen=True):
    """A contract that the person has or had. `takeovers`: those by or from the person, if there are any."""

    contract_ref: str
    status: Literal["running", "ended"]
    since: str
    takeovers: list[Takeover] | UnsetType = UNSET


class State(Answer, frozen=True):
    """What is known of a person. `personal`: by category and field. `since`: of the status.

    `erased_categories`: an erasure named them, and they hold no value since. `restricted_categories`: may
    only be stored; absent where there are none, as `contracts` are. `position`: of the latest event.
    """

    subject: str
    data_subject: str
    status: Status
    customer_kind: str | None
    personal: dict[str, dict[str, Shown]]
    erased_categories: list[str]
    position: int
    since: str | None
    restricted_categories: list[str] | UnsetType = UNSET
    contracts: list[ContractShown] | UnsetType = UNSET


class StateExtras(Struct, frozen=True):
    """What a state holds besides the values: members of the answer that may be absent.

    `restricted`: categories that may only be stored. `contracts`: that the person has or had. `customer`:
    of a contact person, how the customer's account stands.
    """

    restricted: Collection[str] = ()
    contracts: Sequence[Contract] = ()
    customer: AccountStanding | None = None


def state(source: Source, reference: str, moment: Moment) -> State:
    """The state of the data subject of that moment. Raises UnknownSubject."""
    person = chosen(source, reference, moment)
    folded = folded_state(person)
    if folded is None:
        raise UnknownSubject("The ledger holds nothing about this subject at that moment.")
    source.reads.note([reference], customer_state.live_values(folded))
    restricted = restricted_of(person, moment.as_of or source.now)
    extras = StateExtras(
        restricted,
        contracts_of(person.selected.counted),
        customer_standing(source, reference, moment),
    )
    return state_answer(source, reference, person.subject, folded, extras)


def folded_state(person: SubjectEvents) -> CustomerState | None:
    """The state from the events of the moment; None when none of them counts.

    That the person was erased wholly took effect whatever the reader may know of, and so did what decides
    whether the account is active.
    """
    selected = person.selected
    state = fold(customer_state.VIEW, selected.counted, selected.erasures).get("")
    if state is None or person.whole is selected:
        return state
    counted = person.whole.counted
    erased = [event.time for event in counted if erases_all(event)]
    return replace(state, whole=max(erased, default=None), acts=customer_state.acts_of(counted))


def restricted_of(person: SubjectEvents, time: datetime) -> frozenset[str]:
    """Categories that may only be stored at a time: so it is whatever the reader may know of."""
    return restricted_by(person.whole.counted, time)


def customer_standing(source: Source, reference: str, moment: Moment) -> AccountStanding | None:
    """How the account of a contact person's customer stands at a moment; None for everybody else.

    Nor for a customer who is not known: no event ended such an account.
    """
    folded = state_of_customer(source, reference, moment)
    return customer_state.standing(folded) if folded else None


def state_of_customer(source: Source, reference: str, moment: Moment) -> CustomerState | None:
    """The state of a contact person's customer; None for everybody else, and for one who is not known."""
    customer = customer_of(reference)
    try:
        return folded_state(chosen(source, customer, moment)) if customer else None
    except UnknownSubject:
        return None


def state_answer(
    source: Source,
    reference: str,
    subject: UUID,
    state: CustomerState,
    extras: StateExtras,
) -> State:
    """A state in the shape that is shown. Values that were erased a moment ago are left out."""
    contracts = [_contract(source, contract, str(subject)) for contract in extras.contracts]
    known = source.reads.sight.known
    stands = customer_state.standing(state, extras.customer)
    return State(
        subject=reference,
        data_subject=str(subject),
        status=stands.status,
        customer_kind=customer_state.customer_kind(state),
        personal=_personal(source, subject, state),
        erased_categories=known(customer_state.erased_categories(state)),
        position=state.position,
        since=instant_or_none(stands.since),
        restricted_categories=known(sorted(extras.restricted)) or UNSET,
        contracts=contracts or UNSET,
    )


def _personal(source: Source, subject: UUID, state: CustomerState) -> dict[str, dict[str, Shown]]:
    personal: dict[str, dict[str, Shown]] = {}
    for category, fields in customer_state.live_values(state).items():
        for name, sealed in fields.items():
            value = source.open(subject, category, name, sealed)
            if is_told(value):
                personal.setdefault(category, {})[name] = shown(value)
    return personal


def _contract(source: Source, contract: Contract, subject: str) -> ContractShown:
    """One contract; of a takeover by or from the person, when it was and between whom."""
    own = [
        takeover
        for takeover in contract.takeovers
        if subject in (takeover.from_customer, takeover.to_customer)
    ]
    names = source.names(UUID(party) for takeover in own for party in takeover.parties)
    takeovers = [
        Takeover(
            at=instant(takeover.at),
            from_=names[UUID(takeover.from_customer)],
            to=names[UUID(takeover.to_customer)],
        )
        for takeover in own
    ]
    return ContractShown(
        contract_ref=contract.contract_ref,
        status=contract.status,
        since=instant(contract.since),
        takeovers=takeovers or UNSET,
    )
