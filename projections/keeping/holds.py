"""Legal holds in force over a person's data, by category, and their view `legal_holds`. Pure.

A hold is known by its reference. Its latest act decides: a placed or reviewed hold stands as that act says; a
released hold is over. An owner stays until another act names a new one. The view has one row for each hold of
a person, made of the marks of the person's dossier, so that there is one fold of holds.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from ledger.event import RecordedEvent
from projections.dossier.dossier import FOREVER, NO_DOSSIER, Dossier, Marked, noting
from projections.dossier.said import Holding
from projections.folds.view import Cells, Key, View
from rulebook.calendar import start_of

_TOPIC = "hold/"
ACTS_ON_HOLDS = noting({"hold"})
IN_FORCE = "hold"
"""What a row is open as, until the hold is released."""
UNDISCLOSED = "undisclosed"
"""The ground of a hold of which the person may not be told: neither why, nor that it is there."""


class Hold(msgspec.Struct, frozen=True):
    """A hold in force. `since`: when it was placed first; `changed_at`: when its latest act occurred."""

    hold_ref: str
    categories: tuple[str, ...]
    ground: str
    review_on: date
    owner: str | None
    since: datetime
    changed_at: datetime

    def is_overdue(self, day: date) -> bool:
        """Whether its review was due before this day."""
        return self.review_on < day

    @property
    def overdue_at(self) -> datetime | None:
        """The instant from which its review is overdue; None when no day comes after that of the review."""
        if self.review_on == date.max:
            return None
        return start_of(self.review_on + timedelta(days=1))


def holds(dossier: Dossier) -> list[Hold]:
    """The holds in force, sorted by reference."""
    return [_hold(ref, acts) for ref, acts in sorted(_in_force(dossier))]


def holds_by_category(dossier: Dossier) -> dict[str, tuple[str, ...]]:
    """Category -> references of the holds that keep it, both sorted."""
    refs_by_category: dict[str, list[str]] = {}
    for ref, categories in holds_by_ref(dossier).items():
        for category in categories:
            refs_by_category.setdefault(category, []).append(ref)
    return {category: tuple(refs) for category, refs in sorted(refs_by_category.items())}


def holds_by_ref(dossier: Dossier, time: datetime = FOREVER) -> dict[str, tuple[str, ...]]:
    """Reference of a hold in force at a time -> the categories that it keeps, both sorted."""
    in_force = sorted(_in_force(dossier, time))
    return {ref: acts[-1].says.categories for ref, acts in in_force}


def undisclosed(dossier: Dossier, time: datetime = FOREVER) -> frozenset[str]:
    """References of the holds in force at a time of which the person may not be told."""
    in_force = _in_force(dossier, time)
    return frozenset(ref for ref, acts in in_force if acts[-1].says.ground == UNDISCLOSED)


_Told = list[Marked[Holding]]


def _in_force(dossier: Dossier, time: datetime = FOREVER) -> Iterator[tuple[str, _Told]]:
    """References of holds, with the acts that placed or reviewed them; the last act releases none of them."""
    for topic in dossier.marks:
        last = dossier.last(topic, time) if topic.startswith(_TOPIC) else None
        if last is not None and last.says is not None:
            marks = dossier.saying(topic, Holding)
            yield topic.removeprefix(_TOPIC), [act for act in marks if act.order.time <= time]


def _hold(ref: str, acts: _Told) -> Hold:
    latest = acts[-1]
    owners = [act.says.owner for act in acts if act.says.owner]
    return Hold(
        hold_ref=ref,
        categories=latest.says.categories,
        ground=latest.says.ground,
        review_on=date.fromisoformat(latest.says.review_on),
        owner=owners[-1] if owners else None,
        since=acts[0].order.time,
        changed_at=latest.order.time,
    )


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An act on a hold touches the row of its reference."""
    return (event.facts["hold_ref"],) if event.name in ACTS_ON_HOLDS else ()


def _evolve(_subkey: str, state: Dossier | None, event: RecordedEvent) -> Dossier:
    return (state or NO_DOSSIER).with_event(event)


def _cells(_key: Key, state: Dossier) -> Cells:
    """For a hold in force, the time from which its review is overdue."""
    in_force = holds(state)
    return (IN_FORCE, in_force[0].overdue_at) if in_force else (None, None)


VIEW: View[Dossier] = View(
    name="legal_holds",
    version="4",
    type=Dossier,
    keys=keys,
    names=ACTS_ON_HOLDS,
    evolve=_evolve,
    layout="cases",
    cell_types={"open_kind": "text", "due": "timestamptz"},
    cells=_cells,
)
