"""What is forgotten by the clock: key epochs that have lasted their period, and old dead letters."""

from collections.abc import Callable

from console.wiring import Site
from ledger.letters import expire_letters
from ledger.rotation import Rotation, due, rotate
from rulebook import period

__all__ = ["forget_due"]


def forget_due(
    site: Site, *, now: bool = False, stop: Callable[[], bool] = lambda: False
) -> tuple[Rotation | None, int]:
    """End the key epoch when it is due (or `now`), forget old dead letters and say how many.

    Raises Retry when `stop` says so in the middle: the next call goes on from there.
    """
    session, time = site.session("eraser"), site.clock()
    letters = expire_letters(session, time, period("dead-letter-retention"))
    if not now and not due(session, site.provider, time, period("key-epoch")):
        return None, letters
    return rotate(session, site.provider, site.ledger, time, stop), letters
