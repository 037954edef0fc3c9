"""Findings and register of a recent moment: today's rows, with later changes taken back.

A stream without later events keeps its rows. The others are folded again from their events of that moment,
and the joins update their entries, as they do after a pruning. So an answer about everybody in the past reads
the later events and their streams, not the ledger from its beginning. Everything is read in one snapshot, and
nothing is written: the differences are held in memory.

For an older moment nearly every stream has later events, so the answer is folded from all events.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec

import rulebook
from ledger.reading import LAST, events_of, head_position
from ledger.storage.postgres import Session
from projections.dossier.dossier import Dossier, dossier_name
from projections.dossier.fact import Fact
from projections.findings import view as findings
from projections.findings.join import Entry as Found
from projections.findings.judging import Finding, finding_of
from projections.findings.view import TRACES, hash_of, kind_of
from projections.folds.timetravel import Moment, select
from projections.folds.view import NOWHERE, AnyView, Changes, Key, encode
from projections.following.batch import apply_again, by_stream, settle
from projections.following.derive import check_told
from projections.following.storage import Tables, bookmarks
from projections.reading.views import FindingPlace, finding_counts, findings_placed
from projections.views import processing_register as register
from projections.views.processing_register import OBSERVED, Entry, activity_of
from projections.views.register_join import EntryRow

S = TypeVar("S")
MOST_SINCE = 20_000
"""So many later events are taken back at most: what they changed is in memory."""
SHARE = 4
"""Where the streams to fold again have more than this part of all events, all are read in one go."""
_STREAMS = 200
# Further ahead of the ledger's clock no event's time may be.
_SLIP = timedelta(days=1)
_Place = tuple[Key, str]


class _Earlier(Tables):
    """The tables of a view, which are only read, and over them, in memory, the rows that were others then."""

    def __init__(self, session: Session, view: AnyView) -> None:
        super().__init__(session, session.ledger, view, bookmarks(session)[view.name].colour)
        self.view = view
        self.then: dict[UUID, dict[str, bytes | None]] = {}

    def rows(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """States of those rows that existed."""
        return self._over(super().rows(keys), keys)

    def put(self, changes: Changes[object]) -> None:
        """Keep the rows after: of a stream all that changed, at once."""
        for stream, rows in changes.items():
            self.then[stream] = {
                subkey: None if row.after is None else encode(row.after)
                for subkey, row in rows.items()
            }

    def over(self, stream: UUID, rows: Mapping[str, S]) -> dict[str, S]:
        """Rows of a stream as they were, decoded; `rows`: some of them as they are."""
        now = {
            subkey: row for subkey, row in rows.items() if subkey not in self.then.get(stream, ())
        }
        then = self.then.get(stream, {}).items()
        return now | {key: self.view.decode(state) for key, state in then if state is not None}

    def _over(self, rows: Mapping[Key, bytes], more: Iterable[Key] = ()) -> dict[Key, bytes]:
        """Rows as they were. `more`: keys of others that may have been there."""
        found = ((key, self._state(key, rows.get(key))) for key in (*rows, *more))
        return {key: state for key, state in found if state is not None}

    def _state(self, key: Key, now: bytes | None = None) -> bytes | None:
        return self.then.get(key[0], {}).get(key[1], now)


class EarlierFindings(_Earlier):
    """The findings of a moment."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, findings.VIEW)
        self._named: dict[str, bytes | None] = {}
        self._asking: dict[int, list[tuple[Key, datetime]]] = {}
        self._found: dict[Key, dict[str, Finding | None]] = {}
        self._now: dict[_Place, Finding] = {}

    def put(self, changes: Changes[object]) -> None:
        """Keep changed rows; each is found by its name and its dependencies, as in the tables."""
        super().put(changes)
        for stream, rows in changes.items():
            for subkey, row in rows.items():
                dossier = row.before if row.after is None else row.after
                if isinstance(dossier, Dossier):
                    self._named[dossier_name(stream, dossier)] = self.then[stream][subkey]
                cells = findings.VIEW.cells((stream, subkey), row.after) if row.after else ()  # type: ignore[arg-type]
                for name in cells[1:3]:
                    if isinstance(name, int) and isinstance(cells[3], datetime):
                        self._asking.setdefault(name, []).append(((stream, subkey), cells[3]))

    def facts_of(
        self, since_by_kind: Mapping[tuple[UUID, str], datetime], upto: int
    ) -> dict[Key, bytes]:
        """Facts by stream and kind, of those that occurred since a time."""

        def fits(key: Key) -> bool:
            since, state = since_by_kind.get((key[0], kind_of(key[1]))), self._state(key)
            fact = findings.VIEW.decode(state) if since and state else None
            return isinstance(fact, Fact) and since is not None and fact.occurred_at >= since

        streams = {stream for stream, _ in since_by_kind}
        keys = ((stream, subkey) for stream in streams for subkey in self.then.get(stream, ()))
        return self._over(super().facts_of(since_by_kind, upto), filter(fits, keys))

    def dependents(self, names: Mapping[str, datetime], upto: int) -> Iterator[dict[Key, bytes]]:
        """Block by block rows that depended on dossiers of some names, since a time."""
        for block in super().dependents(names, upto):
            yield self._over(block)
        asking = ((self._asking.get(hash_of(name), ()), since) for name, since in names.items())
        yield self._over({}, (key for rows, since in asking for key, time in rows if time >= since))

    def dossiers(self, names: Sequence[str]) -> dict[str, bytes]:
        """The dossiers of that moment among these names, by name."""
        return self._over_named(super().dossiers(names), names)

    def systems(self) -> dict[str, bytes]:
        """Dossiers of all systems by name."""
        names = [name for name in self._named if name.startswith("system/")]
        return self._over_named(super().systems(), names)

    def _over_named(self, rows: Mapping[str, bytes], names: Iterable[str]) -> dict[str, bytes]:
        then = {name: self._named.get(name, rows.get(name)) for name in (*rows, *names)}
        return {name: state for name, state in then.items() if state is not None}

    def traces(self) -> Iterator[tuple[UUID, bytes]]:
        """The traces of every stream."""
        for stream, now in super().traces():
            if stream not in self.then:
                yield stream, now
        for stream in self.then:
            yield from ((stream, row) for row in self.rows([(stream, TRACES)]).values())

    def findings_at(self, keys: Sequence[Key] | None) -> dict[_Place, bytes]:
        """Findings of some rows, by row and rule; None: those that belong to no stream."""
        found = super().findings_at(keys)
        self._now |= {place: finding_of(state) for place, state in found.items()}
        for key in [key for key in self._found if key[0] == NOWHERE] if keys is None else keys:
            for rule, then in self._found.get(key, {}).items():
                found.pop((key, rule), None)
                if then is not None:
                    found[key, rule] = encode(then)
        return found

    def put_findings(
        self, places: Sequence[_Place], entries: Sequence[tuple[Key, str, Finding]]
    ) -> None:
        """Take findings away, and add others."""
        for key, rule in places:
            self._found.setdefault(key, {})[rule] = None
        for key, rule, finding in entries:
            self._found.setdefault(key, {})[rule] = finding

    def counts(self, clock: datetime) -> Counter[str]:
        """Rule -> how many of its findings counted."""
        counts = Counter(finding_counts(self._session, clock, [one.id for one in rulebook.RULES]))
        counts.update(found.rule for found in self._others() if found.finding.is_open(clock))
        counts.subtract(
            rule
            for (key, rule), finding in self._now.items()
            if rule in self._found.get(key, {}) and finding.is_open(clock)
        )
        return +counts

    def each(
        self,
        clock: datetime,
        rules: Collection[str] | None,
        after: FindingPlace | None = None,
        first: int = 1_000,
    ) -> Iterator[Finding]:
        """As `views.findings`."""
        now = findings_placed(self._session, clock, rules=rules, after=after, first=first)
        standing = (one for one in now if one.rule not in self._found.get(one.key, {}))
        others = (
            one
            for one in self._others()
            if one.finding.is_open(clock)
            and (rules is None or one.rule in rules)
            and (after is None or order_of(one) >= after)
        )
        found = merge(standing, sorted(others, key=order_of), key=order_of)
        return (one.finding for one in found)

    def of_rule(self, rule: str) -> dict[UUID, dict[str, Finding | None]]:
        """By stream and subkey the findings of a rule that were others, or were not there."""
        found: dict[UUID, dict[str, Finding | None]] = {}
        for (stream, subkey), rules in self._found.items():
            if rule in rules:
                found.setdefault(stream, {})[subkey] = rules[rule]
        return found

    def _others(self) -> Iterator[Found]:
        for key, rules in self._found.items():
            yield from (Found(key, rule, one) for rule, one in rules.items() if one is not None)


