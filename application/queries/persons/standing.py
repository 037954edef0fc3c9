"""Where a person's data stands: each value with the event that it is from, and what becomes of its category.

A category may be erased, restricted or held. Of a category that the reader may not know of there is nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from application.answer import Answer
from application.queries.persons.state import (
    ContractShown,
    StateExtras,
    customer_standing,
    folded_state,
    restricted_of,
    state_answer,
)
from application.queries.subjects import SubjectEvents, chosen
from application.sighted import Teller
from application.source import Shown, Source
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, erases, instant
from projections.dossier.contracts import contracts_of
from projections.dossier.dossier import dossier_from
from projections.folds.annulment import Name, name_of
from projections.folds.timetravel import Moment
from projections.folds.view import order_of
from projections.keeping.holds import ACTS_ON_HOLDS, Hold, holds
from projections.views.customer_state import CustomerState, Status, live_values
from schemas import CATEGORIES, names

_RESTRICTING = frozenset({names.PROCESSING_RESTRICTED, names.ERASURE_DECIDED})


class ValueStanding(Answer, frozen=True):
    """A value and the event that it is from."""

    field: str
    value: Shown
    position: int
    occurred_at: str
    recorded_at: str
    source: str
    activity: str | None


class Kept(Answer, frozen=True):
    """A hold that keeps a category, and the day on which it is reviewed."""

    hold_ref: str
    ground: str
    since: str
    review_on: str


class Restriction(Answer, frozen=True):
    """Since when and why a category may only be stored. `until`: where a decision says so."""

    since: str
    ground: str | None
    until: str | None
    position: int


class Erasure(Answer, frozen=True):
    """When and on which ground a category was erased."""

    at: str
    ground: str
    position: int


class CategoryStanding(Answer, frozen=True):
    """What is held of a category. `erased`: it was, and nothing came since. `holds`: that keep it."""

    category: str
    values: list[ValueStanding]
    erased: Erasure | None
    restricted: Restriction | None
    holds: list[Kept]


class PersonStanding(Answer, frozen=True):
    """Where a person's data stands, by category. `position`: of the latest event that it reflects."""

    subject: str
    data_subject: str
    status: Status
    since: str | None
    customer_kind: str | None
    categories: list[CategoryStanding]
    contracts: list[ContractShown]
    position: int


class _Facts(NamedTuple):
    """What the categories of a person are told from."""

    sealing: Mapping[Name, RecordedEvent]
    erasures: Mapping[str, Erasure]
    restrictions: Mapping[str, Restriction]
    holds: Sequence[Hold]


def standing(source: Source, reference: str, moment: Moment) -> PersonStanding:
    """Where the data stands of the data subject of that moment. Raises UnknownSubject."""
    return standing_of(source, reference, chosen(source, reference, moment), moment)


def standing_of(
    source: Source, reference: str, person: SubjectEvents, moment: Moment
) -> PersonStanding:
    """The same of a data subject. Raises UnknownSubject."""
    folded = folded_state(person)
    if folded is None:
        raise UnknownSubject
    source.reads.note([reference], live_values(folded))
    counted = person.selected.counted
    restricted = restricted_of(person, moment.as_of or source.now)
    extras = StateExtras(
        restricted, contracts_of(counted), customer_standing(source, reference, moment)
    )
    state = state_answer(source, reference, person.subject, folded, extras)
    facts = _Facts(
        _sealing(person),
        _erasures((*counted, *person.selected.erasures)),
        _restrictions(counted, restricted),
        holds(dossier_from(counted, ACTS_ON_HOLDS)),
    )
    known = source.reads.sight.known(CATEGORIES)
    rows = [
        _category(name, state.personal.get(name, {}), folded, facts, source.teller)
        for name in known
    ]
    return PersonStanding(
        subject=reference,
        data_subject=str(person.subject),
        status=state.status,
        since=state.since,
        customer_kind=state.customer_kind,
        categories=[row for row in rows if _says_anything(row)],
        contracts=state.contracts if isinstance(state.contracts, list) else [],
        position=person.selected.position,
    )


def _says_anything(row: CategoryStanding) -> bool:
    return bool(row.values or row.erased or row.restricted or row.holds)


def _category(
    name: str, personal: Mapping[str, Shown], folded: CustomerState, facts: _Facts, teller: Teller
) -> CategoryStanding:
    sealed, events = live_values(folded).get(name, {}), facts.sealing
    return CategoryStanding(
        category=name,
        values=[
            _value(field, value, teller.shown(events[sealed[field].source, sealed[field].id]))
            for field, value in personal.items()
        ],
        erased=None if personal else facts.erasures.get(name),
        restricted=facts.restrictions.get(name),
        holds=[_kept(hold) for hold in facts.holds if name in hold.categories],
    )


def _sealing(person: SubjectEvents) -> dict[Name, RecordedEvent]:
    """The events that sealed values, by name."""
    return {name_of(event): event for event in person.selected.counted if event.sealed}


def _value(field: str, value: Shown, event: RecordedEvent) -> ValueStanding:
    return ValueStanding(
        field=field,
        value=value,
        position=event.position,
        occurred_at=instant(event.time),
        recorded_at=instant(event.recorded_at),
        source=event.source,
        activity=event.activity,
    )


def _kept(hold: Hold) -> Kept:
    return Kept(hold.hold_ref, hold.ground, instant(hold.since), hold.review_on.isoformat())


def _erasures(events: Iterable[RecordedEvent]) -> dict[str, Erasure]:
    """Category -> its latest erasure, also one after the moment: its values are gone at every moment."""
    found: dict[str, Erasure] = {}
    for event in sorted(filter(erases, events), key=order_of):
        erasure = Erasure(instant(event.time), event.facts["ground"], event.position)
        found |= dict.fromkeys(event.categories, erasure)
    return found


def _restrictions(
    counted: Iterable[RecordedEvent], restricted: Iterable[str]
) -> dict[str, Restriction]:
    """Category that is restricted now -> the latest act that says so."""
    stands, found = set(restricted), dict[str, Restriction]()
    if not stands:
        return {}
    restricting = (event for event in counted if event.name in _RESTRICTING)
    for event in sorted(restricting, key=order_of):
        found |= _restricting(event)
    return {category: row for category, row in found.items() if category in stands}


def _restricting(event: RecordedEvent) -> dict[str, Restriction]:
    since, place = instant(event.time), event.position
    if event.name == names.PROCESSING_RESTRICTED:
        row = Restriction(since, event.facts.get("ground"), None, place)
        return dict.fromkeys(event.categories, row)
    return {
        category: Restriction(since, decision.get("ground"), decision.get("until"), place)
        for category, decision in event.facts["decisions"].items()
        if decision["decision"] == "restrict"
    }
