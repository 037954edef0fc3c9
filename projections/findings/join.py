"""The join of `findings`: facts are judged again exactly where something around them changed.

A batch changes facts and dossiers. The join judges the changed facts again, the facts of a stream whose
dossier changed in a member that rules read, and the dependent facts of other streams. These come in blocks,
since a recipient may have received much. It looks back as far as a change reaches and no further. Facts of
the batch itself are in memory; only earlier ones are read from the database.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from ledger.reading import LAST
from projections.dossier.dossier import (
    CARRIED,
    CHANGED,
    CONFIRMED,
    CONTRACT,
    NO_DOSSIER,
    ORDERED,
    REGISTERED,
    SHARED,
    SHARED_TOPICS,
    Dossier,
    Mark,
    dossier_name,
    topic_of,
)
from projections.dossier.fact import OBJECTION, Fact
from projections.dossier.look import FactContext
from projections.dossier.objections import activities_objected_to, activity_name
from projections.dossier.relationships import ACCOUNT, as_customer, contract_topics, sales_of
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
from projections.folds.view import BatchStart, Changes, Key, RowChange, encode
from projections.use.situation import USES

_Kinds = dict[str, datetime]
"""Kinds of fact, and from when such facts are judged again."""
_Facts = dict[UUID, dict[str, Row | None]]
"""Facts by stream and subkey; None where there is none any more."""
_NOTHING: Mapping[str, RowChange[Row]] = {}
_OF_RELATIONSHIPS = frozenset({CONTRACT, REGISTERED, ORDERED, CARRIED, CONFIRMED, CHANGED})


class Entry(NamedTuple):
    """A finding in its place: the row that it comes from, and the rule."""

    key: Key
    rule: str
    finding: Finding


class FindingStore(SourceStore, Protocol):
    """Rows of the view, by what joins them, and findings; inside the caller's transaction."""

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that exist."""

    def facts_of(
        self, since_by_kind: Mapping[tuple[UUID, str], datetime], upto: int
    ) -> dict[Key, bytes]:
        """Facts by stream and kind up to a position, of those that occurred since a time."""

    def dependents(self, names: Mapping[str, datetime], upto: int) -> Iterator[dict[Key, bytes]]:
        """Block by block rows that depend on dossiers of some names, since a time; facts up to a position."""

    def dossiers(self, names: Sequence[str]) -> dict[str, bytes]:
        """The existing dossiers among these names, by name."""


class _Batch(NamedTuple):
    """Rows that a batch has changed, where the others are, and what was there before it."""

    changes: Changes[Row]
    store: FindingStore
    before: BatchStart

    def rows(self, subkey: str, streams: Collection[UUID]) -> dict[UUID, Row]:
        """Rows of some streams as they are now, from what changed or from the store."""
        rows: dict[UUID, Row] = {}
        rest: list[Key] = []
        for stream in streams:
            change = self.changes.get(stream, _NOTHING).get(subkey)
            if change is None:
                if stream not in self.before.begun:
                    rest.append((stream, subkey))
            elif change.after is not None:  # else the batch removed it
                rows[stream] = change.after
        stored = self.store.rows(sorted(rest)) if rest else {}
        return rows | {stream: VIEW.decode(state) for (stream, _), state in stored.items()}


class FindingsJoin:
    """How `findings` is joined: while following, and at once."""

    shared = SHARED

    def refresh(self, changes: Changes[Row], store: FindingStore, before: BatchStart) -> None:
        """Bring the findings up to date with rows that were just changed; `before`: what was there before."""
        batch = _Batch(changes, store, before)
        facts, known = _changed_facts(changes)
        by_stream, by_name = _moved(changes)
        for stream, affected in _affected(by_stream, batch).items():
            changed = facts.setdefault(stream, {})
            # What this batch changed wins over what the store still has of the same fact.
            others = affected.keys() - changed.keys()
            known += [(stream, subkey) for subkey in others]
            changed |= {subkey: affected[subkey] for subkey in others}
        _judge(facts, known, batch)
        if by_name:
            since = {name: min(by_name[name].values()) for name in sorted(by_name)}
            for block in store.dependents(since, before.position):
                facts = _of_block(block, by_name, batch)
                _judge(facts, [(stream, key) for stream in facts for key in facts[stream]], batch)
        refresh_sources(changes, store)

    def reduce(self, changes: Changes[Row], store: FindingStore) -> None:
        """Reduce several rows that lose events, as `reduce_row` does for one."""
        self.refresh(changes, store, BatchStart(LAST))

    def settle(self, store: FindingStore) -> None:
        """Nothing waits for all rows."""

    def gathering(self, shared: Iterable[tuple[UUID, Mapping[str, Row]]]) -> "FindingsGathering":
        """Gathers findings from all rows; `shared`: rows of the types that others depend on."""
        return FindingsGathering(shared)


def _changed_facts(changes: Changes[Row]) -> tuple[_Facts, list[Key]]:
    """Facts that changed: rows, and what is held where traces changed; and those that were there before."""
    facts: _Facts = {}
    known: list[Key] = []
    for stream, rows in changes.items():
        changed = dict(_facts_in(rows))
        if changed:
            facts[stream] = {subkey: after for subkey, (_, after) in changed.items()}
            known += [(stream, subkey) for subkey, (before, _) in changed.items() if before]
    return facts, known


def _facts_in(
    rows: Mapping[str, RowChange[Row]],
) -> Iterator[tuple[str, tuple[Row | None, Row | None]]]:
    for subkey, change in rows.items():
        if subkey == TRACES:
            old, new = held_facts(change.before), held_facts(change.after)
            for held in old.keys() | new.keys():
                if old.get(held) != new.get(held):
                    yield held, (old.get(held), new.get(held))
        elif subkey != DOSSIER:
            yield subkey, (change.before, change.after)


def _moved(changes: Changes[Row]) -> tuple[dict[UUID, _Kinds], dict[str, _Kinds]]:
    """Kinds of fact that are to be judged again, since when: by stream, and by name of a dossier."""
    by_stream: dict[UUID, _Kinds] = {}
    by_name: dict[str, _Kinds] = {}
    for stream, rows in changes.items():
        change = rows.get(DOSSIER)
        if change is None:
            continue
        topics = reach(_marks(change.before), _marks(change.after))
        by_stream[stream] = _kinds(topics)
        asked = topics.keys() & SHARED_TOPICS
        # Of most customers others ask nothing: something runs, and nothing has ended.
        if _told_of_account(change.before) == _told_of_account(change.after):
            asked -= _OF_RELATIONSHIPS
        others = _kinds({topic: topics[topic] for topic in asked})
        if others:
            dossier = change.after if isinstance(change.after, Dossier) else change.before
            assert isinstance(dossier, Dossier)
            by_name[dossier_name(stream, dossier)] = others
    return by_stream, by_name


def _marks(row: Row | None) -> Mapping[str, tuple[Mark, ...]]:
    return row.marks if isinstance(row, Dossier) else {}


def _told_of_account(row: Row | None) -> object:
    """The marks of an account that judge facts of its contact persons; if it never ended, the first sale."""
    if not isinstance(row, Dossier):
        return None
    if not _has_ended(row):
        return sales_of(row)[:1] or None
    return as_customer(row), [row.all(topic) for topic in (ORDERED, *contract_topics(row))]


def _has_ended(dossier: Dossier) -> bool:
    """Whether an account was ever closed, or a relationship."""
    return bool(dossier.all(ACCOUNT)) or any(one.ended for one in as_customer(dossier))


def _kinds(topics: Mapping[str, datetime]) -> _Kinds:
    """The kinds of fact that depend on some topics, each since the earliest of its topics."""
    kinds: _Kinds = {}
    for topic, since in topics.items():
        for kind in DEPENDS[topic]:
            kinds[kind] = min(since, kinds.get(kind, since))
    return kinds


def _affected(by_stream: Mapping[UUID, _Kinds], batch: _Batch) -> _Facts:
    """The facts of some kinds of each stream that were there before the batch."""
    older = {stream: by_stream[stream] for stream in by_stream.keys() - set(batch.before.begun)}
    held = batch.rows(TRACES, [stream for stream, kinds in older.items() if RETENTION in kinds])
    facts: _Facts = {stream: {**held_facts(row)} for stream, row in held.items()}
    for (stream, subkey), state in _stored(older, batch).items():
        change = batch.changes.get(stream, _NOTHING).get(subkey)
        facts.setdefault(stream, {})[subkey] = change.after if change else VIEW.decode(state)
    return facts


def _stored(by_stream: Mapping[UUID, _Kinds], batch: _Batch) -> dict[Key, bytes]:
    """The affected facts that are stored as rows. Held data is not a row."""
    since_by_kind = {
        (stream, kind): since
        for stream, kinds in by_stream.items()
        for kind, since in kinds.items()
        if kind != RETENTION
    }
    if not since_by_kind:
        return {}
    return batch.store.facts_of(since_by_kind, batch.before.position)


def _of_block(block: Mapping[Key, bytes], by_name: Mapping[str, _Kinds], batch: _Batch) -> _Facts:
    """Facts of a block of dependents; of a contact person's dossier the facts of that person."""
    kinds = dict.fromkeys(chain.from_iterable(by_name.values()), EVER)
    facts: _Facts = {}
    again: dict[UUID, _Kinds] = {}
    for (stream, subkey), state in block.items():
        row, kind = VIEW.decode(state), kind_of(subkey)
        if isinstance(row, Dossier):
            again[stream] = kinds
        elif kind in kinds:
            facts.setdefault(stream, {})[subkey] = row
            # Who objected to an activity: their facts depend on its declared purposes.
            if kind == OBJECTION:
                again.setdefault(stream, dict.fromkeys(USES & kinds.keys(), EVER))
    for stream, affected in _affected(again, batch).items():
        facts[stream] = facts.get(stream, {}) | affected
    return facts


