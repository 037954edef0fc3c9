"""What a person sees of themselves in the portal: what the access report would tell, and nothing else.

Nothing here depends on what the person may not be told: no position and no count of all events, no hold whose
ground is not disclosed, no restriction that such a hold gave rise to.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from application.answer import Answer
from application.queries.cases.found_requests import FoundRequest, known_requests
from application.queries.cases.requests import RequestList, listed
from application.queries.disclosures.feeds import feeds_of, runs
from application.queries.persons.consents import ChoiceShown, ConsentShown, consents
from application.queries.persons.person import (
    Subject,
    disclosures_of,
    named_recipients,
    subject_of,
)
from application.queries.persons.state import folded_state
from application.queries.reports.copy import ValueHeld, copy
from application.queries.reports.recipients import Received, received
from application.queries.subjects import chosen, known_streams
from application.source import Source, instant_or_none
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from ledger.reading import head_position
from projections.dossier.contracts import contracts_of
from projections.folds.timetravel import NOW
from projections.use.restricting import restricted_by
from projections.views import customer_state
from projections.views.customer_state import CustomerState, Status
from projections.views.disclosures import sorted_disclosures
from schemas import names


class OwnContract(Answer, frozen=True):
    """A contract that the person has or had. Other parties of it are other persons, who stay unnamed."""

    contract_ref: str
    status: Literal["running", "ended"]
    since: str


class OwnData(Answer, frozen=True):
    """What is known of the person who asks. `data`: the values that count now. `since`: of the status.

    `erased_categories`: an erasure named them, and they hold no value since. `restricted_categories`: may
    only be stored.
    """

    subject: str
    status: Status
    since: str | None
    customer_kind: str | None
    data: list[ValueHeld]
    erased_categories: list[str]
    restricted_categories: list[str]
    contracts: list[OwnContract]


class OwnDisclosures(Answer, frozen=True):
    """To whom data was given, when, what and why, by time, as the access report tells it."""

    disclosures: list[Received]


class OwnConsents(Answer, frozen=True):
    """What the person decided on, by purpose, what each decision is worth, and what else they chose."""

    consents: list[ConsentShown]
    choices: list[ChoiceShown]


class OwnAct(Answer, frozen=True):
    """An act of the person, which is recorded. `act`: its type. `request_ref`: of a request."""

    id: str
    act: str
    occurred_at: str
    request_ref: str | UnsetType = UNSET


class Own(Struct, frozen=True):
    """The person who asks: all that may be told, and the state of the data subject of today."""

    subject: Subject
    state: CustomerState


def own(source: Source, reference: str) -> Own:
    """The person. Raises UnknownSubject, the same one for who is not known and who was erased."""
    try:
        if not source.opener.live_subjects(reference):
            raise UnknownSubject
        subject = subject_of(source, reference, head_position(source.session))
        state = folded_state(chosen(source, reference, NOW))
    except UnknownSubject:
        raise UnknownSubject from None
    # Of whom nothing may be told, nothing is known.
    if not subject.acts or state is None:
        raise UnknownSubject
    return Own(subject, state)


def own_data(source: Source, reference: str) -> OwnData:
    """What is known of the person. Raises UnknownSubject."""
    person = own(source, reference)
    counted, state = person.subject.counted, person.state
    return OwnData(
        subject=reference,
        status=customer_state.status(state),
        since=instant_or_none(customer_state.since(state)),
        customer_kind=customer_state.customer_kind(state),
        data=[held for held in copy(person.subject) if held.current and not held.annulled],
        erased_categories=customer_state.erased_categories(state),
        restricted_categories=sorted(restricted_by(counted, source.now)),
        contracts=[
            OwnContract(contract.contract_ref, contract.status, instant(contract.since))
            for contract in contracts_of(counted)
        ],
    )


def own_disclosures(source: Source, reference: str) -> OwnDisclosures:
    """To whom data was given. Raises UnknownSubject."""
    subject = own(source, reference).subject
    disclosed, feeds = disclosures_of(subject), feeds_of(source, subject)
    rows = sorted_disclosures([*disclosed, *(feed.row for feed in feeds)])
    names = named_recipients(source, subject, rows)
    return OwnDisclosures(received(disclosed, runs(feeds), names))


def own_consents(source: Source, reference: str) -> OwnConsents:
    """What the person decided on. Raises UnknownSubject."""
    own(source, reference)
    answer = consents(source, reference, NOW)
    return OwnConsents(answer.consents, answer.choices)


def own_requests(source: Source, reference: str) -> RequestList:
    """What the person asked for, and how each request stands. Raises UnknownSubject."""
    own(source, reference)
    rows = known_requests(source, NOW, streams=known_streams(source, reference))
    found = [FoundRequest(stream, reference, request) for stream, request in rows]
    return listed(found, source.now, ended=True, overdue_only=False)


def own_act(event: RecordedEvent) -> OwnAct:
    """An act as the person is told of it."""
    is_request = event.name == names.RIGHTS_REQUEST_RECEIVED
    ref = event.facts["request_ref"] if is_request else UNSET
    return OwnAct(event.id, event.name, instant(event.time), ref)
