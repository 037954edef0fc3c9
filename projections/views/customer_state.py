"""View `customer_state`: what is known of a person, whose account it is, and what was erased.

One row a stream of a person (customer, contact person, visitor, employee). Values stay sealed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from ledger.event import RecordedEvent, erases, erases_all, erases_fields
from projections.dossier.account import (
    ACCOUNT_TOPICS,
    AccountStanding,
    Status,
    account_at,
    with_customer,
)
from projections.dossier.dossier import NO_DOSSIER, Dossier, noting
from projections.folds.compression import RowCompression
from projections.folds.sealings import EMPTY, Sealing, Sealings, live, remove, seal, without_keys
from projections.folds.timetravel import READ
from projections.folds.view import Order, Value, View, order_of
from schemas import PERSONAL_FIELDS, names

__all__ = ["CustomerState", "Status", "status"]
# An erasure of everything shows by what is left.
_ACCOUNT_ACTS = noting(ACCOUNT_TOPICS) - {names.PERSONAL_DATA_ERASED}
_CHANGING = frozenset(
    {
        names.CUSTOMER_REGISTERED,
        names.PERSONAL_DATA_ERASED,
        names.PERSONAL_DATA_REMOVED,
        names.VALUES_RESEALED,
        *_ACCOUNT_ACTS,
    }
)


class CustomerState(msgspec.Struct, frozen=True, gc=False):
    """Everything that the events of one person say about the present.

    `position`: of the last event reflected here, reads aside. `first`: time of the earliest event,
    `registered`: of the earliest registration. `kind`: of the latest registration. `acts`: what
    decides whether the account is active. `values`: by category. `destroyed`:
    ids of destroyed keys. `erased`: categories that an erasure has named. `whole`: time of the latest
    erasure of every category; `last_erasure`: of any.
    """

    position: int
    first: datetime
    registered: datetime | None = None
    kind: tuple[Order, str] | None = None
    acts: Dossier = NO_DOSSIER
    values: dict[str, Sealings] = {}
    destroyed: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    whole: datetime | None = None
    last_erasure: datetime | None = None


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """Every event of a person touches the one row, reads aside: they change nothing."""
    return ("",) if event.subject is None and event.name != READ else ()


def evolve(state: CustomerState | None, event: RecordedEvent) -> CustomerState:
    """Fold one event of the person."""
    return evolve_many(state, (event,))


def evolve_many(state: CustomerState | None, events: Sequence[RecordedEvent]) -> CustomerState:
    """Fold events of the person, at least one. Most say no more than that they were, and seal some values."""
    after = state or CustomerState(position=events[0].position, first=events[0].time)
    position, first = after.position, after.first
    for event in events:
        position, first = max(position, event.position), min(first, event.time)
        name = event.name
        if event.sealed or name in _CHANGING:
            after = _changed(after, name, event)
    return msgspec.structs.replace(after, position=position, first=first)


def _changed(state: CustomerState, name: str, event: RecordedEvent) -> CustomerState:
    """After an event that says something of the registration, the account or values."""
    after = state
    if name == names.CUSTOMER_REGISTERED:
        kind = (order_of(event), event.facts["customer_kind"])
        after = msgspec.structs.replace(
            after,
            registered=_earliest(after.registered, event.time),
            kind=max(after.kind, kind) if after.kind else kind,
        )
    if name in _ACCOUNT_ACTS:
        acts = after.acts.with_events((event,), ACCOUNT_TOPICS)
        after = msgspec.structs.replace(after, acts=acts)
    elif erases(event):
        after = _erased(forget(after, event), event)
    values = _with_values(after, event)
    return after if values is after.values else msgspec.structs.replace(after, values=values)


def forget(state: CustomerState, event: RecordedEvent) -> CustomerState:
    """Remove the values of erased keys from a state, also as of a time before the erasure."""
    if not erases(event):
        return state
    destroyed = set(state.destroyed).union(event.facts["keys_destroyed"])
    return msgspec.structs.replace(
        state,
        destroyed=tuple(sorted(destroyed)),
        erased=tuple(sorted({*state.erased, *event.categories})),
        values=_without_keys(state.values, destroyed),
    )


def acts_of(events: Iterable[RecordedEvent]) -> Dossier:
    """The acts among a person's events that decide whether the account is active."""
    deciding = (event for event in events if event.name in _ACCOUNT_ACTS)
    return NO_DOSSIER.with_events(deciding, ACCOUNT_TOPICS)


