"""View `measures`: technical and organisational security measures, adopted and retired (GDPR Art. 32).

One row a measure. Nothing is overwritten, so that anyone may ask what was in place at any time.
"""

from datetime import datetime

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Order, View, order_of
from schemas import names

_PREFIX = "measure/"
_ACTS = {names.SECURITY_MEASURE_ADOPTED: True, names.SECURITY_MEASURE_RETIRED: False}


class Adoption(msgspec.Struct, frozen=True):
    """A measure was put in place, or no longer is (`reason`)."""

    order: Order
    adopted: bool
    name: str | None = None
    owner: str | None = None
    reason: str | None = None


class Measure(msgspec.Struct, frozen=True):
    """All that was said about one measure, by order."""

    measure: str
    acts: tuple[Adoption, ...] = ()


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """The acts on a measure touch its one row."""
    return ("",) if event.name in _ACTS and (event.subject or "").startswith(_PREFIX) else ()


def evolve(state: Measure | None, event: RecordedEvent) -> Measure:
    """Add what the event says; `adopted_at` decides by time."""
    state = state or Measure((event.subject or "").removeprefix(_PREFIX))
    adopted, facts = _ACTS[event.name], event.facts
    act = Adoption(
        order=order_of(event, int(not adopted)),
        adopted=adopted,
        name=facts.get("name"),
        owner=facts.get("owner"),
        reason=facts.get("reason"),
    )
    acts = sorted((*state.acts, act), key=lambda adoption: adoption.order)
    return Measure(state.measure, tuple(acts))


def adopted_at(measure: Measure, time: datetime) -> tuple[Adoption | None, Adoption | None]:
    """The adoption that decides at a time, None before the first; and the retirement after it, if any."""
    acts = [act for act in measure.acts if act.order.time <= time]
    adoption = next((act for act in reversed(acts) if act.adopted), None)
    retirement = acts[-1] if acts and not acts[-1].adopted else None
    return adoption, retirement


VIEW: View[Measure] = View(
    name="measures",
    version="2",
    type=Measure,
    keys=keys,
    names=frozenset(_ACTS),
    evolve=lambda _subkey, state, event: evolve(state, event),
)
