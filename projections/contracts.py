"""Contracts: which of them a person is a party to, as that person's own events say. Pure.

A contract's parties are a fold over what began it, handed it over and ended it; each party has an event of
every takeover. Who takes a contract over runs it from then on, whatever became of it before; who hands it
over has it no more. The latest act decides; at equal time an end beats a takeover, and that a beginning.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from ledger.event import RecordedEvent
from projections.findings_dossier import (
    CONTRACT,
    RUNNING,
    Dossier,
    Mark,
    dossier_from,
    noting,
)
from projections.findings_fact import Fact
from rulebook import Keeping

__all__ = ["Contract", "contracts", "contracts_of", "told_by_others"]

_PREFIX = f"{CONTRACT}/"
_ACTS = noting({CONTRACT})


class Contract(msgspec.Struct, frozen=True):
    """One contract of a person: whether it runs with them, and since when that is so."""

    contract_ref: str
    status: Literal["running", "ended"]
    since: datetime


def contracts(dossier: Dossier) -> list[Contract]:
    """Every contract that a person has or had, sorted by reference."""
    return [
        _contract(topic.removeprefix(_PREFIX), dossier.marks[topic][-1])
        for topic in sorted(dossier.marks)
        if topic.startswith(_PREFIX)
    ]


def contracts_of(events: Iterable[RecordedEvent]) -> list[Contract]:
    """The same from events of one person that count, in any order."""
    return contracts(dossier_from(events, _ACTS))


def told_by_others(own: Dossier, takeovers: Iterable[Fact]) -> list[Keeping]:
    """The contracts that a person runs by the word of others alone: their own event is missing.

    It is a finding, and kept in doubt: nobody's data is destroyed because half of a takeover was told.
    """
    refs = {
        fact.facts["contract_ref"]
        for fact in takeovers
        if all(
            mark.order.time < fact.occurred_at
            for mark in own.all(f"{_PREFIX}{fact.facts['contract_ref']}")
        )
    }
    return [Keeping("contract", ref) for ref in sorted(refs)]


def _contract(ref: str, last: Mark) -> Contract:
    return Contract(ref, "running" if last.says == RUNNING else "ended", last.order.time)
