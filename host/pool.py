"""Sites for many readers at once: each request takes one, and gives it back with its sessions open.

Opening a ledger connects and checks it, which takes longer than most answers. A site whose connection broke
connects again by itself.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, Lock

from application.reading import Reader
from application.remembered import Remembered
from host.keeping_up import KeepingUp
from host.long_answers import LONGEST_S, Asking, LongAnswers
from host.settings import Settings
from host.site import Site
from host.wiring import bare_site, open_site, utc_now
from ledger.errors import Busy
from ledger.storage.postgres import Session

# How long a request waits for a site when all are taken.
WAIT_S = 30.0


class SitePool:
    """A bounded pool of sites of one ledger, opened on first use."""

    def __init__(
        self, settings: Settings, size: int, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Open the ledger once, with all that `open_site` checks and completes. Raises what that raises."""
        self._settings = settings
        self._clock = clock
        self._free: LifoQueue[Site] = LifoQueue()
        self._room = BoundedSemaphore(size)
        self._opened: list[Site] = []
        self._opening = Lock()
        self._closing: list[Callable[[], None]] = []
        self.views = KeepingUp(self.open_site)
        self._remembered = Remembered(self._session, time.monotonic)
        self._long = LongAnswers()
        with open_site(settings, clock):
            pass

    @property
    def settings(self) -> Settings:
        """The settings of the ledger."""
        return self._settings

    @property
    def clock(self) -> Callable[[], datetime]:
        """Returns the current time."""
        return self._clock

    def asking(self, reader: Reader, looks: Callable[[str], object]) -> Asking:
        """A request of a reader, of which what it reads is counted. `looks`: see `Asking`."""
        return Asking(self._long, reader.reference, looks)

    @contextmanager
    def site(self, reader: Reader | None = None, asking: Asking | None = None) -> Iterator[Site]:
        """A site that no other request uses meanwhile. `reader`: who reads and acts. Raises Busy.

        `asking`: for whom what is read with it is counted; None: for work of the console itself.
        """
        if not self._room.acquire(timeout=WAIT_S):
            raise Busy("too many requests are being answered: ask again in a moment")
        try:
            site = self._take()
            site.for_whom, site.asking = reader, asking
            try:
                yield site
            finally:
                site.for_whom = site.asking = None
                if asking is not None:
                    asking.end()
                self._free.put(site)
        finally:
            self._room.release()

    def apart(self, close: Callable[[], None]) -> Site:
        """A site for a thread that goes on beside requests. `close`: ends it before the site closes."""
        self._closing.append(close)
        return self.open_site()

    def _take(self) -> Site:
        try:
            return self._free.get_nowait()
        except Empty:
            return self.open_site()

    def _session(self) -> Session:
        """A session for a thread, which closes it."""
        with self.site() as site:
            return site.database.connect(site.ledger, "reader")

    def open_site(self) -> Site:
        """A site more, which is closed with the pool."""
        with self._opening:
            site = bare_site(self._settings, self._clock)
            site.views, site.remembered = self.views, self._remembered
            site.statement_s = int(LONGEST_S)
            self._opened.append(site)
        return site

    def close(self) -> None:
        """Close every site."""
        self.views.close()
        self._remembered.close()
        while self._closing:
            self._closing.pop()()
        while self._opened:
            self._opened.pop().close()
