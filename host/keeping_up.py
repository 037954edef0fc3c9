"""Views kept up to date for many requests at once: one thread follows, and requests wait for it.

A request that followed by itself would take as long as events keep coming, and others would wait for it.
So a request waits until the views have what was recorded before it, and no longer than a person would.
Then it is answered from the views as they are, and says how many events they lack. Until the views have
come up, no other request waits.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from threading import Condition, Thread
from typing import NamedTuple

from application.following import follower, places, reached
from application.site import Site
from ledger.errors import Halt, LedgerError, Retry
from ledger.reading import head_position, may_take
from projections.following.runner import BATCH_EVENTS, Follower

WAIT_S = 5.0
"""How long a request waits. Views that are followed have come by far less."""
# Another follower is looked after so often. It goes first until no view has moved for so long.
_LOOK_S, _STILL_S = 0.02, 0.1


class _Failure(NamedTuple):
    number: int
    error: LedgerError | None


class KeepingUp:
    """Follows all views of a ledger while requests need that. Where another process does, it only looks on.

    `open_site`: makes the site of the thread, which begins with the first need. `wait_s`: of a request.
    """

    def __init__(self, open_site: Callable[[], Site], wait_s: float = WAIT_S) -> None:
        self._open_site, self._wait_s = open_site, wait_s
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False
        self._wanted = self._reached = 0
        self._late = False  # a request waited in vain, and the views have not come up since
        self._failure = _Failure(0, None)

    def wait(self, site: Site, *, at_most_s: float | None = None) -> int:
        """Wait for what was recorded before the call; how many events the views lack all the same.

        `at_most_s`: so long, however late the views are. Raises what following raised: Halt, or Retry where
        no process follows.
        """
        head = head_position(site.session("reader"))
        position = reached(site)
        if position >= head:
            return 0
        with self._changed:
            self._wanted = max(self._wanted, head)
            self._begin()
            usual_s = 0.0 if self._late else self._wait_s
            failed = self._failure.number
            is_over = self._changed.wait_for(
                lambda: self._is_over(head, failed), usual_s if at_most_s is None else at_most_s
            )
            self._late = self._late or not (is_over or at_most_s is not None)
            if self._failure.number > failed and self._failure.error is not None:
                raise self._failure.error
            return max(0, head - max(0, position, self._reached))

    def _is_over(self, head: int, failed: int) -> bool:
        return self._closed or self._reached >= head or self._failure.number > failed

    def _begin(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = Thread(target=self._follow, name="keeping-up", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def close(self) -> None:
        """End the thread, after the batch that it is at."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    # In the thread

    def _follow(self) -> None:
        turn: _Turn | None = None
        while self._is_needed(turn):
            try:
                turn = turn or _Turn(self._open_site(), self._wait_s)
                self._come_to(turn.take(self._wanted))
            except LedgerError as error:
                self._fail(error)
            except Exception as error:  # its text may quote a value
                self._fail(Halt(f"following failed: {type(error).__name__}"))
        if turn is not None:
            turn.close()

    def _is_needed(self, turn: "_Turn | None") -> bool:
        """Wait for a need; False at the end."""
        with self._changed:
            if self._wanted <= self._reached:
                self._changed.wait_for(lambda: self._closed or self._wanted > self._reached)
                if turn is not None:
                    turn.begin()
            return not self._closed

    def _come_to(self, position: int) -> None:
        with self._changed:
            self._reached = position
            if position >= self._wanted:
                self._late = False
            self._changed.notify_all()

    def _fail(self, error: LedgerError) -> None:
        """Tell who waits; the next request that needs the views has them followed again."""
        with self._changed:
            self._failure = _Failure(self._failure.number + 1, error)
            self._wanted = self._reached
            self._changed.notify_all()


class _Turn:
    """Which of several followers goes on: another one that is at work, or this one."""

    def __init__(self, site: Site, wait_s: float) -> None:
        self._site, self._wait_s = site, wait_s
        self._following = ExitStack()
        self._follower: Follower | None = None
        projector = site.ledger.role("projector")
        self._may_follow = site.database.peer or may_take(site.session("reader"), projector)
        self._places: Mapping[str, int] = {}
        self._moved_at = 0.0  # when another follower was at work, or may have begun
        self._alone = True

    def begin(self) -> None:
        """The views are needed again, so another follower may be about to go on."""
        self._moved_at = time.monotonic()

    def take(self, wanted: int) -> int:
        """Follow a batch, or look on for a moment; the position up to which every view has everything."""
        position = self._look()
        if position >= wanted:
            return position
        still_s = time.monotonic() - self._moved_at
        if self._may_follow and (self._alone or still_s >= _STILL_S):
            self._follow(min(wanted, max(0, position) + BATCH_EVENTS))
            return min(self._places.values())
        if not self._may_follow and still_s >= self._wait_s:
            self.begin()
            raise Retry("the views are not up to date: look at `ledger project`")
        time.sleep(_LOOK_S)
        return position

    def _look(self) -> int:
        """How far the views are. Where they are not as this follower left them, another one works, too."""
        found = places(self._site)
        if found != self._places:
            self._alone = self._alone and not self._places
            self._places, self._moved_at = found, time.monotonic()
        return min(found.values())

    def _follow(self, position: int) -> None:
        try:
            if self._follower is None:
                self._follower = self._following.enter_context(follower(self._site))
            self._follower.follow_to(position)
        except Exception:
            self.close()
            raise
        self._places, self._alone = places(self._site), True

    def close(self) -> None:
        """Close what follows; the next turn begins anew."""
        self._follower = None
        self._following.close()
