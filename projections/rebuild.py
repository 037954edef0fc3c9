"""Blue/green: a view is built again beside the one in use, compared with it, and takes its place.

Also the audit of a view, which compares its stored rows with what the events say and writes nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from ledger.errors import Fenced
from ledger.event import RecordedEvent
from ledger.names import LedgerName
from ledger.postgres import Session
from ledger.reading import events_after, events_of
from projections import VIEWS
from projections.batch import NamedEvent, apply_batch
from projections.derive import derive_digest, derived_streams
from projections.joining import Gathering
from projections.storage import (
    Tables,
    bookmarks,
    locked_bookmark,
    other,
    prepare,
    stored_digest,
)
from projections.view import Key, View

__all__ = ["ViewReport", "audit_view", "audit_views", "rebuild"]

_WRITE_ROWS = 5_000
_BATCH_EVENTS = 5_000


class ViewReport(msgspec.Struct, frozen=True):
    """A view at a position. `digest`: what the events say; `ok`: whether the rows in use said the same.

    A rebuild for a new version of the code has nothing to compare with and is `ok`.
    """

    view: str
    version: str
    position: int
    digest: str
    ok: bool


def rebuild(
    session: Session, ledger: LedgerName, view: View[Any], privacy_office: Collection[str] = ()
) -> ViewReport:
    """Build one view from position 1, compare, and swap. As the projector; others may follow meanwhile.

    On return readers see the new rows, also when they differ from the old ones (`ok` is False then): they
    are what the events say. Raises Fenced when the view is being rebuilt by somebody else.
    """
    session = session.of("projections")
    lock = f"{ledger.views}.{view.name}"
    prepare(session, ledger, [view])
    if not (row := session.row("lock_rebuild", name=lock)) or not row[0]:
        raise Fenced(f"view {view.name} is being rebuilt already")
    try:
        return _rebuild(session, ledger, view, privacy_office)
    finally:
        if not session.broken:
            session.rows("unlock_rebuild", name=lock)


def _rebuild(
    session: Session, ledger: LedgerName, view: View[Any], privacy_office: Collection[str]
) -> ViewReport:
    old = bookmarks(session)[view.name]
    new = Tables(session, ledger, view, other(old.colour))
    with session.transaction():
        new.create()
    _build(session, view, new, old.position, privacy_office)
    position = _follow(session, view, new, old.position, privacy_office)
    with session.transaction():
        # From here on whoever follows waits for the commit, and is fenced by the new colour.
        old = locked_bookmark(session, view)
        while position < old.position:
            position = _batch(session, view, new, position, old.position, privacy_office)
        digest = stored_digest(session, view, new.table)
        replaced = Tables(session, ledger, view, old.colour)
        same = old.version != view.version or digest == stored_digest(session, view, replaced.table)
        new.show()
        session.run(
            "swap_bookmark",
            view=view.name,
            version=view.version,
            position=position,
            colour=other(old.colour),
        )
        replaced.drop()
    return ViewReport(view.name, view.version, position, digest, same)


def _build(
    session: Session, view: View[Any], new: Tables, upto: int, privacy_office: Collection[str]
) -> None:
    """Write the rows of all streams, block by block."""
    rows: dict[Key, Any] = {}
    named: set[NamedEvent] = set()
    gathering = Gathering()
    for states, targets in derived_streams(session, view, upto, privacy_office):
        rows |= states
        named |= targets
        if view.joined:
            for (_, subkey), state in states.items():
                gathering.add(subkey, state)
        if len(rows) + len(named) >= _WRITE_ROWS:
            new.add(rows, named)
            rows, named = {}, set()
    new.add(rows, named)
    if view.joined:
        new.put_entries(gathering.rows())


def _follow(
    session: Session, view: View[Any], new: Tables, position: int, privacy_office: Collection[str]
) -> int:
    """Catch up with the rows in use while others still move them; returns the position reached."""
    while position < (goal := bookmarks(session)[view.name].position):
        with session.transaction():
            position = _batch(session, view, new, position, goal, privacy_office)
    return position


def _batch(
    session: Session,
    view: View[Any],
    new: Tables,
    position: int,
    upto: int,
    privacy_office: Collection[str],
) -> int:
    events = events_after(session, position, _BATCH_EVENTS, upto)
    end = events[-1].position

    def history(streams: Sequence[UUID]) -> list[RecordedEvent]:
        return events_of(session, streams, end)

    apply_batch(view, events, new, history, privacy_office)
    return end


def audit_views(
    session: Session, views: Iterable[View[Any]] = VIEWS, privacy_office: Collection[str] = ()
) -> list[ViewReport]:
    """Compare every view with the events, each in a snapshot of its own. Needs to read only."""
    return [audit_view(session, view, privacy_office) for view in views]


def audit_view(session: Session, view: View[Any], privacy_office: Collection[str]) -> ViewReport:
    """Compare the stored rows of a view with what the events up to its bookmark say."""
    session = session.of("projections")
    with session.transaction():
        session.run("one_snapshot")
        session.named("hold_view", {"table": view.name})
        bookmark = bookmarks(session)[view.name]
        digest = derive_digest(session, view, bookmark.position, privacy_office)
        same = bookmark.version == view.version
        ok = same and digest == stored_digest(session, view, view.name)
    return ViewReport(view.name, bookmark.version, bookmark.position, digest, ok)
