"""Contracts of a person, as that person's own events tell them. Pure.

The parties of a contract are a fold over its beginning, its takeovers and its end; each party has an event of
every takeover. From a takeover on, the new party runs the contract whatever became of it before, and the old
party has it no more. The latest act decides; at equal time an end beats a takeover, and a takeover beats a
beginning.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.dossier.dossier import (
    CONTRACT,
    RUNNING,
    TAKEOVER,
    Dossier,
    Mark,
    dossier_from,
    marks_of,
    noting,
)
from projections.dossier.fact import Fact
from projections.dossier.said import Handover
from projections.folds.view import Order
from rulebook import Keeping

_PREFIX = f"{CONTRACT}/"
_ACTS = noting({CONTRACT, TAKEOVER})


class Act(msgspec.Struct, frozen=True):
    """The effect of an event on one contract of its person. `order`: decides between two acts."""

    contract_ref: str
    order: Order
    runs: bool


class Takeover(msgspec.Struct, frozen=True):
    """A contract went from one customer to another; both are streams, as text."""

    at: datetime
    from_customer: str
    to_customer: str

    @property
    def parties(self) -> tuple[str, str]:
        """The person who handed the contract over, and the person who took it."""
        return self.from_customer, self.to_customer


class Contract(msgspec.Struct, frozen=True):
    """One contract of a person: whether it runs with them, since when that is so, and who took it over."""

    contract_ref: str
    status: Literal["running", "ended"]
    since: datetime
    takeovers: tuple[Takeover, ...] = ()


def acts_on(event: RecordedEvent) -> Iterator[Act]:
    """The acts on contracts in an event: none or one."""
    for topic, mark in marks_of(event, CONTRACT):
        yield Act(topic.removeprefix(_PREFIX), mark.order, mark.says == RUNNING)


def contracts(dossier: Dossier) -> list[Contract]:
    """Every contract that a person has or had, sorted by reference."""
    return [
        _contract(topic.removeprefix(_PREFIX), dossier)
        for topic in sorted(dossier.marks)
        if topic.startswith(_PREFIX)
    ]


def contracts_of(events: Iterable[RecordedEvent]) -> list[Contract]:
    """The contracts in the counted events of one person, in any order."""
    return contracts(dossier_from(events, _ACTS))


def told_by_others(stream: UUID, dossier: Dossier, takeovers: Iterable[Fact]) -> list[Keeping]:
    """The contracts that a person runs by the word of others alone: their own event is missing.

    It is a finding, and the data is kept in doubt: half of a recorded takeover must destroy no data. Whoever
    said that the contract came may say as well that it went again: the latest word decides.
    """
    latest: dict[str, Fact] = {}
    for fact in sorted(takeovers, key=lambda fact: (fact.occurred_at, _takes(stream, fact))):
        latest[fact.facts.contract_ref] = fact
    return [
        Keeping("contract", ref)
        for ref, fact in sorted(latest.items())
        if _takes(stream, fact)
        and all(mark.order.time < fact.occurred_at for mark in dossier.all(f"{_PREFIX}{ref}"))
    ]


def _takes(stream: UUID, fact: Fact) -> bool:
    return fact.facts.to_customer == str(stream)


def _contract(ref: str, dossier: Dossier) -> Contract:
    *before, last = dossier.all(f"{_PREFIX}{ref}")
    since: Mark = last
    # What runs goes on with a change, and with a hand-over that is told again.
    for mark in reversed(before if last.says == RUNNING else ()):
        if mark.says != RUNNING:
            break
        since = mark
    handed = (
        Takeover(mark.order.time, mark.says.from_customer, mark.says.to_customer)
        for mark in dossier.saying(f"{TAKEOVER}/{ref}", Handover)
    )
    status: Literal["running", "ended"] = "running" if last.says == RUNNING else "ended"
    return Contract(ref, status, since.order.time, tuple(handed))
