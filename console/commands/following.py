"""Views brought up to date by whoever needs an answer from them, with or without a projector."""

from collections.abc import Iterator
from contextlib import contextmanager

from console.wiring import Site
from projections.runner import Follower

__all__ = ["bring_up_to_date", "follower"]


@contextmanager
def follower(site: Site) -> Iterator[Follower]:
    """A follower of all views, as the projector."""
    made = Follower(site.database, site.ledger, site.privacy_office)
    try:
        yield made
    finally:
        made.close()


def bring_up_to_date(site: Site) -> None:
    """Return when every view has everything that was recorded before the call. Raises Retry or Halt.

    A projector that runs at the same time makes this short, and is not disturbed.
    """
    with follower(site) as made:
        made.follow_once()
