"""Views brought up to date by the command that needs an answer from them, with or without a projector."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from application.site import Site
from ledger.errors import Retry
from ledger.reading import head_position
from projections import views_of
from projections.folds.view import View
from projections.following.apart import WorkerProcesses, worthwhile
from projections.following.observer import FollowerObserver
from projections.following.rebuild import ViewReport, rebuild_all
from projections.following.runner import Follower
from projections.following.storage import bookmarks

# A projector is behind by less than a second while it runs.
WAIT_S, WAITS = 0.1, 50
_ONE_AT_A_TIME = Lock()


@contextmanager
def follower(site: Site, observer: FollowerObserver | None = None) -> Iterator[Follower]:
    """A follower of all views, as the projector."""
    views = views_of(site.intake.confidential)
    views_follower = Follower(
        site.database, site.ledger, site.privacy_office, views, observer=observer
    )
    try:
        yield views_follower
    finally:
        views_follower.close()


def build_again(
    site: Site, views: Sequence[View[object]], processes: int | None = None
) -> list[ViewReport]:
    """Build views again in one pass. `processes`: that fold events; None: as many as pay."""
    session = site.session("projector")
    workers = processes or worthwhile(head_position(session))
    worker_processes = WorkerProcesses(site.database, workers) if workers > 1 else None
    return rebuild_all(session, site.ledger, views, site.privacy_office, worker_processes)


def rebuild_outdated(site: Site, say: Callable[[str], None]) -> None:
    """Build those views again that were built by another version of this program."""
    built = bookmarks(site.session("projector"))
    outdated = [
        view
        for view in views_of(site.intake.confidential)
        if view.name in built and built[view.name].version != view.version
    ]
    for view in outdated:
        say(f"view {view.name} is built again for version {view.version}")
    if outdated:
        build_again(site, outdated)


def bring_up_to_date(site: Site) -> None:
    """Return when every view has everything that was recorded before the call. Raises Retry or Halt.

    A projector that runs at the same time makes this short, and is not disturbed. Of several threads one
    follows, and the others find what they need done.
    """
    head = head_position(site.session("reader"))
    if _is_current(site, head):
        return
    with _ONE_AT_A_TIME:
        if not _is_current(site, head):
            with follower(site) as views_follower:
                views_follower.follow_once()


def wait_until_current(site: Site, sleep: Callable[[float], None]) -> None:
    """The same where this process may not work on views: a projector does it meanwhile. Raises Retry."""
    head = head_position(site.session("reader"))
    for _ in range(WAITS):
        if _is_current(site, head):
            return
        sleep(WAIT_S)
    raise Retry("the views are not up to date: look at `ledger project`")


def _is_current(site: Site, head: int) -> bool:
    """Whether every view is there, of this version, and has everything up to a position."""
    built = bookmarks(site.session("reader"))
    return all(
        (bookmark := built.get(view.name)) is not None
        and bookmark.version == view.version
        and bookmark.position >= head
        for view in views_of(site.intake.confidential)
    )