def _erased(state: CustomerState, event: RecordedEvent) -> CustomerState:
    return msgspec.structs.replace(
        state,
        whole=_latest(state.whole, event.time) if erases_all(event) else state.whole,
        last_erasure=_latest(state.last_erasure, event.time),
    )


def _with_values(state: CustomerState, event: RecordedEvent) -> dict[str, Sealings]:
    """The values after those that the event seals and those that it removes."""
    changed: dict[str, Sealings] = {}
    order = order_of(event)
    for category, sealed in event.sealed.items():
        if sealed.key not in state.destroyed:
            sealing = Sealing(order, sealed.key, sealed.fields, sealed.blob)
            changed[category] = seal(state.values.get(category, EMPTY), sealing)
    for category, field, time in _removed(event):
        sealings = changed.get(category) or state.values.get(category, EMPTY)
        # Rank 1: at equal time a removal beats a value.
        changed[category] = remove(sealings, field, replace(order_of(event, rank=1), time=time))
    return state.values | changed if changed else state.values


def _removed(event: RecordedEvent) -> Iterator[tuple[str, str, datetime]]:
    """Fields of which no value up to a time counts any more, each with its category."""
    if event.name != names.PERSONAL_DATA_REMOVED and not erases_fields(event):
        return
    through = event.facts.get("through") if erases_fields(event) else None
    for field in event.facts["fields"]:
        if category := PERSONAL_FIELDS.get(field):
            yield category, field, datetime.fromisoformat(through) if through else event.time


def _without_keys(values: dict[str, Sealings], destroyed: set[str]) -> dict[str, Sealings]:
    """The values that are left without destroyed keys, without categories that are then empty."""
    remaining = {
        category: without_keys(sealings, destroyed) for category, sealings in values.items()
    }
    return {category: sealings for category, sealings in remaining.items() if sealings != EMPTY}


def _latest(before: datetime | None, after: datetime) -> datetime:
    return max(before, after) if before else after


def _earliest(before: datetime | None, after: datetime) -> datetime:
    return min(before, after) if before else after


def standing(state: CustomerState, customer: AccountStanding | None = None) -> AccountStanding:
    """The status, and the time of the event that decides it: of a never changed account its beginning.

    `erased` once everything was erased and nothing came since; else that of the account. `customer`: of a
    contact person, the standing of the customer's account.
    """
    if state.whole and _is_erased(state):
        return AccountStanding("erased", state.whole)
    decided = with_customer(account_at(state.acts), customer)
    return AccountStanding(decided.status, decided.since or state.registered or state.first)


def status(state: CustomerState) -> Status:
    """The status of a person's own account, whatever becomes of the customer's."""
    return standing(state).status


def _is_erased(state: CustomerState) -> bool:
    """A contact person or visitor who gave data again is a person with data, not an erased one."""
    return state.whole is not None and not live_values(state)


def customer_kind(state: CustomerState) -> str | None:
    """Kind of the latest registration; None for a person who was never registered."""
    return state.kind[1] if state.kind else None


def live_values(state: CustomerState) -> dict[str, dict[str, Value]]:
    """Category -> field -> the value that counts, sorted; removed and erased ones are left out."""
    return {
        category: values
        for category, sealings in sorted(state.values.items())
        if (values := live(sealings))
    }


def erased_categories(state: CustomerState) -> list[str]:
    """Categories that an erasure has named and that hold no value since, sorted."""
    live = live_values(state)
    return [category for category in state.erased if category not in live]


VIEW: View[CustomerState] = View(
    name="customer_state",
    version="7",
    type=CustomerState,
    keys=keys,
    evolve=lambda _subkey, state, event: evolve(state, event),
    evolve_many=lambda _subkey, state, events: evolve_many(state, events),
    forget=forget,
    compression=RowCompression(
        "customer_state", "b41d51a2457fb8b8db40396ab20977fb266c9df8b28ee6cdc5fdae829b14101c"
    ),
)
