"""Following the ledger with all views: catch up, wait to be woken, back off, halt what is broken.

Events come from the library's subscription (`Incoming`); how far a view is, its bookmark alone says. Each
view moves by itself, a batch a transaction, its bookmark first: a second follower waits for that row and
is then fenced. A view that cannot fold an event halts just before it; the others go on, and so does this one
when it was built again.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence

import msgspec

from ledger.errors import Fenced, Halt, LedgerError, Retry
from ledger.names import LedgerName
from ledger.reading import head_position
from ledger.storage.postgres import Database, Session
from projections import VIEWS, views_among
from projections.folds.dispatch import Dispatch
from projections.folds.view import AnyView
from projections.following.batch import BrokenFold, EventBatch, apply_batch
from projections.following.incoming import Incoming
from projections.following.observer import FollowerObserver
from projections.following.storage import (
    Bookmark,
    NamedEvents,
    Tables,
    batch_of,
    bookmarks,
    pass_over,
    prepare,
    relax,
)

# A row is read, folded and written once a batch: who is behind gains by large ones. What is not there yet is
# not waited for.
BATCH_EVENTS = 20_000
# How long a lost notification can delay a view, and a request to stop.
WAKE_S = 1.0
# Pauses after passing faults, doubled from the first to the last.
FIRST_PAUSE_S = 0.1
LAST_PAUSE_S = 30.0
_LOG = logging.getLogger(__name__)


class ViewStatus(msgspec.Struct, frozen=True):
    """How far a view is. `lag`: positions behind the head. `halted`: why it stopped, if it did."""

    view: str
    version: str
    bookmark: int
    lag: int
    halted: str | None = None


def view_statuses(session: Session) -> list[ViewStatus]:
    """Progress of each view of a ledger; any role that may read can ask."""
    places, head = bookmarks(session), head_position(session)
    return [_status(view, places.get(view.name), head, None) for view in views_among(places)]


def _status(view: AnyView, bookmark: Bookmark | None, head: int, halted: str | None) -> ViewStatus:
    position = bookmark.position if bookmark else 0
    version = bookmark.version if bookmark else view.version
    return ViewStatus(view.name, version, position, max(0, head - position), halted)


class Pace(msgspec.Struct, frozen=True):
    """How many events one transaction moves a view over, and how a follower waits."""

    batch_events: int = BATCH_EVENTS
    pause: Callable[[float], None] = time.sleep


USUAL_PACE = Pace()


class Follower:
    """Follows one ledger with some views, as the projector. Not for two threads at once."""

    def __init__(
        self,
        database: Database,
        ledger: LedgerName,
        privacy_office: Collection[str] = (),
        views: Sequence[AnyView] = VIEWS,
        *,
        pace: Pace = USUAL_PACE,
        observer: FollowerObserver | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._privacy_office = privacy_office
        self._views = views
        self._dispatch = Dispatch(views)
        self._batch_events, self._pause = pace.batch_events, pace.pause
        self._observer = observer or FollowerObserver()
        self._session: Session | None = None
        self._incoming: Incoming | None = None
        self._head = 0
        self.halted: dict[str, Halt] = {}
        self._halted_in: dict[str, Bookmark] = {}

    def follow_once(self) -> list[ViewStatus]:
        """Bring every view up to the head. Raises Retry, or the first Halt after the others are there."""
        self._catch_up(lambda: False)
        self._raise_halt()
        return self.statuses()

    def follow_to(self, position: int) -> None:
        """Bring every view up to a position; what is recorded meanwhile may wait. Raises as `follow_once`."""
        session = self._connected()
        while self._is_before(session, position) and self._round(session):
            pass
        self._raise_halt()

    def _is_before(self, session: Session, position: int) -> bool:
        """Whether a view that goes on has not come to a position."""
        places = bookmarks(session)
        going = (view.name for view in self._views if view.name not in self.halted)
        return any(places[name].position < position for name in going)

    def follow(self, stop: Callable[[], bool]) -> None:
        """Follow until told to stop; a passing fault is waited out, and so is the rebuild of a halted view.

        Raises Halt when no view can go on, or at the end when one could not.
        """
        for view in self._views:
            self._observer.following(view.name)
        pause_s = FIRST_PAUSE_S
        while not stop() and len(self.halted) < len(self._views):
            try:
                incoming = self._subscribed()
                self._catch_up(stop)
                pause_s = FIRST_PAUSE_S
                incoming.wait(self._head, WAKE_S)
            except Retry as error:
                _LOG.warning("following pauses for %.1f s: %s", pause_s, error)
                self.close()
                self._wait(pause_s, stop)
                pause_s = min(2 * pause_s, LAST_PAUSE_S)
        self._raise_halt()

    def statuses(self) -> list[ViewStatus]:
        """How far each view is. Raises Retry when the database is away."""
        session = self._connected()
        places, head = bookmarks(session), head_position(session)
        reasons = {name: str(halt) for name, halt in self.halted.items()}
        return [_status(v, places.get(v.name), head, reasons.get(v.name)) for v in self._views]

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        incoming, self._incoming = self._incoming, None
        if incoming:
            incoming.close()
        session, self._session = self._session, None
        if session:
            session.close()

    def _connected(self) -> Session:
        """The session that moves the views, and is asked how far they are."""
        if self._session is None or self._session.broken:
            self.close()
            self._session = self._database.connect(self._ledger, "projector")
            try:
                relax(self._session)
                prepare(self._session, self._ledger, self._views)
            except BaseException:
                self.close()
                raise
        return self._session

    def _reading(self) -> Incoming:
        """The next batches, read with the same session, until `_subscribed` subscribes."""
        if self._incoming is None:
            self._incoming = Incoming(self._connected(), self._batch_events, WAKE_S)
        return self._incoming

    def _subscribed(self) -> Incoming:
        """The batches of a subscription that starts after the furthest view."""
        incoming = self._reading()
        if not incoming.is_subscribed:
            places = bookmarks(self._connected())
            incoming.subscribe(max((places[v.name].position for v in self._views), default=0))
        return incoming

    def _wait(self, seconds: float, stop: Callable[[], bool]) -> None:
        while seconds > 0 and not stop():
            self._observer.looked()
            self._pause(min(seconds, WAKE_S))
            seconds -= WAKE_S

    def _raise_halt(self) -> None:
        for halt in self.halted.values():
            raise halt

    def _catch_up(self, stop: Callable[[], bool]) -> None:
        session = self._connected()
        while not stop() and self._round(session):
            pass

    def _round(self, session: Session) -> bool:
        """One batch for each view that is behind; views at the same place share it."""
        places, head = bookmarks(session), head_position(session)
        self._head = head
        batches: dict[int, EventBatch] = {}
        passed: list[tuple[Bookmark, int]] = []
        moved = False
        self._observer.looked()
        for view in self._views:
            bookmark = places[view.name]
            # Forget why a view halted once it was built again: a rebuild changes the colour in use.
            before = self._halted_in.get(bookmark.view)
            if before and (before.colour, before.version) != (bookmark.colour, bookmark.version):
                _LOG.info("view %s was built again: it is followed from there", bookmark.view)
                del self._halted_in[bookmark.view], self.halted[bookmark.view]
                self._observer.following(bookmark.view)
            if view.name in self.halted or bookmark.position >= head:
                continue
            start = bookmark.position
            if start not in batches:
                events = self._reading().after(start, head)
                if not events:
                    raise Halt(f"position {start + 1} is missing: see `ledger audit`")
                batches[start] = batch_of(session, events, self._dispatch, self._privacy_office)
            if batches[start].touches(view) or bookmark.version != view.version:
                self._advance(session, view, bookmark, batches[start])
            else:
                passed.append((bookmark, batches[start].end))
            moved = True
        self._pass_over(session, passed)
        return moved

    def _pass_over(self, session: Session, passed: Sequence[tuple[Bookmark, int]]) -> None:
        """Move the views that have nothing to fold, together: they cost no transaction each."""
        pass_over(session, passed)
        for bookmark, end in passed:
            self._observer.folded(bookmark.view, bookmark.position + 1, end, 0.0)

    def _advance(
        self, session: Session, view: AnyView, bookmark: Bookmark, batch: EventBatch
    ) -> None:
        """Fold a batch into one view; what is broken halts, what was overtaken is read again."""
        try:
            if bookmark.version != view.version:
                raise Halt(
                    f"view {view.name} was built by version {bookmark.version} of its code, this is"
                    f" version {view.version}: run `ledger rebuild {view.name}`"
                )
            self._fold(session, view, bookmark, batch)
        except Fenced:
            return
        except Retry:
            raise
        except BrokenFold as broken:
            self._halt(view, bookmark, broken)
            before = [event for event in batch.events if event.position < broken.position]
            if before:
                remaining = batch_of(session, before, self._dispatch, self._privacy_office)
                self._advance(session, view, bookmark, remaining)
        except LedgerError as error:
            self._halt(view, bookmark, error)
        except Exception as error:  # any fault of one view must not stop the others
            span = f"{batch.events[0].position} to {batch.end}"
            failed = Halt(f"view {view.name} failed on {span}: {type(error).__name__}")
            self._halt(view, bookmark, failed)

    def _halt(self, view: AnyView, bookmark: Bookmark, error: LedgerError) -> None:
        _LOG.error("%s", error)
        self._observer.halted(view.name)
        # The last word is right: of several broken events the later ones may be found first.
        self.halted[view.name] = error if isinstance(error, Halt) else Halt(str(error))
        self._halted_in[view.name] = bookmark

    def _fold(self, session: Session, view: AnyView, bookmark: Bookmark, batch: EventBatch) -> None:
        tables = Tables(session, self._ledger, view, bookmark.colour)
        started = time.monotonic()
        with session.transaction():
            tables.move(bookmark.position, batch.end)
            NamedEvents(session).add(batch.named)
            apply_batch(view, batch, tables)
        self._observer.looked()
        seconds = time.monotonic() - started
        self._observer.folded(view.name, bookmark.position + 1, batch.end, seconds)
