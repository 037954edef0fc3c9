"""Recording posts of many clients at once: posts that wait together share a transaction.

One thread records. While it writes, others wait; then it takes all waiting posts of one client, up to the
limits of a batch. A post is answered when its events are committed. A post that would wait too long is
refused at once, so that memory stays flat and the client keeps its events.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from threading import Condition, Thread
from time import monotonic
from typing import Protocol

import msgspec

from consumers.floods import Floods
from consumers.pipeline import BatchLimits
from consumers.posts import FOREIGN, Post, foreign, messages_of_posts, parsed_post
from consumers.register import accepted_now, sources_now
from ledger.application import Ledger
from ledger.errors import Busy, Full, LedgerError
from ledger.recording.arrivals import Arrivals
from ledger.recording.batch import Batch, Outcome
from ledger.writing.append import Span
from schemas import AdmissionRules, Rejection
from schemas.rejection import WITHHELD
from schemas.sources import label_in, posted_label

# Some batches: what waits behind them is recorded within seconds, and is small enough to keep in memory.
MOST_WAITING = 10_000
MOST_WAITING_BYTES = 16 * 1024 * 1024


class PostResult(msgspec.Struct, frozen=True):
    """The outcome of one event: it has a position, or is a duplicate, or was refused."""

    position: int | None = None
    refusal: Rejection | None = None

    @property
    def is_duplicate(self) -> bool:
        """Whether it was recorded before."""
        return self.position is None and self.refusal is None


PostResults = Sequence[PostResult]


class PostObserver(Protocol):
    """Is told what became of posts; `consumers.post_metrics` counts it."""

    def recorded(self, outcome: Outcome, posts: int, seconds: float) -> None:
        """A transaction was committed, with the events of `posts` posts."""

    def foreign(self, events: int) -> None:
        """Events named a source that their sender is not."""

    def turned_away(self) -> None:
        """A post was refused, as too much waits."""

    def failed(self, error: LedgerError) -> None:
        """A transaction was not committed."""


class _Unobserved:
    def recorded(self, outcome: Outcome, posts: int, seconds: float) -> None:
        pass

    def foreign(self, events: int) -> None:
        pass

    def turned_away(self) -> None:
        pass

    def failed(self, error: LedgerError) -> None:
        pass


UNOBSERVED: PostObserver = _Unobserved()


class _Waiting(msgspec.Struct):
    client: str
    posts: Sequence[Post]
    size: int
    answer: "Future[PostResults]"


class PostBatcher:
    """Records posts in one thread, which begins with the first. `rules`: the ledger's rules for messages."""

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        rules: AdmissionRules,
        clock: Callable[[], datetime],
        limits: BatchLimits,
        observer: PostObserver,
    ) -> None:
        self._open_ledger, self._rules, self._clock = open_ledger, rules, clock
        self._limits, self._observer = limits, observer
        self._waiting: deque[_Waiting] = deque()
        self._events = self._size = 0  # of all that waits
        self._changed = Condition()
        self._closed = False
        self._floods = Floods()
        self._thread: Thread | None = None
        self._ledger: Ledger | None = None

    def submit(self, client: str, posts: Sequence[Post]) -> "Future[PostResults]":
        """Let the events of a client be recorded; done once they are committed. Raises Busy.

        Also for the rest of a day on which too many messages of the client were withheld: its answer tells
        nothing. The future fails with Retry when nothing of the post was recorded, or nobody can say so.
        """
        waiting = _Waiting(client, posts, sum(post.size for post in posts), Future())
        with self._changed:
            flooded = self._floods.is_flood(client, monotonic())
            if self._closed or flooded or not self._has_room(waiting):
                self._observer.turned_away()
                raise _too_much()
            self._waiting.append(waiting)
            self._events += len(posts)
            self._size += waiting.size
            if self._thread is None:
                self._thread = Thread(target=self._run, name="posts", daemon=True)
                self._thread.start()
            self._changed.notify()
        return waiting.answer

    def close(self) -> None:
        """Record what waits, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _has_room(self, post: _Waiting) -> bool:
        """Whether a post may wait; one that is alone always may."""
        return not self._waiting or (
            self._events + len(post.posts) <= MOST_WAITING
            and self._size + post.size <= MOST_WAITING_BYTES
        )

    def _run(self) -> None:
        try:
            while group := self._next():
                self._answer(group)
        finally:
            self._give_up()

    def _next(self) -> list[_Waiting]:
        """The next posts of one client, all that fit a batch; none when this ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            group: list[_Waiting] = []
            left: deque[_Waiting] = deque()
            events = size = 0
            for post in self._waiting:
                events, size = events + len(post.posts), size + post.size
                fits = events <= self._limits.messages and size <= self._limits.size_bytes
                if not group or (fits and post.client == group[0].client):
                    group.append(post)
                else:
                    events, size = events - len(post.posts), size - post.size
                    left.append(post)
            self._waiting = left
            self._events -= events
            self._size -= size
            return group

    def _answer(self, group: Sequence[_Waiting]) -> None:
        try:
            results = iter(self._record(group))
        except Exception as error:
            self._give_up()
            if isinstance(error, LedgerError):
                self._observer.failed(error)
            # A client is not told that a disk or a room is full: only that it must wait.
            told = _too_much() if isinstance(error, Full) else error
            for each in group:
                each.answer.set_exception(told)
            return
        for each in group:
            each.answer.set_result([next(results) for _ in each.posts])

    def _record(self, group: Sequence[_Waiting]) -> PostResults:
        """Record events of one client in one transaction. Raises Retry or Halt: then nothing is recorded."""
        started, client = monotonic(), group[0].client
        posts = [post for each in group for post in each.posts]
        ledger = self._ledger = self._ledger or self._open_ledger()
        own = self._own(posts, sources_now(self._rules, ledger.session, client))
        taken = [post for post, is_own in zip(posts, own, strict=True) if is_own]
        results: Iterator[PostResult] = iter(())
        if taken:
            outcome = ledger.record(self._batch(ledger, client, taken))
            letters, size = len(outcome.withheld), outcome.withheld_bytes
            self._floods.add(client, letters, size, monotonic())
            self._observer.recorded(outcome, len(group), monotonic() - started)
            results = iter(fates_of(outcome, len(taken)))
        if len(taken) < len(posts):
            self._observer.foreign(len(posts) - len(taken))
        return [next(results) if is_own else PostResult(refusal=FOREIGN) for is_own in own]

    def _own(self, posts: Sequence[Post], sources: Collection[str]) -> list[bool]:
        return [not foreign(parsed_post(post, self._rules), sources) for post in posts]

    def _batch(self, ledger: Ledger, client: str, posts: Sequence[Post]) -> Batch:
        label, now = label_in(self._rules, posted_label(client)), self._clock()
        rules = accepted_now(self._rules, ledger.session)
        read = partial(messages_of_posts, label, intake=rules, now=now)
        return Batch(Arrivals(posts, read), Span(f"file:{label}", 0, 1, len(posts) + 1))

    def _give_up(self) -> None:
        """Close the connections: after a fault a new one is opened."""
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()


def _too_much() -> Busy:
    return Busy("more events wait than can be recorded at once: send them again in a moment")


def fates_of(outcome: Outcome, count: int) -> PostResults:
    """The outcome of each message of a batch. Pure.

    All withheld messages have one answer: a different one would tell a sender in which way.
    """
    withheld = dict.fromkeys((index for index, _ in outcome.withheld), WITHHELD)
    refused = dict(outcome.rejections) | withheld
    repeated = frozenset(outcome.repeated)
    position = outcome.last_position - outcome.recorded
    results = []
    for index in range(count):
        if index in refused:
            results.append(PostResult(refusal=refused[index]))
        elif index in repeated:
            results.append(PostResult())
        else:
            position += 1
            results.append(PostResult(position))
    return results
