"""View `secrecy`: facts that a person may not know. One row a person, with disclosures and acts on secrecy.

It belongs to the confidential ledger only. A disclosure in it is secret until a lift concerns it: a lift that
names the disclosure, its order, or neither. Nothing depends on a clock: the state at a time is worked out
from the acts (`disclosures`, `restrictions`, `preservations`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Key, View
from projections.views.order_acts import (
    PRESERVATION,
    SECRECY,
    OrderAct,
    Secrecy,
    named,
    secrecy_of,
    until,
    with_act,
)
from rulebook.calendar import start_of
from schemas import names

_DISCLOSED, _HANDED_OVER = names.PERSONAL_DATA_DISCLOSED, names.DISCLOSURE_HANDED_OVER
_NAMES = frozenset(
    {
        _DISCLOSED,
        _HANDED_OVER,
        names.ORDER_EXECUTED,
        names.RESTRICTION_APPLIED,
        *SECRECY,
        *PRESERVATION,
    }
)
OPEN = "secrecy"
"""What a person of whom something waits for a review counts as."""


class Secrets(msgspec.Struct, frozen=True):
    """Every act on what one person may not know, by order."""

    acts: tuple[OrderAct, ...] = ()

    def named(self, *names: str) -> tuple[OrderAct, ...]:
        """Its acts of some types."""
        return named(self.acts, *names)

    def until(self, time: datetime) -> "Secrets":
        """As it was at a time, inclusive."""
        return Secrets(until(self.acts, time))


class SecretDisclosure(msgspec.Struct, frozen=True):
    """A disclosure and its secrecy. `act`: its event, with source and id.

    `lifted_at`: since when the person may know; `handed_over_at`: when the open ledger was told.
    """

    act: OrderAct
    order_ref: str | None
    secrecy: Secrecy
    lifted_at: datetime | None
    lift: OrderAct | None
    handed_over_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether it was lifted, and the open ledger does not know of it yet."""
        return self.secrecy == "lifted" and self.handed_over_at is None


class Preservation(msgspec.Struct, frozen=True):
    """Data that is kept for an authority, for an order or without one, when `order_ref` is empty.

    `until`: the last day. `extensions`: how often it was prolonged. `released_at`: None while it was not.
    """

    order_ref: str
    imposed: OrderAct
    until: date | None
    extensions: int
    categories: tuple[str, ...]
    released_at: datetime | None

    @property
    def snapshot(self) -> UUID | None:
        """The subject of its copy; None where none was made."""
        return snapshot_of(self.imposed)

    def keeps(self, day: date) -> bool:
        """Whether data is kept on a day."""
        return self.released_at is None and (self.until is None or day <= self.until)


def disclosures(secrets: Secrets, time: datetime) -> list[SecretDisclosure]:
    """The disclosures of a person as they stood at a time, by order."""
    past = secrets.until(time)
    return [_disclosure(past, act) for act in past.named(_DISCLOSED)]


def _disclosure(secrets: Secrets, disclosed: OrderAct) -> SecretDisclosure:
    ref = _order_of(secrets, disclosed)
    acts = [act for act in secrets.named(*SECRECY) if concerns(act, disclosed, ref)]
    secrecy = secrecy_of(acts, disclosed, disclosed.provision)
    lifts = [act for act in acts if act.name == names.SECRECY_LIFTED]
    lift = lifts[-1] if secrecy == "lifted" else None
    return SecretDisclosure(
        act=disclosed,
        order_ref=ref,
        secrecy=secrecy,
        lifted_at=lift.time if lift else None,
        lift=lift,
        handed_over_at=_handed_over_at(secrets, disclosed),
    )


def _handed_over_at(secrets: Secrets, disclosed: OrderAct) -> datetime | None:
    """When the open ledger was given a disclosure. An id is the disclosure's own only within its source."""
    times = (
        act.time
        for act in secrets.named(_HANDED_OVER)
        if act.facts["disclosure_id"] == disclosed.order.id
        and act.facts.get("source", disclosed.order.source) == disclosed.order.source
    )
    return next(times, None)


