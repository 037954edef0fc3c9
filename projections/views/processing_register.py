"""View `processing_register`: each processing activity, what was declared and what was observed.

Two folds and a join. Observations are counted by activity in one row a stream, and declarations folded per
activity; an entry is a pure function of a declaration and the sum of the observations. Counts, so that
an annulment can be subtracted; no row holds a set of people.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ledger.event import RecordedEvent
from projections.folds.compression import RowCompression
from projections.folds.view import Order, View, order_of
from schemas import names

_PREFIX = "activity/"
OBSERVED, _DECLARING = "observed", "declared/"
_DECLARATIONS = {names.PROCESSING_ACTIVITY_DECLARED, names.PROCESSING_ACTIVITY_CHANGED}
_RETIRED = names.PROCESSING_ACTIVITY_RETIRED
DECLARING: frozenset[str] = frozenset({*_DECLARATIONS, _RETIRED})
"""Types of the events that say what is declared."""
_ASSESSED = names.DPIA_LINKED
_DECLARED = DECLARING | {_ASSESSED}
Counts = dict[str, int]


class Retirement(msgspec.Struct, frozen=True):
    """The latest statement that an activity came to its end."""

    order: Order
    reason: str


class Version(msgspec.Struct, frozen=True):
    """One declaration of an activity: its number is its place in the order of all, from 1."""

    order: Order
    facts: dict[str, Any]


class Assessment(msgspec.Struct, frozen=True):
    """An impact assessment that was made for an activity (Art. 35)."""

    order: Order
    facts: dict[str, Any]


class DeclaredActivity(msgspec.Struct, frozen=True, array_like=True, tag="declared"):
    """The declarations of one activity and its impact assessments, both in their order."""

    versions: tuple[Version, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    retirement: Retirement | None = None

    @property
    def facts(self) -> dict[str, Any] | None:
        """The facts of the latest declaration."""
        return self.versions[-1].facts if self.versions else None

    @property
    def retired(self) -> Retirement | None:
        """The retirement, unless a later declaration took it back."""
        ending = self.retirement
        if ending and self.versions and self.versions[-1].order > ending.order:
            return None
        return ending


class Observation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The events of one stream that name one activity. `person`: the stream is a data subject."""

    person: bool
    events: int
    first: datetime
    last: datetime
    legal_bases: Counts = {}
    categories: Counts = {}
    recipients: Counts = {}
    recipient_kinds: Counts = {}
    countries: Counts = {}


class ObservedStream(msgspec.Struct, frozen=True, array_like=True, tag="observed", gc=False):
    """The events of one stream by the activity that they name."""

    activities: dict[str, Observation]


class Totals(msgspec.Struct, frozen=True):
    """The sum of an activity's observations; times aside, which have no sum."""

    events: int = 0
    data_subjects: int = 0
    legal_bases: Counts = {}
    categories: Counts = {}
    recipients: Counts = {}
    recipient_kinds: Counts = {}
    countries: Counts = {}


class ObservedActivity(msgspec.Struct, frozen=True):
    """The observations in an entry; times are occurred times, lists are sorted."""

    events: int
    data_subjects: int
    first: datetime | None
    last: datetime | None
    legal_bases: list[str]
    categories: list[str]
    recipients: list[str]
    recipient_kinds: list[str]
    countries: list[str]


class Drift(msgspec.Struct, frozen=True, order=True):
    """One difference between what was declared and what was observed."""

    kind: str
    detail: str


class Entry(msgspec.Struct, frozen=True):
    """One activity in the register. `version` is 0 and `declared` None without a declaration."""

    activity: str
    version: int
    name: str | None
    declared: dict[str, Any] | None
    retired: Retirement | None
    observed: ObservedActivity
    drift: list[Drift]
    versions: tuple[Version, ...] = ()
    assessments: tuple[Assessment, ...] = ()

    def version_at(self, time: datetime) -> int:
        """Number of the version in force at a time; 0 before the first."""
        return sum(version.order.time <= time for version in self.versions)

    def declared_at(self, time: datetime) -> dict[str, Any] | None:
        """The declaration in force at a time, or else the first one; None without any."""
        if not self.versions:
            return None
        return self.versions[max(0, self.version_at(time) - 1)].facts