def _judge(facts: _Facts, known: Sequence[Key], batch: _Batch) -> None:
    """Judge facts, and write the differences to what was found before of those that were known."""
    if not facts:
        return
    looks = _looks(facts, batch)
    findings = {
        ((stream, subkey), rule): finding
        for stream, its_facts in facts.items()
        for subkey, fact in its_facts.items()
        if isinstance(fact, Fact)
        for rule, finding in findings_of(kind_of(subkey), fact, looks[stream]).items()
    }
    store = batch.store
    _put_differences(findings, store.findings_at(known) if known else {}, store)


def _put_differences(
    findings: Mapping[tuple[Key, str], Finding],
    stored: Mapping[tuple[Key, str], bytes],
    store: FindingStore,
) -> None:
    changed = {
        place: finding
        for place, finding in findings.items()
        if place not in stored or stored[place] != encode(finding)
    }
    removed = [place for place in stored if place not in findings or place in changed]
    if removed or changed:
        store.put_findings(removed, [Entry(*place, finding) for place, finding in changed.items()])


def _looks(facts: _Facts, batch: _Batch) -> dict[UUID, FactContext]:
    """The look of each stream's facts: the dossiers around them, read at once."""
    rows = batch.rows(DOSSIER, facts)
    dossiers = {stream: row for stream, row in rows.items() if isinstance(row, Dossier)}
    names = set(chain.from_iterable(map(asked_by, dossiers.values())))
    for its_facts in facts.values():
        for fact in its_facts.values():
            if isinstance(fact, Fact):
                names.update(fact.on)
    shared = _dossiers(batch.store.dossiers(sorted(names)) if names else {})
    known: dict[Hashable, Any] = {}
    return {
        stream: FactContext(stream, dossiers.get(stream, NO_DOSSIER), shared.get, known=known)
        for stream in facts
    }