class EarlierRegister(_Earlier):
    """The register at a moment."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, register.VIEW)
        self._declared: dict[str, bytes | None] = {}
        self._made: dict[str, EntryRow | None] = {}

    def put(self, changes: Changes[object]) -> None:
        """Keep changed rows; declarations are found by activity."""
        super().put(changes)
        for stream in changes:
            rows = (
                (subkey, row) for subkey, row in self.then[stream].items() if subkey != OBSERVED
            )
            self._declared |= {activity_of(subkey): row for subkey, row in rows}

    def declared(self, activities: Sequence[str]) -> dict[str, bytes]:
        """The rows of declarations of those activities that had one."""
        now = super().declared(activities)
        then = {name: self._declared.get(name, now.get(name)) for name in activities}
        return {name: state for name, state in then.items() if state is not None}

    def entries(self, activities: Sequence[str]) -> dict[str, EntryRow]:
        """The entries of those activities that had one."""
        return {name: row for name, row in self.all_entries().items() if name in activities}

    def all_entries(self) -> dict[str, EntryRow]:
        """Every entry."""
        made = {**super().all_entries(), **self._made}
        return {name: row for name, row in made.items() if row is not None}

    def observed(self) -> Iterator[bytes]:
        """The observations of every stream."""
        rows = self._session.stream("rows_of_subkey", subkey=OBSERVED)
        for stream, now in rows:
            if stream not in self.then:
                yield self._view.compression.decompress(now)
        for stream in self.then:
            yield from self.rows([(stream, OBSERVED)]).values()

    def put_entries(self, entries: Mapping[str, EntryRow | None]) -> None:
        """Change the entries of activities."""
        self._made |= entries

    def kept(self) -> list[Entry]:
        """The entries, sorted by activity."""
        rows = sorted(self.all_entries().items())
        return [msgspec.json.decode(made, type=Entry) for _, (_, made) in rows]


def order_of(found: Found) -> tuple[datetime, str, str, str, UUID, str]:
    """The order of `findings_shown.sql`."""
    (stream, subkey), rule, finding = found
    return finding.occurred_at, finding.source, finding.id, rule, stream, subkey


class Earlier(NamedTuple):
    """Both, at one moment."""

    findings: EarlierFindings
    register: EarlierRegister


@contextmanager
def earlier_findings(
    session: Session, moment: Moment, privacy_office: Collection[str]
) -> Iterator[EarlierFindings | None]:
    """To be asked within the block; None where too much came since, or the views are not that far.

    Raises Pruned, as `derive.rows_at` does.
    """
    with _since(session, moment) as since:
        if since is None:
            yield None
        else:
            made = EarlierFindings(session)
            yield made if _take_back(session, moment, privacy_office, since, (made,)) else None


@contextmanager
def earlier(
    session: Session, moment: Moment, privacy_office: Collection[str]
) -> Iterator[Earlier | None]:
    """The findings and the register of a moment."""
    with _since(session, moment) as since:
        if since is None:
            yield None
        else:
            made = Earlier(EarlierFindings(session), EarlierRegister(session))
            yield made if _take_back(session, moment, privacy_office, since, made) else None


@contextmanager
def _since(session: Session, moment: Moment) -> Iterator[int | None]:
    """One snapshot, and a position up to which a moment has everything; None where that is long ago."""
    if session.in_transaction:
        yield None
        return
    with session.transaction():
        session.of("projections").run("one_snapshot")
        check_told(session, moment)
        head = head_position(session)
        since = min(head, LAST if moment.at_position is None else moment.at_position)
        for time in (moment.recorded_by, moment.as_of and moment.as_of - _SLIP):
            if time is not None:
                since = min(since, _before(session, time, head - MOST_SINCE))
        reached = min(_reached(session, view) for view in (findings.VIEW, register.VIEW))
        yield since if head - MOST_SINCE < since <= reached else None


def _before(session: Session, time: datetime, position: int) -> int:
    """The position before the first event recorded after a time; LAST: there is no such event."""
    row = session.of("projections").row("first_later", time=time, position=position)
    return row[0] - 1 if row and row[0] else LAST


def _reached(session: Session, view: AnyView) -> int:
    """How far a view is; nowhere, where another version of the code built it."""
    place = bookmarks(session).get(view.name)
    return place.position if place and place.version == view.version else -1


def _take_back(
    session: Session,
    moment: Moment,
    privacy_office: Collection[str],
    since: int,
    stores: Iterable[_Earlier],
) -> bool:
    """Fold again what has later events; False where that is too much."""
    rows = session.of("projections").rows("streams_since", position=since)
    if SHARE * sum(version for _, version in rows) > head_position(session):
        return False
    streams = iter(rows)
    while block := [stream for stream, _ in islice(streams, _STREAMS)]:
        counted = [
            (stream, [*select(events, moment, privacy_office).counted])
            for stream, events in by_stream(events_of(session, block)).items()
        ]
        for store in stores:
            apply_again(store.view, block, counted, store)
    for store in stores:
        settle(store.view, store)
    return True