# Folds


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An event touches the observations of the activity it names, and may be a declaration."""
    subkeys = []
    if event.activity:
        subkeys.append(OBSERVED)
    if event.name in _DECLARED:
        subkeys.append(declared_as((event.subject or "").removeprefix(_PREFIX)))
    return tuple(subkeys)


def declared_as(activity: str) -> str:
    """The subkey of the declarations of an activity."""
    return f"{_DECLARING}{activity}"


def activity_of(subkey: str) -> str:
    """The activity that declarations are about."""
    return subkey.removeprefix(_DECLARING)


def declare(state: DeclaredActivity | None, event: RecordedEvent) -> DeclaredActivity:
    """Fold a declaration, a change, a retirement or an impact assessment of an activity."""
    state = state or DeclaredActivity()
    if event.name == _RETIRED:
        retirement = Retirement(order_of(event, 1), event.facts["reason"])
        before = state.retirement
        latest = before if before and before.order > retirement.order else retirement
        return msgspec.structs.replace(state, retirement=latest)
    order = order_of(event)
    if event.name == _ASSESSED:
        assessed = sorted((*state.assessments, Assessment(order, event.facts)), key=_order)
        return msgspec.structs.replace(state, assessments=tuple(assessed))
    versions = sorted((*state.versions, Version(order, event.facts)), key=_order)
    return msgspec.structs.replace(state, versions=tuple(versions))


def _order(version: Version | Assessment) -> Order:
    return version.order


def observed(state: ObservedStream | None, events: Iterable[RecordedEvent]) -> ObservedStream:
    """Count events by the activity that they name."""
    activities = dict(state.activities) if state else {}
    by_activity: dict[str, list[RecordedEvent]] = {}
    for event in events:
        if event.activity:
            by_activity.setdefault(event.activity, []).append(event)
    for activity, its_events in by_activity.items():
        activities[activity] = observe(activities.get(activity), its_events)
    return ObservedStream(activities)


def observe(state: Observation | None, events: Sequence[RecordedEvent]) -> Observation:
    """Count events that name the activity: at least one."""
    before = state or Observation(events[0].subject is None, 0, events[0].time, events[0].time)
    first, last = before.first, before.last
    counts = [dict(counted) for counted in _counts_of(before)]
    bases, categories, recipients, kinds, countries = counts
    for event in events:
        first, last = min(first, event.time), max(last, event.time)
        facts = event.facts
        _count(bases, event.legal_basis)
        for category in dict.fromkeys(event.categories):
            _count(categories, category)
        if "recipient" in facts:  # where a recipient is established, no data was given to
            _count(recipients, facts["recipient"])
            _count(kinds, facts.get("recipient_kind"))
            _count(countries, facts.get("country"))
    return Observation(before.person, before.events + len(events), first, last, *counts)


def _count(counts: Counts, name: str | None) -> None:
    if name is not None:
        counts[name] = counts.get(name, 0) + 1


# Sums


class ObservationTotals:
    """Totals while rows are added to them and taken away again."""

    def __init__(self, totals: Totals | None = None) -> None:
        start = totals or Totals()
        self._events = start.events
        self._data_subjects = start.data_subjects
        self._counts = tuple(dict(counts) for counts in _counts_of(start))

    def add(self, row: Observation) -> None:
        """Count a row."""
        self._move(row, 1)

    def subtract(self, row: Observation) -> None:
        """Take away a row that was added before."""
        self._move(row, -1)

    def totals(self) -> Totals:
        """The remaining totals."""
        counts = ({name: n for name, n in sums.items() if n} for sums in self._counts)
        return Totals(self._events, self._data_subjects, *counts)

    def join(self, other: "ObservationTotals") -> None:
        """Add all rows that another one has counted."""
        self._sum(other._events, other._data_subjects, other._counts, 1)

    def _move(self, row: Observation, sign: int) -> None:
        self._sum(row.events, row.person, _counts_of(row), sign)

    def _sum(self, events: int, subjects: int, added: tuple[Counts, ...], sign: int) -> None:
        self._events += sign * events
        self._data_subjects += sign * subjects
        for sums, counts in zip(self._counts, added, strict=True):
            if not counts:  # most count no recipients
                continue
            for name, count in counts.items():
                sums[name] = sums.get(name, 0) + sign * count


def _counts_of(row: Observation | Totals) -> tuple[Counts, ...]:
    """The counts that have a sum, in the order of the members of `Totals`."""
    return (
        row.legal_bases,
        row.categories,
        row.recipients,
        row.recipient_kinds,
        row.countries,
    )


# The join


def entry(
    activity: str,
    declared: DeclaredActivity | None,
    totals: Totals,
    first: datetime | None,
    last: datetime | None,
) -> Entry | None:
    """The entry of an activity; None when it was neither declared nor observed."""
    declared = declared or DeclaredActivity()
    if not (totals.events or declared.versions or declared.retirement):
        return None
    observed = _observed(totals, first, last)
    return Entry(
        activity=activity,
        version=len(declared.versions),
        name=declared.facts["name"] if declared.facts else None,
        declared=declared.facts,
        retired=declared.retired,
        observed=observed,
        drift=_drift(activity, declared, observed),
        versions=declared.versions,
        assessments=declared.assessments,
    )


def _observed(totals: Totals, first: datetime | None, last: datetime | None) -> ObservedActivity:
    """The observations of an activity in the events."""
    return ObservedActivity(
        events=totals.events,
        data_subjects=totals.data_subjects,
        first=first,
        last=last,
        legal_bases=sorted(totals.legal_bases),
        categories=sorted(totals.categories),
        recipients=sorted(totals.recipients),
        recipient_kinds=sorted(totals.recipient_kinds),
        countries=sorted(totals.countries),
    )


def _drift(activity: str, declared: DeclaredActivity, observed: ObservedActivity) -> list[Drift]:
    facts = declared.facts
    if facts is None:
        return [Drift("undeclared-activity", activity)]
    bases = {purpose["legal_basis"] for purpose in facts["purposes"]}
    drift = [
        *_undeclared("undeclared-category", observed.categories, facts["data_categories"]),
        *_undeclared("undeclared-country", observed.countries, facts["countries"]),
        *_undeclared("undeclared-legal-basis", observed.legal_bases, bases),
        *_undeclared(
            "undeclared-recipient-kind", observed.recipient_kinds, facts["recipient_kinds"]
        ),
    ]
    if not observed.events and not declared.retired:
        drift.append(Drift("unused", activity))
    if declared.retired and observed.last and observed.last > declared.retired.order.time:
        drift.append(Drift("used-after-end", activity))
    return sorted(drift)


def _undeclared(kind: str, observed: Iterable[str], declared: Iterable[str]) -> list[Drift]:
    return [Drift(kind, detail) for detail in set(observed) - set(declared)]


# The view

Row = DeclaredActivity | ObservedStream


def _evolve(subkey: str, state: Row | None, event: RecordedEvent) -> Row:
    return _evolve_many(subkey, state, (event,))


def _evolve_many(subkey: str, state: Row | None, events: Sequence[RecordedEvent]) -> Row:
    if subkey == OBSERVED:
        return observed(state if isinstance(state, ObservedStream) else None, events)
    declared = state if isinstance(state, DeclaredActivity) else DeclaredActivity()
    for event in events:
        declared = declare(declared, event)
    return declared


VIEW: View[Row] = View(
    name="processing_register",
    version="6",
    type=Row,
    keys=keys,
    evolve=_evolve,
    evolve_many=_evolve_many,
    layout="processing_register",
    join="activities",
    compression=RowCompression(
        "processing_register", "c6c26f05c26f2050ebd96ff0975e92be6d3b79013c807c99d0ce53bc5e98d391"
    ),
)
