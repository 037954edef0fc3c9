"""The join of `findings`: facts are judged again for exactly what changed around them.

A batch changes facts and dossiers. Judged again are the facts that changed, those of a stream whose
dossier changed in what they are judged by, and those of other streams that depend on it; the last in
blocks, since a recipient may have received much. As far back as a change reaches, and no further.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from projections.dossier.dossier import (
    NO_DOSSIER,
    SHARED,
    SHARED_TOPICS,
    Dossier,
    Mark,
    dossier_name,
)
from projections.dossier.fact import OBJECTION, Fact
from projections.dossier.look import FactContext
from projections.dossier.objections import activities_objected_to, activity_name
from projections.findings.judging import Finding, findings_of
from projections.findings.reach import EVER, reach
from projections.findings.retention import RETENTION, held_facts
from projections.findings.situation import DEPENDS
from projections.findings.sources import (
    Sighting,
    Sightings,
    SourceStore,
    earliest,
    refresh_sources,
    sight,
    unregistered,
)
from projections.findings.view import DOSSIER, TRACES, VIEW, Row, kind_of
from projections.folds.view import Key, encode
from projections.use.situation import USES

_Change = tuple[Row | None, Row | None]
_Kinds = dict[str, datetime]
"""Kinds of fact, and from when such facts are judged again."""


class Entry(NamedTuple):
    """A finding in its place: the row that it comes from, and the rule."""

    key: Key
    rule: str
    finding: Finding


class FindingStore(SourceStore, Protocol):
    """Rows of the view, by what joins them, and findings; inside the caller's transaction."""

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that exist."""

    def facts_of(self, since_by_kind: Mapping[tuple[UUID, str], datetime]) -> dict[Key, bytes]:
        """Facts by stream and kind, of those that occurred since a time."""

    def dependents(self, names: Mapping[str, datetime]) -> Iterator[dict[Key, bytes]]:
        """Block by block the rows that depend on dossiers of some names, since a time."""

    def dossiers(self, names: Sequence[str]) -> dict[str, bytes]:
        """Those dossiers that exist, by name."""


class FindingsJoin:
    """How `findings` is joined: while following, and at once."""

    shared = SHARED

    def refresh(self, changes: Mapping[Key, _Change], store: FindingStore) -> None:
        """Bring the findings up to date with rows that were just changed."""
        changed = dict(_facts_in(changes))
        new = {key for key, (before, _) in changed.items() if before is None}
        facts = {key: after for key, (_, after) in changed.items()}
        by_stream, by_name = _moved(changes)
        # What this batch changed wins over what the store still has of the same fact.
        facts = _affected(by_stream, changes, store) | facts
        _judge(facts, new, changes, store)
        if by_name:
            for block in store.dependents(
                {name: min(by_name[name].values()) for name in sorted(by_name)}
            ):
                _judge(_of_block(block, by_name, changes, store), set(), changes, store)
        refresh_sources(changes, store)

    def reduce(self, changes: Mapping[Key, _Change], store: FindingStore) -> None:
        """The same for some of many rows that lose events."""
        self.refresh(changes, store)

    def settle(self, store: FindingStore) -> None:
        """Nothing waits for all rows."""

    def gathering(self, shared: Iterable[tuple[UUID, Mapping[str, Row]]]) -> "FindingsGathering":
        """Gathers findings from all rows; `shared`: rows of the types that others depend on."""
        return FindingsGathering(shared)


def _facts_in(changes: Mapping[Key, _Change]) -> Iterator[tuple[Key, _Change]]:
    """Facts that changed: rows, and what is held where traces changed."""
    for key, (before, after) in changes.items():
        if key[1] == TRACES:
            old, new = held_facts(before), held_facts(after)
            for subkey in old.keys() | new.keys():
                if old.get(subkey) != new.get(subkey):
                    yield (key[0], subkey), (old.get(subkey), new.get(subkey))
        elif key[1] != DOSSIER:
            yield key, (before, after)


def _moved(changes: Mapping[Key, _Change]) -> tuple[dict[UUID, _Kinds], dict[str, _Kinds]]:
    """Kinds of fact that are to be judged again, since when: by stream, and by name of a dossier."""
    by_stream: dict[UUID, _Kinds] = {}
    by_name: dict[str, _Kinds] = {}
    for (stream, subkey), (before, after) in changes.items():
        if subkey != DOSSIER:
            continue
        topics = reach(_marks(before), _marks(after))
        by_stream[stream] = _kinds(topics)
        others = _kinds({topic: topics[topic] for topic in topics.keys() & SHARED_TOPICS})
        if others:
            dossier = after if isinstance(after, Dossier) else before
            assert isinstance(dossier, Dossier)
            by_name[dossier_name(stream, dossier)] = others
    return by_stream, by_name


def _marks(row: Row | None) -> Mapping[str, tuple[Mark, ...]]:
    return row.marks if isinstance(row, Dossier) else {}


def _kinds(topics: Mapping[str, datetime]) -> _Kinds:
    """The kinds of fact that depend on some topics, each since the earliest of its topics."""
    kinds: _Kinds = {}
    for topic, since in topics.items():
        for kind in DEPENDS[topic]:
            kinds[kind] = min(since, kinds.get(kind, since))
    return kinds


def _affected(
    by_stream: Mapping[UUID, _Kinds], changes: Mapping[Key, _Change], store: FindingStore
) -> dict[Key, Row | None]:
    """The facts of some kinds of each stream."""
    since_by_kind = {
        (stream, kind): since
        for stream, kinds in by_stream.items()
        for kind, since in kinds.items()
        if kind != RETENTION
    }
    facts = _facts_held({s for s, kinds in by_stream.items() if RETENTION in kinds}, changes, store)
    for key, state in (store.facts_of(since_by_kind) if since_by_kind else {}).items():
        facts[key] = changes[key][1] if key in changes else VIEW.decode(state)
    return facts


def _facts_held(
    streams: set[UUID], changes: Mapping[Key, _Change], store: FindingStore
) -> dict[Key, Row | None]:
    """What is held of some persons."""
    rows = _rows(TRACES, streams, changes, store)
    return {
        (s, subkey): fact for s, row in rows.items() for subkey, fact in held_facts(row).items()
    }


def _rows(
    subkey: str, streams: set[UUID], changes: Mapping[Key, _Change], store: FindingStore
) -> dict[UUID, Row]:
    """Rows of some streams as they are now, from what changed or from the store."""
    changed = {s: changes[s, subkey][1] for s in streams if (s, subkey) in changes}
    rest = [(stream, subkey) for stream in sorted(streams - changed.keys())]
    stored = {key[0]: VIEW.decode(state) for key, state in store.rows(rest).items()} if rest else {}
    # None: a row that the batch removed.
    return {stream: row for stream, row in (stored | changed).items() if row is not None}


def _of_block(
    block: Mapping[Key, bytes],
    by_name: Mapping[str, _Kinds],
    changes: Mapping[Key, _Change],
    store: FindingStore,
) -> dict[Key, Row | None]:
    """Facts of a block of dependents; of a contact person's dossier the facts of that person."""
    kinds = dict.fromkeys(chain.from_iterable(by_name.values()), EVER)
    rows: dict[Key, Row | None] = {key: VIEW.decode(state) for key, state in block.items()}
    contacts = {key[0]: kinds for key, row in rows.items() if isinstance(row, Dossier)}
    facts = {key: fact for key, fact in _only_facts(rows).items() if kind_of(key[1]) in kinds}
    objectors = _objectors(facts, dict.fromkeys(USES & kinds.keys(), EVER))
    return facts | _affected(objectors | contacts, changes, store)


