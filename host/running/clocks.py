"""The periodic work of a running ledger, each kind on connections of its own."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from host.logs import Log
from host.running.forgetting import forget_due, forget_waiting
from host.running.preserving import keep_copies
from host.running.telling import tell_open_ledger
from host.running.upkeeping import Upkeep
from host.running.watching import Watch
from host.settings import Settings
from host.wiring import open_site, utc_now

# So often a confidential ledger looks at what is to be told, kept or destroyed.
TELL_S = 300.0
# And says of the same order, which cannot be copied, no more often than this.
_SAID_AGAIN = timedelta(days=1)


@contextmanager
def keeping_up(settings: Settings, watch: Watch) -> Iterator[Callable[[], None]]:
    """Forget what is due, once an hour. Gives a function that raises what has ended it, if anything has.

    A confidential ledger also tells the open one what it may know, more often.
    """
    clocks = [Upkeep(partial(_forget, settings, watch.says), watch.says)]
    if settings.confidential:
        telling = partial(_tell, settings, watch.says, {})
        clocks.append(Upkeep(telling, watch.says, period_s=TELL_S))

    def look() -> None:
        for clock in clocks:
            clock.look()

    for clock in clocks:
        clock.start()
    try:
        yield look
    finally:
        for clock in clocks:
            clock.stop()


def _forget(settings: Settings, says: Log, stop: Callable[[], bool]) -> None:
    with open_site(settings) as site:
        reads = site.record_reads()
        rotation, letters = forget_due(site, stop=stop)
        resumed, tombstones = forget_waiting(site, stop)
    if reads:
        message = f"{reads} reads of personal data were left behind and are recorded now"
        says.warning("reads-recorded", message, reads=reads)
    if rotation:
        ended = list(rotation.destroyed)
        message = f"key epoch {rotation.epoch} began, {len(ended)} ended"
        says.info("rotated", message, epoch=rotation.epoch, ended=ended)
    if letters:
        message = f"{letters} dead letters are past their retention and forgotten"
        says.info("letters-forgotten", message, letters=letters)
    if resumed or tombstones:
        message = f"{resumed} erasures that had to wait are done, {tombstones} tombstones forgotten"
        says.info("resumed", message, erasures=resumed, tombstones=tombstones)


def not_said(refs: Iterable[str], said: dict[str, datetime], now: datetime) -> list[str]:
    """The orders without a line in the log for a day; they count as logged from now on."""
    fresh = [ref for ref in refs if ref not in said or now - said[ref] >= _SAID_AGAIN]
    said.update(dict.fromkeys(fresh, now))
    return fresh


def _tell(
    settings: Settings, says: Log, said: dict[str, datetime], _stop: Callable[[], bool]
) -> None:
    with open_site(settings) as site:
        added, destroyed, failed = keep_copies(site)
        handed_over = tell_open_ledger(site)
    if added or destroyed:
        message = f"copies for orders: {added} records added, {destroyed} destroyed"
        says.info("preserved", message, records=added, copies=destroyed)
    if fresh := not_said(failed, said, utc_now()):
        message = f"{len(fresh)} orders cannot be copied: see `ledger today`"
        says.warning("not-copied", message, orders=fresh)
    if handed_over:
        message = f"{handed_over} lifted disclosures were handed over"
        says.info("handed-over", message, disclosures=handed_over)
