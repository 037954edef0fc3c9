"""View `customer_state`: what is known of a person, whose account it is, and what was erased.

One row a stream of a person (customer, contact person, visitor, employee). Values stay sealed.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from ledger.event import RecordedEvent
from projections.view import Order, Value, View, order_of
from schemas import CATEGORIES, PERSONAL_FIELDS

__all__ = [
    "VIEW",
    "CustomerState",
    "Field",
    "Status",
    "customer_kind",
    "erased_categories",
    "evolve",
    "forget",
    "keys",
    "live_values",
    "since",
    "status",
]

Status = Literal["active", "inactive", "erased"]
READ = "ledger-read"
_ACCOUNT_ACTS = {"account-reactivated": 0, "account-deactivated": 1}


class Field(msgspec.Struct, frozen=True, array_like=True):
    """One field: its latest removal, and for each key the latest value after it, newest first.

    More than one value is kept because destroying a key uncovers the value below.
    """

    removed: Order | None
    values: tuple[Value, ...]


class CustomerState(msgspec.Struct, frozen=True):
    """Everything that the events of one person say about the present.

    `position`: of the last event reflected here, reads aside. `first`: time of the earliest event,
    `registered`: of the earliest registration. `kind`: of the latest registration. `account`: order key
    of the latest (de)activation, rank 1 when it is a deactivation. `fields`: category -> field.
    `destroyed`: ids of destroyed keys. `erased`: categories that an erasure has named. `whole`: time of
    the latest erasure of every category; `last_erasure`: of any.
    """

    position: int
    first: datetime
    registered: datetime | None = None
    kind: tuple[Order, str] | None = None
    account: Order | None = None
    fields: dict[str, dict[str, Field]] = {}
    destroyed: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    whole: datetime | None = None
    last_erasure: datetime | None = None


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """Every event of a person touches the one row, reads aside: they change nothing."""
    return ("",) if event.subject is None and event.name != READ else ()


def evolve(state: CustomerState | None, event: RecordedEvent) -> CustomerState:
    """Fold one event of the person."""
    name = event.name
    before = state or CustomerState(position=event.position, first=event.time)
    after = before
    if name == "customer-registered":
        after = _registered(after, event)
    elif name in _ACCOUNT_ACTS:
        order = order_of(event, _ACCOUNT_ACTS[name])
        after = msgspec.structs.replace(after, account=_latest(after.account, order))
    elif _is_erasure(event):
        after = _erased(forget(after, event), event)
    return msgspec.structs.replace(
        after,
        position=max(before.position, event.position),
        first=min(before.first, event.time),
        fields=_with_values(after, event),
    )


def forget(state: CustomerState, event: RecordedEvent) -> CustomerState:
    """What an erasure takes away whenever one asks, also as of a time before it: its keys' values."""
    if not _is_erasure(event):
        return state
    destroyed = set(state.destroyed).union(event.facts["keys_destroyed"])
    return msgspec.structs.replace(
        state,
        destroyed=tuple(sorted(destroyed)),
        erased=tuple(sorted({*state.erased, *event.categories})),
        fields=_without_keys(state.fields, destroyed),
    )


def _is_erasure(event: RecordedEvent) -> bool:
    """Only the ledger itself destroys keys; the same words from outside erase nothing."""
    return event.ours and event.name == "personal-data-erased"


def _registered(state: CustomerState, event: RecordedEvent) -> CustomerState:
    kind = (order_of(event), event.facts["customer_kind"])
    return msgspec.structs.replace(
        state,
        registered=_earliest(state.registered, event.time),
        kind=max(state.kind, kind) if state.kind else kind,
    )


def _erased(state: CustomerState, event: RecordedEvent) -> CustomerState:
    whole = set(event.categories).issuperset(CATEGORIES)
    return msgspec.structs.replace(
        state,
        whole=_latest(state.whole, event.time) if whole else state.whole,
        last_erasure=_latest(state.last_erasure, event.time),
    )


