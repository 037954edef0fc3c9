"""`ledger state --all` and `ledger consents --all`: a line for every customer and contact person.

Sorted by reference; erased persons are left out. Only the references are held in memory. The present
comes from the views, a moment of the past from the events.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace

from application.queries.persons.consents import (
    Circumstances,
    Consents,
    birth_date,
    born_on,
    consents_answer,
    giver_of,
)
from application.queries.persons.state import State, StateExtras, state_answer, state_of_customer
from application.queries.registers.activities import looks_of
from application.queries.subjects import customer_of
from application.source import Source
from ledger.event import RecordedEvent
from ledger.reading import events_but_reads
from projections.dossier.contracts import contracts, contracts_of
from projections.dossier.dossier import NO_DOSSIER, Dossier, dossier_from
from projections.dossier.look import FactContext
from projections.folds.timetravel import NOW, Moment, SelectedEvents, fold, select
from projections.folds.view import View
from projections.reading.persons import dossiers_of
from projections.reading.views import consents_of, customer_states_of
from projections.use.restricting import restricted, restricted_by
from projections.views import consent_status, customer_state
from projections.views.consent_status import Row, consents_among
from projections.views.customer_state import CustomerState
from schemas import CATEGORIES

KINDS = ("customer", "contact")
# Rows of so many people are held at a time.
_BLOCK_PEOPLE = 500
_NOTHING = StateExtras()
S = TypeVar("S")
_Person = tuple[str, UUID]
_States = dict[UUID, CustomerState]
_Consents = dict[UUID, dict[str, Row]]
_Customers = dict[str | None, CustomerState | None]


def all_states(source: Source, moment: Moment) -> Iterator[State]:
    """The state of everyone who is known at the moment, as `ledger state` shows it."""
    source.reads.note_many(CATEGORIES, everyone=True)
    people = source.opener.people(KINDS)
    by_reference = dict(people)
    for block in _blocks(people):
        streams = [subject for _, subject in block]
        states = _states(source, streams, moment)
        extras = _extras(source, streams, moment)
        customers = _customers(source, block, by_reference, moment)
        for reference, subject in block:
            state = states.get(subject)
            if state and not state.whole:
                own = extras.get(subject, _NOTHING)
                customer = customers.get(customer_of(reference))
                stands = customer_state.standing(customer) if customer else None
                own = replace(own, customer=stands)
                yield state_answer(source, reference, subject, state, own)


def all_consents(source: Source, moment: Moment) -> Iterator[Consents]:
    """The consents of everyone who is known at the moment, as `ledger consents` shows them."""
    source.reads.note_many(["identity"], everyone=True)
    people = source.opener.people(KINDS)
    by_reference, clock = dict(people), moment.as_of or source.now
    for block in _blocks(people):
        streams = [subject for _, subject in block]
        states = _states(source, streams, moment)
        consents = _consents(source, streams, moment)
        customers = _customers(source, block, by_reference, moment)
        looks = _looks(source, block, customers, moment)
        for reference, subject in block:
            state = states.get(subject)
            if state is None or state.whole:
                continue
            rows = tuple(consents.get(subject, {}).values())
            sealed = birth_date(state) if consents_among(rows) else None
            customer = customers.get(customer_of(reference))
            yield consents_answer(
                Circumstances(
                    reference=reference,
                    subject=subject,
                    rows=rows,
                    account=customer_state.status(state),
                    customer=customer_state.status(customer) if customer else None,
                    clock=clock,
                    giver=giver_of(looks[subject], clock, born_on(source, subject, sealed)),
                    position=state.position,
                )
            )


def _customers(
    source: Source, block: Sequence[_Person], by_reference: dict[str, UUID], moment: Moment
) -> _Customers:
    """The state of each contact person's customer, who may be in no block: erased."""
    contacts = {
        customer: reference for reference, _ in block if (customer := customer_of(reference))
    }
    streams = {name: by_reference[name] for name in contacts if name in by_reference}
    states = _states(source, list(streams.values()), moment)
    known = {name: states[stream] for name, stream in streams.items() if stream in states}
    return {
        name: known.get(name) or state_of_customer(source, contact, moment)
        for name, contact in contacts.items()
    }


def _looks(
    source: Source, block: Sequence[_Person], customers: _Customers, moment: Moment
) -> dict[UUID, FactContext]:
    dossiers = _dossiers(source, [subject for _, subject in block], moment)
    own = {subject: dossiers.get(subject, NO_DOSSIER) for _, subject in block}
    named = {
        own[subject].customer or "": customers.get(customer_of(reference))
        for reference, subject in block
    }
    return looks_of(source, own, named, moment)


def _blocks(people: Sequence[_Person]) -> Iterator[list[_Person]]:
    remaining = iter(people)
    while block := list(islice(remaining, _BLOCK_PEOPLE)):
        yield block


def _states(source: Source, streams: list[UUID], moment: Moment) -> _States:
    if moment == NOW:
        return customer_states_of(source.session, streams)
    folded = _folded(source, streams, moment, customer_state.VIEW)
    return {stream: states[""] for stream, states in folded.items() if "" in states}


def _consents(source: Source, streams: list[UUID], moment: Moment) -> _Consents:
    if moment == NOW:
        return consents_of(source.session, streams)
    return _folded(source, streams, moment, consent_status.VIEW)


def _extras(source: Source, streams: list[UUID], moment: Moment) -> dict[UUID, StateExtras]:
    """What may only be stored of each, and their contracts."""
    if moment == NOW:
        dossiers = dossiers_of(source.session, streams)
        return {
            stream: StateExtras(restricted(dossier, source.now), contracts(dossier))
            for stream, dossier in dossiers.items()
        }
    time = moment.as_of or source.now
    return {
        stream: StateExtras(restricted_by(selected.counted, time), contracts_of(selected.counted))
        for stream, selected in _selected(source, streams, moment).items()
    }


def _dossiers(source: Source, streams: list[UUID], moment: Moment) -> dict[UUID, Dossier]:
    if moment == NOW:
        return dossiers_of(source.session, streams)
    selections = _selected(source, streams, moment)
    return {stream: dossier_from(selected.counted) for stream, selected in selections.items()}


def _folded(
    source: Source, streams: list[UUID], moment: Moment, view: View[S]
) -> dict[UUID, dict[str, S]]:
    """The rows of a view at a moment, from the events of each stream."""
    return {
        stream: fold(view, selected.counted, selected.erasures)
        for stream, selected in _selected(source, streams, moment).items()
    }


def _selected(source: Source, streams: list[UUID], moment: Moment) -> dict[UUID, SelectedEvents]:
    """What counts of each stream at a moment."""
    by_stream: dict[UUID, list[RecordedEvent]] = {stream: [] for stream in streams}
    for event in events_but_reads(source.session, streams):
        by_stream[event.stream].append(event)
    return {
        stream: select(events, moment, source.privacy_office)
        for stream, events in by_stream.items()
    }
