"""Acts on orders and on secrecy, in the one shape that the views of the confidential ledger keep.

No value and no clock is here. The secrecy at a time is worked out from the acts that concern it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

import msgspec

from ledger.event import RecordedEvent
from ledger.writing.message import place_in
from projections.folds.view import Order as Place
from projections.folds.view import order_of
from rulebook import provision
from rulebook.orders import day_in
from schemas import names
from schemas.sources import OWN_COMMANDS, is_brought

Came: TypeAlias = Literal["command", "file", "outside"]
Secrecy: TypeAlias = Literal["none", "in-force", "lifted"]

SECRECY = (names.SECRECY_IMPOSED, names.SECRECY_REVIEWED, names.SECRECY_LIFTED)
PRESERVATION = (
    names.PRESERVATION_IMPOSED,
    names.PRESERVATION_EXTENDED,
    names.PRESERVATION_RELEASED,
)
# At equal time acts stand as the steps of an order do, and of secrecy what keeps the secret comes last.
_STEPS = (
    names.ORDER_RECEIVED,
    names.ORDER_AUTHENTICATED,
    names.ORDER_VALIDATED,
    names.ORDER_NARROWED,
    names.ORDER_OBJECTED,
    names.ORDER_EXECUTED,
    names.ORDER_CONFIRMED,
    names.ORDER_REJECTED,
    names.ORDER_WITHDRAWN,
    names.SECRECY_LIFTED,
    names.SECRECY_REVIEWED,
    names.SECRECY_IMPOSED,
    *PRESERVATION,
    names.AUTHORISATION_RECORDED,
    names.ORDER_HANDED_OVER,
)
_RANKS = {name: rank for rank, name in enumerate(_STEPS)}


class OrderAct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One act: of which type, under which provision, about which categories, and its facts.

    `position`: of its event, which decides nothing. `came`: by a command of this ledger, by a file that its
    people brought, or from outside, which is evidence.
    """

    order: Place
    name: str
    facts: dict[str, Any]
    position: int
    provision: str | None = None
    categories: tuple[str, ...] = ()
    came: Came = "file"

    @property
    def time(self) -> datetime:
        """When it happened."""
        return self.order.time

    def day(self, fact: str) -> date | None:
        """A day among its facts."""
        return day_in(self.facts, fact)


def _came(place: str) -> Came:
    if place == OWN_COMMANDS:
        return "command"
    return "file" if is_brought(place) else "outside"


def act_of(event: RecordedEvent) -> OrderAct:
    """An event as an act."""
    return OrderAct(
        order_of(event, _RANKS.get(event.name, 0)),
        event.name,
        event.facts,
        event.position,
        event.provision,
        tuple(event.categories),
        _came(place_in(event.origin)),
    )


def with_act(acts: Iterable[OrderAct], event: RecordedEvent) -> tuple[OrderAct, ...]:
    """The acts with that of an event, by order."""
    return tuple(sorted((*acts, act_of(event)), key=lambda act: act.order))


def named(acts: Iterable[OrderAct], *names: str) -> tuple[OrderAct, ...]:
    """The acts of some types."""
    return tuple(act for act in acts if act.name in names)


def until(acts: Iterable[OrderAct], time: datetime) -> tuple[OrderAct, ...]:
    """The acts up to a time, inclusive."""
    return tuple(act for act in acts if act.time <= time)


def secret_by_law(spelled: str | None) -> bool:
    """Whether what is done under a provision is secret without a word, as under a law that nobody knows.

    Where secrecy depends on the case, an authority imposes it itself.
    """
    entry = provision(spelled) if spelled else None
    return entry is None or entry.secrecy == "mandatory"


def secrecy_of(acts: Sequence[OrderAct], begin: OrderAct, provision: str | None) -> Secrecy:
    """Whether what began with an act is secret, by the acts on secrecy that concern it; the latest decides.

    A lift from before the beginning was about something else.
    """
    said = [
        act
        for act in named(acts, names.SECRECY_IMPOSED, names.SECRECY_LIFTED)
        if act.name == names.SECRECY_IMPOSED or act.time >= begin.time
    ]
    if said:
        return "lifted" if said[-1].name == names.SECRECY_LIFTED else "in-force"
    return "in-force" if secret_by_law(provision) else "none"
