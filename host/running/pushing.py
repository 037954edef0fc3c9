"""The push to a SIEM: who did what, from the ledger to receivers, each from a bookmark of its own.

It reads, and writes nothing but its bookmarks, which are files: so it holds up no other process. A batch that
was not taken is sent again with the one before it, so a receiver may get a record twice.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from documents.ocsf import is_told, ocsf_record
from host.push_settings import PushSettings
from host.running.receivers import Receiver, ReceiverAway, receivers
from host.site import Site
from ledger.errors import Misconfigured, Retry
from ledger.library.reader import LedgerReader
from ledger.reading import head_position, pruned_through
from ledger.storage.files import Folder
from ledger.storage.postgres import Session
from schemas.encoding import from_json, to_json

BLOCK = 200
"""Events that are read and sent at once."""
WAKE_S = 1.0
_BOOKMARK_BYTES = 4096
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 60.0


class Place(msgspec.Struct, frozen=True):
    """How far a receiver is, and which one it is: another one begins anew."""

    address: str
    position: int


class Bookmark:
    """The place of one receiver, in a file that is replaced whole."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self._folder, self._name = Folder(folder, named=True), f"{receiver.name}.json"
        self._address = receiver.address

    def position(self) -> int | None:
        """The position up to which it was sent; None before anything was. Raises Misconfigured."""
        try:
            place = from_json(self._folder.read(self._name, _BOOKMARK_BYTES), Place)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            raise Misconfigured(
                f"the bookmark {self._name} cannot be read: mend it, or remove it"
            ) from None
        return place.position if place.address == self._address else None

    def write(self, position: int) -> None:
        """Keep a position; on return it is on disk."""
        self._folder.make()
        self._folder.write({self._name: to_json(Place(self._address, position))})


def _ignore(*_: Any) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class PushObserver:
    """Callbacks that observe a push, by the name of a receiver. They do nothing by default."""

    sent: Callable[[str, int], None] = _ignore
    """So many records were taken."""

    lag: Callable[[str, int], None] = _ignore
    """So many recorded events it was not asked about yet."""

    away: Callable[[str, str, float], None] = _ignore
    """A batch was not taken: why, and how many seconds are waited."""


@dataclass
class Delivery:
    """One receiver and how far it is. `fault`: why it took nothing the last time."""

    receiver: Receiver
    bookmark: Bookmark
    observer: PushObserver
    fault: str | None = None
    position: int = 0
    _before: int | None = None
    _reached: int = 0
    _pause_s: float = field(default=FIRST_PAUSE_S)
    _again_at: float = 0.0

    def begin(self, session: Session, *, oldest: bool) -> None:
        """A receiver that was sent nothing begins at what comes from now on, or at the oldest event."""
        kept = self.bookmark.position()
        if kept is None:
            kept = pruned_through(session) if oldest else head_position(session)
            self.bookmark.write(kept)
        self.position = max(kept, pruned_through(session))

    def turn(self, site: Site, session: Session, now_s: float) -> bool:
        """Send the next batch, unless the receiver was away just now; whether there was one."""
        head = head_position(session)
        self.observer.lag(self.receiver.name, max(0, head - self.position))
        if now_s < self._again_at or head <= self.position:
            return False
        events = LedgerReader(session).events_after(self.position, BLOCK, head)
        office, ledger = site.settings.privacy_office, str(site.ledger)
        records = [ocsf_record(event, ledger) for event in events if is_told(event, office)]
        try:
            if records:
                self.receiver.send(records)
        except ReceiverAway as fault:
            self._step_back()
            self.fault = str(fault)
            self.observer.away(self.receiver.name, self.fault, self._pause_s)
            self._again_at = now_s + self._pause_s
            self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S)
            return False
        began, self.position = self.position, events[-1].position if events else head
        # A batch that was sent again is not sent a third time because the one behind it is refused.
        if records:
            self._before = began if self.position > self._reached else None
            self._reached = self.position
        self.bookmark.write(self.position)
        self.observer.sent(self.receiver.name, len(records))
        self.observer.lag(self.receiver.name, head - self.position)
        self.fault, self._pause_s = None, FIRST_PAUSE_S
        return True

    def _step_back(self) -> None:
        """Send the last batch again, too: a stopped receiver may close on records that it did not keep."""
        if self._before is not None:
            self.position, self._before = self._before, None
            self.bookmark.write(self.position)


def deliveries(settings: PushSettings, observer: PushObserver) -> list[Delivery]:
    """Every receiver with its bookmark. Raises Misconfigured where there is none."""
    return [
        Delivery(receiver, Bookmark(settings.folder, receiver), observer)
        for receiver in receivers(settings)
    ]


def check_apart(ours: PushSettings, theirs: PushSettings) -> None:
    """Raise Misconfigured where a ledger pushes to a receiver of the ledger beside it."""
    if (ours.syslog and ours.syslog == theirs.syslog) or (ours.ocsf and ours.ocsf == theirs.ocsf):
        raise Misconfigured("this ledger pushes to a receiver of its own: name another one")


def push(
    site: Site,
    all_of: Sequence[Delivery],
    stop: Callable[[], bool],
    beat: Callable[[], None],
    *,
    oldest: bool = False,
) -> None:
    """Push what is recorded until told to stop; waits for a database that is away. Raises Misconfigured."""
    begun: Session | None = None
    while not stop():
        beat()
        try:
            session = site.session("reader")
            if session is not begun:
                for delivery in all_of:
                    delivery.begin(session, oldest=oldest)
                session.named("listen", {"channel": site.ledger.channel})
                begun = session
            if not any([delivery.turn(site, session, time.monotonic()) for delivery in all_of]):
                session.notified(WAKE_S)
        except Retry as fault:
            for delivery in all_of:
                delivery.observer.away(delivery.receiver.name, str(fault), FIRST_PAUSE_S)
            begun = None
            time.sleep(FIRST_PAUSE_S)
