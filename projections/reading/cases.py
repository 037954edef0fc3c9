"""Cases in the order in which they are shown, read by key from their view: what is not shown is not read.

First those with a running period, by when that ends; then those that wait without one; then those that are
not open, by reference. As `projections.reading.views`.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from ledger.reading import events_of
from ledger.storage.postgres import Session
from projections.folds.timetravel import Moment, fold_at
from projections.folds.view import Key, View
from projections.reading.views import bookmark_of

S = TypeVar("S")
Stage = Literal["due", "waiting", "ended"]
OPEN: tuple[Stage, ...] = ("due", "waiting")
ALL: tuple[Stage, ...] = (*OPEN, "ended")
_FIRST_ROWS, _MOST_ROWS = 128, 1_000
_STREAMS = 200
_BY_STREAM = attrgetter("stream")
_BEGIN = datetime(1, 1, 1, tzinfo=UTC)
NOBODY = UUID(int=0)
"""Comes before every stream, and is none."""


class CasePlace(NamedTuple):
    """Where a case stands in the list. `due`: of the stage with that name."""

    stage: Stage
    due: datetime
    subkey: str
    stream: UUID


class Wanted(msgspec.Struct, frozen=True):
    """Which cases. `kind`: of open ones. `below`: exclusive bound of the keys of those that are not open."""

    stages: tuple[Stage, ...] = OPEN
    kind: str | None = None
    streams: Sequence[UUID] | None = None
    below: str | None = None

    def has(self, place: CasePlace, kind: str | None) -> bool:
        """Whether a case at a place is wanted. `kind`: None of one that is not open."""
        if place.stage not in self.stages:
            return False
        if self.streams is not None and place.stream not in self.streams:
            return False
        if place.stage == "ended":
            return self.below is None or place.subkey < self.below
        return self.kind in {None, kind}


class Case(NamedTuple):
    """A row of a view of cases. `state`: encoded."""

    place: CasePlace
    state: bytes


def cases(
    session: Session, view: View[S], wanted: Wanted, after: CasePlace | None = None
) -> Iterator[tuple[CasePlace, S]]:
    """Cases after a place, in order; rows are fetched as they are taken."""
    bookmark_of(session, view)
    for stage in wanted.stages:
        if after and ALL.index(stage) < ALL.index(after.stage):
            continue
        place = after if after and after.stage == stage else CasePlace(stage, _BEGIN, "", NOBODY)
        for case in _of_stage(session, view.name, wanted, place):
            yield case.place, view.decode(case.state)


def _of_stage(session: Session, table: str, wanted: Wanted, place: CasePlace) -> Iterator[Case]:
    count = _FIRST_ROWS
    while True:
        rows = [
            Case(CasePlace(place.stage, due or _BEGIN, subkey, stream), state)
            for stream, subkey, due, state in _rows(session, table, wanted, place, count)
        ]
        yield from rows
        if len(rows) < count:
            return
        place, count = rows[-1].place, _MOST_ROWS


def _rows(
    session: Session, table: str, wanted: Wanted, place: CasePlace, count: int
) -> list[tuple[UUID, str, datetime | None, bytes]]:
    streams = None if wanted.streams is None else list(wanted.streams)
    of_stage: dict[Stage, dict[str, object]] = {
        "due": {"due": place.due, "kind": wanted.kind},
        "waiting": {"kind": wanted.kind},
        "ended": {"below": wanted.below},
    }
    return session.of("projections").named(
        f"cases_{place.stage}",
        {"table": table},
        subkey=place.subkey,
        stream=place.stream,
        streams=streams,
        count=count,
        **of_stage[place.stage],
    )


def cases_known(
    session: Session,
    view: View[S],
    wanted: Wanted,
    moment: Moment,
    privacy_office: Collection[str],
    after: CasePlace | None = None,
) -> Iterator[tuple[CasePlace, S]]:
    """The same as they were known at a moment, from the events of those who have cases or had.

    All of them are in memory.
    """
    found = []
    for key, state in known_rows(session, view, moment, privacy_office):
        kind, due = view.cells(key, state)
        place = _place(key, kind is not None, due)
        is_later = after is None or _order(place) > _order(after)
        if is_later and wanted.has(place, str(kind) if kind is not None else None):
            found.append((place, state))
    return iter(sorted(found, key=lambda row: _order(row[0])))


def known_rows(
    session: Session,
    view: View[S],
    moment: Moment,
    privacy_office: Collection[str],
    after: UUID = NOBODY,
) -> Iterator[tuple[Key, S]]:
    """Rows of a view as of a moment, of streams after one, in their order; from the events of some at a time.

    Of those alone who have rows now, or of whom something was annulled: of a view whose rows nothing else
    takes away.
    """
    bookmark_of(session, view)
    while streams := _streams_after(session, view.name, after):
        events = sorted(events_of(session, streams), key=_BY_STREAM)
        for stream, own in groupby(events, key=_BY_STREAM):
            for subkey, state in sorted(fold_at(view, own, moment, privacy_office).items()):
                yield (stream, subkey), state
        after = streams[-1]


def _streams_after(session: Session, table: str, after: UUID) -> list[UUID]:
    rows = session.of("projections").named(
        "streams_of_cases", {"table": table}, stream=after, count=_STREAMS
    )
    return [stream for (stream,) in rows]


def _place(key: Key, is_open: bool, due: object) -> CasePlace:
    stream, subkey = key
    if not is_open:
        return CasePlace("ended", _BEGIN, subkey, stream)
    if isinstance(due, datetime):
        return CasePlace("due", due, subkey, stream)
    return CasePlace("waiting", _BEGIN, subkey, stream)


def _order(place: CasePlace) -> tuple[object, ...]:
    if place.stage == "waiting":
        return 1, place.stream, place.subkey
    return ALL.index(place.stage), place.due, place.subkey, place.stream


def counts_of(session: Session, view: View[S], clock: datetime) -> dict[str, tuple[int, int]]:
    """Kind -> how many of its cases are open, and how many of them are too late by a clock."""
    bookmark_of(session, view)
    rows = session.of("projections").named("open_cases", {"table": view.name}, clock=clock)
    return {kind: (int(opened), int(late)) for kind, opened, late in rows}