def _order_of(secrets: Secrets, disclosed: OrderAct) -> str | None:
    """The order for which data was disclosed.

    The case that it names itself, else the first execution of it.
    """
    ref = disclosed.facts.get("case_ref")
    if isinstance(ref, str):
        return ref
    executed = (
        act
        for act in secrets.named(names.ORDER_EXECUTED)
        if act.facts.get("disclosure_id") == disclosed.order.id
        and act.order.source == disclosed.order.source
    )
    act = next(executed, None)
    return str(act.facts["order_ref"]) if act else None


def concerns(act: OrderAct, disclosed: OrderAct, order_ref: str | None) -> bool:
    """Whether an act on secrecy is about a disclosure: by its name, by its order, or about the whole person.

    A lift is about exactly the disclosures that the officers saw, by source and id. One that names none is
    about none that came from outside.
    """
    facts, name = act.facts, {"source": disclosed.order.source, "id": disclosed.order.id}
    if "disclosures" in facts:
        return name in facts["disclosures"]
    if "disclosure_id" in facts and facts["disclosure_id"] != disclosed.order.id:
        return False
    if act.name == names.SECRECY_LIFTED and disclosed.came == "outside":
        return False
    ref = facts.get("order_ref")
    return "disclosure_id" in facts or ref is None or ref == order_ref


def disclosures_of(secrets: Secrets, order_ref: str) -> list[OrderAct]:
    """The disclosures of an order that a lift of it is about: those that nobody outside told."""
    return [
        act
        for act in secrets.named(_DISCLOSED)
        if act.came != "outside" and _order_of(secrets, act) == order_ref
    ]


def preservations(secrets: Secrets, time: datetime) -> list[Preservation]:
    """The preservations for authorities at a time, order by order, ended or not."""
    past = secrets.until(time)
    refs = {str(act.facts.get("order_ref", "")) for act in past.named(names.PRESERVATION_IMPOSED)}
    return [_preservation(past, ref) for ref in sorted(refs)]


def _preservation(secrets: Secrets, ref: str) -> Preservation:
    """The latest preservation for an order; it begins with the last time it was imposed."""
    acts = [act for act in secrets.named(*PRESERVATION) if act.facts.get("order_ref", "") == ref]
    imposed = named(acts, names.PRESERVATION_IMPOSED)[-1]
    later = [act for act in acts if act.order > imposed.order]
    extended = named(later, names.PRESERVATION_EXTENDED)
    released = named(later, names.PRESERVATION_RELEASED)
    return Preservation(
        order_ref=ref,
        imposed=imposed,
        until=(extended or (imposed,))[-1].day("until"),
        extensions=len(extended),
        categories=imposed.categories,
        released_at=released[0].time if released else None,
    )


def snapshot_of(imposed: OrderAct) -> UUID | None:
    """The subject of the copy that an imposition took; None where it took none."""
    named = imposed.facts.get("snapshot")
    return UUID(named) if named else None


def restrictions(secrets: Secrets, time: datetime) -> list[OrderAct]:
    """The restrictions of a person's rights in force at a time: of each ground and order the latest word."""
    latest: dict[tuple[str, str], OrderAct] = {}
    for act in secrets.until(time).named(names.RESTRICTION_APPLIED):
        latest[str(act.facts["ground"]), str(act.facts.get("order_ref", ""))] = act
    return sorted(latest.values(), key=lambda act: act.order)


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """Every act on secrecy touches the one row of its person."""
    return ("",) if event.name in _NAMES else ()


def evolve(_subkey: str, state: Secrets | None, event: RecordedEvent) -> Secrets:
    """Add what the event says."""
    return Secrets(with_act(state.acts if state else (), event))


def _cells(_key: Key, secrets: Secrets) -> tuple[Any, ...]:
    """For a person with an announced review: the time from which it is late. Disclosures count as secret."""
    days = list(_reviews(secrets))
    return (OPEN, start_of(min(days) + timedelta(days=1))) if days else (None, None)


def _reviews(secrets: Secrets) -> Iterator[date]:
    for act in (*secrets.named(*SECRECY)[-1:], *secrets.named(names.RESTRICTION_APPLIED)[-1:]):
        day = act.day("review_on")
        if day is not None:
            yield day


VIEW: View[Secrets] = View(
    name="secrecy",
    version="4",
    type=Secrets,
    keys=keys,
    names=_NAMES,
    evolve=evolve,
    layout="cases",
    cell_types={"open_kind": "text", "due": "timestamptz"},
    cells=_cells,
)