def asked_by(dossier: Dossier) -> set[str]:
    """Names of the dossiers that the facts of a person depend on."""
    customer = {dossier.customer} if dossier.customer else set()
    return customer | {activity_name(activity) for activity in activities_objected_to(dossier)}


def _dossiers(states: Mapping[str, bytes]) -> dict[str, Dossier]:
    rows = {name: VIEW.decode(state) for name, state in states.items()}
    return {name: row for name, row in rows.items() if isinstance(row, Dossier)}


def _asked_part(dossier: Dossier) -> Dossier | None:
    """The part of a dossier that facts of others may read; of an account without end, only the first sale."""
    kinds = set(map(topic_of, dossier.marks)) & SHARED_TOPICS
    if not kinds <= _OF_RELATIONSHIPS or _has_ended(dossier):
        return dossier
    first = sales_of(dossier)[:1]
    return Dossier(None, {ORDERED: tuple(first)}) if first else None


class FindingsGathering:
    """Findings from all rows, stream by stream, in memory that grows with what is shared only.

    That is the registers and the staff, accounts that were ever closed, the last contracts that ended,
    contracts that were taken over, and when an account that goes on bought something first.
    """

    def __init__(self, shared: Iterable[tuple[UUID, Mapping[str, Row]]]) -> None:
        self._shared = {
            dossier_name(stream, dossier): asked
            for stream, rows in shared
            if isinstance(dossier := rows.get(DOSSIER), Dossier) and (asked := _asked_part(dossier))
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