def _with_values(state: CustomerState, event: RecordedEvent) -> dict[str, dict[str, Field]]:
    """The fields after the values that the event seals and those that it removes."""
    fields = state.fields
    for category, field, value in _sealed(event):
        if value.key not in state.destroyed:
            fields = _put(fields, category, field, _set(_get(fields, category, field), value))
    for category, field in _removed(event):
        removal = order_of(event, rank=1)
        fields = _put(fields, category, field, _remove(_get(fields, category, field), removal))
    return fields


def _sealed(event: RecordedEvent) -> Iterator[tuple[str, str, Value]]:
    if event.sealed:
        order = order_of(event)
        for category, sealed in event.sealed.items():
            for field, blob in sealed.values.items():
                yield category, field, Value(order, sealed.key, blob)


def _removed(event: RecordedEvent) -> Iterator[tuple[str, str]]:
    if event.name == "personal-data-removed":
        for field in event.facts["fields"]:
            if category := PERSONAL_FIELDS.get(field):
                yield category, field


def _set(field: Field, value: Value) -> Field:
    """Keep the value if it is the latest under its key and not removed since."""
    if field.removed and value.order < field.removed:
        return field
    same = next((known for known in field.values if known.key == value.key), None)
    if same and value.order < same.order:
        return field
    others = [known for known in field.values if known.key != value.key]
    return Field(field.removed, tuple(sorted([*others, value], key=_newest, reverse=True)))


def _remove(field: Field, removal: Order) -> Field:
    removed = _latest(field.removed, removal)
    return Field(removed, tuple(value for value in field.values if value.order > removed))


def _newest(value: Value) -> Order:
    return value.order


_Fields = Mapping[str, Mapping[str, Field]]
_NOTHING = Field(None, ())


def _get(fields: _Fields, category: str, field: str) -> Field:
    return fields.get(category, {}).get(field, _NOTHING)


def _put(
    fields: dict[str, dict[str, Field]], category: str, field: str, value: Field
) -> dict[str, dict[str, Field]]:
    return fields | {category: fields.get(category, {}) | {field: value}}


def _without_keys(fields: _Fields, destroyed: set[str]) -> dict[str, dict[str, Field]]:
    """The fields without the values of destroyed keys, and without what is then empty."""
    left: dict[str, dict[str, Field]] = {}
    for category, members in fields.items():
        for name, field in members.items():
            values = tuple(value for value in field.values if value.key not in destroyed)
            if values or field.removed:
                left.setdefault(category, {})[name] = Field(field.removed, values)
    return left


T = TypeVar("T", datetime, Order)


def _latest(known: T | None, new: T) -> T:
    return max(known, new) if known else new


def _earliest(known: datetime | None, new: datetime) -> datetime:
    return min(known, new) if known else new


def status(state: CustomerState) -> Status:
    """`erased` once everything was erased and nothing came since; else that of the account."""
    if _is_erased(state):
        return "erased"
    return "inactive" if state.account and state.account.rank else "active"


def since(state: CustomerState) -> datetime:
    """Time of the event that decides the status; of a never changed account that of its beginning."""
    if state.whole and _is_erased(state):
        return state.whole
    if state.account:
        return state.account.time
    return state.registered or state.first


def _is_erased(state: CustomerState) -> bool:
    """A contact person or visitor who gave data again is a person with data, not an erased one."""
    return state.whole is not None and not live_values(state)


def customer_kind(state: CustomerState) -> str | None:
    """Kind of the latest registration; None for whoever was never registered."""
    return state.kind[1] if state.kind else None


def live_values(state: CustomerState) -> dict[str, dict[str, Value]]:
    """Category -> field -> the value that counts, sorted; removed and erased ones are left out."""
    return {
        category: values
        for category, fields in sorted(state.fields.items())
        if (values := {name: f.values[0] for name, f in sorted(fields.items()) if f.values})
    }


def erased_categories(state: CustomerState) -> list[str]:
    """Categories that an erasure has named and that hold no value since, sorted."""
    live = live_values(state)
    return [category for category in state.erased if category not in live]


VIEW: View[CustomerState] = View(
    name="customer_state",
    version="1",
    type=CustomerState,
    keys=keys,
    evolve=lambda _subkey, state, event: evolve(state, event),
    forget=forget,
)
