"""`ledger purposes`: what law and house say of each purpose, and the activities that declare it."""

from collections.abc import Mapping
from datetime import date

from msgspec import convert, to_builtins

from application.answer import Answer
from application.queries.verdicts import VerdictInWords, explained
from application.source import Source, instant_or_none
from projections.folds.timetravel import Moment
from projections.reading.register import declared_activities
from rulebook import PURPOSES, Purpose, in_force, purpose_decision, purposes_on
from rulebook.calendar import day_of
from rulebook.layers import Layer
from rulebook.purposes import PURPOSE_WHY
from schemas.encoding import JsonValue

_TITLES = {entry.id: (entry.title, entry.title_nl) for entry in PURPOSES}


class PurposeEntry(Answer, frozen=True):
    """What the rulebook of law or house says of a purpose. No `legal_bases`: it is forbidden."""

    rule: str
    purpose: str
    layer: Layer
    title: str
    title_nl: str
    legal_bases: list[str]
    citation: str
    valid_from: str
    valid_to: str | None
    confidence: str
    compatible: list[str]
    aliases: list[str]
    channels: list[str]
    direct_marketing: bool
    provision: str
    clause: str


class DeclaredUse(Answer, frozen=True):
    """That an activity declares a purpose with a legal basis, and what both layers say of that.

    No verdicts: no layer knows the purpose, so it is not allowed.
    """

    activity: str
    purpose: str
    legal_basis: str
    provision: str | None
    allowed: bool
    verdicts: list[VerdictInWords]


class PurposeRow(Answer, frozen=True):
    """A purpose that the rulebook knows or an activity declares."""

    purpose: str
    entries: list[PurposeEntry]
    declared: list[DeclaredUse]


class PurposesAnswer(Answer, frozen=True):
    """Every purpose, sorted. `not_allowed`: how many declarations a layer denies or no layer knows."""

    as_of: str | None
    recorded_by: str | None
    at_position: int | None
    judged_on: str
    purposes: list[PurposeRow]
    not_allowed: int


Declared = Mapping[str, list[DeclaredUse]]
"""Purpose -> who declares it."""


def purposes(source: Source, moment: Moment) -> PurposesAnswer:
    """Every purpose that the rulebook knows or an activity declares, sorted, on the day of a moment."""
    day = day_of(moment.as_of or source.now)
    declared = declarations(source, moment, day)
    names = {entry.purpose for entry in PURPOSES if in_force(entry, day)}
    rows = [_purpose(name, declared.get(name, []), day) for name in sorted(names | declared.keys())]
    return PurposesAnswer(
        as_of=instant_or_none(moment.as_of),
        recorded_by=instant_or_none(moment.recorded_by),
        at_position=moment.at_position,
        judged_on=day.isoformat(),
        purposes=rows,
        not_allowed=sum(not declaration.allowed for row in rows for declaration in row.declared),
    )


def declarations(source: Source, moment: Moment, day: date) -> Declared:
    """Every purpose that an activity of a moment declares, by the name that the rulebook has for it."""
    return _declared(declared_activities(source.session, moment, source.privacy_office), day)


def _declared(activities: Mapping[str, Mapping[str, JsonValue]], day: date) -> Declared:
    declared: dict[str, list[DeclaredUse]] = {}
    for activity, facts in activities.items():
        for purpose in convert(facts["purposes"], list[dict[str, str]]):
            entries = purposes_on(purpose["purpose"], day)
            name = entries[0].purpose if entries else purpose["purpose"]
            declared.setdefault(name, []).append(_judged(activity, purpose, day))
    return declared


def _judged(activity: str, purpose: Mapping[str, str], day: date) -> DeclaredUse:
    decision = purpose_decision(purpose["purpose"], purpose["legal_basis"], day)
    return DeclaredUse(
        activity=activity,
        purpose=purpose["purpose"],
        legal_basis=purpose["legal_basis"],
        provision=purpose.get("provision"),
        allowed=decision.allowed,
        verdicts=[explained(verdict, _TITLES, PURPOSE_WHY) for verdict in decision.verdicts],
    )


def _purpose(name: str, declared: list[DeclaredUse], day: date) -> PurposeRow:
    entries = [_entry(entry) for entry in purposes_on(name, day)]
    return PurposeRow(purpose=name, entries=entries, declared=declared)


def _entry(entry: Purpose) -> PurposeEntry:
    """The entry as it stands in the rulebook; its tests are its own matter."""
    return convert({"rule": entry.id, **to_builtins(entry)}, PurposeEntry)
