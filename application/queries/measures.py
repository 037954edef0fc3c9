"""The part of the register on security: measures that were adopted, beside those that activities name."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from application.source import Source, instant_or_none, states_at
from projections.folds.timetravel import Moment
from projections.views import measures as view
from projections.views.measures import Measure, adopted_at
from projections.views.processing_register import Entry


def told_measures(source: Source, moment: Moment) -> list[Measure]:
    """Every measure of which something was said by a moment, sorted by its id."""
    found = states_at(source, view.VIEW, moment)
    return sorted(found, key=lambda measure: measure.measure)


def measures(told: Iterable[Measure], entries: Iterable[Entry], clock: datetime) -> list[Any]:
    """Each measure as it stood, with the activities whose declaration names it."""
    users: dict[str, list[str]] = {}
    for entry in entries:
        for name in _named(entry):
            users.setdefault(name, []).append(entry.activity)
    return [
        {**_standing(measure, clock), "activities": users.get(measure.measure, [])}
        for measure in told
    ]


def named_measures(entry: Entry, told: Iterable[Measure], clock: datetime) -> list[Any]:
    """What an activity declares, each as it stood; `in_place` is None where nobody said anything."""
    known = {measure.measure: measure for measure in told}
    return [_standing(known.get(name, Measure(name)), clock) for name in _named(entry)]


def _named(entry: Entry) -> list[str]:
    return list((entry.declared or {}).get("security_measures", []))


def _standing(measure: Measure, clock: datetime) -> dict[str, Any]:
    adopted, retired = adopted_at(measure, clock)
    return {
        "measure": measure.measure,
        "name": adopted.name if adopted else None,
        "owner": adopted.owner if adopted else None,
        "in_place": None if not (adopted or retired) else retired is None,
        "adopted": instant_or_none(adopted.order.time if adopted else None),
        "retired": instant_or_none(retired.order.time if retired else None),
        "reason": retired.reason if retired else None,
    }
