"""View `findings`: recorded facts that break a rule of law or of the house.

It has three kinds of rows, each a fold over one stream. A *dossier* holds the facts that rules need about a
person, an employee, a recipient, a role, a system or a breach; a *fact* is one event that a rule may judge;
*traces* name the sources of events and the data held. The join (`findings_join`) derives findings from them:
it judges a fact again whenever the fact, the dossier of its stream or a dossier that it depends on changes.
No row holds a value, and nothing depends on a clock: a finding that waits for a deadline holds the instant
when it is due.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b

import rulebook
from ledger.event import RecordedEvent
from projections.dossier.dossier import NO_DOSSIER, Dossier, noted
from projections.dossier.fact import LETTERS, Fact, fact_of, facts_in
from projections.dossier.traces import Traces, leaves_traces, traced
from projections.folds.compression import RowCompression
from projections.folds.view import Cells, Key, View, place_of
from rulebook.consent_evidence import CONSENT_EVIDENCE_TABLE
from rulebook.digest import digest
from rulebook.holidays import HOLIDAYS
from rulebook.powers import POWER_TABLE
from rulebook.sources import SOURCES

DOSSIER, TRACES = "dossier", "traces"
FOLD = "24"
# A dossier that depends on another one is no older than any change of that.
LAST_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_KINDS = {letter: kind for kind, letter in LETTERS.items()}
# Names of recipients, roles, activities and employees: of the same ones again and again.
_NAMES = 16_384

Row = Dossier | Fact | Traces


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """The traces and the dossier of its stream, and the facts that are judged."""
    subkeys = [TRACES] if leaves_traces(event) else []
    if noted(event):
        subkeys.append(DOSSIER)
    if kinds := facts_in(event):
        place = place_of(event.position)
        subkeys += [LETTERS[kind] + place for kind in kinds]
    return tuple(subkeys)


def kind_of(subkey: str) -> str:
    """The kind of a fact, or of a row that is not a fact."""
    return _KINDS.get(subkey[0]) or subkey.partition("/")[0]


@lru_cache(_NAMES)
def hash_of(name: str) -> int:
    """By what rows that depend on a dossier are found. Where two names share it, more is judged again."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def evolve(subkey: str, state: Row | None, event: RecordedEvent) -> Row:
    """Fold an event into one of its rows."""
    return evolve_many(subkey, state, (event,))


def evolve_many(subkey: str, state: Row | None, events: Sequence[RecordedEvent]) -> Row:
    """Fold events into one of their rows, at least one."""
    if subkey == TRACES:
        traces = state if isinstance(state, Traces) else Traces(events[0].subject)
        return traced(traces, events)
    if subkey == DOSSIER:
        dossier = state if isinstance(state, Dossier) else NO_DOSSIER
        return dossier.with_events(events)
    return state or fact_of(kind_of(subkey), events[0])


def _cells(_key: Key, row: Row) -> Cells:
    """Reference of a dossier that is no person's, what the row depends on, and since when it matters."""
    if isinstance(row, Fact):
        first, second = (*map(hash_of, row.on), None, None)[:2]
        return None, first, second, row.occurred_at
    if isinstance(row, Dossier):
        customer = row.customer
        if customer:
            return row.subject, hash_of(customer), None, LAST_TIME
        return row.subject, None, None, None
    return None, None, None, None


_RULES = digest(
    rulebook.RULES,
    rulebook.PROVISIONS,
    rulebook.RECIPIENT_KINDS,
    rulebook.COUNTRIES,
    rulebook.TRANSFER_MECHANISMS,
    rulebook.DEADLINES,
    HOLIDAYS,
    rulebook.MARKETING_RULES,
    rulebook.PURPOSES,
    rulebook.PERIODS,
    rulebook.RETENTION_RULES,
    rulebook.ERASURE_RULES,
    POWER_TABLE,
    SOURCES,
    rulebook.COMPANY_DATES,
    CONSENT_EVIDENCE_TABLE,
)

VIEW: View[Row] = View(
    name="findings",
    version=f"{FOLD}+{_RULES}",
    type=Row,
    keys=keys,
    evolve=evolve,
    evolve_many=evolve_many,
    layout="findings",
    cell_types={
        "name": "text",
        "first_on": "int8",
        "second_on": "int8",
        "occurred_at": "timestamptz",
    },
    cells=_cells,
    join="findings",
    compression=RowCompression(
        "findings", "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528"
    ),
)

FOUND = RowCompression(
    "findings_entries", "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d"
)
"""How what was found is compressed."""
