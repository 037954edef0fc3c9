"""The audit of views: everything that is stored of them is what the events up to their bookmarks say.

Rows and entries by their digest, what stands beside them from the rows, what annulments name from the events.
It writes nothing, and what it cannot read is not in order.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, TypeVar

from ledger.errors import Retry
from ledger.postgres import Session
from ledger.reading import head_position
from projections import VIEWS
from projections.batch import NamedEvent
from projections.beside import follows, stored_named
from projections.derive import derive_everything
from projections.rebuild import ViewReport
from projections.storage import Bookmark, bookmarks, stored_digest
from projections.view import View

__all__ = ["NAMED", "audit_views"]

NAMED = "named_events"
"""Stands in the place of a view for what all of them share."""
T = TypeVar("T")


def audit_views(
    session: Session, views: Sequence[View[Any]] = VIEWS, privacy_office: Collection[str] = ()
) -> list[ViewReport]:
    """Compare all that is stored of views with what the events up to their bookmarks say.

    In one snapshot and one pass. Needs to read only. A view that is not there, or cannot be read, is not in
    order. Raises Retry when the database goes away.
    """
    session = session.of("projections")
    with session.transaction():
        session.run("one_snapshot")
        for view in views:
            _read(session, partial(_hold, session, view), None)
        none: dict[str, Bookmark] = {}
        known = _read(session, lambda: bookmarks(session), none)
        head = _read(session, lambda: head_position(session), 0)
        there = [view for view in views if view.name in known]
        goals = [(view, known[view.name].position) for view in there]
        unreadable: tuple[list[str], set[NamedEvent] | None] = ([""] * len(there), None)
        digests, named = _read(
            session, lambda: derive_everything(session, goals, privacy_office), unreadable
        )
        derived = dict(zip([view.name for view in there], digests, strict=True))
        reports = [
            _compared(session, view, known.get(view.name), derived.get(view.name, ""), head)
            for view in views
        ]
        if len(views) == len(VIEWS):
            reports += [_unknown(known[name]) for name in sorted(known.keys() - derived.keys())]
            reports += _named(session, named, head)
        return reports


def _hold(session: Session, view: View[Any]) -> None:
    session.named("hold_view", {"views": session.ledger.views, "table": view.name})


def _read(session: Session, look: Callable[[], T], otherwise: T) -> T:
    """What `look` gives; `otherwise` where somebody wrote something that this program could not have."""
    try:
        with session.transaction():
            return look()
    except Exception:
        if session.broken:
            raise Retry("PostgreSQL went away during the audit: run it again") from None
        return otherwise


def _compared(
    session: Session, view: View[Any], bookmark: Bookmark | None, digest: str, head: int
) -> ViewReport:
    if bookmark is None:
        return ViewReport(view.name, "", 0, "", False)
    ok = bool(digest) and bookmark.version == view.version and bookmark.position <= head
    ok = ok and _read(session, lambda: _is_stored(session, view, bookmark, digest), False)
    return ViewReport(view.name, bookmark.version, bookmark.position, digest, ok)


def _is_stored(session: Session, view: View[Any], bookmark: Bookmark, digest: str) -> bool:
    return digest == stored_digest(session, view, view.name) and follows(session, view, bookmark)


def _unknown(bookmark: Bookmark) -> ViewReport:
    """Progress of a view that this program does not have."""
    return ViewReport(bookmark.view, bookmark.version, bookmark.position, "", False)


def _named(session: Session, named: set[NamedEvent] | None, head: int) -> list[ViewReport]:
    """What annulments name; nothing where it is as it must be, or the events cannot be read."""
    if named is None or _read(session, lambda: stored_named(session), None) == named:
        return []
    return [ViewReport(NAMED, "", head, "", False)]
