"""Views brought up to date by the command that needs an answer from them, with or without a projector.

For the many requests of a console: `host/keeping_up.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from application.site import Site
from ledger.reading import head_position
from projections import views_of
from projections.folds.view import View
from projections.following.apart import worthwhile
from projections.following.engines import Apart, Engine
from projections.following.observer import FollowerObserver
from projections.following.rebuild import ViewReport, rebuild_all
from projections.following.runner import Follower
from projections.following.storage import bookmarks

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
    site: Site,
    views: Sequence[View[object]],
    processes: int | None = None,
    engine: Engine | None = None,
) -> list[ViewReport]:
    """Build views again in one pass.

    `engine`: what folds the events; without it so many `processes`, None: as many as pay.
    """
    session = site.session("projector")
    if engine:
        return rebuild_all(session, site.ledger, views, site.privacy_office, engine)
    workers = processes or worthwhile(head_position(session))
    office = site.privacy_office
    apart = (
        Apart(session, office, replace(site.database, fence=None), site.ledger, workers)
        if workers > 1
        else None
    )
    return rebuild_all(session, site.ledger, views, office, apart)


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
    follows, and the others find what they need done. What is recorded meanwhile makes it no longer.
    """
    head = head_position(site.session("reader"))
    if reached(site) >= head:
        return
    with _ONE_AT_A_TIME:
        if reached(site) < head:
            with follower(site) as views_follower:
                views_follower.follow_to(head)


def reached(site: Site) -> int:
    """Up to which position every view has everything; less than nothing where one is not of this version."""
    return min(places(site).values())


def places(site: Site) -> Mapping[str, int]:
    """How far each view is, by its name."""
    built = bookmarks(site.session("reader"))
    return {
        view.name: bookmark.position
        if (bookmark := built.get(view.name)) is not None and bookmark.version == view.version
        else -1
        for view in views_of(site.intake.confidential)
    }
