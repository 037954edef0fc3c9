"""The audit of views: what readers see of them beside what the events say, row by row. Writes nothing.

Compared are the rows with all of their columns, the entries of joined views, counts by label, the events
that annulments have named, and the progress of each view. A view that is behind the ledger is compared at
its place.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ledger.audit.findings import SILENT, Finding, Findings, Progress
from ledger.errors import Halt
from ledger.reading import head_position
from ledger.storage.postgres import Session
from projections import VIEWS
from projections.findings.view import FOUND
from projections.folds.compression import RowCompression
from projections.folds.view import NOWHERE, AnyView
from projections.following.batch import NamedEvent
from projections.following.derive import StreamRows, contents_of, derive, streams_to
from projections.following.joins import join_of
from projections.following.rebuild import ViewReport
from projections.following.storage import NO_ROW, Bookmark, bookmarks

_PAGE_ROWS = 1_000
_Row = tuple[Any, ...]
"""What a table has, whatever somebody put there."""


class InspectionResult(msgspec.Struct, frozen=True):
    """The result of an inspection. `findings` have no position: a view rests on many events."""

    reports: tuple[ViewReport, ...] = ()
    findings: tuple[Finding, ...] = ()


def inspect_views(
    session: Session,
    views: Sequence[AnyView] = VIEWS,
    *,
    privacy_office: Collection[str],
    progress: Progress = SILENT,
) -> InspectionResult:
    """Compare views with the events up to their bookmarks, in one snapshot and one pass.

    Only needs to read. Unreadable content is a finding. Raises Retry when the database goes away.
    """
    findings = Findings(progress)
    session = session.of("projections")
    reports: list[ViewReport] = []
    with session.transaction():
        session.run("one_snapshot")
        with findings.guarded(session, "the views"):
            placed = _placed(session, views, findings)
            inspections = [
                _ViewInspection(session, view, place, privacy_office, findings)
                for view, place in placed
            ]
            _compare(session, inspections, privacy_office, findings)
            reports = [inspection.report() for inspection in inspections]
    return InspectionResult(tuple(reports), findings.sorted())


def _placed(
    session: Session, views: Sequence[AnyView], findings: Findings
) -> list[tuple[AnyView, Bookmark]]:
    """The views whose progress is known, with it; not beyond the end of the ledger."""
    places, head = bookmarks(session), head_position(session)
    events = session.row("last_position")
    last = min(head, events[0] if events else 0)
    placed = []
    for view in views:
        place = places.pop(view.name, None)
        if place is None:
            findings.note(None, "view-bookmark", f"the view {view.name} has none")
            continue
        placed.append((view, _within(view, place, last, findings)))
    for name in places:
        findings.note(None, "view-bookmark", f"there is no view {name}")
    return placed


def _within(view: AnyView, place: Bookmark, last: int, findings: Findings) -> Bookmark:
    """A bookmark, or the nearest position that the ledger has."""
    if 0 <= place.position <= last:
        return place
    detail = f"the view {view.name} is at {place.position}, and the ledger ends at {last}"
    findings.note(None, "view-bookmark", detail)
    return msgspec.structs.replace(place, position=min(last, max(0, place.position)))


def _compare(
    session: Session,
    inspections: Sequence["_ViewInspection"],
    privacy_office: Collection[str],
    findings: Findings,
) -> None:
    if not inspections:
        return
    goals = [(inspection.view, inspection.place.position) for inspection in inspections]
    named_events: set[NamedEvent] = set()
    for derived in derive(streams_to(session, goals), goals, privacy_office):
        named_events |= derived.named
        for inspection, streams in zip(inspections, derived.rows, strict=True):
            inspection.take(streams)
    for inspection in inspections:
        inspection.finish()
    with findings.guarded(session, "the events that annulments have named"):
        stored = {(stream, source, id) for stream, source, id in session.rows("all_named")}
        for remark, events in (
            ("lacks", named_events - stored),
            ("has too much:", stored - named_events),
        ):
            for _, source, id in sorted(events, key=repr):
                detail = f"the list of annulled events {remark} {id} of {source}"
                findings.note(None, "named-event", detail)


class _ViewInspection:
    """One view: rows and entries as they are stored, beside those that are derived, in the same order."""

    def __init__(
        self,
        session: Session,
        view: AnyView,
        place: Bookmark,
        privacy_office: Collection[str],
        findings: Findings,
    ) -> None:
        self.view = view
        self.place = place
        self._session = session
        self._findings = findings
        self._ok = True
        (self._content,) = contents_of(session, [(view, place.position)], privacy_office)
        self._labels: Counter[str] = Counter()
        # Replaced below; a view that cannot be read still takes its streams, for its digest.
        self._rows = self._entries = _Merge(iter(()), 1, self._note)
        self._join = join_of(view.join)
        self._looks = place.version == view.version
        if not self._looks:
            self._fault("view", f"{view.name} was built by version {place.version} of its code")
            return
        self._looks = False
        with findings.guarded(session, f"the view {view.name}"):
            rows = _legible(_all(session, "all_rows", view.name), 2, view.compression)
            self._rows = _Merge(rows, 2, self._note)
            width = self._join.width if self._join else 1
            self._entries = _Merge(_entries(session, view), width, self._note)
            self._looks = True
        self._ok = self._looks

    def take(self, streams: Sequence[StreamRows]) -> None:
        """All rows of some streams."""
        rows, entries = self._content.add(streams)
        if not self._looks:
            return
        for row in rows:
            self._rows.expect(row)
        if self.view.labels:
            for _, states in streams:
                self._labels.update(map(self.view.label, states.values()))
        self._expect_entries(entries)

    def finish(self) -> None:
        """There are no more streams."""
        entries = self._content.rest()
        if not self._looks:
            return
        self._expect_entries(entries)
        self._looks = False
        with self._findings.guarded(self._session, f"the view {self.view.name}"):
            self._rows.end()
            self._entries.end()
            self._compare_counts()
            self._compare_shown()
            self._looks = True
        self._ok = self._ok and self._looks

    def report(self) -> ViewReport:
        """The view at its place. Asked at the end."""
        view, place = self.view.name, self.place
        return ViewReport(view, place.version, place.position, self._content.digest(), self._ok)

    def _expect_entries(self, entries: Sequence[object]) -> None:
        for entry in entries:
            assert self._join
            self._entries.expect(self._join.row(entry))

    def _fault(self, kind: str, detail: str) -> None:
        self._ok = False
        self._findings.note(None, kind, detail)

    def _note(self, remark: str, key: _Row) -> None:
        place = " ".join(str(part) for part in key if part != NOWHERE)
        self._fault("view", f"{self.view.name} {remark} {place}")

    def _compare_counts(self) -> None:
        if not self.view.labels:
            return
        rows = self._session.named("all_counts", {"counts": f"{self.view.name}_counts"})
        stored = {label: (count, added) for label, count, added in rows}
        self._labels.pop(NO_ROW, None)
        for label in sorted(stored.keys() | self._labels.keys()):
            count, added = stored.get(label, (0, 0))
            if count != self._labels[label] or added < count:
                detail = (
                    f"{self.view.name} counts {count} of {label}, there are {self._labels[label]}"
                )
                self._fault("view-count", detail)

    def _compare_shown(self) -> None:
        """Check that the table under the view's public name is the table that its progress names."""
        for part in ("", "_entries", "_counts"):
            view, table = f"{self.view.name}{part}", f"{self.view.name}_{self.place.colour}{part}"
            for (name,) in self._session.rows("tables_shown", view=view):
                if name != table:
                    self._fault("view-bookmark", f"{view} shows {name}, not {table}")


