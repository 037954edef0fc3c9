"""View `findings`: recorded facts that break a rule of law or of the house.

Two kinds of rows, each a fold over one stream. A *dossier* is what rules need to know of a person, an
employee, a recipient, a role, a system or a breach; a *fact* is one event that a rule may judge. What they
come to is a join (`findings_join`): a fact, the dossier of its stream and the dossiers that it depends on
are judged again whenever one of them changes. No row holds a value, and nothing is relative to a clock: a
finding that waits for a deadline holds when it is due.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

import rulebook
from ledger.event import RecordedEvent
from projections.findings_dossier import Dossier, dossier_name, noted
from projections.findings_fact import Fact, fact_of, facts_in
from projections.view import Key, View

__all__ = ["DOSSIER", "SOURCES", "VIEW", "Row", "Sightings", "evolve", "keys", "kind_of"]

DOSSIER, SOURCES = "dossier", "sources"
FOLD = "1"


class Sightings(msgspec.Struct, frozen=True, tag="sources", gc=False):
    """For each source of a stream's events the time, id and position of its earliest event.

    `subject`: the reference of a stream that is not a person's.
    """

    subject: str | None = None
    first: dict[str, tuple[datetime, str, int]] = {}


Row = Dossier | Fact | Sightings


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """The source of every event, the dossier of its stream, and the facts that are judged."""
    subkeys = [] if event.ours else [SOURCES]
    if noted(event):
        subkeys.append(DOSSIER)
    subkeys += [f"{kind}/{event.position:019}" for kind in facts_in(event)]
    return tuple(subkeys)


def kind_of(subkey: str) -> str:
    """The kind of a fact, or of a row that is none."""
    return subkey.partition("/")[0]


def evolve(subkey: str, state: Row | None, event: RecordedEvent) -> Row:
    """Fold an event into one of its rows."""
    if subkey == SOURCES:
        known = state if isinstance(state, Sightings) else Sightings(event.subject)
        return _sighted(known, event)
    if subkey == DOSSIER:
        dossier = state if isinstance(state, Dossier) else Dossier(event.subject)
        return dossier.with_event(event)
    return state or fact_of(kind_of(subkey), event)


def _sighted(state: Sightings, event: RecordedEvent) -> Sightings:
    known = state.first.get(event.source)
    if known and known[:2] <= (event.time, event.id):
        return state
    first = {**state.first, event.source: (event.time, event.id, event.position)}
    return Sightings(state.subject, first)


def _cells(key: Key, row: Row) -> tuple[Any, ...]:
    """Name of a dossier, and what the row depends on."""
    if isinstance(row, Dossier):
        return dossier_name(key[0], row), row.customer, None
    if isinstance(row, Fact):
        first, second = (*row.on, None, None)[:2]
        return None, first, second
    return None, None, None


def _rulebook_digest() -> str:
    """Eight digits that change with what the rulebook says: findings are then made again."""
    parts = (
        rulebook.RULES,
        rulebook.PROVISIONS,
        rulebook.RECIPIENT_KINDS,
        rulebook.COUNTRIES,
        rulebook.DEADLINES,
        rulebook.MARKETING_RULES,
        rulebook.PERIODS,
    )
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:8]


VIEW: View[Row] = View(
    name="findings",
    version=f"{FOLD}+{_rulebook_digest()}",
    type=Row,
    keys=keys,
    evolve=evolve,
    layout="findings",
    cell_types={"name": "text", "first_on": "text", "second_on": "text"},
    cells=_cells,
    join="findings",
)
