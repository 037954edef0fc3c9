"""Sources that no system has, or that send a type that the house does not list for them: one finding each, at
the earliest event that shows it under a rule.

Every stream keeps the earliest event of each sighting; of them the earliest of all is shown. While
following, a comparison with what was found is enough; only when that event is annulled, or a system has
a source no more, all streams are asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from projections.dossier.dossier import NO_DOSSIER, Dossier
from projections.dossier.traces import Trace, Traces
from projections.findings.judging import (
    Finding,
    SourceFault,
    finding_of,
    is_registered,
    listed,
    owns,
    source_finding,
    source_rules,
)
from projections.findings.view import DOSSIER, TRACES, VIEW, Row
from projections.folds.view import NOWHERE, Changes, Key, RowChange, encode

_SYSTEM = "system/"
_PLACE = "source/"
_Place = tuple[Key, str]
_Change = RowChange[Row]
_Moved = dict[str, list[tuple[UUID, Trace | None, Trace | None, str | None]]]
"""By sighting: stream, its earliest event before and after, and the stream's reference."""


class Sighting(NamedTuple):
    """The earliest event that shows a source or a type, in which stream, and the stream's reference."""

    first: Trace
    stream: UUID
    subject: str | None


Sightings = Mapping[str, Sighting]


class SourceStore(Protocol):
    """The known systems and sources, inside the caller's transaction."""

    def systems(self) -> dict[str, bytes]:
        """Dossiers of all systems by name."""

    def findings_at(self, keys: Sequence[Key] | None) -> dict[_Place, bytes]:
        """Findings of some rows, by row and rule; None: those that belong to no stream."""

    def traces(self) -> Iterator[tuple[UUID, bytes]]:
        """The traces of every stream, in flat memory."""

    def put_findings(
        self, places: Sequence[_Place], entries: Sequence[tuple[Key, str, Finding]]
    ) -> None:
        """Remove findings, and write others: key, rule and finding."""


def earliest(sightings: dict[str, Sighting], stream: UUID, row: Row | None) -> None:
    """Keep the earliest sighting. Events older than the rules hide nothing later: without a finding of their
    own the follower could not know of them.
    """
    if isinstance(row, Traces):
        for sighted, first in row.first.items():
            before = sightings.get(sighted)
            if before is not None and before.first <= first:
                continue
            if source_rules(first, _fault(sighted, first)):
                sightings[sighted] = Sighting(first, stream, row.subject)


def _fault(sighted: str, first: Trace) -> SourceFault:
    return "unregistered" if sighted == first.source else "type-of-another"


def sight(sightings: dict[str, Sighting], sighted: str, sighting: Sighting) -> None:
    """Take one sighting into account: the earliest stays."""
    if sighted not in sightings or sighting.first < sightings[sighted].first:
        sightings[sighted] = sighting


def unregistered(
    sightings: Sightings, systems: Mapping[str, Dossier]
) -> Iterator[tuple[Key, str, Finding]]:
    """Findings about sources that no system has, or with types of others, in the order of their places."""
    for sighted in sorted(sightings):
        first, stream, subject = sightings[sighted]
        if not is_fine(sighted, first, systems):
            fault = _fault(sighted, first)
            for rule, finding in source_finding(first, fault, stream, subject):
                yield (NOWHERE, f"{_PLACE}{sighted}"), rule, finding


def is_fine(sighted: str, first: Trace, systems: Mapping[str, Dossier]) -> bool:
    """Whether systems account for a sighting."""
    if _fault(sighted, first) == "unregistered":
        return is_registered(first.source, systems)
    return owns(first.source, first.name, systems)


def refresh_sources(changes: Changes[Row], store: SourceStore) -> None:
    """Bring the findings about sources up to date with rows that were just changed."""
    moved = _moved(changes)
    dossiers = (rows[DOSSIER] for rows in changes.values() if DOSSIER in rows)
    changed = list(filter(_of_system, dossiers))
    if not moved and not changed:
        return
    stored = store.findings_at(None)
    candidates = _candidates(moved, changed, stored, store)
    findings = {
        (key, rule): finding for key, rule, finding in unregistered(candidates, _registers(store))
    }
    _put_differences(findings, stored, store)