class _Merge:
    """Stored rows beside expected ones, both in the order of their keys, the first `width` columns."""

    def __init__(
        self, stored: Iterator[_Row], width: int, note: Callable[[str, _Row], None]
    ) -> None:
        self._stored = stored
        self._width = width
        self._note = note
        self._next = next(stored, None)

    def expect(self, row: _Row) -> None:
        """The next row that there must be."""
        key = row[: self._width]
        while self._next is not None and _before(self._next[: self._width], key):
            self._pass("has a row too much:")
        if self._next is None or self._next[: self._width] != key:
            self._note("lacks a row:", key)
        elif list(map(_plain, self._next)) != list(map(_plain, row)):
            self._pass("has another row:")
        else:
            self._next = next(self._stored, None)

    def end(self) -> None:
        """Stored rows that are left after the last expected row are too many."""
        while self._next is not None:
            self._pass("has a row too much:")

    def _pass(self, remark: str) -> None:
        assert self._next is not None
        self._note(remark, self._next[: self._width])
        self._next = next(self._stored, None)


def _before(key: _Row, expected: _Row) -> bool:
    """Whether a stored key comes first; one of another type than it must have does."""
    try:
        return key < expected
    except TypeError:
        return True


def _plain(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def _all(session: Session, name: str, table: str) -> Iterator[_Row]:
    """All rows in the order of their keys, in flat memory."""
    return session.stream(name, _PAGE_ROWS, {"table": table})


def _legible(rows: Iterator[_Row], width: int, compression: RowCompression) -> Iterator[_Row]:
    """The rows with their states decompressed; none where one cannot be read: it could be plain text."""
    for row in rows:
        key, stored, cells = row[:width], row[width], row[width + 1 :]
        try:
            state: bytes | None = compression.decompress(stored)
        except (Halt, TypeError):  # a cell of a table that was altered may hold anything
            state = None
        yield *key, state, *cells


def _entries(session: Session, view: AnyView) -> Iterator[_Row]:
    table = f"{view.name}_entries"
    if view.join == "findings":
        return _legible(_all(session, "all_findings", table), 3, FOUND)
    if view.join == "activities":
        return iter(session.named("all_entries", {"entries": table}))
    return iter(())