def _objectors(facts: Iterable[Key], uses: _Kinds) -> dict[UUID, _Kinds]:
    """Persons who objected to an activity: their facts depend on its declared purposes."""
    streams = (stream for stream, subkey in facts if kind_of(subkey) == OBJECTION)
    return dict.fromkeys(streams, uses) if uses else {}


def _only_facts(rows: Mapping[Key, Row | None]) -> dict[Key, Fact]:
    return {key: row for key, row in rows.items() if isinstance(row, Fact)}


def _judge(
    facts: Mapping[Key, Row | None],
    new: set[Key],
    changes: Mapping[Key, _Change],
    store: FindingStore,
) -> None:
    """Judge facts, and write the differences to what was found before."""
    if not facts:
        return
    look = _DossierReader(_only_facts(facts), changes, store)
    findings = {
        (key, rule): finding
        for key, fact in _only_facts(facts).items()
        for rule, finding in findings_of(kind_of(key[1]), fact, look.of(key[0])).items()
    }
    existing = [key for key in facts if key not in new]
    _put_differences(findings, store.findings_at(existing) if existing else {}, store)


def _put_differences(
    findings: Mapping[tuple[Key, str], Finding],
    stored: Mapping[tuple[Key, str], bytes],
    store: FindingStore,
) -> None:
    changed = {
        place: finding
        for place, finding in findings.items()
        if stored.get(place) != encode(finding)
    }
    removed = [place for place in stored if place not in findings or place in changed]
    if removed or changed:
        store.put_findings(removed, [Entry(*place, finding) for place, finding in changed.items()])


