"""NDJSON files and standard input: each line to one event, one dead letter or one counted duplicate.

A file needs no bookmark: after a crash it is read again, and recorded lines are duplicates. While one batch
is written, the next is read and sealed. `consumers.lines` decides where a line ends, and which lines are
skipped.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import BinaryIO

import msgspec

from consumers.backoff import wait_s
from consumers.lines import Line, lines, messages_of_lines
from consumers.pipeline import BatchLimits
from consumers.register import accepted_now
from ledger.application import Ledger
from ledger.clocks import Clocks
from ledger.errors import Retry, ServiceAway
from ledger.reading import head_position
from ledger.recording.arrivals import Arrivals
from ledger.recording.batch import Batch, Outcome
from ledger.writing.append import Span
from schemas import AdmissionRules, Code, Rejection
from schemas.sources import label_in

# A database that restarts is back within this time; after it the command gives up.
PATIENCE_S = 30.0
# Lines of a slow pipe are recorded with the next line that comes after this time.
PIPE_SECONDS = 1.0


class RejectedLine(msgspec.Struct, frozen=True):
    """A refused line, and why. `type`: of the event, when it was readable. `rule`: by which it is
    withheld.
    """

    file: str
    line: int
    code: Code
    pointer: str
    type: str | None = None
    rule: str | None = None


class Progress(msgspec.Struct, frozen=True):
    """How far an ingest is. `size_bytes`: read so far, of all files."""

    size_bytes: int = 0
    read: int = 0
    recorded: int = 0
    duplicates: int = 0
    rejected: int = 0

    def after(self, size_bytes: int, read: int, outcome: Outcome | None) -> "Progress":
        """The progress after one more batch; without an outcome when there was nothing to record."""
        return Progress(
            size_bytes=self.size_bytes + size_bytes,
            read=self.read + read,
            recorded=self.recorded + (outcome.recorded if outcome else 0),
            duplicates=self.duplicates + (outcome.duplicates if outcome else 0),
            rejected=self.rejected + (_refused_count(outcome) if outcome else 0),
        )


def _rejected(label: str, line: int, why: Rejection) -> "RejectedLine":
    pointer, rule = (why.why.pointer, why.why.rule) if why.why else (why.pointer, None)
    return RejectedLine(label, line, why.code, pointer, why.type, rule)


def _refused_count(outcome: Outcome) -> int:
    return len(outcome.rejections) + len(outcome.withheld)


class IngestResult(msgspec.Struct, frozen=True):
    """The outcome of the lines: read = recorded + duplicates + rejected.

    `withheld`: how many of the rejected ones are sealed for the confidential ledger. `last_position`: of the
    ledger after the last batch. When a connection was lost, lines whose commit was not heard of count as
    duplicates, although this run recorded them.
    """

    read: int
    recorded: int
    duplicates: int
    rejected: int
    last_position: int
    rejections: tuple[RejectedLine, ...]
    withheld: int = 0


def together(results: Sequence[IngestResult]) -> IngestResult:
    """The outcome of the lines of several runs, one after the other; at least one."""
    return IngestResult(
        read=sum(result.read for result in results),
        recorded=sum(result.recorded for result in results),
        duplicates=sum(result.duplicates for result in results),
        rejected=sum(result.rejected for result in results),
        last_position=results[-1].last_position,
        rejections=tuple(line for result in results for line in result.rejections),
        withheld=sum(result.withheld for result in results),
    )


class _GatheredLines:
    """Lines on their way to one batch. `since`: when it was begun. `late`: it would not wait for more."""

    def __init__(self, label: str, clock: Callable[[], datetime], since: float) -> None:
        self.label = label
        self.since = since
        self._clock = clock
        self.lines: list[Line] = []
        self.size = 0
        self.late = False

    def add(self, line: Line) -> None:
        """Take a line, unless it is blank."""
        self.size += line.size
        if not line.blank:
            self.lines.append(line)

    def full(self, limits: BatchLimits) -> bool:
        """Whether it has as much as a batch may have."""
        return len(self.lines) >= limits.messages or self.size >= limits.size_bytes

    def batch(self, intake: AdmissionRules, *, whole: bool) -> Batch:
        """The batch of these lines, of which there is at least one."""
        now = self._clock()
        span = Span(f"file:{self.label}", 0, self.lines[0].number, self.lines[-1].number + 1)
        read = partial(messages_of_lines, self.label, intake=intake, now=now)
        return Batch(Arrivals(self.lines, read), span, whole=whole)


def _gather(
    files: Iterable[tuple[str, BinaryIO]],
    clocks: Clocks,
    limits: BatchLimits,
) -> Iterator[_GatheredLines]:
    """The lines of files, cut into batches; the last one of a file may have none."""
    for label, stream in files:
        gathered = _GatheredLines(label, clocks.now, clocks.monotonic())
        for line in lines(stream):
            gathered.add(line)
            if limits.whole:
                continue
            gathered.late = clocks.monotonic() - gathered.since >= PIPE_SECONDS
            if gathered.late or gathered.full(limits):
                yield gathered
                gathered = _GatheredLines(label, clocks.now, clocks.monotonic())
        yield gathered


class _Ingest:
    """One run: records the gathered lines, one batch ahead, and counts."""

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        gathered: Iterator[_GatheredLines],
        intake: AdmissionRules,
        clocks: Clocks,
        on_progress: Callable[[Progress], None],
        *,
        whole: bool,
    ) -> None:
        self._open_ledger, self._gathered, self._intake = open_ledger, gathered, intake
        self._on_progress = on_progress
        self._clocks = clocks
        self._whole = whole
        self._ledger: Ledger | None = None
        self._in_flight: deque[_GatheredLines] = deque()  # on their way, oldest first
        self._all_gathered = False
        self._failures = 0
        self._deadline = 0.0
        self._progress = Progress()
        self._rejections: list[RejectedLine] = []
        self._withheld = 0
        self._last_position = 0

    def run(self) -> IngestResult:
        """Record everything, over lost connections too; each is waited for, for a bounded time."""
        while self._in_flight or not self._all_gathered:
            try:
                self._ledger = self._ledger or self._open_ledger()
                for outcome in self._ledger.record_each(self._due()):
                    self._failures = 0
                    self._count(self._in_flight.popleft(), outcome)
            except Retry as fault:
                self.close()
                self._wait(fault)
        progress = self._progress
        if not progress.read and self._ledger:
            self._last_position = head_position(self._ledger.session)
        return IngestResult(
            read=progress.read,
            recorded=progress.recorded,
            duplicates=progress.duplicates,
            rejected=progress.rejected,
            last_position=self._last_position,
            rejections=tuple(self._rejections),
            withheld=self._withheld,
        )

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger:
            self._ledger.close()
        self._ledger = None

    def _due(self) -> Iterator[Batch]:
        """Batches without an outcome yet, then the gathered lines, up to a batch of a slow pipe.

        There the next line may be long in coming, and the caller wants the outcome before it.
        """
        yield from [self._batch(gathered) for gathered in self._in_flight]
        for gathered in self._gathered:
            if gathered.lines:
                self._in_flight.append(gathered)
                yield self._batch(gathered)
            else:
                self._count(gathered, None)
            if gathered.late:
                return
        self._all_gathered = True

    def _batch(self, gathered: _GatheredLines) -> Batch:
        assert self._ledger is not None
        return gathered.batch(accepted_now(self._intake, self._ledger.session), whole=self._whole)

    def _count(self, gathered: _GatheredLines, outcome: Outcome | None) -> None:
        if outcome:
            self._last_position = outcome.last_position
            self._withheld += len(outcome.withheld)
            # The person who brings a file may know the outcome of its lines, also of withheld ones.
            self._rejections += [
                _rejected(gathered.label, gathered.lines[index].number, rejection)
                for index, rejection in sorted(
                    (*outcome.rejections, *outcome.withheld), key=itemgetter(0)
                )
            ]
        self._progress = self._progress.after(gathered.size, len(gathered.lines), outcome)
        self._on_progress(self._progress)

    def _wait(self, fault: Retry) -> None:
        """Wait before the next attempt. Raises ServiceAway when there were enough of them."""
        now = self._clocks.monotonic()
        if not self._failures:
            self._deadline = now + PATIENCE_S
        self._failures += 1
        if now >= self._deadline:
            raise ServiceAway(f"gave up after {PATIENCE_S:.0f} s: {fault}") from fault
        self._clocks.pause(wait_s(self._failures))


def ingest(
    open_ledger: Callable[[], Ledger],
    files: Iterable[tuple[str, BinaryIO]],
    intake: AdmissionRules,
    clocks: Clocks,
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    limits: BatchLimits | None = None,
) -> IngestResult:
    """Record every line of the files, in order. `files`: label and stream of each.

    A label is kept for ever with each event, in clear: a name of the file, nothing of a person. The lines are
    committed on return. Raises ServiceAway when the database stays away, Halt, or OSError of a stream;
    NotWhole where a file is recorded as a whole and one line of it is refused.
    """
    marked = ((label_in(intake, label), stream) for label, stream in files)
    limits = limits or BatchLimits()
    gathered = _gather(marked, clocks, limits)
    run = _Ingest(open_ledger, gathered, intake, clocks, on_progress, whole=limits.whole)
    try:
        return run.run()
    finally:
        run.close()
