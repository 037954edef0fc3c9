"""NDJSON files and standard input: each line to one event, one dead letter or one counted duplicate.

A file needs no bookmark: after a crash it is read again, and recorded lines are duplicates. What is a
line, and what is skipped, is decided in `consumers.lines`.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import BinaryIO

import msgspec

from consumers.backoff import wait_s
from consumers.lines import Line, lines
from consumers.pipeline import BatchLimits, to_line, too_large
from ledger.application import Ledger
from ledger.errors import Retry, ServiceAway
from ledger.intake import FileOrigin, Message
from ledger.reading import head_position
from ledger.recording import Batch, Outcome
from ledger.writing import Span
from schemas import Code, Intake

__all__ = ["IngestResult", "Progress", "RejectedLine", "ingest"]

# A database that restarts is back within this time; after it the command gives up.
PATIENCE_S = 30.0
# Lines of a slow pipe are recorded at the next one that comes after this time.
PIPE_SECONDS = 1.0


class RejectedLine(msgspec.Struct, frozen=True):
    """A refused line, and why."""

    file: str
    line: int
    code: Code
    pointer: str


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
            rejected=self.rejected + (len(outcome.rejections) if outcome else 0),
        )


class IngestResult(msgspec.Struct, frozen=True):
    """What became of the lines: read = recorded + duplicates + rejected.

    `last_position`: of the ledger after the last batch. When a connection was
    lost, lines whose commit was not heard of count as duplicates, although this run recorded them.
    """

    read: int
    recorded: int
    duplicates: int
    rejected: int
    last_position: int
    rejections: tuple[RejectedLine, ...]


class _Gathered:
    """Lines on their way to one batch. `since`: when it was begun."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.messages: list[Message] = []
        self.numbers: list[int] = []
        self.size = 0

    def add(self, line: Line, label: str, intake: Intake, clock: Callable[[], datetime]) -> None:
        """Decode a line, unless it is blank."""
        self.size += line.size
        if line.blank:
            return
        origin = FileOrigin(label, line.number)
        whole = line.whole
        self.messages.append(
            to_line(line.text, origin, intake, clock()) if whole else too_large(line.text, origin)
        )
        self.numbers.append(line.number)

    def full(self, limits: BatchLimits) -> bool:
        """Whether it has as much as a batch may have."""
        return len(self.messages) >= limits.messages or self.size >= limits.size_bytes


class _Ingest:
    """One run: collects lines to batches, records them, counts."""

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        on_progress: Callable[[Progress], None],
        limits: BatchLimits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._open_ledger = open_ledger
        self._on_progress = on_progress
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._ledger: Ledger | None = None
        self._progress = Progress()
        self._rejections: list[RejectedLine] = []
        self._last_position = 0

    def file(
        self, label: str, stream: BinaryIO, intake: Intake, clock: Callable[[], datetime]
    ) -> None:
        """Record the lines of one file."""
        batch = _Gathered(self._monotonic())
        for line in lines(stream):
            batch.add(line, label, intake, clock)
            late = self._monotonic() - batch.since >= PIPE_SECONDS
            if late or batch.full(self._limits):
                self._record(label, batch)
                batch = _Gathered(self._monotonic())
        self._record(label, batch)

    def result(self) -> IngestResult:
        """What became of everything so far."""
        done = self._progress
        if not done.read:
            self._ledger = self._ledger or self._open_ledger()
            self._last_position = head_position(self._ledger.session)
        return IngestResult(
            read=done.read,
            recorded=done.recorded,
            duplicates=done.duplicates,
            rejected=done.rejected,
            last_position=self._last_position,
            rejections=tuple(self._rejections),
        )

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger:
            self._ledger.close()
        self._ledger = None

    def _record(self, label: str, batch: "_Gathered") -> None:
        outcome = self._recorded(label, batch) if batch.messages else None
        if outcome:
            self._last_position = outcome.last_position
            self._rejections += [
                RejectedLine(label, batch.numbers[index], rejection.code, rejection.pointer)
                for index, rejection in outcome.rejections
            ]
        self._progress = self._progress.after(batch.size, len(batch.messages), outcome)
        self._on_progress(self._progress)

    def _recorded(self, label: str, gathered: "_Gathered") -> Outcome:
        """Record a batch, over lost connections too, for a bounded time."""
        numbers = gathered.numbers
        span = Span(f"file:{label}", 0, numbers[0], numbers[-1] + 1)
        batch = Batch(gathered.messages, span)
        deadline, failures = self._monotonic() + PATIENCE_S, 0
        while True:
            try:
                self._ledger = self._ledger or self._open_ledger()
                return self._ledger.record(batch)
            except Retry as fault:
                self.close()
                failures += 1
                if self._monotonic() >= deadline:
                    raise ServiceAway(f"gave up after {PATIENCE_S:.0f} s: {fault}") from fault
                self._sleep(wait_s(failures))


def ingest(
    open_ledger: Callable[[], Ledger],
    files: Iterable[tuple[str, BinaryIO]],
    intake: Intake,
    clock: Callable[[], datetime],
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    limits: BatchLimits | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> IngestResult:
    """Record every line of the files, in order. `files`: label and stream of each.

    A label is kept for ever with each event, in clear: a name of the file, nothing of a person. What is
    returned is committed. Raises ServiceAway when the database stays away, Halt, or OSError of a stream.
    """
    run = _Ingest(open_ledger, on_progress, limits or BatchLimits(), monotonic, sleep)
    try:
        for label, stream in files:
            run.file(label, stream, intake, clock)
        return run.result()
    finally:
        run.close()