def _put_differences(
    findings: Mapping[_Place, Finding], stored: Mapping[_Place, bytes], store: SourceStore
) -> None:
    changed = [(*p, finding) for p, finding in findings.items() if stored.get(p) != encode(finding)]
    places = {(key, rule) for key, rule, _ in changed}
    # A finding has no update: a changed one is removed and written again.
    removed = [place for place in stored if place not in findings or place in places]
    if removed or changed:
        store.put_findings(removed, changed)


def _registers(store: SourceStore) -> dict[str, Dossier]:
    """The dossiers of systems, by name."""
    rows = {name: VIEW.decode(state) for name, state in store.systems().items()}
    return {name: row for name, row in rows.items() if isinstance(row, Dossier)}


def _candidates(
    moved: _Moved,
    changed: Iterable[_Change],
    stored: Mapping[tuple[Key, str], bytes],
    store: SourceStore,
) -> Sightings:
    """The sightings that can be findings: all, where a system lists less or a finding lost its event."""
    findings = {key[1]: finding_of(state) for (key, _), state in stored.items()}
    if any(_lists_less(one.before, one.after) for one in changed) or _uncovered(moved, findings):
        return _everywhere(store)
    return _nearby(moved, findings)


def _of_system(change: _Change) -> bool:
    rows = change.before, change.after
    return any(isinstance(r, Dossier) and (r.subject or "").startswith(_SYSTEM) for r in rows)


def _lists_less(before: Row | None, after: Row | None) -> bool:
    """Whether a source may be no system's any more, which was this one's."""
    if not isinstance(before, Dossier):
        return False
    later = after if isinstance(after, Dossier) else NO_DOSSIER
    if before.all("speaks") and before.all("speaks") != later.all("speaks"):
        return True
    old, new = listed(before), listed(later)
    return bool(old - new) if old else before != after


def _moved(changes: Changes[Row]) -> _Moved:
    """Sightings whose earliest event in a stream is another one now."""
    moved: _Moved = {}
    for stream, rows in changes.items():
        change = rows.get(TRACES)
        if change is None:
            continue
        old, new = _first(change.before), _first(change.after)
        row = change.after if isinstance(change.after, Traces) else change.before
        subject = row.subject if isinstance(row, Traces) else None
        for source in old.keys() | new.keys():
            if old.get(source) != new.get(source):
                entry = (stream, old.get(source), new.get(source), subject)
                moved.setdefault(source, []).append(entry)
    return moved


def _first(row: Row | None) -> Mapping[str, Trace]:
    return row.first if isinstance(row, Traces) else {}


def _uncovered(moved: _Moved, findings: Mapping[str, Finding]) -> bool:
    """Whether an event that is shown is no longer the earliest of its stream, for a later one."""
    for source, entries in moved.items():
        finding = findings.get(f"{_PLACE}{source}")
        for stream, old, new, _ in entries:
            if not finding or not old or (finding.about, finding.id) != (stream, old.id):
                continue
            if new is None or new > old:
                return True
    return False


def _everywhere(store: SourceStore) -> Sightings:
    sightings: dict[str, Sighting] = {}
    for stream, state in store.traces():
        earliest(sightings, stream, VIEW.decode(state))
    return sightings


def _nearby(moved: _Moved, findings: Mapping[str, Finding]) -> Sightings:
    """The findings already shown, and those that moved."""
    sightings = {
        place.removeprefix(_PLACE): Sighting(
            Trace(finding.occurred_at, finding.source, finding.id, finding.position, finding.name),
            finding.about,
            finding.subject,
        )
        for place, finding in findings.items()
    }
    for source, entries in moved.items():
        for stream, _, new, subject in entries:
            if new is not None:
                earliest(sightings, stream, Traces(subject, {source: new}))
    return sightings
