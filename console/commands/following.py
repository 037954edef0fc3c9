"""Views brought up to date by whoever needs an answer from them, with or without a projector."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.wiring import Site
from projections import VIEWS
from projections.observer import Observer
from projections.rebuild import rebuild
from projections.runner import Follower
from projections.storage import bookmarks

__all__ = ["bring_up_to_date", "follower", "rebuild_outdated"]


@contextmanager
def follower(site: Site, observer: Observer | None = None) -> Iterator[Follower]:
    """A follower of all views, as the projector."""
    made = Follower(site.database, site.ledger, site.privacy_office, observer=observer)
    try:
        yield made
    finally:
        made.close()


def rebuild_outdated(site: Site, say: Callable[[str], None]) -> None:
    """Build those views again that were built by another version of this program, one by one."""
    session = site.session("projector")
    known = bookmarks(session)
    for view in VIEWS:
        if view.name in known and known[view.name].version != view.version:
            say(f"view {view.name} is built again for version {view.version}")
            rebuild(session, site.ledger, view, site.privacy_office)


def bring_up_to_date(site: Site) -> None:
    """Return when every view has everything that was recorded before the call. Raises Retry or Halt.

    A projector that runs at the same time makes this short, and is not disturbed.
    """
    with follower(site) as made:
        made.follow_once()
