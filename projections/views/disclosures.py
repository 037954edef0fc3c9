"""View `disclosures`: who received which fields of a person, when, why and how. One row a disclosure.

Some acts are disclosures by nature: a 112 call, the name behind malicious calls, a feed of subscribers, a
ported number, a parcel. Their type fills in members that their events do not state (`NATURE`); an unknown
member is None. The recipient's name is not here, nor its kind where a feed does not state it: both are looked
up as they were at the time (`recipients`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.folds.compression import RowCompression
from projections.folds.view import Cells, Key, View, place_of
from rulebook import FeedNature, feed_nature
from schemas import names

FEED = names.BULK_FEED_DELIVERED
"""Name of the one type of disclosure that is about many persons."""
_RECIPIENT = "recipient/"


class _Nature(NamedTuple):
    """The members of a disclosure that follow from the type of its event."""

    recipient_kind: str
    purpose: str
    method: str | None = None


NATURE: dict[str, _Nature] = {
    names.EMERGENCY_CALL_DISCLOSED: _Nature("emergency-services", "emergency-call", "realtime"),
    names.MALICIOUS_CALL_DATA_DISCLOSED: _Nature("subscriber", "malicious-calls"),
    FEED: _Nature("", "", "feed"),
    names.NUMBER_PORTING_PERFORMED: _Nature("telecom-provider", "number-porting"),
    names.EQUIPMENT_SHIPPED: _Nature("shipping", "delivery"),
}
DISCLOSES = frozenset({names.PERSONAL_DATA_DISCLOSED, *NATURE})
# Of an event of its own kind, what it is known by to both sides.
_REFERENCES = ("case_ref", "request_ref", "porting_ref", "order_ref")


class Disclosure(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One disclosure. `name`: of its event's type. `stream`: the data subject.

    `subject`: only where the stream is no person, which is then the recipient of a feed about many.
    """

    position: int
    stream: UUID
    subject: str | None
    occurred_at: datetime
    name: str
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
        stated = self.facts.get("recipient")
        return str(stated) if stated else (self.subject or "").removeprefix(_RECIPIENT)

    @property
    def recipient_kind(self) -> str:
        """Kind of the recipient, as the disclosure or else its type states it; empty of a silent feed."""
        stated = self.facts.get("recipient_kind")
        return str(stated) if stated else NATURE[self.name].recipient_kind

    @property
    def feed(self) -> FeedNature:
        """The rulebook's entry for a feed to this kind of recipient under this provision."""
        return feed_nature(self.recipient_kind, self.provision)

    @property
    def purpose(self) -> str:
        """The purpose, from the disclosure or else from its type; empty if unknown."""
        if self.name == FEED:
            return str(self.facts.get("purpose") or self.feed.purpose)
        nature = NATURE.get(self.name)
        return str(self.facts.get("purpose", nature.purpose if nature else ""))

    @property
    def method(self) -> str | None:
        """How data went; None where nothing says so."""
        nature = NATURE.get(self.name)
        method: str | None = self.facts.get("method", nature.method if nature else None)
        return method

    @property
    def fields(self) -> list[str] | None:
        """The personal fields that went; None where the event does not list them."""
        fields: list[str] | None = self.facts.get("fields")
        return fields

    @property
    def country(self) -> str | None:
        """Where data went; None where the event does not say so."""
        country: str | None = self.facts.get("country")
        return country

    @property
    def case_ref(self) -> str | None:
        """The case, request or order that it belongs to."""
        return next((self.facts[name] for name in _REFERENCES if name in self.facts), None)

    @property
    def record_count(self) -> int | None:
        """The approximate number of records in a feed; None for a disclosure about one person."""
        count: int | None = self.facts.get("record_count")
        return count


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """A disclosure is a row of its own, known by its position."""
    return (place_of(event.position),) if event.name in DISCLOSES else ()


def evolve(state: Disclosure | None, event: RecordedEvent) -> Disclosure:
    """The row of a disclosure."""
    return state or Disclosure(
        position=event.position,
        stream=event.stream,
        subject=event.subject,
        occurred_at=event.time,
        name=event.name,
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


def _cells(_key: Key, row: Disclosure) -> Cells:
    # Of a feed the kind may be its recipient's alone: whoever asks for a kind reads all feeds.
    return row.occurred_at, row.source, row.id, row.recipient, _kind(row)


def _kind(row: Disclosure) -> str:
    return FEED if row.name == FEED else row.recipient_kind


VIEW: View[Disclosure] = View(
    name="disclosures",
    version="6",
    type=Disclosure,
    keys=keys,
    names=DISCLOSES,
    evolve=lambda _subkey, state, event: evolve(state, event),
    single=True,
    layout="disclosures",
    cell_types={
        "occurred_at": "timestamptz",
        "source": "text",
        "id": "text",
        "recipient": "text",
        "kind": "text",
    },
    cells=_cells,
    labels=lambda row: (row.recipient_kind or FEED,),
    compression=RowCompression(
        "disclosures", "ce522686e69159b32dc6b8422ea3f31f4e5b03250f0fc6a74365144a7a3c4c62"
    ),
)
