"""Copies for orders to preserve, by the clock: brought up to date once a day, destroyed once they ended."""

from application.acts.on_preservation import copy_all
from application.acts.preserving import destroy_ended
from host.open_side import open_side
from host.site import Site

_QUERY = "preservation"


def keep_copies(site: Site) -> tuple[int, int]:
    """How many records were added, and how many copies destroyed.

    First the destruction: it needs nothing of the open ledger. Without that one's settings nothing is copied.
    """
    source = site.source(_QUERY)
    destroyed = len(destroy_ended(site, source))
    if site.settings.open_settings is None:
        return 0, destroyed
    with open_side(site, _QUERY, site.clock) as there:
        return copy_all(site, source, there.ledger), destroyed
