"""`ledger purposes`: what law and house say of each purpose, beside the activities that declare it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from application.queries.verdicts import explained
from application.source import Source, instant_or_none
from projections.folds.timetravel import Moment
from projections.reading.register import declared_activities
from rulebook import PURPOSES, Purpose, in_force, purpose_decision, purposes_on
from rulebook.calendar import day_of
from rulebook.purposes import PURPOSE_WHY

_TITLES = {entry.id: (entry.title, entry.title_nl) for entry in PURPOSES}
Declared = dict[str, list[dict[str, Any]]]
"""Purpose -> who declares it: activity, legal basis, and what both layers say of that."""


def purposes(source: Source, moment: Moment) -> dict[str, Any]:
    """Every purpose that the rulebook knows or an activity declares, sorted, on the day of a moment.

    `not_allowed`: how many declarations a layer denies, or nobody knows.
    """
    day = day_of(moment.as_of or source.now)
    declared = declarations(source, moment, day)
    known = {entry.purpose for entry in PURPOSES if in_force(entry, day)}
    rows = [_purpose(name, declared.get(name, []), day) for name in sorted(known | declared.keys())]
    denied = sum(not one["allowed"] for row in rows for one in row["declared"])
    return {
        "as_of": instant_or_none(moment.as_of),
        "recorded_by": instant_or_none(moment.recorded_by),
        "at_position": moment.at_position,
        "judged_on": day.isoformat(),
        "purposes": rows,
        "not_allowed": denied,
    }


def declarations(source: Source, moment: Moment, day: date) -> Declared:
    """Every purpose that an activity of a moment declares, by the name that the rulebook has for it."""
    return _declared(declared_activities(source.session, moment, source.privacy_office), day)


def _declared(activities: Mapping[str, dict[str, Any]], day: date) -> Declared:
    declared: Declared = {}
    for activity, facts in activities.items():
        for one in facts["purposes"]:
            entries = purposes_on(one["purpose"], day)
            name = entries[0].purpose if entries else one["purpose"]
            declared.setdefault(name, []).append(_judged(activity, one, day))
    return declared


def _judged(activity: str, one: Mapping[str, Any], day: date) -> dict[str, Any]:
    decision = purpose_decision(one["purpose"], one["legal_basis"], day)
    return {
        "activity": activity,
        "purpose": one["purpose"],
        "legal_basis": one["legal_basis"],
        "provision": one.get("provision"),
        "allowed": decision.allowed,
        "verdicts": [explained(verdict, _TITLES, PURPOSE_WHY) for verdict in decision.verdicts],
    }


def _purpose(name: str, declared: list[dict[str, Any]], day: date) -> dict[str, Any]:
    entries = [_entry(entry) for entry in purposes_on(name, day)]
    return {"purpose": name, "entries": entries, "declared": declared}


def _entry(entry: Purpose) -> dict[str, Any]:
    """The entry as it stands in the rulebook; its tests are its own matter."""
    made: dict[str, Any] = msgspec.to_builtins(entry)
    del made["tests"]
    return {"rule": entry.id, **made}
