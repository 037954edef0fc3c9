"""Copies for orders to preserve, by the clock: brought up to date once a day, destroyed once they ended."""

from typing import NamedTuple

from application.acts.on_preservation import copy_all
from application.acts.preserving import destroy_ended
from host.open_side import open_side
from host.site import Site

_QUERY = "preservation"


class Kept(NamedTuple):
    """The result of a run: records added, copies destroyed, and orders without any copy."""

    added: int
    destroyed: int
    failed: tuple[str, ...] = ()


def keep_copies(site: Site) -> Kept:
    """Copy what is due, and destroy what ended.

    First the destruction: it needs nothing of the open ledger. Without that one's settings nothing is copied.
    """
    source = site.source(_QUERY)
    destroyed = len(destroy_ended(site, source))
    if site.settings.open_settings is None:
        return Kept(0, destroyed)
    with open_side(site, _QUERY, site.clock) as there:
        added, failed = copy_all(site, source, there.ledger)
    return Kept(added, destroyed, failed)
