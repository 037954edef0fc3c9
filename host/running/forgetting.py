"""Periodic forgetting: key epochs, dead letters, feed lists, tombstones, and deferred erasures."""

from collections.abc import Callable

from application.acts.deciding import erase_due
from host.site import Site
from ledger.errors import Retry
from ledger.feeds.lists import expire_lists
from ledger.keys.rotation import Rotation, due, rotate
from ledger.letters.dead import expire_letters
from projections.figures import unbuilt
from projections.findings import view as findings
from rulebook import period


def forget_due(
    site: Site, *, now: bool = False, stop: Callable[[], bool] = lambda: False
) -> tuple[Rotation | None, int]:
    """End the key epoch when it is due (or `now`), forget old dead letters and say how many.

    Lists of feeds are forgotten as well: before the epoch ends, so that their keys go with it. Raises Retry
    when `stop` says so in the middle: the next call goes on from there.
    """
    session, time = site.session("eraser"), site.clock()
    letters = expire_letters(
        session, site.ledger, site.chain(), time, period("dead-letter-retention")
    )
    expire_lists(session, time)
    if not now and not due(session, site.provider, time, period("key-epoch")):
        return None, letters
    return rotate(session, site.provider, site.ledger, time, stop), letters


def forget_waiting(site: Site, stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Resume erasures that were decided and had to wait, as far as nothing keeps the data any more.

    Gives how many, and how many tombstones were past their date. It touches only what was decided; `ledger
    retention run` decides. Raises Retry when `stop` says so, or while the view of findings is not built.
    """
    if findings.VIEW.name in unbuilt(site.session("reader")):
        raise Retry("the view of findings is not built yet, so erasures that wait are not seen")
    resumed = sum(1 for _ in erase_due(site, decided_only=True, stop=stop))
    return resumed, site.expire_tombstones()
