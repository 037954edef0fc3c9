"""Cases in the order in which they are shown, read by key from their view: what is not shown is not read.

First those with a running period, by when that ends; then those that wait without one; then those that are
not open, by reference. As `projections.reading.views`.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from ledger.storage.postgres import Session
from projections.folds.timetravel import Moment
from projections.folds.view import Key, View
from projections.following.derive import rows_at
from projections.reading.known import NOBODY
from projections.reading.views import bookmark_of

S = TypeVar("S")
Stage = Literal["due", "waiting", "ended"]
OPEN: tuple[Stage, ...] = ("due", "waiting")
ALL: tuple[Stage, ...] = (*OPEN, "ended")
_ROWS = 500
_BEGIN = datetime(1, 1, 1, tzinfo=UTC)


class CasePlace(NamedTuple):
    """Where a case stands in the list. `due`: of the stage with that name."""

    stage: Stage
    due: datetime
    subkey: str
    stream: UUID


class CaseFilter(msgspec.Struct, frozen=True):
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
    session: Session,
    view: View[S],
    wanted: CaseFilter,
    after: CasePlace | None = None,
    first: int = _ROWS,
) -> Iterator[tuple[CasePlace, S]]:
    """Cases after a place, in order. `first`: how many will do, most likely; then more are read."""
    bookmark_of(session, view)
    for stage in wanted.stages:
        if after and ALL.index(stage) < ALL.index(after.stage):
            continue
        place = after if after and after.stage == stage else CasePlace(stage, _BEGIN, "", NOBODY)
        for case in _of_stage(session, view.name, wanted, place, first):
            yield case.place, view.read(case.state)


def _of_stage(
    session: Session, table: str, wanted: CaseFilter, place: CasePlace, count: int
) -> Iterator[Case]:
    while True:
        rows = [
            Case(CasePlace(place.stage, due or _BEGIN, subkey, stream), state)
            for stream, subkey, due, state in _rows(session, table, wanted, place, count)
        ]
        yield from rows
        if len(rows) < count:
            return
        place, count = rows[-1].place, min(2 * count, _ROWS)


def _rows(
    session: Session, table: str, wanted: CaseFilter, place: CasePlace, count: int
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
    wanted: CaseFilter,
    moment: Moment,
    privacy_office: Collection[str],
    after: CasePlace | None = None,
) -> Iterator[tuple[CasePlace, S]]:
    """The cases as they were known at a moment, from all events of their types. All of them are in memory."""
    found = []
    told = rows_at(session, view, moment, privacy_office, view.names)
    for key, state in (((stream, key), row) for stream, rows in told for key, row in rows.items()):
        kind, due = view.cells(key, state)
        place = _place(key, kind is not None, due)
        is_later = after is None or _order(place) > _order(after)
        if is_later and wanted.has(place, str(kind) if kind is not None else None):
            found.append((place, state))
    return iter(sorted(found, key=lambda row: _order(row[0])))


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
