"""View `disclosures`: who received which fields of whom, when, why and how. One row a disclosure.

The recipient's name is not here: it is looked up as it was at the time (`recipients`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.view import Key, View

__all__ = ["VIEW", "Disclosure", "evolve", "keys", "sort_key", "sorted_disclosures"]

_NAMES = frozenset({"personal-data-disclosed"})


class Disclosure(msgspec.Struct, frozen=True, gc=False):
    """One disclosure. `stream`: the data subject; `subject`: only for one that is not a person."""

    position: int
    stream: UUID
    subject: str | None
    occurred_at: datetime
    source: str
    id: str
    activity: str | None
    legal_basis: str | None
    provision: str | None
    categories: tuple[str, ...]
    facts: dict[str, Any]

    @property
    def recipient(self) -> str:
        """Bare id of the recipient."""
        return str(self.facts["recipient"])

    @property
    def recipient_kind(self) -> str:
        """Kind of the recipient, as the disclosure states it."""
        return str(self.facts["recipient_kind"])


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """A disclosure is a row of its own, known by its position (19 digits, so that text sorts)."""
    return (f"{event.position:019}",) if event.name in _NAMES else ()


def evolve(state: Disclosure | None, event: RecordedEvent) -> Disclosure:
    """The row of a disclosure."""
    return state or Disclosure(
        position=event.position,
        stream=event.stream,
        subject=event.subject,
        occurred_at=event.time,
        source=event.source,
        id=event.id,
        activity=event.activity,
        legal_basis=event.legal_basis,
        provision=event.provision,
        categories=event.categories,
        facts=event.facts,
    )


def sort_key(row: Disclosure) -> tuple[datetime, str, str]:
    """Disclosures are shown in the order of (occurred_at, source, id)."""
    return row.occurred_at, row.source, row.id


def sorted_disclosures(rows: Iterable[Disclosure]) -> list[Disclosure]:
    """Rows in the order in which they are shown."""
    return sorted(rows, key=sort_key)


def _cells(_key: Key, row: Disclosure) -> tuple[Any, ...]:
    return row.position, row.occurred_at, row.source, row.id, row.recipient, row.recipient_kind


VIEW: View[Disclosure] = View(
    name="disclosures",
    version="2",
    type=Disclosure,
    keys=keys,
    names=_NAMES,
    evolve=lambda _subkey, state, event: evolve(state, event),
    single=True,
    layout="disclosures",
    cell_types={
        "position": "int8",
        "occurred_at": "timestamptz",
        "source": "text",
        "id": "text",
        "recipient": "text",
        "kind": "text",
    },
    cells=_cells,
    labels=lambda row: (row.recipient_kind,),
)
