"""A rebuild's engine on Spark: executors fold the archive, and this process gets rows.

Each segment is read once and shared out by stream; a share is folded by one task. First the few streams are
folded that others ask for, then all. The results of executors depend on the archive alone, and Spark counts
one run of a task. So a machine that is lost, a task that runs twice and a second run that Spark starts beside
a slow one change nothing. Executors need the archive and this program: no database, and no key.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Any

from pyspark import SparkContext
from pyspark.rdd import RDD

from archive.manifest import Manifest, Segment
from archive.spark.folding import AskedRows, fold_asked, fold_share, told
from archive.spark.sorting import Held, Split, held, sorted_source
from archive.spark.starting import mapped_failures
from ledger.errors import LedgerError, Misconfigured
from ledger.reading import pruned_through
from ledger.storage.postgres import Session
from ledger.tlog.tree.bundles import entry_of
from projections.folds.digest import SLICES
from projections.following.blocks import StreamBlock
from projections.following.derive import Content, Goal, deciding_names, shared_names
from projections.following.work import Work, work_of

# A task folds about this many events, in a few seconds, and holds them and their rows in memory.
_SHARE_EVENTS = 50_000
# Shares for each processor, so that none waits long for the last.
_SHARES_A_CORE = 2
# The streams that others ask for get one share for each `_ASKED_PART` shares of all events.
_ASKED_PART = 16
# The newest events, which are not archived yet, go through this process.
NEWEST_EVENTS = 1 << 20
_READ_EVENTS = 16_384
# Shares that this process has not taken yet lie in Java's memory, some 15 MB each.
_MOST_AHEAD = 24


class SparkEngine:
    """See `projections.following.engines.Engine`. `manifest`: of the archive at `address`, proven."""

    def __init__(
        self,
        context: SparkContext,
        address: str,
        manifest: Manifest,
        session: Session,
        privacy_office: Collection[str],
    ) -> None:
        self._context = context
        self._address = address
        self._manifest = manifest
        self._session = session
        self._privacy_office = privacy_office

    def contents(self, goals: Sequence[Goal]) -> list[Content]:
        """See `Engine`. Raises Misconfigured when the archive lacks too much, Unproven, Halt."""
        with mapped_failures():
            self._split = split = self._split_for(goals)
            self._work = work = work_of(goals, self._privacy_office)
            self._sorted = self._sorted_by(split)
            asked: AskedRows = [[] for _ in goals]
            folded = self._sorted.mapPartitions(lambda parts: told(fold_asked(work, parts)))
            for part in self._collected(folded, range(split.shares, split.every)):
                for rows, more in zip(asked, part, strict=True):
                    rows.extend(more)
        self._asked = asked
        return [Content(view, rows) for (view, _), rows in zip(goals, asked, strict=True)]

    def blocks(self, goals: Sequence[Goal], contents: Sequence[Content]) -> Iterator[StreamBlock]:
        """See `Engine`. Raises the error of an executor, Halt when Spark gives up."""
        with mapped_failures():
            folded = _folded(self._sorted, self._work, self._context.broadcast(self._asked))
            for message in self._collected(folded, range(self._split.shares)):
                if isinstance(message, StreamBlock):
                    yield message
                else:
                    for content, seen in zip(contents, message, strict=True):
                        content.take(seen)

    def _split_for(self, goals: Sequence[Goal]) -> Split:
        upto = max(upto for _, upto in goals)
        if upto - self._manifest.last > NEWEST_EVENTS:
            raise Misconfigured(
                f"the archive lacks {upto - self._manifest.last} events: run `ledger archive ARCHIVE` first"
            )
        least = max(upto // _SHARE_EVENTS, _SHARES_A_CORE * self._context.defaultParallelism)
        shares = min(SLICES, 1 << (least - 1).bit_length())
        names = frozenset(chain.from_iterable(shared_names(view) for view, _ in goals))
        asked_shares = max(1, shares // _ASKED_PART) if names else 0
        return Split(upto, shares, deciding_names(names) if names else names, asked_shares)

    def _sorted_by(self, split: Split) -> "RDD[Any]":
        """The parts of each share, in a partition of its own.

        Archived and newest entries are one collection: Spark would send a union of two through Python again.
        """
        sources = [*self._archived(split.upto), *self._newest(split.upto)]
        sort = partial(sorted_source, self._address, split)
        parts = self._context.parallelize(sources, len(sources) or 1).flatMap(sort)
        return parts.partitionBy(split.every, int).values()

    def _archived(self, upto: int) -> Iterator[Held]:
        """The entries of each segment that the ledger holds."""
        pruned = pruned_through(self._session)
        for segment in self._manifest.segments:
            if segment.first <= upto:
                yield self._held(segment) if segment.first <= pruned else Held(segment, None)

    def _held(self, segment: Segment) -> Held:
        """A segment without its pruned entries."""
        place = {"first": segment.first, "last": segment.last}
        rows = self._session.of("ledger").rows("positions_left", **place)
        return held(segment, (position for (position,) in rows))

    def _newest(self, upto: int) -> Iterator[list[bytes]]:
        """The entries after the end of the archive, in blocks."""
        session, position = self._session.of("ledger"), self._manifest.last
        while position < upto:
            place = {"position": position, "upto": upto, "count": _READ_EVENTS}
            rows = session.rows("events_after", **place)
            if not rows:
                return
            yield list(map(entry_of, rows))
            position = rows[-1][4]

    def _collected(self, folded: "RDD[Any]", partitions: Sequence[int]) -> Iterator[Any]:
        """The results of the partitions, in their order; some are made ahead while earlier ones are taken.

        Raises the error that one of them tells.
        """
        ahead = min(2 * self._context.defaultParallelism, _MOST_AHEAD)
        waiting: deque[Future[list[Any]]] = deque()
        pool = ThreadPoolExecutor(ahead, thread_name_prefix="spark")
        try:
            for partition in partitions:
                waiting.append(pool.submit(self._context.runJob, folded, list, [partition]))
                if len(waiting) > ahead:
                    yield from _results(waiting.popleft())
            while waiting:
                yield from _results(waiting.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            if waiting:
                self._context.cancelAllJobs()


def _folded(parts: "RDD[Any]", work: Work, asked: Any) -> "RDD[Any]":
    return parts.mapPartitions(lambda its: told(fold_share(work, lambda: asked.value, its)))


def _results(future: "Future[list[Any]]") -> Iterator[Any]:
    for result in future.result():
        if isinstance(result, LedgerError):
            raise result
        yield result
