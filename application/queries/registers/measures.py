"""The part of the register on security: adopted measures, and those that activities name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from application.answer import Answer
from application.source import Source, instant_or_none, states_at
from projections.folds.timetravel import Moment
from projections.views import measures as view
from projections.views.measures import Measure, adopted_at


class MeasureStanding(Answer, frozen=True):
    """A security measure as it stood; `in_place` is None where no event says so."""

    measure: str
    name: str | None
    owner: str | None
    in_place: bool | None
    adopted: str | None
    retired: str | None
    reason: str | None


class MeasureInUse(MeasureStanding, frozen=True):
    """A security measure, and the activities whose declaration names it."""

    activities: list[str]


def measures_at(source: Source, moment: Moment) -> list[Measure]:
    """Every measure of which something was said by a moment, sorted by its id."""
    rows = states_at(source, view.VIEW, moment)
    return sorted(rows, key=lambda measure: measure.measure)


def measures(
    rows: Iterable[Measure], named: Mapping[str, Sequence[str]], clock: datetime
) -> list[MeasureInUse]:
    """Each measure as it stood. `named`: activity -> the measures that its declaration names."""
    users: dict[str, list[str]] = {}
    for activity, names in named.items():
        for name in names:
            users.setdefault(name, []).append(activity)
    return [
        MeasureInUse(
            **msgspec.structs.asdict(_standing(measure, clock)),
            activities=users.get(measure.measure, []),
        )
        for measure in rows
    ]


def named_measures(
    names: Iterable[str], rows: Iterable[Measure], clock: datetime
) -> list[MeasureStanding]:
    """What an activity declares, each as it stood."""
    by_id = {measure.measure: measure for measure in rows}
    return [_standing(by_id.get(name, Measure(name)), clock) for name in names]


def _standing(measure: Measure, clock: datetime) -> MeasureStanding:
    adopted, retired = adopted_at(measure, clock)
    return MeasureStanding(
        measure=measure.measure,
        name=adopted.name if adopted else None,
        owner=adopted.owner if adopted else None,
        in_place=None if not (adopted or retired) else retired is None,
        adopted=instant_or_none(adopted.order.time if adopted else None),
        retired=instant_or_none(retired.order.time if retired else None),
        reason=retired.reason if retired else None,
    )