class _DossierReader:
    """The dossiers that some facts are judged with, read at once."""

    def __init__(
        self,
        facts: Mapping[Key, Fact],
        changes: Mapping[Key, _Change],
        store: FindingStore,
    ) -> None:
        streams = {stream for stream, _ in facts}
        rows = _rows(DOSSIER, streams, changes, store)
        dossiers = {stream: row for stream, row in rows.items() if isinstance(row, Dossier)}
        dependencies = (*(fact.on for fact in facts.values()), *map(asked_by, dossiers.values()))
        names = set(chain.from_iterable(dependencies))
        shared = _dossiers(store.dossiers(sorted(names)) if names else {})
        known: dict[Hashable, Any] = {}
        self._looks = {
            s: FactContext(s, dossiers.get(s, NO_DOSSIER), shared.get, known=known) for s in streams
        }

    def of(self, stream: UUID) -> FactContext:
        """What is around the facts of a stream."""
        return self._looks[stream]


def asked_by(dossier: Dossier) -> set[str]:
    """Names of the dossiers that the facts of a person depend on."""
    customer = {dossier.customer} if dossier.customer else set()
    return customer | {activity_name(activity) for activity in activities_objected_to(dossier)}


def _dossiers(states: Mapping[str, bytes]) -> dict[str, Dossier]:
    rows = {name: VIEW.decode(state) for name, state in states.items()}
    return {name: row for name, row in rows.items() if isinstance(row, Dossier)}


class FindingsGathering:
    """Findings from all rows, stream by stream, in memory that grows with what is shared only.

    That is the registers and the staff, accounts that were ever closed, and contracts that were taken over.
    """

    def __init__(self, shared: Iterable[tuple[UUID, Mapping[str, Row]]]) -> None:
        self._shared = {
            dossier_name(stream, dossier): dossier
            for stream, rows in shared
            if isinstance(dossier := rows.get(DOSSIER), Dossier)
        }
        self._systems = {n: d for n, d in self._shared.items() if n.startswith("system/")}
        self._sightings: dict[str, Sighting] = {}
        self._known: dict[Hashable, Any] = {}

    def add(self, stream: UUID, rows: Mapping[str, Row]) -> list[Entry]:
        """The findings of one stream, of which these are all rows, in the order of their places."""
        dossier = rows.get(DOSSIER)
        own = dossier if isinstance(dossier, Dossier) else NO_DOSSIER
        look = FactContext(stream, own, self._shared.get, known=self._known)
        earliest(self._sightings, stream, rows.get(TRACES))
        facts = {**rows, **held_facts(rows.get(TRACES))}
        return [
            Entry((stream, subkey), rule, finding)
            for subkey, fact in sorted(facts.items())
            if isinstance(fact, Fact)
            for rule, finding in sorted(findings_of(kind_of(subkey), fact, look).items())
        ]

    def rest(self) -> list[Entry]:
        """Findings that belong to no stream: they come last."""
        return [Entry(*parts) for parts in unregistered(self._sightings, self._systems)]

    def seen(self) -> Sightings:
        """By source what unregistered ones are found by."""
        return self._sightings

    def take(self, sightings: Sightings) -> None:
        """Go on with what was seen in other streams."""
        for source, sighting in sightings.items():
            sight(self._sightings, source, sighting)
