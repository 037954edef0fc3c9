"""View `incidents`: breaches and suspected misuse, with every act on them. One row a case.

A breach is a row of its registry entry, a case of misuse one of the person; so is that a person was told of
a breach. Nothing is relative to a clock: which clocks run is asked of the acts (`Incident.clocks`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Cells, Key, Order, View, order_of
from rulebook import DEADLINES
from rulebook.digest import digest
from rulebook.incidents import AuthorityNotice, Clock, breach_clocks, warning_clock
from schemas import names
from schemas.formats import instant_of

Kind = Literal["breach", "misuse"]
KINDS: tuple[Kind, ...] = ("breach", "misuse")
_PREFIX = "breach/"
_DETECTED, _ASSESSED, _CLOSED = names.BREACH_DETECTED, names.BREACH_ASSESSED, names.BREACH_CLOSED
_NOTIFIED, _TOLD = names.AUTHORITY_NOTIFIED, names.SUBJECTS_NOTIFIED
_SUSPECTED, _WARNED, _RESOLVED = (
    names.MISUSE_SUSPECTED,
    names.CUSTOMER_WARNED,
    names.MISUSE_RESOLVED,
)
_BREACH = frozenset({_DETECTED, _ASSESSED, _CLOSED, _NOTIFIED, _TOLD})
_MISUSE = frozenset({_SUSPECTED, _WARNED, _RESOLVED})
TOLD = (
    "nature",
    "description",
    "subject_categories",
    "subject_count",
    "categories",
    "record_count",
    "consequences",
    "measures_taken",
    "measures_proposed",
    "delay_reason",
    "began",
    "protection",
    "other_providers",
    "other_states",
)
"""Members of the acts on a breach that a notification to the authority is made of."""
_HIGH = frozenset({"high", "severe", "very-high"})


class IncidentAct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One act on a case: of which type, and its facts."""

    order: Order
    name: str
    facts: dict[str, Any]


class Incident(msgspec.Struct, frozen=True):
    """Every act on one case, by order. `kind`: `told` for a person who was told of a breach."""

    kind: Literal["breach", "misuse", "told"]
    ref: str
    steps: tuple[IncidentAct, ...] = ()

    @property
    def begin(self) -> IncidentAct | None:
        """How it began; None when there are acts on it alone."""
        return next(iter(self.named(_DETECTED, _SUSPECTED)), None)

    @property
    def begun_at(self) -> datetime | None:
        """When it was detected or suspected; None when there are acts on it alone."""
        begin = self.begin
        if begin is None:
            return None
        return instant_of(begin.facts.get("detected_at", "")) or begin.order.time

    @property
    def ended_at(self) -> datetime | None:
        """When it was dealt with; None while it goes on, also by a new signal after that."""
        turns = self.named(_DETECTED, _SUSPECTED, _CLOSED, _RESOLVED)
        ends = turns and turns[-1].name in {_CLOSED, _RESOLVED}
        return turns[-1].order.time if ends else None

    @property
    def risk(self) -> str | None:
        """As it was assessed last."""
        assessed = self.named(_ASSESSED)
        return str(assessed[-1].facts["risk"]) if assessed else None

    @property
    def regimes(self) -> list[str]:
        """The regimes of the incident, as it was detected."""
        return [str(step.facts["regime"]) for step in self.named(_DETECTED)]

    @property
    def must_tell(self) -> bool:
        """Whether the persons concerned must be told: the risk for them is high (GDPR Art. 34)."""
        return self.risk in _HIGH

    @property
    def told(self) -> dict[str, Any]:
        """The content that a breach notification must have: the latest statement of each member."""
        statements = (step.facts for step in self.named(_DETECTED, _ASSESSED, _NOTIFIED))
        return {
            name: statement[name] for statement in statements for name in TOLD if name in statement
        }

    def named(self, *names: str) -> tuple[IncidentAct, ...]:
        """Its acts of some types."""
        return tuple(step for step in self.steps if step.name in names)

    def until(self, time: datetime) -> "Incident":
        """As it was at a time, inclusive."""
        steps = tuple(step for step in self.steps if step.order.time <= time)
        return Incident(self.kind, self.ref, steps)

    @property
    def clocks(self) -> list[Clock]:
        """The deadlines in the order of time; for each duty, the clock that began first."""
        clocks = list(self._clocks())
        first = {
            clock.duty: clock for clock in sorted(clocks, key=lambda clock: clock.due, reverse=True)
        }
        return sorted(first.values(), key=lambda clock: (clock.due, clock.duty))

    def _clocks(self) -> Iterable[Clock]:
        notices = [
            AuthorityNotice(step.order.time, step.facts["regime"], step.facts["phase"])
            for step in self.named(_NOTIFIED)
        ]
        for step in self.named(_DETECTED):
            detected = instant_of(step.facts["detected_at"]) or step.order.time
            yield from breach_clocks(detected, step.facts["regime"], notices, self.risk)
        for step in self.named(_SUSPECTED)[:1]:
            warned = [step.order.time for step in self.named(_WARNED)]
            yield warning_clock(step.order.time, warned)

    @property
    def is_open(self) -> bool:
        """Whether something is to be done: it was not dealt with, or a duty was not done."""
        undone = any(clock.done_at is None for clock in self.clocks)
        return self.begin is not None and (self.ended_at is None or undone)


def subkey_of_breach(ref: str) -> str:
    """The row of a breach, in its own stream."""
    return f"breach/{ref}"


def subkey_of_misuse(ref: str) -> str:
    """The row of a case of misuse, in the stream of the person."""
    return f"misuse/{ref}"


def subkey_of_told(ref: str) -> str:
    """The row that says that a person was told of a breach, in the stream of the person."""
    return f"told/{ref}"


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An act on a case touches the row of the case."""
    if event.name in _MISUSE:
        return (subkey_of_misuse(event.facts["case_ref"]),)
    if event.name not in _BREACH:
        return ()
    if event.subject is None:
        return (subkey_of_told(event.facts["breach_ref"]),)
    return (subkey_of_breach(event.subject.removeprefix(_PREFIX)),)


def evolve(subkey: str, state: Incident | None, event: RecordedEvent) -> Incident:
    """Add what the event says."""
    kind, _, ref = subkey.partition("/")
    facts = event.facts
    if kind == "breach" and event.categories:
        facts = {**facts, "categories": list(event.categories)}
    step = IncidentAct(order_of(event, int(event.name in {_CLOSED, _RESOLVED})), event.name, facts)
    steps = sorted((*(state.steps if state else ()), step), key=lambda step: step.order)
    return Incident(kind, ref, tuple(steps))  # type: ignore[arg-type]  # made by `keys`


def _cells(_key: Key, incident: Incident) -> Cells:
    """For a case with something to do: its kind, and the time from which that is late."""
    if incident.kind == "told" or not incident.is_open:
        return None, None
    undone = [clock.due for clock in incident.clocks if clock.done_at is None]
    return incident.kind, min(undone, default=None)


VIEW: View[Incident] = View(
    name="incidents",
    version=f"5+{digest(DEADLINES)}",
    type=Incident,
    keys=keys,
    names=_BREACH | _MISUSE,
    evolve=evolve,
    layout="cases",
    cell_types={"open_kind": "text", "due": "timestamptz"},
    cells=_cells,
)
